# SPDX-License-Identifier: GPL-2.0-or-later
"""Both ends of connections to port 25, for a box between them that may have stopped.

    ends.py host ADDRESS...             greet with "220 bare", say yes to every line; "ready" when it can
    ends.py knock MS FROM TO            one connection: "host" or "box", whoever answers; or the line that is said instead of
                                        a greeting; "silent" if it was taken and nothing said within MS, "nothing" if it
                                        was not taken; "closed", "refused"
    ends.py session COUNT FROM TO       COUNT commands within four seconds, then up to five more for the replies: the
                                        greeting, and at the end "N of COUNT answered"; or "reset", or "silent"
"""

import socket
import sys
import threading
import time


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def answer(connection):
    try:
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 bare\r\n")
            for _ in lines:
                connection.sendall(b"250 ok\r\n")
    except OSError:
        pass


def accept(listener):
    while True:
        threading.Thread(target=answer, args=listener.accept()[:1], daemon=True).start()


def host(*addresses):
    listeners = [socket.create_server((a, 25), family=family(a), backlog=100) for a in addresses]
    threads = [threading.Thread(target=accept, args=[listener]) for listener in listeners]
    for thread in threads:
        thread.start()
    print("ready", flush=True)


def knock(ms, source, address):
    try:
        s = socket.create_connection((address, 25), int(ms) / 1000, (source, 0))
    except ConnectionError:
        print("refused")
        return
    except OSError:
        print("nothing")
        return
    with s, s.makefile("r") as lines:
        try:
            line = lines.readline().strip()
            if line.startswith("220"):
                s.sendall(b"VRFY root\r\n")  # which the box never asks the host
                line = {"250": "host", "252": "box"}.get(lines.readline()[:3], "other")
            print(line or "closed")
        except ConnectionError:
            print("refused")
        except OSError:
            print("silent")


def session(count, source, address):
    try:
        with socket.create_connection((address, 25), 5, (source, 0)) as s, s.makefile("r") as lines:
            print(lines.readline().strip(), flush=True)
            for _ in range(int(count)):
                s.sendall(b"NOOP\r\n")
                time.sleep(4 / int(count))
            answered = 0
            while answered < int(count) and lines.readline().startswith("250"):
                answered += 1
            print(answered, "of", count, "answered", flush=True)
    except TimeoutError:
        print("silent", flush=True)
    except ConnectionError:
        print("reset", flush=True)


if __name__ == "__main__":
    {"host": host, "knock": knock, "session": session}[sys.argv[1]](*sys.argv[2:])
