# SPDX-License-Identifier: GPL-2.0-or-later
"""What nobody should say at the control socket, and what is in an answer.

    control.py ask PATH REQUEST         the answer to these octets (escapes as in Python), without sending more: "closed" if
                                        there is none; "silent" after eight seconds
    control.py crowd PATH COUNT         COUNT clients that connect, half of them to say nothing, half to ask and never read;
                                        "ready", until standard input ends
    control.py listen PATH              listen there; "ready", until standard input ends
    control.py terminal SECONDS KEYS COMMAND...
                                        the command on a terminal of 40 lines; after so long the keys are pressed. What is on
                                        the screen then, its escapes taken out, and its exit status as the last line
    control.py get KEY...               of the JSON document on standard input; an answer of several is one a line
"""

import fcntl
import json
import os
import pty
import re
import select
import socket
import struct
import sys
import termios
import time


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


def read_until(master, end):
    said = b""
    while (left := end - time.monotonic()) > 0:
        if not select.select([master], [], [], left)[0]:
            break
        try:
            more = os.read(master, 65536)
        except OSError:  # the command has ended
            break
        said += more
    return said


def terminal(seconds, keys, *command):
    pid, master = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm"
        os.execvp(command[0], command)
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    said = read_until(master, time.monotonic() + float(seconds))
    os.write(master, keys.encode())
    said += read_until(master, time.monotonic() + 5)
    print(re.sub(rb"\x1b(\[[0-9;?]*[a-zA-Z]|[()].|[=>78])", b"\n", said).decode())
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def get(*keys):
    o = json.load(sys.stdin)
    for key in keys:
        o = o[int(key)] if isinstance(o, list) else o.get(key)
    for one in o if isinstance(o, list) else [o]:
        print(one if isinstance(one, str) else json.dumps(one))


if __name__ == "__main__":
    {"ask": ask, "crowd": crowd, "listen": listen, "terminal": terminal, "get": get}[sys.argv[1]](*sys.argv[2:])
