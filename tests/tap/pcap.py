# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures of SMTP, made up: TCP connections as packets, written as pcap or pcapng.

A Connection puts the packets of a dialogue into a Capture as a tap in the middle would have seen them, each octet once and
acknowledged. What a test wants otherwise (another order, a hole, a copy) it does to Capture.packets before it is written.
"""
import ipaddress
import struct

ETHERNET, RAW, LINUX_SLL = 1, 101, 113  # link types as files have them: https://www.tcpdump.org/linktypes.html
FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
SECOND = 1000000
BEGIN = 1795674000 * SECOND  # a time of packets: November 2026


def checksum(octets):
    """RFC 1071."""
    octets += bytes(len(octets) % 2)
    total = sum(struct.unpack(f">{len(octets) // 2}H", octets))
    total = (total & 0xFFFF) + (total >> 16)
    return (~(total + (total >> 16)) & 0xFFFF).to_bytes(2, "big")


def pcap_heading(link):
    return struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, link)


class Packet:
    """A frame as it was sent. kept: octets of it that are in the capture; None: all."""

    def __init__(self, time_us, frame, kept=None):
        self.time_us, self.frame, self.kept = time_us, frame, kept


class Capture:
    def __init__(self, link=ETHERNET, begin=BEGIN, step=1000):
        """step: microseconds between two packets."""
        self.link, self.now, self.step, self.packets, self.tags = link, begin, step, [], b""

    def frame(self, packet):
        """An IP packet in a frame of the link, behind the VLAN tags (or whatever stands before the type) in tags."""
        kind = b"\x86\xdd" if packet[0] >> 4 == 6 else b"\x08\x00"
        head = {ETHERNET: bytes(12) + self.tags + kind, RAW: b"", LINUX_SLL: bytes(14) + kind}[self.link]
        return head + packet

    def add(self, packet):
        self.now += self.step
        self.packets.append(Packet(self.now, self.frame(packet)))

    def pcap(self):
        out = pcap_heading(self.link)
        for p in self.packets:
            data = p.frame[:p.kept]
            out += struct.pack("<IIII", p.time_us // SECOND, p.time_us % SECOND, len(data), len(p.frame)) + data
        return out

    def pcapng(self):
        def block(kind, body):
            length = 12 + len(body)
            return struct.pack("<II", kind, length) + body + struct.pack("<I", length)

        out = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)) + block(1, struct.pack("<HHI", self.link, 0, 262144))
        for p in self.packets:
            data = p.frame[:p.kept]
            head = struct.pack("<IIIII", 0, p.time_us >> 32, p.time_us & 0xFFFFFFFF, len(data), len(p.frame))
            out += block(6, head + data + bytes(-len(data) % 4))
        return out


class Connection:
    """Both ends of a TCP connection. Ends: 0 the client, 1 the host."""
    ports = 40000  # of clients, each connection another one

    def __init__(self, capture, client, host, port=25, client_port=None, mss=1400):
        if client_port is None:
            Connection.ports = client_port = 40000 + (Connection.ports + 1) % 20000
        self.capture, self.mss = capture, mss
        self.ips = [ipaddress.ip_address(client), ipaddress.ip_address(host)]
        self.ports = [client_port, port]
        self.next = [0xFFFFFF00, 0x7FFFFF00]  # they wrap, and change their sign, soon

    def ip(self, end, payload):
        source, destination = self.ips[end].packed, self.ips[1 - end].packed
        if len(source) == 16:
            return struct.pack(">IHBB", 6 << 28, len(payload), 6, 64) + source + destination + payload
        head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0x4000, 64, 6, 0) + source + destination
        return head[:10] + checksum(head) + head[12:] + payload

    def segment(self, end, flags, data=b"", sequence=None):
        """One packet of an end, with what it has seen of the other. sequence: an older number."""
        number = self.next[end] if sequence is None else sequence
        head = struct.pack(">HHIIBBHHH", self.ports[end], self.ports[1 - end], number & 0xFFFFFFFF,
                           self.next[1 - end] if flags & ACK else 0, 0x50, flags, 65535, 0, 0)
        pseudo = self.ips[end].packed + self.ips[1 - end].packed + struct.pack(">HH", 6, len(head) + len(data))
        self.capture.add(self.ip(end, head[:16] + checksum(pseudo + head + data) + head[18:] + data))
        if sequence is None:
            self.next[end] = (number + len(data) + bool(flags & (SYN | FIN))) & 0xFFFFFFFF

    def open(self):
        self.segment(0, SYN)
        self.segment(1, SYN | ACK)
        self.segment(0, ACK)
        return self

    def say(self, end, octets):
        for at in range(0, len(octets), self.mss):
            self.segment(end, ACK | PSH, octets[at:at + self.mss])

    def client(self, *lines):
        self.say(0, "".join(line + "\r\n" for line in lines).encode("latin-1"))

    def host(self, *lines):
        self.say(1, "".join(line + "\r\n" for line in lines).encode("latin-1"))

    def ask(self, line, *reply):
        self.client(line)
        self.host(*reply)

    def close(self):
        self.segment(1, ACK | FIN)
        self.segment(0, ACK | FIN)
        self.segment(1, ACK)
        return self

    def reset(self, end=0):
        self.segment(end, RST | ACK)
        return self


class Session(Connection):
    """A client that sends mail, at a host that says yes unless it is told otherwise."""

    def greet(self, banner, helo="client.example", keywords=("SIZE 1000000", "8BITMIME")):
        self.open()
        self.host("220 " + banner)
        name = banner.split()[0]
        self.ask("EHLO " + helo, *["250-" + line for line in (name, *keywords)], "250 HELP")
        return self

    def mail(self, sender, recipients, text="Subject: a\r\n\r\nb", refused=(), final="250 2.0.0 taken"):
        """refused: recipients that get 550."""
        self.ask(f"MAIL FROM:<{sender}>", "250 2.1.0 sender ok")
        for recipient in recipients:
            self.ask(f"RCPT TO:<{recipient}>", "550 5.7.1 relaying denied" if recipient in refused else "250 2.1.5 recipient ok")
        if len(refused) == len(recipients):
            self.ask("RSET", "250 2.0.0 reset")
            return self
        self.ask("DATA", "354 go on")
        self.client(text, ".")
        self.host(final)
        return self

    def quit(self):
        self.ask("QUIT", "221 bye")
        return self.close()
