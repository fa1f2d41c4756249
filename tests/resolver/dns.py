#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A DNS server that answers as a file says, well or badly.

dns.py ADDRESS FILE [LOG]: UDP and TCP on port 53 of ADDRESS. A line of FILE: NAME WHAT [WORD ...]
    NAME A 127.0.0.2 ... | AAAA 2001:db8::1 ... | MX mail.example ... (of preference 10) | MX .
    NAME exists                 it has no record of any type
    NAME servfail | refused     ... is all it says
    NAME silent                 no reply, ever
    NAME garbage                octets that are no message
    NAME truncated              over UDP; over TCP its records
    NAME wrong-id               a reply with another id comes before the right one
    NAME late 1500              after so many ms
A name that stands nowhere does not exist. "*.zone" stands for every name below a zone. FILE is
read again when it changes. Records hold for a second. LOG gets a line for each question.
"""
import ipaddress
import os
import socket
import socketserver
import struct
import sys
import threading
import time

TYPES = {1: "A", 28: "AAAA", 15: "MX"}
TTL = 1


class Zone:
    def __init__(self, path):
        self.path, self.stamp, self.names, self.lock = path, None, {}, threading.Lock()

    def find(self, name):
        with self.lock:
            stamp = os.stat(self.path)
            if (stamp.st_mtime_ns, stamp.st_size) != self.stamp:
                self.stamp = (stamp.st_mtime_ns, stamp.st_size)
                self.names = self.read()
            if name in self.names:
                return self.names[name]
            at = name
            while "." in at:
                at = at.split(".", 1)[1]
                if "*." + at in self.names:
                    return self.names["*." + at]
            return None

    def read(self):
        names = {}
        with open(self.path, encoding="ascii") as lines:
            for line in lines:
                words = line.split("#")[0].split()
                if words:
                    names.setdefault(words[0].lower(), []).append(words[1:])
        return names


def wire(name):
    if name == ".":
        return b"\0"
    return b"".join(bytes([len(x)]) + x.encode() for x in name.split(".")) + b"\0"


def parse(message):
    at, labels = 12, []
    while message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode("ascii", "replace"))
        at += message[at] + 1
    kind = struct.unpack("!H", message[at + 1:at + 3])[0]
    return ".".join(labels).lower(), kind, message[12:at + 5]


def data_of(kind, word):
    if kind == "MX":
        return struct.pack("!H", 0 if word == "." else 10) + wire(word)
    return ipaddress.ip_address(word).packed


SOA = b"\xc0\x0c" + struct.pack("!HHIH", 6, 1, TTL, 22) + b"\0\0" + struct.pack("!5I", 1, 1, 1, 1, TTL)


def reply(ident, question, rcode=0, kind=0, records=(), truncated=False):
    flags = 0x8180 | rcode | (0x0200 if truncated else 0)
    body = b"".join(b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, TTL, len(r)) + r for r in records)
    negative = not records and not truncated and rcode in (0, 3)
    return struct.pack("!6H", ident, flags, 1, len(records), 1 if negative else 0, 0) + question + body + (SOA if negative else b"")


def answers(zone, message, tcp):
    """The replies to a question, one after the other."""
    ident = struct.unpack("!H", message[:2])[0]
    name, kind, question = parse(message)
    lines = zone.find(name)
    if lines is None:
        return [reply(ident, question, 3)]
    records, out = [], []
    for what, *words in lines:
        if what == TYPES.get(kind):
            records += [data_of(what, w) for w in words]
        elif what == "servfail":
            return [reply(ident, question, 2)]
        elif what == "refused":
            return [reply(ident, question, 5)]
        elif what == "silent":
            return []
        elif what == "garbage":
            return [message[:2] + b"\x81\x80\0\1\0\7\0\0\0\0" + b"\xc0" * 9]
        elif what == "truncated" and not tcp:
            return [reply(ident, question, truncated=True)]
        elif what == "wrong-id":
            out.append(reply(ident ^ 1, question, 3))
        elif what == "late":
            time.sleep(int(words[0]) / 1000)
    return out + [reply(ident, question, 0, kind, records)]


def main():
    address, zone = sys.argv[1], Zone(sys.argv[2])
    log = open(sys.argv[3], "a", buffering=1, encoding="ascii") if len(sys.argv) > 3 else None

    def note(message):
        if log:
            name, kind, _ = parse(message)
            log.write("%s %s\n" % (TYPES.get(kind, kind), name))

    class Udp(socketserver.BaseRequestHandler):
        def handle(self):
            message, sock = self.request
            note(message)
            for r in answers(zone, message, False):
                sock.sendto(r, self.client_address)

    class Tcp(socketserver.StreamRequestHandler):
        def handle(self):
            head = self.rfile.read(2)
            if len(head) == 2:
                message = self.rfile.read(struct.unpack("!H", head)[0])
                note(message)
                for r in answers(zone, message, True):
                    self.wfile.write(struct.pack("!H", len(r)) + r)

    class UdpServer(socketserver.ThreadingUDPServer):
        address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        max_packet_size, daemon_threads = 4096, True

    class TcpServer(socketserver.ThreadingTCPServer):
        address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        allow_reuse_address, daemon_threads = True, True

    tcp = TcpServer((address, 53), Tcp)
    threading.Thread(target=tcp.serve_forever, daemon=True).start()
    with UdpServer((address, 53), Udp) as udp:
        print("serving", flush=True)
        udp.serve_forever()


main()
