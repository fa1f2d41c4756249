# SPDX-License-Identifier: GPL-2.0-or-later
"""hosts.py FILE: three mail hosts that take everything, on 198.51.100.25, .26, .27 and 2001:db8:25::25, ::26, ::27.

The first is well. The second is well, dies (resets all connections and listens no more), comes back, hangs (takes
connections and says nothing), comes back, in turn. The third takes its time for each reply. FILE gets a line for each
message that was taken: its name, octets, CRC-32. "ready" when it can; at SIGTERM one line of JSON.
"""
import asyncio
import json
import random
import re
import signal
import socket
import struct
import sys
import zlib

TEXT_MAX = 1 << 20
PHASES = [("up", 40), ("dead", 10), ("up", 20), ("hangs", 25)]
SAFE = re.compile(rb"^RCPT TO:<(postmaster|[^@%!\":<>\s\\]+@(mail\.)?local\.example)>( [A-Z]+(=\S+)?)*\r\n$", re.I)


class Host:
    def __init__(self, file, addresses, delay=None):
        self.file, self.addresses, self.delay = file, addresses, delay
        self.counts = dict.fromkeys(["connections", "mails", "recipients", "relays"], 0)
        self.up, self.open, self.servers = asyncio.Event(), set(), []
        self.up.set()

    async def begin(self):
        for address in self.addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            server = await asyncio.start_server(self.serve, address, 25, family=family, limit=TEXT_MAX, backlog=1000)
            self.servers.append(server)

    def die(self):
        """All connections are reset."""
        for server in self.servers:
            server.close()
        self.servers = []
        for connection in list(self.open):
            sock = connection.writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.writer.transport.abort()

    async def serve(self, reader, writer):
        self.counts["connections"] += 1
        connection = Connection(self, reader, writer)
        self.open.add(connection)
        try:
            await connection.dialogue()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self.open.discard(connection)
            writer.close()


class Connection:
    def __init__(self, host, reader, writer):
        self.host, self.reader, self.writer = host, reader, writer

    async def reply(self, line):
        if self.host.delay:
            await asyncio.sleep(self.host.delay())
        await self.host.up.wait()
        self.writer.write(line + b"\r\n")
        await self.writer.drain()

    async def dialogue(self):
        await self.reply(b"220 mail.local.example ESMTP Sendmail 8.9.3")
        while True:
            line = await self.reader.readuntil(b"\r\n")
            verb = line[:4].upper()
            if verb == b"RCPT":
                self.host.counts["recipients"] += 1
                if not SAFE.match(line):
                    self.host.counts["relays"] += 1
                    print("relayed:", line, file=sys.stderr, flush=True)
            if verb == b"EHLO":
                await self.reply(b"250-mail.local.example\r\n250-8BITMIME\r\n250 SIZE 10000000")
            elif verb == b"DATA":
                await self.reply(b"354 go on")
                await self.take(await self.reader.readuntil(b"\r\n.\r\n"))
            elif verb == b"QUIT":
                await self.reply(b"221 bye")
                return
            else:
                await self.reply(b"250 ok")

    async def take(self, text):
        text = text[:-3]
        name = re.match(rb"X-Mail: (\S+)", text)
        if name is None:
            await self.reply(b"554 what is this?")
            return
        await self.reply(b"250 taken")
        self.host.counts["mails"] += 1
        print(name[1].decode(), len(text), "%08x" % zlib.crc32(text), file=self.host.file)


async def ail(host):
    """One phase after the other, for ever."""
    while True:
        for phase, seconds in PHASES:
            print("ailing host:", phase, flush=True)
            if phase == "dead":
                host.die()
            elif phase == "hangs":
                host.up.clear()
            else:
                host.up.set()
                if not host.servers:
                    await host.begin()
            await asyncio.sleep(seconds)


async def main():
    rng = random.Random(25)
    with open(sys.argv[1], "w", encoding="ascii") as file:
        hosts = [Host(file, ["198.51.100.%d" % n, "2001:db8:25::%d" % n], delay)
                 for n, delay in ((25, None), (26, None), (27, lambda: rng.uniform(0.05, 0.5)))]
        for host in hosts:
            await host.begin()
        ailing = asyncio.create_task(ail(hosts[1]))
        ended = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
        print("ready", flush=True)
        await ended.wait()
        ailing.cancel()
    print(json.dumps({"counts": {k: sum(h.counts[k] for h in hosts) for k in hosts[0].counts}}), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
