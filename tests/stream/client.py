# SPDX-License-Identifier: GPL-2.0-or-later
"""A mail client that can also behave badly."""

import re
import socket
import struct

from host import V4, V6

ADDRESS = {4: "203.0.113.66", 6: "2001:db8:66::66"}


class Client:
    """One connection to the host, as the client believes."""

    def __init__(self, names, family=4, port=0, receive_buffer=0, timeout=8, address=None):
        with names.inside("client"):
            self.sock = socket.socket(socket.AF_INET if family == 4 else socket.AF_INET6, socket.SOCK_STREAM)
        self.sock.settimeout(timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if port or address:
            self.sock.bind((address or ADDRESS[family], port))
        self.sock.connect((V4 if family == 4 else V6, 25))
        self.have = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def name(self):
        return self.sock.getsockname()[:2]

    def send(self, data):
        self.sock.sendall(data)

    def half_close(self):
        self.sock.shutdown(socket.SHUT_WR)

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def line(self):
        """The next line without its end; b"" when there is no more."""
        while b"\n" not in self.have:
            data = self.sock.recv(65536)
            if not data:
                assert self.have == b"", f"the stream ends inside a line: {self.have!r}"
                return b""
            self.have += data
        line, _, self.have = self.have.partition(b"\n")
        assert line.endswith(b"\r"), f"a line without CR: {line!r}"
        return line[:-1]

    def reply(self):
        """The next whole reply, its lines joined by LF."""
        lines = []
        while True:
            lines.append(self.line())
            if not re.match(rb"\d{3}-", lines[-1]):
                return b"\n".join(lines)

    def code(self):
        return int(self.reply()[:3] or 0)

    def ask(self, line):
        self.send(line + b"\r\n")
        return self.reply()

    def rest(self):
        """Everything up to the end of the stream."""
        data, self.have = self.have, b""
        while more := self.sock.recv(65536):
            data += more
        return data

    def codes(self, n):
        return [self.code() for _ in range(n)]

    def begin(self, recipient=b"<user@local.example>"):
        """Up to the host's 354."""
        self.expect(self.reply(), 220)
        self.expect(self.ask(b"EHLO client.example"), 250)
        self.expect(self.ask(b"MAIL FROM:<someone@client.example>"), 250)
        self.expect(self.ask(b"RCPT TO:" + recipient), 250)
        self.expect(self.ask(b"DATA"), 354)

    def quit(self):
        self.expect(self.ask(b"QUIT"), 221)
        assert self.rest() == b"", "something behind 221"

    @staticmethod
    def expect(reply, code):
        assert reply.startswith(b"%d" % code), f"{code} expected, got {reply!r}"
