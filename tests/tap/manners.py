#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""manners.py FOLDER - one capture for each manner of talking that two readers of SMTP may see differently, as FOLDER/NAME.pcap."""

import pathlib
import sys

import pcap

HELLO = [("H", "220 a\r\n"), ("C", "EHLO c\r\n"), ("H", "250-a\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 AUTH PLAIN LOGIN CRAM-MD5\r\n")]
MAIL = [("C", "MAIL FROM:<a@b.example>\r\n"), ("H", "250 ok\r\n"), ("C", "RCPT TO:<u@local.example>\r\n"), ("H", "250 ok\r\n")]
DATA = [("C", "DATA\r\n"), ("H", "354 go\r\n")]
TAKEN = [("H", "250 taken\r\n")]
QUIT = [("C", "QUIT\r\n"), ("H", "221 bye\r\n")]
ROW = "MAIL FROM:<a@b.example>\r\nRCPT TO:<u@local.example>\r\nRCPT TO:<v@victim.example>\r\nDATA\r\n"

DIALOGUES = {
    "mail": HELLO + MAIL + DATA + [("C", "a: b\r\n\r\n..\r\n.\r\n")] + TAKEN + QUIT,
    "commands-in-text": HELLO + MAIL + DATA + [("C", "a: b\r\n\r\nRCPT TO:<x@y>\r\nQUIT\r\n"), ("C", "DATA\r\n.\r\n")] + TAKEN + QUIT,
    "two-mails": HELLO + (MAIL + DATA + [("C", "a: b\r\n.\r\n")] + TAKEN) * 2 + QUIT,
    "rset-and-noop": HELLO + MAIL + [("C", "RSET\r\n"), ("H", "250 ok\r\n"), ("C", "NOOP x\r\n"), ("H", "250 ok\r\n")] + QUIT,
    "row": HELLO + [("C", ROW), ("H", "250 ok\r\n250 ok\r\n550 no\r\n354 go\r\n"), ("C", "a: b\r\n\r\n.\r\n")] + TAKEN + QUIT,
    "row-and-quit": HELLO + MAIL + DATA + [("C", "a: b\r\n.\r\nQUIT\r\n"), ("H", "250 taken\r\n221 bye\r\n")],
    "row-of-mails": HELLO + MAIL + DATA + [("C", "a: b\r\n.\r\n" + ROW), ("H", "250 taken\r\n250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n"), ("C", "x\r\n.\r\n")] + TAKEN + QUIT,
    "refused-data": HELLO + MAIL + [("C", "DATA\r\n"), ("H", "451 later\r\n")] + QUIT,
    "dot-in-pieces": HELLO + MAIL + DATA + [("C", "a: b\r\n"), ("C", "\r\n"), ("C", "x\r"), ("C", "\n."), ("C", "\r"), ("C", "\n")] + TAKEN + QUIT,
    "letter-by-letter": HELLO + [("C", c) for c in "NOOP\r\n"] + [("H", c) for c in "250-a\r\n250 b\r\n"] + QUIT,
    "chunks": HELLO + MAIL + [("C", "BDAT 6\r\na: b\r\n"), ("H", "250 ok\r\n"), ("C", "BDAT 10 LAST\r\n\r\nQUIT x\r"), ("C", "\n"), ("H", "250 taken\r\n")] + QUIT,
    "auth-plain": HELLO + [("C", "AUTH PLAIN AHUAcA==\r\n"), ("H", "235 in\r\n")] + MAIL + QUIT,
    "auth-login": HELLO + [("C", "AUTH LOGIN\r\n"), ("H", "334 VXNlcm5hbWU6\r\n"), ("C", "dXNlcg==\r\n"), ("H", "334 UGFzc3dvcmQ6\r\n"), ("C", "cGFzcw==\r\n"), ("H", "235 in\r\n")] + MAIL + QUIT,
    "auth-cancelled": HELLO + [("C", "AUTH LOGIN\r\n"), ("H", "334 VXNlcm5hbWU6\r\n"), ("C", "*\r\n"), ("H", "501 no\r\n")] + MAIL + QUIT,
    "auth-unknown": HELLO + [("C", "AUTH CRAM-MD5\r\n"), ("H", "334 PDEyMz4=\r\n"), ("C", "dXNlciBhYmM=\r\n"), ("H", "235 in\r\n")] + MAIL + QUIT,
    "starttls": HELLO + [("C", "STARTTLS\r\n"), ("H", "220 go\r\n"), ("C", "\x16\x03\x01\0\5\1\0\0\1\0"), ("H", "\x16\x03\x03\0\5\2\0\0\1\0")],
    "starttls-refused": HELLO + [("C", "STARTTLS\r\n"), ("H", "454 no\r\n")] + MAIL + QUIT,
    "bare-lf": [("H", "220 a\n"), ("C", "HELO c\n"), ("H", "250 a\n"), ("C", "QUIT\n"), ("H", "221 bye\n")],
    "odd-words": HELLO + [("C", "\r\n"), ("H", "500 what\r\n"), ("C", "X\r\n"), ("H", "500 what\r\n"), ("C", "wiz now\r\n"), ("H", "502 no\r\n")] + QUIT,
    "long-line": HELLO + [("C", "NOOP " + "x" * 3000 + "\r\n"), ("H", "500 long\r\n")] + QUIT,
    "early": [("C", "EHLO c\r\nMAIL FROM:<>\r\n"), ("H", "554 no\r\n"), ("H", "421 bye\r\n")],
    "hello-in-two-lines": [("H", "220-a\r\n"), ("H", "220 b\r\n"), ("C", "HELO c\r\n"), ("H", "250 a\r\n")] + QUIT,
    "turned-away": [("H", "554 5.7.1 no\r\n")],
    "silent": [],
    "ends-unasked": HELLO + MAIL + [("C", "DATA\r\n"), ("H", "354 go\r\n"), ("H", "421 bye\r\n")],
    "unfinished": HELLO + MAIL + DATA + [("C", "a: b\r\n\r\nx")],
}


def capture(said):
    made = pcap.Capture()
    c = pcap.Connection(made, "203.0.113.66", "198.51.100.25").open()
    for who, text in said:
        c.say(who == "H", text.encode("latin-1"))
    c.close()
    return made.pcap()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for name, said in DIALOGUES.items():
        (pathlib.Path(sys.argv[1]) / f"{name}.pcap").write_bytes(capture(said))
