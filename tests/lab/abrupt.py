#!/usr/bin/env python3
"""abrupt.py - a mail host that takes one command at a time and knows no PIPELINING.

Whoever sends on before the reply loses the session, as with hosts that throw
away what they had read ahead. Prints one line a session: how many recipients of
messages that it took, or what was wrong.
"""

import socketserver
import sys

HELLO = b"250-old.example\r\n250 8BITMIME\r\n"


class Session(socketserver.StreamRequestHandler):
    rbufsize = 0    # what was sent ahead is seen in the socket, not hidden in a buffer
    timeout = 30

    def is_ahead(self):
        self.connection.setblocking(False)
        try:
            return bool(self.connection.recv(1, socketserver.socket.MSG_PEEK))
        except BlockingIOError:
            return False
        finally:
            self.connection.settimeout(self.timeout)

    def message(self):
        """To the final dot, in big pieces."""
        end = b""
        while not end.endswith(b"\r\n.\r\n"):
            piece = self.connection.recv(65536)
            if not piece:
                return
            end = (end + piece)[-5:]

    def handle(self):
        taken = recipients = 0
        self.wfile.write(b"220 old.example\r\n")
        for line in iter(self.rfile.readline, b""):
            verb = line[:4].upper()
            if self.is_ahead():
                print(f"sent on behind {line!r}", flush=True)
                return
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self.message()
                taken, recipients = taken + recipients, 0
            recipients += verb == b"RCPT"
            self.wfile.write(HELLO if verb == b"EHLO" else b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
            if verb == b"QUIT":
                break
        print(f"taken for {taken}", flush=True)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


if __name__ == "__main__":
    Server((sys.argv[1], 25), Session).serve_forever()
