# SPDX-License-Identifier: GPL-2.0-or-later
"""What clients of a mail host do, good ones and bad ones: each kind is one session.

A session writes down what it was told in a Book, which is compared with the counters of the box afterwards. What it
cannot know, since the connection ended before the reply, is written down as unsure.
"""
import asyncio
import collections
import itertools
import csv
import re
import socket
import struct
import zlib

REPLY_S = 60            # longer than any timeout of the box
SLOW_S = 45             # that a slow or silent client stays at most; the box ends it before, if a timeout says so
MARK_GONE = 1        # packets of sockets with this mark do not leave the client
LOCAL = ["user", "postmaster", "sales", "a.b", "x-y_z", "o'hara", "user+tag"]
REASON = re.compile(rb"\(([0-9a-f]{8}) ([a-z0-9-]+)\)\s*$")


class Over(Exception):
    """The session has ended, or the client ends it here."""


class Book:
    """What all clients saw."""

    def __init__(self, taken, first_port):
        self.counts, self.taken, self.words = collections.Counter(), taken, collections.Counter()
        self.ports = collections.defaultdict(lambda: itertools.count(first_port))

    def new_port(self, source):
        """One that this source never had: the box may still have a session of who vanished, and nobody there denies it."""
        return next(self.ports[source])

    def mail_taken(self, ident, octets, crc):
        self.counts["mails_taken"] += 1
        print(ident, octets, "%08x" % crc, file=self.taken)


def unescape(field):
    """The corpus's C escapes; everything else is the UTF-8 it is written in."""
    simple = {"t": b"\t", "n": b"\n", "r": b"\r", "\\": b"\\"}
    parts = re.split(r"\\(x[0-9A-Fa-f]{2}|.)", field)
    out = bytearray(parts[0].encode())
    for escape, literal in zip(parts[1::2], parts[2::2]):
        out += bytes([int(escape[1:], 16)]) if len(escape) == 3 else simple[escape]
        out += literal.encode()
    return bytes(out)


def read_attacks(path):
    """MAIL and RCPT of all forms that must not get through, one command line each."""
    with open(path, encoding="utf-8", newline="\n") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        forms = [(unescape(r["mail_from_raw"]), unescape(r["rcpt_raw"])) for r in rows if r["expected"] == "relay"]
    return [form for form in forms if not any(c in part for part in form for c in (b"\r", b"\n"))]


def make_text(random):
    """200 KiB of lines, some with dots at their begin, as they go over the wire."""
    lines = []
    while sum(map(len, lines)) < 200 * 1024:
        line = bytes(random.choices(b"abcdefghijklmnopqrstuvwxyz     ", k=random.randint(0, 76)))
        lines.append((b".." if random.random() < 0.05 else b"") + line + b"\r\n")
    return b"".join(lines)


class Session:
    """One connection, and the client's side of SMTP."""

    def __init__(self, book, random, ident, ends, stuff):
        self.book, self.random, self.ident, (self.source, self.address) = book, random, ident, ends
        self.text, self.attacks = stuff
        self.reader = self.writer = None
        self.port = 0           # any
        self.steps = None       # until the client goes away in its own manner; None: it stays
        self.mails = 0

    async def connect(self, receive=None):
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setblocking(False)
        if receive:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        self.book.counts["tried"] += 1
        try:
            sock.bind((self.source, self.port))
            await asyncio.wait_for(asyncio.get_running_loop().sock_connect(sock, (self.address, 25)), REPLY_S)
        except (OSError, asyncio.TimeoutError) as e:
            sock.close()
            self.book.counts["refused" if isinstance(e, ConnectionRefusedError) else "not_connected"] += 1
            self.book.words[f"not connected {self.source} to {self.address}: {e!r}"] += 1
            raise Over from e
        self.book.counts["connected"] += 1
        self.reader, self.writer = await asyncio.open_connection(sock=sock)

    async def greeting(self):
        line = await self.reply()
        if not line.startswith(b"220"):
            word = REASON.search(line)
            self.book.counts["greeted_%s" % line[:3].decode()] += 1
            self.book.words["greeting %s" % (word[2].decode() if word else line[:3].decode())] += 1
            raise Over
        self.book.counts["greeted"] += 1

    async def reply(self):
        """One reply, whole; its last line."""
        try:
            line = await asyncio.wait_for(self.reader.readline(), REPLY_S)
            while line[3:4] == b"-":
                line = await asyncio.wait_for(self.reader.readline(), REPLY_S)
        except asyncio.TimeoutError as e:
            self.book.counts["silent"] += 1
            raise Over from e
        except OSError as e:
            self.book.counts["reset"] += 1
            raise Over from e
        if not line.endswith(b"\n"):
            self.book.counts["closed"] += 1
            raise Over
        return line

    def step(self):
        """A client that will go away does so before it says this."""
        if self.steps is not None:
            self.steps -= 1
            if self.steps < 0:
                raise Over

    async def send(self, octets):
        try:
            self.writer.write(octets)
            await asyncio.wait_for(self.writer.drain(), REPLY_S)
        except (OSError, asyncio.TimeoutError) as e:
            self.book.counts["reset"] += 1
            raise Over from e

    async def say(self, line):
        self.step()
        await self.send(line + b"\r\n")
        got = await self.reply()
        if got.startswith(b"421"):
            self.told(got)
            raise Over
        return got

    def told(self, line):
        word = REASON.search(line)
        self.book.words["told %s %s" % (line[:3].decode(), word[2].decode() if word else "-")] += 1

    async def envelope(self, sender, recipients, pipelined):
        """MAIL and RCPTs; how many recipients were taken."""
        lines = [b"MAIL " + sender] + [b"RCPT " + r for r in recipients]
        self.step()
        if pipelined:
            await self.send(b"\r\n".join(lines) + b"\r\n")
        taken, waits, mail = 0, 0, True
        try:
            for i, line in enumerate(lines):
                waits = 1 if not pipelined else len(lines) - i
                if not pipelined:
                    self.step()
                    await self.send(line + b"\r\n")
                got = await self.reply()
                waits -= 1
                if i == 0:
                    mail = got.startswith(b"250")
                    self.book.counts["senders_taken" if mail else "senders_refused"] += 1
                    if not mail and not pipelined:
                        self.told(got)
                        return 0
                else:
                    taken += self.recipient(got, mail)
                if got.startswith(b"421"):
                    self.told(got)
                    raise Over
        finally:
            self.book.counts["recipients_unsure"] += waits
        return taken

    def recipient(self, got, mail):
        """Write down the reply to a RCPT; was it taken?"""
        if got.startswith(b"250"):
            self.book.counts["recipients_taken"] += 1
            return 1
        word = REASON.search(got)
        if got.startswith(b"5") and mail and word:
            self.book.counts["recipients_refused"] += 1
        else:
            self.book.counts["recipients_failed"] += 1
        self.told(got)
        return 0

    async def message(self, octets):
        """DATA and a message of about so many octets."""
        got = await self.say(b"DATA")
        if not got.startswith(b"354"):
            self.told(got)
            return
        self.mails += 1
        ident = "%d.%d" % (self.ident, self.mails)
        text = b"X-Mail: %s\r\nSubject: soak\r\n\r\n" % ident.encode()
        text += self.text[:octets].rpartition(b"\r\n")[0] + b"\r\n"
        self.step()
        goes = self.steps == 0      # in the middle of it, or at its end
        if goes and self.random.random() < 0.5:
            await self.send(text[:len(text) // 2])
            raise Over
        await self.send(text + b".\r\n")
        self.book.counts["mails_sent"] += 1
        try:
            if goes:
                raise Over
            got = await self.reply()
        except Over:
            self.book.counts["mails_unsure"] += 1
            raise
        if got.startswith(b"250"):
            self.book.mail_taken(ident, len(text), zlib.crc32(text))
        else:
            self.book.counts["mails_refused"] += 1
            self.told(got)

    async def hello(self):
        await self.greeting()
        await self.say(b"EHLO client.example")
        if self.random.random() < 0.2:
            self.step()
            self.book.counts["starttls_unsure"] += 1
            got = await self.say(b"STARTTLS")
            self.book.counts["starttls_unsure"] -= 1
            self.book.counts["starttls_refused" if got[:1] in b"45" else "starttls_taken"] += 1

    async def quit(self):
        await self.say(b"QUIT")

    def close(self):
        if self.writer:
            self.writer.close()

    def abort(self, mark=False):
        """With a reset; or with nothing that anybody would hear of."""
        sock = self.writer.get_extra_info("socket")
        try:
            if mark:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, MARK_GONE)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:     # the box was faster, and there is no socket any more
            return
        self.writer.transport.abort()


async def legitimate(s):
    await s.hello()
    for _ in range(s.random.choice([1, 1, 1, 2, 3])):
        names = s.random.sample(LOCAL, s.random.choice([1, 1, 2, 3, 5]))
        recipients = [b"TO:<%s@local.example>" % name.encode() for name in names]
        if await s.envelope(b"FROM:<a@client.example>", recipients, s.random.random() < 0.5):
            await s.message(int(1024 * 200 ** s.random.random()))
        else:
            await s.say(b"RSET")
    await s.quit()


async def relay(s):
    """Forms of the corpus, some of them among good recipients, whose mail shall arrive."""
    await s.hello()
    for _ in range(s.random.randint(1, 4)):
        sender, form = s.random.choice(s.attacks)
        good = s.random.random() < 0.3
        recipients = [form] + [b"TO:<user@local.example>"] * good
        if await s.envelope(sender, recipients, s.random.random() < 0.3) and good:
            await s.message(2048)
        else:
            await s.say(b"RSET")
    await s.quit()


async def no_such_sender(s):
    await s.hello()
    await s.envelope(b"FROM:<a@nowhere.example>", [b"TO:<user@local.example>"], False)
    await s.quit()


async def drip(s, octets):
    """An octet a second, until the box or the client has had enough."""
    for octet in octets[:SLOW_S]:
        await s.send(bytes([octet]))
        await asyncio.sleep(1)


async def slow_command(s):
    await s.greeting()
    await drip(s, b"EHLO a-client-that-types-with-one-finger.example")
    s.told(await s.reply())


async def slow_text(s):
    await s.hello()
    if await s.envelope(b"FROM:<a@client.example>", [b"TO:<user@local.example>"], False):
        await s.say(b"DATA")
        await drip(s, b"X-Slow: a text of which an octet comes now and then.\r\n")


async def deaf(s):
    """Commands without end, and not one reply is read."""
    await s.greeting()
    s.reader._transport.pause_reading()     # asyncio reads ahead otherwise
    end = asyncio.get_running_loop().time() + SLOW_S
    while asyncio.get_running_loop().time() < end:
        await asyncio.wait_for(s.send(b"HELP\r\n" * 400), SLOW_S)
        await asyncio.sleep(0.5)


async def idle(s):
    await s.hello()
    s.told(await s.reply())     # 421, of the box


async def listed(s):
    await s.greeting()
    s.book.counts["listed_greeted"] += 1
    await s.quit()


async def busy(s):
    await s.hello()
    await s.quit()


async def in_the_middle(s):
    """A mail, and the end somewhere in it: run() sees to the manner."""
    s.steps = s.random.randint(0, 9)
    await legitimate(s)


async def run(s, kind):
    """One session of this kind, from its connection to its end."""
    play, end, receive = KINDS[kind]
    try:
        await s.connect(receive)
        await play(s)
    except (Over, asyncio.TimeoutError):
        pass
    finally:
        s.book.counts["ended"] += 1
        if s.writer and end != "close":
            s.abort(end == "vanish")
        s.close()


# What it does, how it ends, and the size of its receive buffer if that is not the kernel's.
KINDS = {
    "legitimate": (legitimate, "close", None),
    "relay": (relay, "close", None),
    "no-such-sender": (no_such_sender, "close", None),
    "slow-command": (slow_command, "close", None),
    "slow-text": (slow_text, "close", None),
    "deaf": (deaf, "reset", 4096),
    "idle": (idle, "close", None),
    "listed": (listed, "close", None),
    "busy": (busy, "close", None),
    "leaves": (in_the_middle, "close", None),
    "resets": (in_the_middle, "reset", None),
    "vanishes": (in_the_middle, "vanish", None),
}
