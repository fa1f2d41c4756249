# SPDX-License-Identifier: GPL-2.0-or-later
"""The corpus's dialogues: their notation, and a client that plays them."""

import asyncio
import re

import smtp

TOKEN = re.compile(r"\{([a-z-]+)(?::((?:[^}\\]|\\.)*))?\}")
RAW = {"overlap", "reorder", "oob", "syn-data", "tls", "tlsclose"}	# want crafted packets, or TLS
MOST = 200000		# octets of a repetition
TURNS = 110		# of a loop
DELAY_S = 0.2
PATIENCE_S = 3


def mode_of(text):
    found = re.search(r"\{server:([a-z0-9-]+)\}", text)
    return found[1] if found else "plain"


def is_playable(text):
    return not any(name in RAW for name, _ in TOKEN.findall(text))


def steps(text):
    """Pairs of what and with what; loops are unrolled."""
    at = 0
    loop = re.search(r"\{loop:(\d+)\}(.*?)\{endloop\}", text, re.S)
    if loop:
        body = "".join(loop[2].replace("{n}", str(n)) for n in range(min(int(loop[1]), TURNS))).replace("{wait}", "{turn}")
        yield from steps(text[:loop.start()] + body + text[loop.end():])
        return
    for token in TOKEN.finditer(text):
        if token.start() > at:
            yield "send", smtp.decode(text[at:token.start()])
        name, value = token[1], token[2] or ""
        if name == "rep":
            count, _, what = value.partition(":")
            what = smtp.decode(what)
            yield "send", what * min(int(count), max(1, MOST // max(1, len(what))))
        else:
            yield name, value
        at = token.end()
    if at < len(text):
        yield "send", smtp.decode(text[at:])


async def replies(client, to):
    """All that are due: one, and what follows at once, where what was said may be more than a command."""
    await client.reply(PATIENCE_S)
    if len(to) > 1000 or b"\n" in to[:-1] or b"\r" in to[:-2]:
        await client.further()


async def play(client, text):
    """True: to the end of the script. False: the other side hung up, or was silent."""
    unsent, said, bytewise, early = b"", b"", False, "{nobanner}" in text

    async def flush():
        nonlocal unsent, said
        octets, unsent = unsent, b""
        said += octets
        for i in range(0, len(octets), 1 if bytewise else max(1, len(octets))):
            await client.send(octets[i:i + 1] if bytewise else octets)
            if bytewise:
                await asyncio.sleep(0)

    try:
        if not early:
            await client.reply()
        for what, value in steps(text):
            if what == "send":
                unsent += value
                continue
            await flush()
            if what == "wait":
                await replies(client, said)
                said = b""
            elif what == "turn":	# one is due, and nothing else will come
                await client.reply(PATIENCE_S)
            elif what == "bytewise":
                bytewise = True
            elif what == "split":
                await asyncio.sleep(0.02)
            elif what == "delay":
                await asyncio.sleep(DELAY_S)
            elif what == "shutwr":
                client.writer.write_eof()
            elif what == "close":
                break
        else:
            await flush()
            if text.endswith(r"QUIT\r\n"):
                while await client.reply(PATIENCE_S) != 221:
                    pass
            else:
                await client.further()
        return True
    except smtp.Closed:
        return False
    finally:
        client.writer.close()
