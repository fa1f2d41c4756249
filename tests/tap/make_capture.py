#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""make_capture.py [OPTION...] FILE - a large capture of SMTP sessions over IPv4 in Ethernet, both directions, right checksums.

    --sessions N    so many (1000), each with one mail: banner, EHLO, MAIL, RCPT, DATA, text, QUIT
    --size N[MG]    instead: as many as make a file of that size
    --body N       octets of the text (65536)
    --recipients N  (3)
    --at-once N     sessions whose packets take turns (64)
    --gap-us N      microseconds between two packets (10)

Prints what is in it as one JSON object; "smtp_octets" are those of TCP payload, of both sides.

One session is built; the others are copies with another client. Its port goes up by what its address goes down, and so does the
packet's identification, which leaves both checksums right without computing them again.
"""

import argparse
import ipaddress
import json
import struct
import sys

import pcap

# In a frame: identification of the IP packet; upper and lower half of the client's address, and its port, by the side that sends
ID, HIGH, LOW, PORT = 18, (26, 30), (28, 32), (34, 36)
CLIENT, HOST = ipaddress.ip_address("10.66.128.0"), "198.51.100.25"
MSS = 1460
FIRST_PORT, PORTS = 20000, 30000
MOST = PORTS * 180	# then the first octet of the address would change


def text(octets):
    """Of a mail; its lines differ, as nothing that is read is all the same."""
    out, n = [b"From: <a@spam.example>\r\nTo: <user0@local.example>\r\nSubject: a large capture\r\n\r\n"], 0
    length = len(out[0])
    while length < octets:
        out.append(b"%06d the quick brown fox jumps over the lazy dog and back, as foxes do\r\n" % n)
        length += len(out[-1])
        n += 1
    return b"".join(out)


class Connection(pcap.Connection):
    """Each other segment is acknowledged, as hosts do (RFC 5681 section 4.2)."""
    unacknowledged = 0
    payload = 0

    def say(self, end, octets):
        self.unacknowledged = 0     # this end's own are with what it says
        for at in range(0, len(octets), self.mss):
            super().say(end, octets[at:at + self.mss])
            self.unacknowledged += 1
            if self.unacknowledged == 2:
                self.segment(1 - end, pcap.ACK)
                self.unacknowledged = 0
        self.payload += len(octets)


def session(body, recipients):
    """(its packets, octets of TCP payload)"""
    made = pcap.Capture()
    c = Connection(made, CLIENT, HOST, client_port=FIRST_PORT, mss=MSS).open()
    c.say(1, b"220 mail.local.example ESMTP\r\n")
    c.say(0, b"EHLO client.spam.example\r\n")
    c.say(1, b"250-mail.local.example\r\n250-8BITMIME\r\n250 SIZE 100000000\r\n")
    c.say(0, b"MAIL FROM:<a@spam.example>\r\n")
    c.say(1, b"250 2.1.0 ok\r\n")
    for i in range(recipients):
        c.say(0, b"RCPT TO:<user%d@local.example>\r\n" % i)
        c.say(1, b"250 2.1.5 ok\r\n")
    c.say(0, b"DATA\r\n")
    c.say(1, b"354 go on\r\n")
    c.say(0, text(body) + b".\r\n")
    c.say(1, b"250 2.0.0 taken\r\n")
    c.say(0, b"QUIT\r\n")
    c.say(1, b"221 2.0.0 bye\r\n")
    c.close()
    return [p.frame for p in made.packets], c.payload


class Copies:
    """Of one session: its frames, patched for the client of a number."""

    def __init__(self, frames):
        self.frames = []
        for octets in map(bytearray, frames):
            side = octets[26:30] != CLIENT.packed
            self.frames.append((octets, HIGH[side], LOW[side], PORT[side], int.from_bytes(octets[ID:ID + 2], "big")))

    def of(self, number):
        """Each frame in turn. Sums are in one's complement: what is added in one place is taken away in another, without a carry."""
        turn, more = divmod(number, PORTS)
        high = (int.from_bytes(CLIENT.packed[:2], "big") + turn).to_bytes(2, "big")
        low = (int.from_bytes(CLIENT.packed[2:], "big") - turn - more).to_bytes(2, "big")
        port = (FIRST_PORT + more).to_bytes(2, "big")
        for octets, high_at, low_at, port_at, id in self.frames:
            octets[high_at:high_at + 2] = high
            octets[low_at:low_at + 2] = low
            octets[port_at:port_at + 2] = port
            octets[ID:ID + 2] = ((id + more) % 0xFFFF).to_bytes(2, "big")
            yield bytes(octets)


def in_turns(copies, sessions, at_once):
    """Frames of all sessions: one of each that is under way, and then of each again; who has ended makes room for the next."""
    waiting = iter(range(sessions))
    under_way = []
    while True:
        if len(under_way) < at_once and (number := next(waiting, None)) is not None:
            under_way.append(copies.of(number))
        if not under_way:
            return
        still = []
        for one in under_way:
            if (octets := next(one, None)) is not None:
                yield octets
                still.append(one)
        under_way = still


def write(file, octets_of_frames, gap_us):
    """How many octets the file has then."""
    pack = struct.Struct("<IIII").pack
    time_us, out, size = pcap.BEGIN, [pcap.pcap_heading(pcap.ETHERNET)], 0
    for octets in octets_of_frames:
        out += (pack(time_us // 1000000, time_us % 1000000, len(octets), len(octets)), octets)
        time_us += gap_us
        if len(out) > 4096:
            size += file.write(b"".join(out))
            out.clear()
    return size + file.write(b"".join(out))


def number_of(text_of):
    unit = {"M": 1 << 20, "G": 1 << 30}.get(text_of[-1:], 0)
    return int(text_of[:-1]) * unit if unit else int(text_of)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    for name, default in (("sessions", 1000), ("size", 0), ("body", 65536), ("recipients", 3), ("at-once", 64), ("gap-us", 10)):
        parser.add_argument("--" + name, type=number_of, default=default)
    parser.add_argument("file")
    conf = parser.parse_args()
    frames, payload = session(conf.body, conf.recipients)
    sessions = conf.sessions
    if conf.size:
        sessions = max(1, conf.size // sum(16 + len(f) for f in frames))
    if not 1 <= sessions <= MOST:
        parser.error(f"1 to {MOST} sessions")
    try:
        with open(conf.file, "wb") as file:
            size = write(file, in_turns(Copies(frames), sessions, max(1, conf.at_once)), conf.gap_us)
    except OSError as e:
        sys.exit(f"make_capture: {e}")
    print(json.dumps({"sessions": sessions, "packets": sessions * len(frames), "file_octets": size, "smtp_octets": sessions * payload,
                      "commands": sessions * (4 + conf.recipients), "recipients": sessions * conf.recipients}))


if __name__ == "__main__":
    main()
