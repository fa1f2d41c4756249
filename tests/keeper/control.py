# SPDX-License-Identifier: GPL-2.0-or-later
"""What nobody should say at the control socket, and what is in an answer.

    control.py ask PATH REQUEST         the answer to these octets (escapes as in Python), without sending more: "closed" if
                                        there is none; "silent" after eight seconds
    control.py crowd PATH COUNT         COUNT clients that connect, half of them to say nothing, half to ask and never read;
                                        "ready", until standard input ends
    control.py listen PATH              listen there; "ready", until standard input ends
    control.py get KEY...               of the JSON document on standard input; an answer of several is one a line
"""

import json
import socket
import sys


def connect(path):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(8)
    s.connect(path)
    return s


def ask(path, request):
    with connect(path) as s:
        try:
            s.sendall(request.encode().decode("unicode_escape").encode("latin-1"))
            with s.makefile("rb") as answer:
                print(answer.read().decode().strip() or "closed")
        except ConnectionError:
            print("closed")
        except TimeoutError:
            print("silent")


def crowd(path, count):
    held = []
    for n in range(int(count)):
        s = socket.socket(socket.AF_UNIX)
        s.setblocking(False)
        try:
            s.connect(path)
            if n % 2:
                s.send(b"status\n")
        except OSError:
            pass  # no place is left, or it was closed for another: that is the test
        held.append(s)
    print("ready", flush=True)
    sys.stdin.read()


def listen(path):
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(path)
        s.listen()
        print("ready", flush=True)
        sys.stdin.read()


def get(*keys):
    o = json.load(sys.stdin)
    for key in keys:
        o = o[int(key)] if isinstance(o, list) else o.get(key)
    for one in o if isinstance(o, list) else [o]:
        print(one if isinstance(one, str) else json.dumps(one))


if __name__ == "__main__":
    {"ask": ask, "crowd": crowd, "listen": listen, "get": get}[sys.argv[1]](*sys.argv[2:])
