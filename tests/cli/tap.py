# SPDX-License-Identifier: GPL-2.0-or-later
"""For tap.sh: captures of two mail hosts, good ones and what may come in their place; a host and clients for a live tap.

tap.py captures FOLDER | endless | host ADDRESS PORT | send ADDRESS PORT COUNT
tap.py same JOURNAL EXCHANGES: is what the journal decided what the exchanges say would have been?
"""
import json
import pathlib
import random
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "tap"))
import pcap  # noqa: E402

AIX, AIX6, NT = "198.51.100.25", "2001:db8:25::25", "198.51.100.26"
AIX_BANNER = "aix.local.example ESMTP Sendmail AIX4.3/8.9.3/8.9.3; Fri, 16 Jan 2004 10:00:00 GMT"
NT_BANNER = "nt.second.example ESMTP Server (Microsoft Exchange Internet Mail Service 5.5.2653.13) ready"


def two_hosts(capture, rounds=3):
    """Mail to both, by v4 and v6; somebody who relays; one who tries to, and one whom the host refuses."""
    for i in range(rounds):
        for n, (host, banner, name) in enumerate([(AIX, AIX_BANNER, "local.example"), (NT, NT_BANNER, "second.example")]):
            good = pcap.Session(capture, f"203.0.113.{10 * n + i + 1}", host)
            good.greet(banner).mail(f"a@c{i}.example", [f"u@{name}", f"v@other{n}.example"]).quit()
        pcap.Session(capture, f"2001:db8:66::{i + 1:x}", AIX6).greet(AIX_BANNER).mail("a@c6.example", ["u@local.example"]).quit()
    relay = pcap.Session(capture, "203.0.113.66", AIX).greet(AIX_BANNER)
    relay.mail("a@spam.example", ["u%victim.example@local.example", "x@victim.example"]).quit()
    tries = pcap.Session(capture, "203.0.113.67", NT).greet(NT_BANNER)
    tries.mail("a@spam.example", ["x@victim.example"], refused=["x@victim.example"]).quit()
    root = pcap.Session(capture, "203.0.113.68", AIX).greet(AIX_BANNER)
    root.mail("root", ["u@local.example"]).quit()
    return capture


def on_port(port):
    capture = pcap.Capture()
    pcap.Session(capture, "203.0.113.1", AIX, port=port).greet(AIX_BANNER).mail("a@c.example", ["u@local.example"]).quit()
    return capture


def one(link=pcap.ETHERNET, tags=b""):
    capture = pcap.Capture(link)
    capture.tags = tags
    pcap.Session(capture, "203.0.113.1", AIX).greet(AIX_BANNER).mail("a@c.example", ["u@local.example"], "Subject: a\r\n\r\n" + "b" * 5000).quit()
    return capture


def otherwise():
    """The recipient is sent twice, the second time as another one."""
    capture = pcap.Capture()
    c = pcap.Session(capture, "203.0.113.1", AIX).greet(AIX_BANNER)
    c.ask("MAIL FROM:<a@c.example>", "250 ok")
    at = c.next[0]
    c.client("RCPT TO:<u@local.example>")
    c.segment(0, pcap.ACK | pcap.PSH, b"RCPT TO:<u@loca1.example>\r\n", at)
    c.host("250 ok")
    c.quit()
    return capture


def secrets():
    capture = pcap.Capture()
    c = pcap.Session(capture, "203.0.113.1", AIX).greet(AIX_BANNER, keywords=("AUTH LOGIN PLAIN",))
    c.ask("AUTH LOGIN dGVzdA==", "334 UGFzc3dvcmQ6")
    c.ask("c2VjcmV0", "235 ok")
    c.ask("AUTH PLAIN AHRlc3QAc2VjcmV0", "503 again")
    c.quit()
    return capture


def only(capture, packets):
    capture.packets = packets
    return capture


def captures(folder):
    def put(name, octets):
        (folder / name).write_bytes(octets)

    both = two_hosts(pcap.Capture())
    put("both.pcap", both.pcap())
    put("both.pcapng", both.pcapng())
    packets = both.packets
    put("begin.pcap", only(both, packets[:85]).pcap())  # in the middle of a session
    put("rest.pcap", only(both, packets[85:]).pcap())
    shuffled = list(packets)
    random.Random(1).shuffle(shuffled)
    put("shuffled.pcap", only(both, shuffled).pcap())
    put("twice.pcap", only(both, shuffled + shuffled[:100]).pcap())
    put("one.pcap", one().pcap())
    put("vlan.pcap", one(tags=b"\x81\0\0\x64").pcap())
    put("raw.pcap", one(pcap.RAW).pcap())
    put("sll.pcap", one(pcap.LINUX_SLL).pcap())
    put("port.pcap", on_port(2525).pcap())
    put("otherwise.pcap", otherwise().pcap())
    put("secrets.pcap", secrets().pcap())
    whole = one()
    put("hole.pcap", only(whole, whole.packets[:14] + whole.packets[16:]).pcap())
    whole = one()
    put("client.pcap", only(whole, [p for p in whole.packets if p.frame[26:30] == bytes([203, 0, 113, 1])]).pcap())
    whole = one()
    put("middle.pcap", only(whole, whole.packets[6:]).pcap())
    cut = one()
    for p in cut.packets:
        p.kept = 96
    put("cut.pcap", cut.pcap())
    unknown = one(pcap.RAW)
    unknown.link = 147
    put("unknown.pcap", unknown.pcap())
    data = two_hosts(pcap.Capture()).pcap()
    put("truncated.pcap", data[:len(data) // 2])
    half = one()
    at = 24 + sum(16 + len(p.frame) for p in half.packets[:10])
    put("corrupt.pcap", half.pcap()[:at] + b"\xff" * 64 + half.pcap()[at:])
    put("empty.pcap", b"")
    put("none.pcap", pcap.Capture().pcap())
    put("text.pcap", b"This is a letter, and no capture.\n")


def endless():
    """A capture that does not end before its reader does."""
    capture = pcap.Capture()
    out = capture.pcap()
    try:
        while True:
            two_hosts(capture)
            sys.stdout.buffer.write(out + capture.pcap()[24:])
            out, capture.packets = b"", []
    except BrokenPipeError:
        sys.stderr.close()


def host(address, port):
    """Takes everything, from one client after the other."""
    with socket.create_server((address, port), family=socket.AF_INET6 if ":" in address else socket.AF_INET) as server:
        print("ready", flush=True)
        while True:
            client, text = server.accept()[0], False
            with client, client.makefile("rb") as lines:
                client.sendall(b"220 " + AIX_BANNER.encode() + b"\r\n")
                for line in lines:
                    if text and line != b".\r\n":
                        continue
                    text = not text and line == b"DATA\r\n"
                    client.sendall(b"354 go\r\n" if text else b"250 aix.local.example ok\r\n")
                    if line == b"QUIT\r\n":
                        break


def send(address, port, count):
    for _ in range(count):
        with socket.create_connection((address, port)) as s, s.makefile("rb") as replies:
            replies.readline()
            for line in ("EHLO c.example", "MAIL FROM:<a@c.example>", "RCPT TO:<u@local.example>", "DATA", "b\r\n.", "QUIT"):
                s.sendall(line.encode() + b"\r\n")
                replies.readline()


def same(journal, exchanges):
    said, would = [], []
    for line in map(json.loads, open(journal)):
        if line["event"] in ("sender", "recipient"):
            said.append((line["session"], line["event"], line["argument"], line["verdict"], line["mode"], line["reason"]))
    for line in map(json.loads, open(exchanges)):
        if "rule" in line and line.get("verb") in ("MAIL", "RCPT"):
            kind = {"MAIL": "sender", "RCPT": "recipient"}[line["verb"]]
            would.append((line["session"], kind, line["line"][5:], line["would"], line["mode"], line["reason"]))
    assert said and sorted(said) == sorted(would), set(said) ^ set(would)
    print(len(said), "verdicts equal")


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    if what == "captures":
        captures(pathlib.Path(rest[0]))
    elif what == "endless":
        endless()
    elif what == "host":
        host(rest[0], int(rest[1]))
    elif what == "send":
        send(rest[0], int(rest[1]), int(rest[2]))
    elif what == "same":
        same(*rest)
