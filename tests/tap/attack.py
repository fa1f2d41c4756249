# SPDX-License-Identifier: GPL-2.0-or-later
"""The corpus over the wire, under several rules: each recipient is asked for, however often the other side hangs up.

    attack.py CORPUS BOOK       CORPUS is the folder of recipients.tsv and dialogues.tsv; BOOK is written: whose each connection was
"""

import asyncio
import sys

import dialogue
import smtp

AT_ONCE = 40
BATCH = 40
HOST4, HOST6 = "198.51.100.%d", "2001:db8:25::%d"
CLIENT4, CLIENT6 = "203.0.113.%d", "2001:db8:66::%d"
SENDER = b"MAIL FROM:<probe@spam.example>"

# Last numbers of client and host: the policy has rules for each. Pipelined, or one by one.
SETTINGS = {
    "counted": (CLIENT4 % 67, HOST4 % 25, False),
    "redirected": (CLIENT6 % 68, HOST6 % 25, False),
    "dropped": (CLIENT4 % 69, HOST4 % 25, False),
    "trusted": (CLIENT6 % 70, HOST6 % 25, False),
    "old": (CLIENT4 % 66, HOST4 % 26, False),
    "windows": (CLIENT6 % 66, HOST6 % 27, False),
    "pipelined": (CLIENT4 % 66, HOST4 % 30, True),
}
MODES = {"plain": 25, "offer-all": 31, "no-ehlo": 32, "rcpt-550": 33, "mail-550": 34, "data-451": 35, "data-354-always": 36,
         "split-replies": 37, "bare-lf-replies": 38}
MESSAGE = b"From: <probe@spam.example>\r\nSubject: probe\r\n\r\n..text\r\n."


def is_odd(octets):
    """Servers may take it for several commands."""
    return b"\n" in octets or b"\r" in octets or len(octets) > 1000


async def one_row(book, row):
    """A session of its own, with the row's own sender."""
    client = await book.connect(CLIENT4 % 66, HOST4 % 25)
    whole = False
    try:
        await client.reply()
        await client.say(b"EHLO client.spam.example")
        await client.say(b"MAIL " + smtp.decode(row["mail_from_raw"]))
        raw = b"RCPT " + smtp.decode(row["rcpt_raw"])
        code = await client.say(raw)
        if is_odd(raw):
            await client.further()
        if 200 <= code < 300 and await client.say(b"DATA") == 354:
            await client.say(MESSAGE)
        whole = True
    except smtp.Closed:
        pass
    await client.bye()
    book.note(f"single/{row['id']}", client, whole)


class Batch:
    """Rows one after the other. Whoever hangs up is called again, for the rest."""

    def __init__(self, book, name, number, batch):
        self.book, self.label = book, f"{name}/{number}"
        self.source, self.address, self.pipelined = SETTINGS[name]
        self.left = [b"RCPT " + smtp.decode(row["rcpt_raw"]) for row in batch]

    async def one_by_one(self, client):
        while self.left:
            await client.say(SENDER)
            raw = self.left.pop(0)
            code = await client.say(raw)
            if is_odd(raw):
                await client.further()
            if 200 <= code < 300 and len(self.left) % 8 == 0:
                if await client.say(b"DATA") == 354:
                    await client.say(MESSAGE)
            else:
                await client.say(b"RSET")

    async def in_one_write(self, client):
        odd = [raw for raw in self.left if is_odd(raw)]
        self.left = [raw for raw in self.left if not is_odd(raw)]
        while self.left:
            some = self.left[:10]
            await client.send(b"\r\n".join([SENDER, *some, b"RSET", b""]))
            await client.reply()
            for _ in some:
                await client.reply()
                self.left.pop(0)
            await client.reply()
        self.left, self.pipelined = odd, False
        await self.one_by_one(client)

    async def run(self):
        calls = 0
        while self.left:
            calls += 1
            before = len(self.left)
            client = await self.book.connect(self.source, self.address)
            try:
                await client.reply()
                await client.say(b"EHLO client.spam.example")
                await (self.in_one_write(client) if self.pipelined else self.one_by_one(client))
            except smtp.Closed:
                if len(self.left) == before:
                    sys.exit(f"attack.py: {self.label}: hung up on before anything was said")
            await client.bye()
            self.book.note(self.label, client, not self.left)


async def play(book, row, setting, source, address):
    client = await book.connect(source, address)
    whole = await dialogue.play(client, row["client_bytes"])
    book.note(f"dialogue-{setting}/{row['id']}", client, whole)


def all_of(corpus, book):
    recipients, dialogues = smtp.rows(f"{corpus}/recipients.tsv"), smtp.rows(f"{corpus}/dialogues.tsv")
    for row in dialogues:		# they wait: first of all
        text = row["client_bytes"]
        if not dialogue.is_playable(text):
            continue
        last = MODES[dialogue.mode_of(text)]
        yield play(book, row, "plain", CLIENT4 % 66, HOST4 % last)
        if last == 25:
            yield play(book, row, "old", CLIENT6 % 66, HOST6 % 26)
            yield play(book, row, "windows", CLIENT4 % 66, HOST4 % 27)
            yield play(book, row, "counted", CLIENT4 % 67, HOST4 % 25)
    for row in recipients:
        yield one_row(book, row)
    for name in SETTINGS:
        for i in range(0, len(recipients), BATCH):
            yield Batch(book, name, i // BATCH, recipients[i:i + BATCH]).run()


async def main(corpus, path):
    book = smtp.Book(path)
    todo = all_of(corpus, book)

    async def worker():
        for each in todo:
            await each

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    client = await book.connect(CLIENT4 % 66, HOST4 % 25)
    await client.reply()
    await client.say(smtp.END)
    await client.bye()
    book.note("end", client, True)


if len(sys.argv) != 3:
    sys.exit(__doc__)
asyncio.run(main(*sys.argv[1:]))
