# SPDX-License-Identifier: GPL-2.0-or-later
"""Classic capture files as they are, packet by packet, and the TCP segment in a frame.

The file format: a heading of 24 octets (https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/), then packets of 16 octets
(seconds, fractions, octets kept, octets on the wire) and what was kept.
"""

import struct

BEGINS = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\xa1\xb2\x3c\x4d": ">"}

class NotACapture(Exception):
    pass


class Reader:
    """A classic capture file, as it is: heading is its first 24 octets, order that of its numbers, link what frames begin with."""

    def __init__(self, file):
        self.file = file
        self.heading = file.read(24)
        self.order = BEGINS.get(self.heading[:4])
        if self.order is None or len(self.heading) < 24:
            raise NotACapture("no classic capture file (editcap -F pcap makes one of others)")
        self.link = struct.unpack(self.order + "I", self.heading[20:])[0] & 0xFFFF

    def __iter__(self):
        """(seconds, fractions, octets on the wire, octets kept); ends where the file is cut."""
        while len(head := self.file.read(16)) == 16:
            seconds, fractions, kept, length = struct.unpack(self.order + "IIII", head)
            octets = self.file.read(kept)
            if len(octets) < kept:
                return
            yield seconds, fractions, length, octets

    def packed(self, seconds, fractions, length, octets):
        return struct.pack(self.order + "IIII", seconds, fractions, len(octets), length) + octets


# --- what is in a frame ---------------------------------------------------------

# Octets before the network's protocol, by kind of link, and where in these its number stands; None: told by its first octet
LINKS = {0: (4, None), 1: (14, 12), 12: (0, None), 14: (0, None), 101: (0, None), 108: (4, None), 113: (16, 14), 228: (0, None), 229: (0, None), 276: (20, 0)}
TAGS = (0x8100, 0x88A8, 0x9100)


class Segment:
    """Of TCP: its two ends as text, flags, octets of payload that the frame has and should have."""

    def __init__(self, source, target, flags, kept, length):
        self.source, self.target, self.flags, self.kept, self.length = source, target, flags, kept, length


def network(octets, link):
    """Where IP begins, or None."""
    if link not in LINKS:
        return None
    at, kind = LINKS[link]
    if kind is not None:
        number = int.from_bytes(octets[kind:kind + 2], "big")
        while number in TAGS:
            number = int.from_bytes(octets[at + 2:at + 4], "big")
            at += 4
        if number not in (0x0800, 0x86DD):
            return None
    return at


def segment(octets, link):
    """The TCP segment in a frame, or None: something else, a later fragment, or cut before its ports."""
    at = network(octets, link)
    if at is None or len(octets) < at + 20:
        return None
    if octets[at] >> 4 == 4:
        tcp, end = at + (octets[at] & 15) * 4, at + int.from_bytes(octets[at + 2:at + 4], "big")
        source, target, is_tcp = octets[at + 12:at + 16], octets[at + 16:at + 20], octets[at + 9] == 6
        if int.from_bytes(octets[at + 6:at + 8], "big") & 0x1FFF:
            return None
    elif octets[at] >> 4 == 6 and len(octets) >= at + 40:
        tcp, end = at + 40, at + 40 + int.from_bytes(octets[at + 4:at + 6], "big")
        source, target, is_tcp = octets[at + 8:at + 24], octets[at + 24:at + 40], octets[at + 6] == 6
    else:
        return None
    if not is_tcp or len(octets) < tcp + 14:
        return None
    payload = tcp + (octets[tcp + 12] >> 4) * 4
    ports = struct.unpack(">HH", octets[tcp:tcp + 4])
    return Segment(f"{source.hex()}:{ports[0]}", f"{target.hex()}:{ports[1]}", octets[tcp + 13],
                   max(0, min(end, len(octets)) - payload), max(0, end - payload))
