#!/usr/bin/env python3
"""sink.py - an SMTP server that accepts everything and writes down what came.

It has two places in the lab. At the victim it counts what a relay sent
(--messages). In the place of the protected host it is the most lenient server
that there could be, and shows every command byte that the shield let through
(--sessions): any order, any spelling, any line end, every extension offered.

The lab's token, "X-Relaywall-Lab: RUN/ROW", tells which attack a message is
from. In the message's own header it is that message; further down it is a
bounce that quotes it, which went to the sender and was not relayed.
"""

import argparse
import asyncio
import json
import re
import socket
import time

TOKEN = re.compile(rb"^X-Relaywall-Lab: *([^\s/]+)/(\S+)", re.MULTILINE | re.IGNORECASE)
SUBJECT = re.compile(rb"^Subject: *([^\r\n]*)", re.MULTILINE | re.IGNORECASE)
# In the host's place it offers more than a real old host does: what the shield
# lets through must not depend on the host's modesty. At the victim, nothing that
# a real mailer could take it at its word for.
KEYWORDS = ["8BITMIME", "SIZE 20000000"]
KEYWORDS_LENIENT = ["PIPELINING", "SIZE 20000000", "8BITMIME", "DSN", "ENHANCEDSTATUSCODES", "CHUNKING",
            "BINARYMIME", "SMTPUTF8", "ETRN", "VRFY", "EXPN", "AUTH LOGIN PLAIN", "STARTTLS", "HELP"]
LINE_MAX = 1 << 20
IP_TRANSPARENT = 19     # has no name in Python's socket module
SECONDS_MAX = 300


def text(raw):
    """Bytes as JSON can carry them: one character a byte."""
    return raw.decode("latin-1")


def token_of(message):
    """(run, row, kind) of a message; kind is "message", "bounce" or "unknown"."""
    header = re.split(rb"\r?\n\r?\n", message, maxsplit=1)[0]
    found = TOKEN.search(header)
    if found:
        return text(found[1]), text(found[2]), "message"
    found = TOKEN.search(message)
    if found:
        return text(found[1]), text(found[2]), "bounce"
    return None, None, "unknown"


class Journal:
    """A file of JSON lines, or nothing when no file was asked for."""

    def __init__(self, path):
        self.file = open(path, "a", buffering=1, encoding="ascii") if path else None

    def write(self, entry):
        if self.file:
            self.file.write(json.dumps(entry) + "\n")


class Session:
    def __init__(self, reader, writer, server):
        self.reader, self.writer, self.server = reader, writer, server
        peer, own = writer.get_extra_info("peername"), writer.get_extra_info("sockname")
        self.ends = {"peer": peer[0], "peer_port": peer[1], "address": own[0]}
        self.lines, self.helo, self.mail, self.rcpts = [], "", "", []

    async def reply(self, line):
        self.writer.write(line.encode("latin-1") + b"\r\n")
        await self.writer.drain()

    async def message(self):
        """To the dot, and on record. Any of the known line ends will do."""
        body = bytearray()
        while True:
            line = await self.reader.readline()
            if not line:
                return
            if line.rstrip(b"\r\n") == b".":
                break
            body += line[1:] if line.startswith(b".") else line
        run, row, kind = token_of(bytes(body))
        subject = SUBJECT.search(re.split(rb"\r?\n\r?\n", bytes(body), maxsplit=1)[0])
        self.server.messages.write({
            "time": time.time(), **self.ends, "helo": self.helo, "mail": self.mail,
            "rcpts": self.rcpts, "run": run, "row": row, "kind": kind, "size": len(body),
            "subject": text(subject[1]) if subject else ""})
        self.mail, self.rcpts = "", []
        await self.reply("250 2.0.0 taken")

    async def command(self, line):
        """Answer one command line; False ends the session."""
        words = line.strip().split(None, 1)
        verb = words[0].upper() if words else b""
        rest = text(words[1]) if len(words) > 1 else ""
        if verb == b"EHLO":
            self.helo = rest
            await self.reply("250-sink.victim.example")
            for word in self.server.keywords[:-1]:
                await self.reply("250-" + word)
            await self.reply("250 " + self.server.keywords[-1])
            return True
        if verb == b"QUIT":
            await self.reply("221 2.0.0 bye")
            return False
        if verb == b"DATA":
            await self.reply("354 go on")
            await self.message()
            return True
        if verb == b"HELO":
            self.helo = rest
        elif verb == b"MAIL":
            self.mail, self.rcpts = rest, []
        elif verb == b"RCPT":
            self.rcpts.append(rest)
        await self.reply("250 2.0.0 yes")
        return True

    async def run(self):
        await self.reply("220 sink.victim.example ESMTP everything is welcome")
        while True:
            line = await self.reader.readline()
            if not line:
                break
            self.lines.append(text(line))
            if not await self.command(line):
                break


class Server:
    def __init__(self, messages, sessions):
        self.messages, self.sessions = Journal(messages), Journal(sessions)
        self.keywords = KEYWORDS_LENIENT if sessions else KEYWORDS

    async def serve(self, reader, writer):
        session = Session(reader, writer, self)
        try:
            await asyncio.wait_for(session.run(), SECONDS_MAX)
        except (OSError, ValueError, asyncio.TimeoutError):
            pass        # a peer that breaks off is on record all the same
        finally:
            self.sessions.write({**session.ends, "helo": session.helo, "lines": session.lines})
            writer.close()


def listener(family, address, port):
    """A socket for whatever address the packets of this namespace were sent to."""
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    else:
        # IPv4 does not answer from an address that is not its own otherwise.
        sock.setsockopt(socket.SOL_IP, IP_TRANSPARENT, 1)
    sock.bind((address, port))
    sock.listen(512)
    return sock


async def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--messages", help="one JSON line a message")
    parser.add_argument("--sessions", help="one JSON line a session, with all commands")
    parser.add_argument("--port", type=int, default=25)
    options = parser.parse_args()
    server = Server(options.messages, options.sessions)
    sockets = [listener(socket.AF_INET, "0.0.0.0", options.port), listener(socket.AF_INET6, "::", options.port)]
    servers = [await asyncio.start_server(server.serve, sock=sock, limit=LINE_MAX) for sock in sockets]
    await asyncio.gather(*(each.serve_forever() for each in servers))


if __name__ == "__main__":
    asyncio.run(main())
