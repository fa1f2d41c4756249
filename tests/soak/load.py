# SPDX-License-Identifier: GPL-2.0-or-later
"""load.py SEED RATE SECONDS FIRST TAKEN CORPUS [surge]: sessions at an even pace, for so many seconds.

The kind of each, its client and its host come from SEED and its number, of which FIRST is the first; so do its mails.
With "surge" there are more of them for a while, so that what is kept for the next session is as much as it will ever be
from then on. TAKEN gets a line for each mail that the client was told was taken: its name, octets, CRC-32. When all
sessions have ended, one line of JSON: what the clients saw, and what it cost.
"""
import asyncio
import json
import random
import resource
import sys
import time

import clients

SURGE = (68, 88, 2.5)   # seconds, times the rate: the ailing host hangs then (hosts.py), and sessions are many anyway
AT_ONCE = 1500          # sessions; one more is not begun, and counted
WEIGHTS = {
    "legitimate": 48, "relay": 24, "no-such-sender": 3, "slow-command": 2, "slow-text": 2, "deaf": 1, "idle": 2,
    "listed": 3, "busy": 4, "leaves": 4, "resets": 4, "vanishes": 3,
}
HOSTS = [("198.51.100.%d" % n, "2001:db8:25::%d" % n) for n in (25, 25, 26, 26, 27)]    # the slow one half as often


def client(rng, kind):
    """A few, whom all workers know soon: the memory that the rates have for them is in use from the begin on."""
    if kind == "listed":
        n = rng.randint(1, 4)
        return "203.0.113.%d" % (240 + n), "2001:db8:66:f%d::1" % n
    if kind == "vanishes":
        n = rng.randint(0, 3)
        return "203.0.113.%d" % (48 + n), "2001:db8:66:3%d::1" % n
    if kind == "busy":
        return "203.0.113.230", "2001:db8:66:e0::1"
    return "203.0.113.%d" % rng.randint(1, 40), "2001:db8:66:%x::1" % rng.randint(1, 20)


def session(book, seed, number, shared):
    rng = random.Random(seed * 1000003 + number)
    kind = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    family = rng.randint(0, 1)
    s = clients.Session(book, rng, number, (client(rng, kind)[family], rng.choice(HOSTS)[family]), shared)
    if kind == "vanishes":
        s.port = book.new_port(s.source)
    book.counts["begun " + kind] += 1
    return clients.run(s, kind)


def times(rate, seconds, surge):
    """When sessions begin."""
    at = 0
    while at < seconds:
        yield at
        at += 1 / (rate * (SURGE[2] if surge and SURGE[0] <= at < SURGE[1] else 1))


async def load(book, seed, begins, first, shared):
    loop = asyncio.get_running_loop()
    running, begin, most = set(), loop.time(), 0
    for n, at in enumerate(begins):
        await asyncio.sleep(begin + at - loop.time())
        if len(running) >= AT_ONCE:
            book.counts["skipped"] += 1
            continue
        task = loop.create_task(session(book, seed, first + n, shared))
        running.add(task)
        task.add_done_callback(running.discard)
        most = max(most, len(running))
    while running:
        await asyncio.wait(running)
    return most


def main():
    seed, rate, seconds, first = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
    shared = clients.make_text(random.Random(seed)), clients.read_attacks(sys.argv[6])
    with open(sys.argv[5], "a", encoding="ascii") as taken:
        book, begin = clients.Book(taken, 1024 if first == 0 else 32768), time.monotonic()
        most = asyncio.run(load(book, seed, times(rate, seconds, sys.argv[7:] == ["surge"]), first, shared))
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({
        "counts": book.counts, "words": book.words, "most_at_once": most,
        "cpu": round((used.ru_utime + used.ru_stime) / (time.monotonic() - begin), 3),
    }), flush=True)


if __name__ == "__main__":
    main()
