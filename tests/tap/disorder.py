# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture as a bad tap would have made it.

    disorder.py HOW IN OUT      pcap files. HOW: shuffle=N, each packet up to N places from where it was; double=N, one in N comes twice, the second time
                                somewhere later; drop=N, one in N does not come. The times stay in order.
"""

import random
import struct
import sys


def read(path):
    with open(path, "rb") as file:
        octets = file.read()
    order = "<" if octets[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    packets, at = [], 24
    while at < len(octets):
        length = struct.unpack_from(order + "I", octets, at + 8)[0]
        packets.append((octets[at:at + 8], octets[at + 8:at + 16 + length]))
        at += 16 + length
    return octets[:24], packets


def disorder(packets, how, n):
    if how == "drop":
        return [each for each in packets if random.randrange(n)]
    if how == "double":
        places = [(i, each) for i, each in enumerate(packets)]
        places += [(i + random.randrange(200), each) for i, each in places if random.randrange(n) == 0]
    else:
        places = [(i + random.random() * n, each) for i, each in enumerate(packets)]
    return [each for _, each in sorted(places, key=lambda place: place[0])]


def main(how, source, out):
    random.seed(1)
    head, packets = read(source)
    name, _, n = how.partition("=")
    result = disorder(packets, name, int(n))
    times = sorted(time for time, _ in result) if sys.byteorder == "big" else sorted((time for time, _ in result), key=lambda t: struct.unpack("<II", t))
    with open(out, "wb") as file:
        file.write(head)
        for time, (_, rest) in zip(times, result):
            file.write(time + rest)


if len(sys.argv) != 4 or sys.argv[1].partition("=")[0] not in ("shuffle", "double", "drop"):
    sys.exit(__doc__)
main(*sys.argv[1:])
