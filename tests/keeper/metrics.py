# SPDX-License-Identifier: GPL-2.0-or-later
"""Who looks at the board, well and badly.

    metrics.py check                    is standard input Prometheus text, format 0.0.4, to the letter? "good N", N samples, or why not
    metrics.py value NAME [KEY=VALUE]...    sum of the samples of this name and these labels, of standard input
    metrics.py raw ADDRESS PORT OCTETS  the status line of what these octets (escapes as in Python) are answered; "closed"; "silent"
                                        after eight seconds
    metrics.py drip ADDRESS PORT        a request that comes octet by octet, one a second: after how many seconds it ended
    metrics.py crowd ADDRESS PORT COUNT COUNT clients, a third of them to say nothing, one to say half a request, one to ask and
                                        never read; "ready" when all have tried, until standard input ends
"""

import re
import socket
import sys
import time

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? ([0-9]+)\n")
HELP = re.compile(rf"# HELP ({NAME}) ((?:[^\\\n]|\\[\\n])+)\n")
TYPE = re.compile(rf"# TYPE ({NAME}) (counter|gauge)\n")


class Bad(Exception):
    """The text is not what it should be."""


def samples(text):
    """Each as (name, labels, number); the whole text is read to the letter."""
    seen, families, name, kind, at = set(), set(), None, None, 0
    while at < len(text):
        help_line = HELP.match(text, at)
        if help_line:
            name, at = help_line[1], help_line.end()
            type_line = TYPE.match(text, at)
            if not type_line or type_line[1] != name or name in families:
                raise Bad(f"no type, or twice: {name}")
            if (type_line[2] == "counter") != name.endswith("_total"):
                raise Bad(f"its name is that of another type: {name}")
            families.add(name)
            at = type_line.end()
            continue
        sample = SAMPLE.match(text, at)
        if not sample:
            raise Bad(f"no line: {text[at:at + 80]!r}")
        if sample[1] != name:
            raise Bad(f"it stands behind {name}: {sample[1]}")
        labels = frozenset(re.findall(LABEL, sample[2] or ""))
        if (name, labels) in seen:
            raise Bad(f"twice: {sample[0]}")
        seen.add((name, labels))
        yield name, labels, int(sample[3])
        at = sample.end()


def check():
    try:
        print("good", len(list(samples(sys.stdin.read()))))
    except Bad as e:
        print(e)


def value(name, *labels):
    want = {'{}="{}"'.format(*label.split("=", 1)) for label in labels}
    print(sum(n for of, has, n in samples(sys.stdin.read()) if of == name and want <= has))


def connect(address, port):
    s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    s.settimeout(8)
    s.connect((address, int(port)))
    return s


def raw(address, port, octets):
    with connect(address, port) as s:
        try:
            s.sendall(octets.encode().decode("unicode_escape").encode("latin-1"))
            with s.makefile("rb") as answer:
                print(answer.readline().decode("latin-1").strip() or "closed")
        except ConnectionError:
            print("closed")
        except TimeoutError:
            print("silent")


def drip(address, port):
    begun = time.monotonic()
    with connect(address, port) as s:
        try:
            for octet in b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"a" * 1000:
                s.send(bytes([octet]))
                s.settimeout(1)
                try:
                    if s.recv(1) == b"":
                        break
                except TimeoutError:
                    pass
        except ConnectionError:
            pass
    print(round(time.monotonic() - begun))


def crowd(address, port, count):
    says = [b"", b"GET / HT", b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"]
    held = []
    for n in range(int(count)):
        s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        s.settimeout(0.05)
        held.append(s)
        try:
            s.connect((address, int(port)))
            s.send(says[n % 3])
        except OSError:
            pass  # no place is left, or it was closed for another: that is the test
    print("ready", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    {"check": check, "value": value, "raw": raw, "drip": drip, "crowd": crowd}[sys.argv[1]](*sys.argv[2:])
