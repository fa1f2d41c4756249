# SPDX-License-Identifier: GPL-2.0-or-later
"""A mail host that takes everything, records every byte, and misbehaves to order.

Host.on maps an occasion to what happens instead of the ordinary answer:
"banner", a verb ("RCPT"), "body" (once some text of a message is there) or "."
(a message is complete). The value is called with the session. It may raise Over.
"""

import hashlib
import re
import socket
import struct
import threading
import time

V4, V6 = "198.51.100.25", "2001:db8:25::25"

CANONICAL = re.compile(
    rb"(?:EHLO|HELO) [A-Za-z0-9._:\[\]-]+"
    rb"|MAIL FROM:<(?:[A-Za-z0-9._-]+@[a-z0-9.-]+)?>(?: SIZE=\d+| BODY=8BITMIME)*"
    rb"|RCPT TO:<[A-Za-z0-9._-]+@(?:mail\.)?local\.example>"
    rb"|DATA|RSET|NOOP|QUIT")


class Over(Exception):
    """The host ends this connection, in its own way."""


class Session:
    """One connection, and what was heard on it."""

    def __init__(self, host, sock, peer):
        self.host, self.sock, self.peer = host, sock, peer
        self.lines = []         # every command line with its end
        self.messages = []      # (octets, sha256) of each complete message, dot included
        self.cut = 0            # octets of a message that did not end
        self.end = None         # "quit", "eof", "reset", "over"
        self._have = b""

    def say(self, data):
        self.sock.sendall(data)

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()
        raise Over

    def close(self):
        self.sock.close()
        raise Over

    def _more(self):
        data = self.sock.recv(65536)
        self._have += data
        return len(data) > 0

    def _line(self):
        while b"\n" not in self._have:
            if not self._more():
                return None
        line, _, self._have = self._have.partition(b"\n")
        self.lines.append(line + b"\n")
        return line.rstrip(b"\r")

    def _occasion(self, name, answer):
        act = self.host.on.get(name)
        if act is None:
            self.say(answer)
        else:
            act(self)

    def _body(self):
        """A message; text is kept only as far as the end may be in it."""
        digest, octets, tail = hashlib.sha256(), 0, b"\r\n"
        told = False
        while True:
            data, self._have = self._have, b""
            end = (tail + data).find(b"\r\n.\r\n")
            if end >= 0:
                used = end + 5 - len(tail)
                self._have = data[used:]
                digest.update(data[:used])
                self.messages.append((octets + used, digest.hexdigest()))
                self.cut = 0
                return True
            digest.update(data)
            octets += len(data)
            self.cut = octets
            tail = (tail + data)[-4:]
            if octets > 0 and not told and "body" in self.host.on:
                told = True
                self.host.on["body"](self)
            if not self._more():
                return False

    def _talk(self):
        self._occasion("banner", b"220 mail.local.example ready\r\n")
        while (line := self._line()) is not None:
            verb = line[:4].upper().decode("latin-1")
            if verb == "DATA":
                self._occasion("DATA", b"354 go on\r\n")
                if not self._body():
                    return "eof"
                self._occasion(".", b"250 taken\r\n")
            elif verb == "QUIT":
                self._occasion("QUIT", b"221 bye\r\n")
                return "quit"
            elif verb == "EHLO":
                self._occasion("EHLO", b"250-mail.local.example\r\n250-SIZE 20000000\r\n250-XEVIL\r\n"
                               b"250-PIPELINING\r\n250 HELP\r\n")
            else:
                self._occasion(verb, b"250 ok\r\n")
        return "eof"

    def run(self):
        try:
            self.end = self._talk()
        except Over:
            self.end = "over"
        except OSError:
            self.end = "reset"
        finally:
            self.sock.close()

    def stray(self):
        """What is no line in canonical form."""
        lines = self.lines + ([self._have] if self._have else [])
        return [l for l in lines if not (l.endswith(b"\r\n") and CANONICAL.fullmatch(l[:-2]))]


class Host:
    """Listens on both addresses; a thread a connection."""

    def __init__(self, names):
        self.names = names
        self.on = {}
        self.sessions = []
        self._listeners = []
        self.open()

    def open(self):
        for family, address in ((socket.AF_INET, V4), (socket.AF_INET6, V6)):
            with self.names.inside("host"):
                listener = socket.socket(family, socket.SOCK_STREAM)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((address, 25))
            listener.listen(1000)
            self._listeners.append(listener)
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def close(self):
        for listener in self._listeners:
            listener.shutdown(socket.SHUT_RDWR)     # wakes the thread inside accept()
            listener.close()
        self._listeners = []

    def _accept(self, listener):
        while True:
            try:
                sock, peer = listener.accept()
            except OSError:
                return
            session = Session(self, sock, peer[:2])
            self.sessions.append(session)
            threading.Thread(target=session.run, daemon=True).start()

    def begin(self, on=None):
        """Forget what was, and behave like this from now on."""
        self.on = on or {}
        self.sessions = []

    def settle(self, seconds=3):
        """Wait until every connection has ended."""
        end = time.monotonic() + seconds
        while any(s.end is None for s in self.sessions):
            if time.monotonic() > end:
                return False
            time.sleep(0.01)
        return True

    def messages(self):
        return [m for s in self.sessions for m in s.messages]
