# SPDX-License-Identifier: GPL-2.0-or-later
"""Both ends of connections to port 25.

    ends.py listen ADDRESS...           accept, greet and hold; "ready" when it can
    ends.py dial MS COUNT ADDRESS...    so many to each address at once: "connected A B after X Y", how many of each
                                        address within MS, and after how many ms the first; "-" for none
    ends.py knock MS FROM TO            one connection from an address: its first line; "refused", "closed" or "nothing"
                                        within MS
    ends.py hold FROM TO                the same, and stay
"""

import selectors
import socket
import sys
import time


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def listen(*addresses):
    watch, kept = selectors.DefaultSelector(), []
    for address in addresses:
        listener = socket.create_server((address, 25), family=family(address), backlog=1000)
        watch.register(listener, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _ in watch.select():
            kept.append(key.fileobj.accept())
            print("accepted", flush=True)
            kept[-1][0].sendall(b"220 host.example ESMTP\r\n")
            del kept[:-500]


def dial(ms, count, *addresses):
    start, watch = time.monotonic(), selectors.DefaultSelector()
    connected, first = dict.fromkeys(addresses, 0), dict.fromkeys(addresses, "-")
    sockets = []
    for address in addresses * int(count):
        s = socket.socket(family(address))
        s.setblocking(False)
        s.connect_ex((address, 25))
        watch.register(s, selectors.EVENT_WRITE, address)
        sockets.append(s)
    while watch.get_map() and (left := start + int(ms) / 1000 - time.monotonic()) > 0:
        for key, _ in watch.select(left):
            watch.unregister(key.fileobj)
            if key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                connected[key.data] += 1
                if first[key.data] == "-":
                    first[key.data] = round((time.monotonic() - start) * 1000)
    print("connected", *connected.values(), "after", *first.values())


def knock(ms, source, address):
    try:
        with socket.create_connection((address, 25), int(ms) / 1000, (source, 0)) as s:
            print(s.makefile("r").readline().strip() or "closed")
    except ConnectionError:
        print("refused")
    except OSError:
        print("nothing")


def hold(source, address):
    with socket.create_connection((address, 25), 5, (source, 0)) as s:
        print(s.makefile("r").readline().strip(), flush=True)
        s.settimeout(None)
        s.recv(1)


if __name__ == "__main__":
    {"listen": listen, "dial": dial, "knock": knock, "hold": hold}[sys.argv[1]](*sys.argv[2:])
