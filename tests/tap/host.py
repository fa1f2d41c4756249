# SPDX-License-Identifier: GPL-2.0-or-later
"""Lenient mail hosts, which take everything: what an open relay of old is at its worst.

    host.py MODE=ADDRESS...             one at each address, port 25; "ready" when all listen
    host.py relay=ADDRESS=DOMAIN,...    one with domains of its own, which sends on what is for others, to ELSEWHERE

Lines end at LF, and what is a dot alone then, with or without a CR at either side, ends a message. MODE:
"""

import asyncio
import re
import sys

ELSEWHERE = "192.0.2.80"

OFFERS = ["8BITMIME", "SIZE 52428800", "DSN"]
ALL = ["PIPELINING", *OFFERS, "HELP", "ENHANCEDSTATUSCODES", "AUTH PLAIN LOGIN", "CHUNKING", "BINARYMIME", "SMTPUTF8", "ETRN",
       "XCLIENT ADDR NAME", "EXPN", "X-EXPS LOGIN"]

MODES = {
    "plain": "takes everything",
    "pipelining": "offers that as well",
    "offer-all": "offers all there is, and takes BDAT and AUTH",
    "no-ehlo": "does not know EHLO",
    "rcpt-550": "no recipient is known to it",
    "mail-550": "takes no sender",
    "data-451": "takes no DATA",
    "data-354-always": "takes DATA without recipients",
    "split-replies": "sends its replies in pieces",
    "bare-lf-replies": "ends its replies with LF alone",
    "relay": "takes everything but mail to nobody, and sends on what is not its own",
    "elsewhere": "a host of others: takes what is sent on to it",
}


def target_of(argument, domains):
    """The domain that an open relay sends mail for "TO:<path>" to, by all that it follows: routes, quotes, percent, bang, a second @."""
    path = re.sub(r"^TO:\s*<?|>.*$|\s.*$", "", argument, flags=re.I).replace('"', "")
    while True:
        local, at, domain = path.rpartition("@") if "@" in path else (path, "", "")
        if path.startswith("@"):
            path = path.partition(":")[2]
        elif at and domain.lower() not in domains:
            return domain.lower()
        elif "@" in local:
            path = local
        elif "!" in local:
            host, _, user = local.partition("!")
            path = f"{user}@{host}"
        elif "%" in local:
            path = "@".join(local.rsplit("%", 1))
        else:
            return ""		# its own


class Session:
    """One client's."""

    def __init__(self, mode, domains, reader, writer):
        self.mode, self.domains, self.reader, self.writer = mode, domains, reader, writer
        self.name = domains[0] if domains else "mail.local.example"
        self.recipients = 0
        self.passed_on = []

    async def say(self, *lines):
        text = b"".join(lines)
        if self.mode == "bare-lf-replies":
            text = text.replace(b"\r\n", b"\n")
        if self.mode != "split-replies":
            self.writer.write(text)
            await self.writer.drain()
            return
        for piece in (text[:2], text[2:5], text[5:]):
            self.writer.write(piece)
            await self.writer.drain()
            await asyncio.sleep(0.002)

    async def line(self):
        try:
            return await self.reader.readuntil(b"\n")
        except asyncio.IncompleteReadError as error:
            raise EOFError from error

    async def text(self):
        while (await self.line()).strip(b"\r\n") != b".":
            pass
        self.recipients = 0
        await self.say(b"250 2.0.0 taken\r\n")
        if self.passed_on:
            await self.pass_on()

    async def pass_on(self):
        """To the host of others, in one message."""
        reader, writer = await asyncio.open_connection(ELSEWHERE, 25, local_addr=(self.writer.get_extra_info("sockname")[0], 0))
        await reader.readline()
        lines = ["HELO " + self.name, "MAIL FROM:<>", *(f"RCPT TO:<someone@{target}>" for target in self.passed_on), "DATA", "x\r\n.", "QUIT"]
        for line in lines:
            writer.write(line.encode() + b"\r\n")
            await reader.readline()
        writer.close()
        self.passed_on = []

    async def recipient(self, line):
        argument = line.partition(b" ")[2].decode("latin-1").strip()
        target = target_of(argument, self.domains) if self.mode == "relay" else ""
        if self.mode == "rcpt-550" or "<nobody" in argument:
            await self.say(b"550 5.1.1 no such user\r\n")
            return
        self.passed_on += [target] if target else []
        self.recipients += 1
        await self.say(b"250 2.0.0 ok\r\n")

    async def greet(self, verb):
        if verb == b"HELO":
            await self.say(b"250 " + self.name.encode() + b"\r\n")
        elif self.mode == "no-ehlo":
            await self.say(b"500 5.5.1 unknown\r\n")
        else:
            offers = ALL if self.mode == "offer-all" else [*OFFERS, "PIPELINING"] if self.mode == "pipelining" else OFFERS
            await self.say(b"250-" + self.name.encode() + b"\r\n", *(b"250-" + o.encode() + b"\r\n" for o in offers[:-1]),
                           b"250 " + offers[-1].encode() + b"\r\n")

    async def data(self):
        if self.mode == "data-451":
            await self.say(b"451 4.3.0 not now\r\n")
        elif self.recipients == 0 and self.mode != "data-354-always":
            await self.say(b"503 5.5.1 no recipient\r\n")
        else:
            await self.say(b"354 go on\r\n")
            await self.text()

    async def bdat(self, words):
        if self.mode != "offer-all" or len(words) < 2 or not words[1].isdigit():
            await self.say(b"500 5.5.1 unknown\r\n")
            return
        try:
            await self.reader.readexactly(int(words[1]))
        except asyncio.IncompleteReadError as error:
            raise EOFError from error
        if words[-1].upper() == b"LAST":
            self.recipients = 0
        await self.say(b"250 2.0.0 taken\r\n")

    async def auth(self, words):
        if self.mode != "offer-all":
            await self.say(b"500 5.5.1 unknown\r\n")
            return
        steps = (2 if words[1:2] == [b"LOGIN"] else 1) - (len(words) > 2)
        for _ in range(steps):
            await self.say(b"334 VXNlcm5hbWU6\r\n")
            if (await self.line()).strip() == b"*":
                await self.say(b"501 5.7.0 cancelled\r\n")
                return
        await self.say(b"235 2.7.0 welcome\r\n")

    async def obey(self, line):
        words = line.split()
        verb = words[0][:4].upper() if words else b""
        if verb in (b"EHLO", b"HELO"):
            await self.greet(verb)
        elif verb in (b"MAIL", b"SEND", b"SOML", b"SAML") and self.mode == "mail-550":
            await self.say(b"550 5.7.1 not you\r\n")
        elif verb == b"RCPT":
            await self.recipient(line)
        elif verb in (b"MAIL", b"SEND", b"SOML", b"SAML", b"RSET", b"NOOP", b"VRFY", b"EXPN", b"ETRN", b"HELP"):
            if verb == b"RSET":
                self.recipients, self.passed_on = 0, []
            await self.say(b"250 2.0.0 ok\r\n")
        elif verb in (b"DATA", b"BDAT", b"AUTH"):
            await (self.data() if verb == b"DATA" else self.bdat(words) if verb == b"BDAT" else self.auth(words))
        elif verb == b"QUIT":
            await self.say(b"221 2.0.0 bye\r\n")
            raise EOFError
        else:
            await self.say(b"500 5.5.1 unknown\r\n")

    async def serve(self):
        try:
            await self.say(b"220 " + self.name.encode() + b" ESMTP Sendmail 8.9.3/8.9.3; Mon, 12 Jan 2004 09:00:00 +0100\r\n")
            while True:
                await self.obey(await self.line())
        except (EOFError, OSError, ValueError):
            pass
        finally:
            self.writer.close()


async def main():
    for argument in sys.argv[1:]:
        mode, address, *domains = argument.split("=")
        domains = domains[0].split(",") if domains else []
        if mode not in MODES:
            sys.exit(f"host.py: no mode {mode}")

        async def serve(reader, writer, mode=mode, domains=domains):
            await Session(mode, domains, reader, writer).serve()

        await asyncio.start_server(serve, address, 25, backlog=1000, limit=1 << 22)
    print("ready", flush=True)
    await asyncio.Event().wait()


if len(sys.argv) < 2:
    sys.exit(__doc__ + "".join(f"    {name:16}{what}\n" for name, what in MODES.items()))
asyncio.run(main())
