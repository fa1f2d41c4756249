#!/usr/bin/env python3
"""steady.py - SMTP sessions at an even pace, and how they fared.

Each connects, reads the banner and says QUIT. Prints "TRIED SERVED P50 P99 MAX":
sessions, those that had their banner and the reply to QUIT, and of the time to
connect the median, the 99th of 100 and the longest, in ms.
"""

import argparse
import asyncio
import time

TIMEOUT_S = 10


async def session(address, source, took):
    begin = time.monotonic()
    reader, writer = await asyncio.open_connection(address, 25, local_addr=source and (source, 0))
    took.append(time.monotonic() - begin)
    banner = await reader.readline()
    writer.write(b"QUIT\r\n")
    reply = await reader.readline()
    writer.close()
    return banner.startswith(b"220") and reply.startswith(b"221")


async def attempt(address, source, took):
    try:
        return await asyncio.wait_for(session(address, source, took), TIMEOUT_S)
    except (OSError, asyncio.TimeoutError):
        return False


async def run(options):
    took, tasks = [], []
    for _ in range(int(options.rate * options.seconds)):
        tasks.append(asyncio.create_task(attempt(options.address, options.source, took)))
        await asyncio.sleep(1 / options.rate)
    served = sum(await asyncio.gather(*tasks))
    took = sorted(took) + [TIMEOUT_S] * (len(tasks) - len(took))    # who did not connect waited so long
    at = [took[len(took) // 2], took[(len(took) * 99 - 1) // 100], took[-1]]
    print(len(tasks), served, *(round(t * 1000) for t in at))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rate", type=float, default=10)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--from", dest="source", help="the address to connect from")
    parser.add_argument("address")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
