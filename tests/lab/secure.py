#!/usr/bin/env python3
"""secure.py - one SMTP session inside TLS: commands from the standard input, replies printed.

STARTTLS is done first, and what TLS it is and the certificate's SHA-256 are
printed. A command is read when the one before it was answered, so that whoever
holds the other end of the pipe decides when the session goes on. After DATA a
message of the lab follows.
"""

import argparse
import hashlib
import socket
import ssl
import sys

from say import reply


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("address")
    parser.add_argument("--token", default="none/none", help="RUN/ROW for the message's header")
    options = parser.parse_args()
    connection = socket.create_connection((options.address, 25), timeout=30)
    stream = connection.makefile("rb", buffering=0)     # nothing of TLS may be read ahead

    def ask(raw):
        connection.sendall(raw + b"\r\n")
        return reply(stream)

    reply(stream)
    ask(b"EHLO client.example")
    answer = ask(b"STARTTLS")
    if not answer.startswith("220"):
        sys.exit("no TLS: " + answer)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # the lab's own, nobody vouches for it
    connection = context.wrap_socket(connection)
    stream = connection.makefile("rb")
    print("tls", connection.version(), connection.cipher()[0], flush=True)
    print("certificate", hashlib.sha256(connection.getpeercert(binary_form=True)).hexdigest(), flush=True)

    for line in sys.stdin:
        answer = ask(line.rstrip("\n").encode())
        print(answer, flush=True)
        if line == "DATA\n" and answer.startswith("354"):
            print(ask(f"Subject: lab\r\nX-Relaywall-Lab: {options.token}\r\n\r\nlab\r\n.".encode()), flush=True)


if __name__ == "__main__":
    main()
