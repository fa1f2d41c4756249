# SPDX-License-Identifier: GPL-2.0-or-later
"""Mail servers of many kinds, for tests of relaywall audit.

    servers.py FOLDER ADDRESS PORT=KIND ...
                        one server a port; each writes what it is told, a line each, to FOLDER/KIND. Says "ready" when all
                        listen. A message that comes is put into FOLDER/mailbox, as it came
"""

import asyncio
import re
import sys

LOCAL = ("host.example", "local.example", "[127.0.0.1]", "[198.51.100.25]", "[IPv6:2001:db8:25::25]")
MAILBOXES = ("postmaster", "root")


def is_local(path):
    """Of a domain of this host, and a name that is nothing but one."""
    user, _, domain = path.rpartition("@")
    return domain.strip("<>").lower() in [d.lower() for d in LOCAL] and not re.search(r'[@%!:"]', user)


class Server:
    """Knows its own mailboxes, and refuses all others."""

    banner = "220 host.example ESMTP"
    words = ["PIPELINING", "8BITMIME", "STARTTLS", "HELP"]

    def __init__(self, folder, kind):
        self.log = open(f"{folder}/{kind}", "a", buffering=1, encoding="ascii", errors="backslashreplace")
        self.mailbox = f"{folder}/mailbox"
        self.sessions = 0

    async def say(self, writer, *lines):
        writer.write("".join(line + "\r\n" for line in lines).encode("latin-1"))
        await writer.drain()

    async def greet(self, writer):
        await self.say(writer, self.banner)

    def mail(self, path):
        return "250 2.1.0 sender ok"

    def rcpt(self, path):
        if is_local(path):
            return "250 2.1.5 ok" if path.strip("<>").split("@")[0].lower() in MAILBOXES else "550 5.1.1 no such mailbox"
        return "550 5.7.1 relaying denied"

    def other(self, verb, rest):
        if verb in ("VRFY", "EXPN"):
            return "252 2.5.2 send mail and see"
        return "502 5.5.1 what?"

    async def data(self, reader, writer):
        await self.say(writer, "354 go on")
        message = b""
        while (line := await reader.readline()) not in (b".\r\n", b""):
            message += line
        with open(self.mailbox, "ab") as out:
            out.write(message + b"\n")
        await self.say(writer, "250 2.0.0 taken")

    async def command(self, reader, writer, line):
        verb, _, rest = line.partition(" ")
        verb = verb.upper()
        if verb == "EHLO":
            await self.say(writer, *[f"250-{word}" for word in ["host.example hello"] + self.words[:-1]], f"250 {self.words[-1]}")
        elif verb == "HELO":
            await self.say(writer, "250 host.example")
        elif verb == "MAIL":
            await self.say(writer, self.mail(rest[5:]))
        elif verb == "RCPT":
            await self.say(writer, self.rcpt(rest[3:]))
        elif verb == "RSET":
            await self.say(writer, "250 2.0.0 ok")
        elif verb == "DATA":
            await self.data(reader, writer)
        elif verb == "QUIT":
            await self.say(writer, "221 2.0.0 bye")
            return False
        else:
            await self.say(writer, self.other(verb, rest))
        return True

    async def serve(self, reader, writer):
        self.sessions += 1
        self.log.write(f"CONNECT {self.sessions}\n")
        try:
            await self.greet(writer)
            while line := await reader.readline():
                line = line.decode("latin-1").rstrip("\r\n")
                self.log.write(line + "\n")
                if not await self.command(reader, writer, line):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        writer.close()


class Open(Server):
    """As AIX shipped it."""

    banner = "220 host.example ESMTP Sendmail AIX4.3/8.9.3/8.9.3; Thu, 26 Nov 2026 11:05:26 GMT"

    def rcpt(self, path):
        return "250 2.1.5 recipient ok"

    def other(self, verb, rest):
        if verb == "VRFY":
            return "250 Charlie Root <root@host.example>" if rest in MAILBOXES else "550 5.1.1 no"
        return "250 2.1.5 <root@host.example>" if verb == "EXPN" else "502 5.5.1 what?"


class Percent(Server):
    """Refuses what names another host, but for this."""

    def rcpt(self, path):
        return "250 2.1.5 ok" if "%" in path else super().rcpt(path)


class CatchAll(Server):
    """Takes every name at its own domain, as qmail does, and bounces later."""

    def rcpt(self, path):
        if path.rpartition("@")[2].rstrip(">").lower() in LOCAL and not path.startswith("<@"):
            return "250 2.1.5 ok"
        return super().rcpt(path)


class Grey(Server):
    def rcpt(self, path):
        return "451 4.7.1 greylisted, come back later"


class NoRoute(Server):
    """Would relay to a domain that exists."""

    def rcpt(self, path):
        return super().rcpt(path) if is_local(path) else "550 5.1.2 host unknown"


class Authenticated(Server):
    def mail(self, path):
        return "530 5.7.0 authentication required"


class Closing(Server):
    """One RCPT a session, then 421."""

    async def command(self, reader, writer, line):
        go_on = await super().command(reader, writer, line)
        if line.startswith("RCPT"):
            await self.say(writer, "421 4.7.0 that is enough for one session")
            return False
        return go_on


class Dropping(Server):
    """Ends the connection instead of an answer to RCPT."""

    async def command(self, reader, writer, line):
        return False if line.startswith("RCPT") else await super().command(reader, writer, line)


class Half(Server):
    """Answers, and ends its direction with it."""

    async def command(self, reader, writer, line):
        go_on = await super().command(reader, writer, line)
        if line.startswith("RCPT"):
            writer.write_eof()
        return go_on


class Hang(Server):
    async def command(self, reader, writer, line):
        return True if line.startswith("RCPT") else await super().command(reader, writer, line)


class Silent(Server):
    async def greet(self, writer):
        await asyncio.sleep(3600)


class Drip(Server):
    """A reply that never ends, slowly."""

    async def say(self, writer, *lines):
        if not lines[0].startswith("250 2.1.5") and not lines[0].startswith("550"):
            return await super().say(writer, *lines)
        while True:
            writer.write(b"250-x\r\n")
            await writer.drain()
            await asyncio.sleep(0.1)


class Tarpit(Server):
    async def say(self, writer, *lines):
        await asyncio.sleep(0.3)
        await super().say(writer, *lines)


class Garbage(Server):
    async def say(self, writer, *lines):
        if lines[0].startswith(("220", "250-", "221")):
            return await super().say(writer, *lines)
        writer.write(b"\x00\xff<script>alert(1)</script>\r\n")


class Huge(Server):
    async def say(self, writer, *lines):
        if lines[0].startswith(("220", "250-", "221")):
            return await super().say(writer, *lines)
        writer.write(b"250-" + b"x" * 2000 + b"\r\n")
        for _ in range(200):
            writer.write(b"250-" + b"y" * 1000 + b"\r\n")


class Talkative(Server):
    """Two replies to each RCPT."""

    def rcpt(self, path):
        return super().rcpt(path) + "\r\n250 2.0.0 and one more"


class Hostile(Server):
    """Writes markup, escapes of terminals and octets of all kinds."""

    banner = "220 <script>document.title='taken'</script>\x1b[31m\xff\"'&"

    def rcpt(self, path):
        return "550 5.7.1 <img src=x onerror=alert(1)>\x1b]0;taken\x07\x80 &amp; \"'"


class Old(Server):
    """Before EHLO."""

    async def command(self, reader, writer, line):
        if line.startswith("EHLO"):
            await self.say(writer, "500 Command unrecognized")
            return True
        return await super().command(reader, writer, line)


class Away(Server):
    banner = "554 no service for you"


KINDS = {c.__name__.lower(): c for c in (Server, Open, Percent, CatchAll, Grey, NoRoute, Authenticated, Closing, Dropping, Half, Hang, Silent, Drip,
                                         Tarpit, Garbage, Huge, Talkative, Hostile, Old, Away)}


async def main(folder, address, *ports):
    for port in ports:
        number, kind = port.split("=")
        await asyncio.start_server(KINDS[kind](folder, kind).serve, address, int(number))
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
