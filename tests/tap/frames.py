# SPDX-License-Identifier: GPL-2.0-or-later
"""Classic capture files, and the frames of SMTP connections in them, with right checksums.

The file format: a heading of 24 octets (https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/), then packets of 16 octets
(seconds, fractions, octets kept, octets on the wire) and what was kept.
"""

import struct

ETHERNET = 1
BEGINS = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\xa1\xb2\x3c\x4d": ">"}
MSS = 1460
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


class NotACapture(Exception):
    pass


def heading(link=ETHERNET, snaplen=262144):
    return struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, snaplen, link)


def packet_heading(time_us, kept, length):
    return struct.pack("<IIII", time_us // 1000000, time_us % 1000000, kept, length)


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


# --- a connection ---------------------------------------------------------------


def checksum(octets):
    """RFC 1071."""
    if len(octets) % 2:
        octets += b"\0"
    total = sum(struct.unpack(f">{len(octets) // 2}H", octets))
    total = (total & 0xFFFF) + (total >> 16)
    return ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF


def ipv4_frame(source, target, segment_octets, id):
    """In Ethernet. source, target: 4 octets."""
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(segment_octets), id & 0xFFFF, 0x4000, 64, 6, 0) + source + target
    head = head[:10] + checksum(head).to_bytes(2, "big") + head[12:]
    return bytes.fromhex("020000000019020000000066" "0800") + head + segment_octets


class Connection:
    """Frames of one TCP connection over IPv4, in their order: begin(), say(), close(). Each side acknowledges every other segment
    of the other, and all before it speaks itself."""

    def __init__(self, client=b"\xcb\0\x71\x42", port=40000, host=b"\xc6\x33\x64\x19", host_port=25):
        self.ends = ((client, port), (host, host_port))
        self.next = [0x10000000, 0x70000000]	# of each side, in sequence numbers
        self.behind = [0, 0]	# segments of a side that were not acknowledged
        self.frames = []
        self.payload = 0

    def send(self, side, flags, octets=b""):
        (source, port), (target, to) = self.ends[side], self.ends[1 - side]
        ack = self.next[1 - side] if flags & ACK else 0
        head = struct.pack(">HHIIBBHHH", port, to, self.next[side], ack, 0x50, flags, 0xFFFF, 0, 0)
        pseudo = source + target + struct.pack(">HH", 6, len(head) + len(octets))
        head = head[:16] + checksum(pseudo + head + octets).to_bytes(2, "big") + head[18:]
        self.frames.append(ipv4_frame(source, target, head + octets, len(self.frames)))
        self.next[side] += len(octets) + bool(flags & (SYN | FIN))
        self.behind[1 - side] = 0
        self.payload += len(octets)

    def begin(self):
        self.send(0, SYN)
        self.send(1, SYN | ACK)
        self.send(0, ACK)

    def say(self, side, octets, most=MSS):
        for at in range(0, len(octets), most):
            self.send(side, ACK | (PSH if at + most >= len(octets) else 0), octets[at:at + most])
            self.behind[side] += 1
            if self.behind[side] == 2:
                self.send(1 - side, ACK)

    def close(self):
        self.send(1, FIN | ACK)
        self.send(0, FIN | ACK)
        self.send(1, ACK)
