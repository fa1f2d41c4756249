# SPDX-License-Identifier: GPL-2.0-or-later
"""Mail at an even pace through a fault, and what became of each.

    load.py HOSTFILE FROM TO [FROM TO]      HOSTFILE: what tests/faults/host.py writes

A mail begins every 20 ms, and every 100 ms somebody tries to relay. LOAD_SLOWER=N in the environment, for a box that is emulated: N times as
seldom, and a good mail may take N times as long. A client tries again what had no 250, and nothing else. Standard input: "begin TIME" and "end TIME", a fault (seconds since 1970; without an end it is over when it begins), and
"finish MS": no more mail as soon as the box has recovered, or after MS. Then mails that were not delivered have
DRAIN_S to be; at the end one line of numbers:

    sent, delivered         mails, and those of them that are at the host
    code, reset, late       tries that ended with another reply, with a reset or refused, or not at all within LATE_S
    lost                    mails that had their 250 and are not at the host
    doubled                 mails that are there more than once: the reply to the final dot got lost, and who cannot know sends again
                            (RFC 1047; RFC 5321 4.5.3.2.6 tells servers to be quick there)
    unexplained             ... although no such reply got lost
    tries, relayed          to relay, and recipients elsewhere that reached the host
    outage                  ms, the longest time from the fault's begin to recovery in which no mail had its 250
    recovery                ms from the fault's end to the 250 of the first of IN_A_ROW mails begun since, each delivered within GOOD_S; or -
    meets                   what tries met that began in the fault, or, if it has no end, before all was well
"""

import asyncio
import collections
import itertools
import os
import random
import socket
import sys
import time

SLOWER = float(os.environ.get("LOAD_SLOWER", 1))
MAIL_S, RELAY_S = 0.02 * SLOWER, 0.1 * SLOWER
LATE_S, GOOD_S, DRAIN_S = 8.0, 1.0 * SLOWER, 20.0
RETRY_S, RETRY_MOST_S = 0.5, 4.0
IN_A_ROW = 20       # more than ten: half of all connections may be with a worker that is well
VICTIMS = ["user@victim.example", "user%victim.example@local.example", "@local.example:user@victim.example"]


class Try:
    """what: "taken", a reply's code, "refused", "reset" or "late"; "": it goes on. dotted: the final dot was sent."""

    def __init__(self, n):
        self.n, self.begun, self.ended, self.what, self.dotted = n, time.time(), None, "", False

    def end(self, what):
        self.what, self.ended = what, time.time()

    def is_good(self):
        return self.what == "taken" and self.ended - self.begun <= GOOD_S


class Told(Exception):
    """Another reply than the one that is wanted."""


class Client:
    """One connection; close() it."""

    async def open(self, source, address):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.reader, self.writer = await asyncio.open_connection(address, 25, family=family, local_addr=(source, 0))

    async def say(self, line, want):
        if line:
            self.writer.write(line.encode() + b"\r\n")
        got = await self.reader.readline()
        while got[3:4] == b"-":
            got = await self.reader.readline()
        if got == b"":
            raise ConnectionResetError
        code = got[:3].decode("ascii", "replace")
        if code != want:
            raise Told(code)

    async def greet(self):
        await self.say("", "220")
        await self.say("EHLO client.example", "250")
        await self.say("MAIL FROM:<a@client.example>", "250")

    def close(self):
        if hasattr(self, "writer"):
            self.writer.close()


async def mail(c, t):
    await c.greet()
    await c.say("RCPT TO:<user@local.example>", "250")
    await c.say("DATA", "354")
    c.writer.write(f"X-Mail: {t.n}\r\n\r\ntext\r\n".encode())
    t.dotted = True
    await c.say(".", "250")
    t.end("taken")
    await c.say("QUIT", "221")


async def relay(c, t):
    """An attacker, who goes on as far as he is let."""
    await c.greet()
    await c.say(f"RCPT TO:<{VICTIMS[t.n % len(VICTIMS)]}>", "250")
    await c.say("DATA", "354")
    await c.say(f"X-Relay: {t.n}\r\n\r\ntext\r\n.", "250")


async def one(talk, t, ends):
    """A try: it has an end when this returns."""
    c = Client()
    connected = False
    try:
        async with asyncio.timeout(LATE_S):
            await c.open(*ends)
            connected = True
            await talk(c, t)
        what = "taken"
    except Told as e:
        what = str(e)
    except TimeoutError:
        what = "late"
    except OSError:
        what = "reset" if connected else "refused"
    finally:
        c.close()
    if not t.what:
        t.end(what)


class Load:
    def __init__(self, ends):
        self.ends = ends
        self.tries, self.relays, self.tasks = [], 0, set()
        self.fault, self.over, self.stopping = None, None, None     # begun, ended; no more mail from then on
        self.bound = None

    def start(self, work):
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def deliver(self, n):
        wait = RETRY_S
        while self.stopping is None or time.time() < self.stopping + DRAIN_S:
            t = Try(n)
            self.tries.append(t)
            await one(mail, t, self.ends[n % len(self.ends)])
            if t.what == "taken":
                return
            await asyncio.sleep(wait * random.uniform(0.8, 1.2))
            wait = min(wait * 2, RETRY_MOST_S)

    async def attack(self, n):
        await one(relay, Try(n), self.ends[n // len(VICTIMS) % len(self.ends)])

    async def pace(self, every_s, begin):
        for n in itertools.count():
            if self.stopping is not None:
                return n
            self.start(begin(n))
            await asyncio.sleep(every_s)

    def recovered(self):
        """When it was, or None. Tries stand in the order in which they began."""
        since = [t for t in self.tries if self.over is not None and t.begun >= self.over]
        row = 0
        for i, t in enumerate(since):
            row = row + 1 if t.is_good() else 0
            if row == IN_A_ROW:
                return since[i - IN_A_ROW + 1].ended
        return None

    async def obey(self):
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        async for line in reader:
            word, number = line.decode().split()
            if word == "begin":
                self.fault = float(number)
            elif word == "end":
                self.over = float(number)
            else:
                self.over = self.fault if self.over is None else self.over
                self.bound = self.over + float(number) / 1000
                return

    async def run(self):
        self.start(self.obey())
        mails = asyncio.create_task(self.pace(MAIL_S, self.deliver))
        relays = asyncio.create_task(self.pace(RELAY_S, self.attack))
        while self.bound is None or (time.time() < self.bound and self.recovered() is None):
            await asyncio.sleep(0.05)
        at = self.recovered()
        self.stopping = time.time()
        self.relays, self.sent = await relays, await mails
        while self.tasks:
            await asyncio.wait(self.tasks)
        return at


def read_host(file):
    """Mails by number, how often; and recipients elsewhere."""
    with open(file, encoding="ascii") as lines:
        words = [line.split() for line in lines]
    return collections.Counter(int(w[1]) for w in words if w[0] == "X-Mail:"), sum(w[0] == "X-Relayed:" for w in words)


def meets(load, until):
    met = collections.Counter(t.what for t in load.tries if load.fault <= t.begun < until)
    return "+".join(f"{what}:{count}" for what, count in sorted(met.items())) or "nobody"


def outage(load, until):
    ends = sorted(t.ended for t in load.tries if t.what == "taken" and load.fault <= t.ended <= until)
    return max(b - a for a, b in itertools.pairwise([load.fault, *ends, until]))


def numbers(load, at, file):
    there, relayed = read_host(file)
    taken = {t.n for t in load.tries if t.what == "taken"}
    unsure = collections.Counter(t.n for t in load.tries if t.dotted and t.what != "taken")
    kinds = collections.Counter("reset" if t.what == "refused" else "code" if t.what.isdigit() else t.what for t in load.tries)
    well = at or load.bound
    return {
        "sent": load.sent,
        "delivered": len(there),
        "code": kinds["code"],
        "reset": kinds["reset"],
        "late": kinds["late"],
        "lost": len(taken - set(there)),
        "doubled": sum(count > 1 for count in there.values()),
        "unexplained": sum(count - 1 > unsure[n] for n, count in there.items()),
        "tries": load.relays,
        "relayed": relayed,
        "outage": round(outage(load, well) * 1000),
        "recovery": round((at - load.over) * 1000) if at else "-",
        "meets": meets(load, load.over if load.over > load.fault else well),
    }


async def main(file, *ends):
    load = Load(list(zip(ends[::2], ends[1::2])))
    print("begun", flush=True)
    at = await load.run()
    print(" ".join(f"{k}={v}" for k, v in numbers(load, at, file).items()), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
