# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients that hold what they have, until standard input ends.

    clients.py deaf COUNT FROM TO [FROM TO]     each says NOOP as long as somebody takes it, and never reads a reply
    clients.py drip COUNT FROM TO [FROM TO]     each says an octet a second
"""

import asyncio
import socket
import sys

LINE = b"NOOP\r\n"


async def deaf(s):
    loop = asyncio.get_running_loop()
    while True:
        await loop.sock_sendall(s, LINE * 1000)


async def drip(s):
    loop = asyncio.get_running_loop()
    while True:
        for octet in LINE:
            await loop.sock_sendall(s, bytes([octet]))
            await asyncio.sleep(1)


async def hold(how, source, address):
    try:
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as s:
            s.setblocking(False)
            s.bind((source, 0))
            await asyncio.get_running_loop().sock_connect(s, (address, 25))
            await how(s)
    except OSError:
        pass


async def main(how, count, *ends):
    pairs = list(zip(ends[::2], ends[1::2]))
    tasks = [asyncio.create_task(hold({"deaf": deaf, "drip": drip}[how], *pairs[n % len(pairs)])) for n in range(int(count))]
    await asyncio.to_thread(sys.stdin.read)
    for t in tasks:
        t.cancel()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
