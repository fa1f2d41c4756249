# SPDX-License-Identifier: GPL-2.0-or-later
"""Send a TCP SYN over IPv6 in two fragments, the first without a port.

A filter that looks for "tcp dport" in a first fragment finds none, and a host
that knows nothing of RFC 7112 puts the fragments together.

Arguments: own address, address of the host.
"""
import os
import socket
import struct
import sys

source, target = (socket.inet_pton(socket.AF_INET6, a) for a in sys.argv[1:3])
port = 20000 + os.getpid() % 20000


def checksum(data):
    words = struct.unpack("!%dH" % (len(data) // 2), data)
    total = sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def syn():
    head = struct.pack("!HHIIBBHHH", port, 25, 1, 0, 5 << 4, 2, 65535, 0, 0)
    pseudo = source + target + struct.pack("!IHBB", len(head), 0, 0, socket.IPPROTO_TCP)
    return head[:16] + struct.pack("!H", checksum(pseudo + head)) + head[18:]


def fragment(offset, more, payload):
    """IPv6 header, fragment header (next: destination options), payload."""
    part = struct.pack("!BBHI", 60, 0, offset | more, os.getpid()) + payload
    return struct.pack("!IHBB", 6 << 28, len(part), 44, 64) + source + target + part


out = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
options = struct.pack("!BBBB4s", socket.IPPROTO_TCP, 0, 1, 4, b"\0\0\0\0")  # 8 octets of padding
for packet in (fragment(0, 1, options), fragment(8, 0, syn())):
    out.sendto(packet, (sys.argv[2], 0))
