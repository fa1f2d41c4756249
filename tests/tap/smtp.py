# SPDX-License-Identifier: GPL-2.0-or-later
"""An SMTP client that sends the octets it is told, and notes from which port."""

import asyncio
import csv
import itertools
import json
import re
import socket

CODE = re.compile(rb"\d{3}([ -]|\r?\n)")
PATIENCE_S = 20
QUIET_S = 0.1
END = b"NOOP this is the end of it"	# who captures waits for that


class Closed(Exception):
    """The other side has gone, or is silent."""


def decode(field):
    """The corpus's C escapes; everything else is the UTF-8 it is written in."""
    simple = {"t": b"\t", "n": b"\n", "r": b"\r", "\\": b"\\", "0": b"\0"}
    parts = re.split(r"\\(x[0-9A-Fa-f]{2}|.)", field)
    out = bytearray(parts[0].encode())
    for escape, literal in zip(parts[1::2], parts[2::2]):
        out += bytes([int(escape[1:], 16)]) if len(escape) == 3 else simple[escape]
        out += literal.encode()
    return bytes(out)


def rows(path):
    with open(path, encoding="utf-8", newline="\n") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


class Book:
    """Which connection was whose, and whether the other side let it come to its end: a JSON line each. No port is used twice."""

    def __init__(self, path):
        self.file = open(path, "w", encoding="ascii")
        self.ports = itertools.count(10000)

    async def connect(self, source, address):
        s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        s.setblocking(False)
        port = next(self.ports)
        s.bind((source, port))
        await asyncio.wait_for(asyncio.get_running_loop().sock_connect(s, (address, 25)), PATIENCE_S)
        return Client(source, port, *await asyncio.open_connection(sock=s, limit=1 << 20))

    def note(self, label, client, whole):
        print(json.dumps({"label": label, "client": client.source, "port": client.port, "whole": whole}), file=self.file, flush=True)


class Client:
    """One connection."""

    def __init__(self, source, port, reader, writer):
        self.source, self.port, self.reader, self.writer = source, port, reader, writer

    async def reply(self, patience=PATIENCE_S):
        """A whole one: its code."""
        while True:
            try:
                line = await asyncio.wait_for(self.reader.readline(), patience)
            except (OSError, ValueError, asyncio.TimeoutError) as error:
                raise Closed from error
            if not CODE.match(line):
                raise Closed
            if line[3:4] != b"-":
                return int(line[:3])

    async def send(self, octets):
        try:
            self.writer.write(octets)
            await asyncio.wait_for(self.writer.drain(), PATIENCE_S)
        except (OSError, asyncio.TimeoutError) as error:
            raise Closed from error

    async def say(self, octets):
        await self.send(octets + b"\r\n")
        return await self.reply()

    async def further(self):
        """What else comes, where a host takes one line for several."""
        codes = []
        while True:
            try:
                codes.append(await self.reply(QUIET_S))
            except Closed as error:
                if not isinstance(error.__cause__, asyncio.TimeoutError):
                    raise
                return codes

    async def bye(self):
        try:
            await self.say(b"QUIT")
        except Closed:
            pass
        self.writer.close()
