#!/usr/bin/env python3
"""bulk.py - one very big message by DATA or by BDAT, in plain text.

Its body is made of what is easily damaged on the way: lines that begin with
dots, a dot alone, lines of 998 octets, 8-bit octets, empty lines. Every block
has its number, so that one that is lost, doubled or out of place shows. What
is printed last is the SHA-256 of the body's lines, each ending in LF.
"""

import argparse
import hashlib
import random
import re
import socket
import sys

from say import reply

CHUNK = 1 << 20         # of BDAT; blocks are shorter, so chunks end anywhere in a line
BLOCK = 1_000_003


def block_lines():
    """The lines of every block, behind its number."""
    chance = random.Random(1)
    eight_bit = bytes(range(0x80, 0x100))
    lines, size = [], 0
    while size < BLOCK:
        word = bytes(chance.choices(b"abcdefghijklmnopqrstuvwxyz0123456789 ", k=chance.randint(1, 120)))
        for line in (b".", b"..", b"...", b".dot", b". ", b"", word, b"x" * 998, b"." + b"y" * 997, eight_bit + word):
            lines.append(line)
            size += len(line) + 2
    return lines


class Message:
    """The message as its client means it: no octet is added for the wire."""

    def __init__(self, octets, token):
        self.header = f"Subject: bulk\r\nX-Relaywall-Lab: {token}\r\n\r\n".encode()
        self.block = b"\r\n".join(block_lines()) + b"\r\n"
        self.count = -(-octets // len(self.block))
        self.sha256 = hashlib.sha256()

    def numbered(self, number):
        return f"block {number}\r\n".encode()

    def octets(self):
        return (len(self.header) + len(self.block) * self.count
                + sum(len(self.numbered(number)) for number in range(self.count)))

    def parts(self):
        yield self.header
        for number in range(self.count):
            part = self.numbered(number) + self.block
            self.sha256.update(part.replace(b"\r\n", b"\n"))
            yield part


def by_data(message, connection, ask):
    answer = ask(b"DATA")
    if not answer.startswith("354"):
        return answer
    for part in message.parts():    # each begins a line
        connection.sendall(re.sub(rb"(?m)^\.", b"..", part))
    return ask(b".")


def by_bdat(message, _connection, ask):
    waiting = bytearray()
    for part in message.parts():
        waiting += part
        while len(waiting) > CHUNK:
            answer = ask(b"BDAT %d\r\n" % CHUNK + waiting[:CHUNK], end=b"")
            if not answer.startswith("250"):
                return answer
            del waiting[:CHUNK]
    return ask(b"BDAT %d LAST\r\n" % len(waiting) + waiting, end=b"")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("address")
    parser.add_argument("--by", choices=("DATA", "BDAT"), required=True)
    parser.add_argument("--octets", type=int, required=True, help="at least so many")
    parser.add_argument("--token", default="none/none", help="RUN/ROW for the message's header")
    options = parser.parse_args()
    message = Message(options.octets, options.token)
    connection = socket.create_connection((options.address, 25), timeout=120)
    stream = connection.makefile("rb")

    def ask(raw, end=b"\r\n"):
        connection.sendall(raw + end)
        return reply(stream)

    reply(stream)
    answer = ask(b"EHLO client.example")
    if options.by == "BDAT" and "CHUNKING" not in answer:
        sys.exit("CHUNKING is not offered: " + answer)
    for command in (b"MAIL FROM:<probe@spam.example> BODY=8BITMIME SIZE=%d" % message.octets(),
                    b"RCPT TO:<user@local.example>"):
        answer = ask(command)
        if not answer.startswith("250"):
            sys.exit(answer)
    answer = (by_data if options.by == "DATA" else by_bdat)(message, connection, ask)
    if not answer.startswith("250"):
        sys.exit(answer)
    ask(b"QUIT")
    print(message.octets(), message.sha256.hexdigest())


if __name__ == "__main__":
    main()
