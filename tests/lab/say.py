#!/usr/bin/env python3
"""say.py - one SMTP session as told on stdin, and every reply on stdout.

The lines of stdin are commands; DATA is followed by a message that carries the
token. First a line "port N" tells the local port, then each reply is one line.
With --pipeline all after the first command (EHLO) goes out in one write, up to
and with DATA, as RFC 2920 allows; else each command waits for its reply. With
--clock the milliseconds that a reply took stand before it.
"""

import argparse
import socket
import sys
import time


def reply(stream):
    """One whole reply, as one line."""
    lines = []
    while True:
        line = stream.readline()
        if not line:
            return "closed"
        lines.append(line.decode("latin-1").rstrip())
        if line[3:4] != b"-":
            return " | ".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("address")
    parser.add_argument("--token", default="none/none", help="RUN/ROW for the message's header")
    parser.add_argument("--pipeline", action="store_true")
    parser.add_argument("--clock", action="store_true")
    parser.add_argument("--hold", type=float, default=0, help="stay connected so many seconds at the end")
    options = parser.parse_args()

    commands = [line.rstrip("\n").encode() for line in sys.stdin]
    body = f"Subject: lab\r\nX-Relaywall-Lab: {options.token}\r\n\r\nlab\r\n.\r\n".encode()
    began = time.monotonic()
    connection = socket.create_connection((options.address, 25), timeout=30)
    stream = connection.makefile("rb")

    def hear():
        nonlocal began
        answer = reply(stream)
        took = time.monotonic() - began
        began = time.monotonic()
        print(f"{took * 1000:.0f} {answer}" if options.clock else answer, flush=True)
        return answer

    print("port", connection.getsockname()[1], flush=True)
    hear()
    while commands:
        # One command, or in a pipeline all of them from the second to DATA.
        count = 1
        if options.pipeline and commands[0][:4] not in (b"EHLO", b"QUIT"):
            count = commands.index(b"DATA") + 1
        batch, commands = commands[:count], commands[count:]
        if batch == [b"QUIT"]:
            time.sleep(options.hold)
        connection.sendall(b"".join(command + b"\r\n" for command in batch))
        answer = [hear() for _ in batch][-1]
        if batch[-1] == b"DATA" and answer.startswith("354"):
            connection.sendall(body)
            hear()


if __name__ == "__main__":
    main()
