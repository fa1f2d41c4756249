#!/usr/bin/env python3
"""pipeline.py - sessions of one message each, by a client that pipelines where it is offered (RFC 2920).

Prints one line a session: its seconds, and how often it waited for the other
side, the connection and the greeting being the first two times.
"""

import argparse
import socket
import sys
import time

from say import reply

MESSAGE = b"Subject: lab\r\n\r\nlab\r\n.\r\n"


class Client:
    def __init__(self, address):
        self.waits = 2
        self.connection = socket.create_connection((address, 25), timeout=30)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = self.connection.makefile("rb")
        self.expect(b"220")

    def expect(self, code):
        answer = reply(self.stream)
        if not answer.startswith(code.decode()):
            sys.exit(f"wanted {code.decode()}: {answer}")
        return answer

    def say(self, *steps):
        """All commands at once; then their replies."""
        self.connection.sendall(b"".join(raw for raw, _ in steps))
        self.waits += 1
        return [self.expect(code) for _, code in steps]


def session(address, recipients):
    client = Client(address)
    offered = client.say((b"EHLO client.example\r\n", b"250"))[0]
    envelope = [(b"MAIL FROM:<probe@spam.example>\r\n", b"250"),
                *((b"RCPT TO:<user%d@local.example>\r\n" % n, b"250") for n in range(recipients)),
                (b"DATA\r\n", b"354")]
    if "PIPELINING" in offered:
        client.say(*envelope)
        client.say((MESSAGE, b"250"), (b"QUIT\r\n", b"221"))
    else:
        for step in envelope:
            client.say(step)
        client.say((MESSAGE, b"250"))
        client.say((b"QUIT\r\n", b"221"))
    return client.waits


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("address")
    parser.add_argument("--recipients", type=int, default=1)
    parser.add_argument("--sessions", type=int, default=5)
    options = parser.parse_args()
    for _ in range(options.sessions):
        began = time.monotonic()
        waits = session(options.address, options.recipients)
        print(f"{time.monotonic() - began:.3f} {waits}")


if __name__ == "__main__":
    main()
