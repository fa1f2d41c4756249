#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""truth.py [--streams] FILE PORT - what tshark sees of SMTP in a capture. One line, or one for each connection.

What is counted:
  sessions    TCP streams with at least one frame in which tshark sees SMTP
  commands    lines of the client that tshark takes for commands (smtp.command_line), each line of a row (RFC 2920) for itself
  recipients  of these, those whose first word is RCPT
  replies     smtp.response.code: one for each reply, however many lines it has

Where it and a reader of sessions rightly differ, as seen with tshark 4.0.17 (manners.py makes a capture of each):
  - Chunks: BDAT is no command line to tshark, nor are empty lines and words that it does not know.
  - After DATA tshark waits for a dot, also when the host refused, or where the dot came in pieces: what the client says next is
    text to it. So is what stands behind the dot in the same segment.
  - The lines of one reply in several segments are one reply for each of them.
  - After STARTTLS, and in lines of an AUTH exchange, it sees no commands; nor do we (kinds "opaque" and "secret").
  - A segment sent again is looked at once. After octets that the capture lost, tshark goes on in the state it was in, so that text
    can become commands; we wait until we know (kind "missing").
  - A connection on which nobody spoke is no session to tshark; compare.py leaves ours out.
"""

import subprocess
import sys

FIELDS = ["tcp.stream", "ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst", "tcp.dstport", "smtp.command_line", "smtp.response.code"]
APART = "\x1f"	# between values of one field
OPTIONS = ["-o", "tcp.reassemble_out_of_order:TRUE", "-o", "tcp.desegment_tcp_streams:TRUE", "-o", "tcp.check_checksum:FALSE", "-o", "smtp.desegment_lines:TRUE"]


def command(path, port):
    """The very command."""
    ports = ["-d", f"tcp.port=={port},smtp"]
    return ["tshark", "-n", "-2", "-r", path, "-Y", f"smtp && tcp.port == {port}", *OPTIONS, *ports,
            "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=" + APART] + [x for f in FIELDS for x in ("-e", f)]


class Session:
    """What was said on one TCP stream. client: "address port", as in relaywall's output."""

    def __init__(self, client):
        self.client, self.commands, self.codes = client, [], []

    @property
    def recipients(self):
        return sum(line[:4].upper() == "RCPT" for line in self.commands)


def sessions(path, port):
    """By number of the stream. Raises RuntimeError with what tshark says."""
    run = subprocess.run(command(path, port), capture_output=True, check=False)
    complaint = [line for line in run.stderr.decode(errors="replace").splitlines() if not line.startswith("Running as user")]
    # a capture that is cut in the midst of a packet is read up to there
    if run.returncode and not any("cut short" in line for line in complaint):
        raise RuntimeError(f"tshark, {path}: " + "; ".join(complaint))
    out = {}
    for line in run.stdout.decode(errors="replace").split("\n"):
        if not line:
            continue
        p = dict(zip(FIELDS, line.split("\t")))
        # an address of a tunnel stands before the one of the connection
        ends = [(p[f"ip.{e}"] or p[f"ipv6.{e}"]).split(APART)[-1] + " " + p[f"tcp.{e}port"].split(APART)[-1] for e in ("src", "dst")]
        from_host = ends[0].endswith(f" {port}")
        session = out.setdefault(int(p["tcp.stream"].split(APART)[-1]), Session(ends[from_host]))
        if p["smtp.command_line"]:
            session.commands += p["smtp.command_line"].split(APART)
        if p["smtp.response.code"]:
            session.codes += [int(code) for code in p["smtp.response.code"].split(APART)]
    return out


def summary(found):
    found = list(found)
    return {"sessions": len(found), "commands": sum(len(s.commands) for s in found),
            "recipients": sum(s.recipients for s in found), "replies": sum(len(s.codes) for s in found)}


def main(arguments):
    streams = arguments[:1] == ["--streams"]
    if len(arguments) - streams != 2:
        sys.exit(__doc__)
    found = sessions(*arguments[streams:])
    if streams:
        for number, session in sorted(found.items()):
            print(number, session.client, *(f"{k} {v}" for k, v in summary([session]).items() if k != "sessions"), sep="\t")
    else:
        print("\t".join(f"{k} {v}" for k, v in summary(found.values()).items()))


if __name__ == "__main__":
    main(sys.argv[1:])
