#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Write tests/fuzz/seeds/ anew from tests/corpus: a few inputs of each family, in the form of each fuzzer."""

import pathlib
import re
import shutil

ROOT = pathlib.Path(__file__).resolve().parent.parent
SEEDS = ROOT / "fuzz" / "seeds"
MOST = 58


def rows(name):
    lines = (ROOT / "corpus" / name).read_text(encoding="utf-8").splitlines()
    heading = lines[0].split("\t")
    return [dict(zip(heading, line.split("\t"))) for line in lines[1:]]


def unescape(text):
    simple = {"t": b"\t", "r": b"\r", "n": b"\n", "\\": b"\\"}

    def one(match):
        code = match.group(1)
        return bytes([int(code[1:], 16)]) if code[0] == "x" else simple[code]

    out, at = b"", 0
    for match in re.finditer(r"\\(x[0-9A-Fa-f]{2}|[trn\\])", text):
        out += text[at:match.start()].encode() + one(match)
        at = match.end()
    return out + text[at:].encode()


def spread(items, family, most):
    """At most so many, each family in turn."""
    by = {}
    for item in items:
        by.setdefault(family(item), []).append(item)
    out = []
    while by and len(out) < most:
        for key in list(by):
            out.append(by[key].pop(0))
            if not by[key]:
                del by[key]
    return out[:most]


def write(name, inputs):
    folder = SEEDS / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for id, data in inputs:
        if len(data) <= 4096:
            (folder / id.lower()).write_bytes(data)


def recipient():
    every = [(r["family"], r["id"], unescape(r["rcpt_raw"])) for r in rows("recipients.tsv")]
    every += [("mail", "mail-" + r["id"], unescape(r["mail_from_raw"])) for r in rows("recipients.tsv")[::90]]
    every += [
        ("params", "dsn", b"TO:<user@local.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a+3Db@victim.example"),
        ("params", "sender", b"FROM:<\"a b\"@spam.example> SIZE=9 BODY=8BITMIME RET=FULL ENVID=a>b AUTH=<>"),
    ]
    return [(id, data) for _, id, data in spread(every, lambda e: e[0], MOST)]


def texts():
    """What stands behind DATA in the dialogues."""
    for r in rows("dialogues.tsv"):
        parts = re.split(r"\bDATA\\r\\n(?:\{wait[^}]*\})?", r["client_bytes"], maxsplit=1)
        if len(parts) == 2:
            yield r["family"], r["id"], unescape(re.sub(r"\{[^}]*\}", "", parts[1]))


def body():
    every = list(texts())
    every += [
        ("long", "line-998", b"x" * 998 + b"\r\n.\r\n"),
        ("long", "line-999", b"x" * 999 + b"\r\n.\r\n"),
        ("dot", "dot-first", b".\r\n"),
        ("dot", "u2028", b"a\xe2\x80\xa8.\xe2\x80\xa8\r\n.\r\n"),
        ("dot", "bit8", b"a\x8d\x8a.\x8d\x8ab\r\n\xae\r\n.\r\n"),
    ]
    return [(id, bytes([i & 1, 0, 6, 255, 1]) + data) for i, (_, id, data) in enumerate(spread(every, lambda e: e[0], MOST))]


def alphabet():
    """The tables of script.c and script.h: octets of tokens, of steps, numbers of replies."""
    source = (ROOT / "fuzz" / "script.c").read_text(encoding="utf-8")
    header = (ROOT / "fuzz" / "script.h").read_text(encoding="utf-8")
    texts = [unescape(t.replace('\\"', '"')) for t in re.findall(r'^\t"(.*)",$', source, re.M)]
    steps = re.findall(r"\bSTEP_([A-Z]+)(?: = STEP_FIRST)?,", header.split("STEP_FIRST = 0xd8,")[1])
    replies = re.findall(r"\bREPLY_([A-Z0-9_]+)", header)
    tokens = {text: bytes([0x80 + i]) for i, text in enumerate(texts)}
    return tokens, {name: 0xD8 + i for i, name in enumerate(steps)}, {name: i for i, name in enumerate(replies)}


TOKENS, STEPS, REPLIES = alphabet()
LONGEST_FIRST = sorted(TOKENS, key=len, reverse=True)
GO = bytes([STEPS["GO"]])

# {server:...}: the replies in their order, the banner first
SERVERS = {
    "no-ehlo": ["FITTING", "NEVER"],
    "bare-lf-replies": ["LF"] * 8,
    "extra-reply": ["FITTING", "TWICE"],
    "mail-550": ["FITTING", "FITTING", "NEVER"],
    "rcpt-550": ["FITTING", "FITTING", "FITTING", "NEVER"],
    "data-451": ["FITTING", "FITTING", "FITTING", "FITTING", "LATER"],
}


def said(data):
    """What the client says, in whole tokens where it can be."""
    out, at = b"", 0
    while at < len(data):
        token = next((t for t in LONGEST_FIRST if data.startswith(t, at)), None)
        if token is not None:
            out += TOKENS[token]
            at += len(token)
            continue
        out += bytes([data[at]]) if data[at] < 0x80 else bytes([STEPS["HIGH"], data[at] & 0x7F])
        at += 1
    return out


def reply(name):
    return bytes([STEPS["REPLY"], REPLIES[name]])


def directive(text):
    name, _, rest = text.partition(":")
    if name == "rep":
        count, _, what = rest.partition(":")
        return said(unescape(what) * min(int(count), 3000))
    if name == "bytewise":
        return bytes([STEPS["CUT"], 1])
    if name in ("close", "shutwr"):
        return bytes([STEPS["END"], 0])
    if name == "delay":
        return bytes([STEPS["CLOCK"], min(255, int(float(rest)) // 2)])
    if name == "server":
        return b"".join(reply(r) for r in SERVERS.get(rest, []))
    return GO if name in ("wait", "split") else b""


# Two octets of fuzz_dialogue.c, by what a family is about: where it is refused, and where it is carried.
POLICIES = {
    "bdat-chunking": [b"\0\0", b"\0\x08", b"\0\x18"],
    "starttls": [b"\0\0", b"\0\x01", b"\0\x02", b"\0\x03"],
    "auth": [b"\0\0", b"\0\x04", b"\x20\x04"],
    "end-of-data-smuggling": [b"\0\0", b"\0\x10"],
    "resource": [b"\0\0", b"\0\x80"],
}


def text():
    every = []
    for family, id, data in texts():
        for flags in (1, 3):
            every.append((family, f"{id}-{flags}", bytes([flags, 0, 6, 255, 1]) + data))
    own = [b"Subject: \xff\r\nErrors-To: x@y\r\n z\r\n\r\nbody\xff\r\n.\r\n", b"a\nb\r.\r\n.\n.\r\n\r\n.\r\n", b"A" * 1100 + b".\r\n.\r\n",
           b"Content-Type: t; x=" + b"A" * 1100 + b"\r\n\r\n.\r\n", b"\r\n.\0\r\n\0.\r\n .\r\n. \r\n.\r\n", b"a\x0b.\x0bb\xe2\x80\xa8.\xe2\x80\xa8\r\n.\r\n",
           b".a\r\n..\r\n.\r\nx\r", b"a\r\r\n.\r\r\n\r\n.\r\n", b"?x?Errors-To: v@x\r\n.?y?A: b\r\n\r\n.\r\n"]
    for i, data in enumerate(own):
        for flags in (0, 1, 3, 9, 11, 15):
            every.append(("own", f"own-{i}-{flags}", bytes([flags, 0, 1, 6, 255]) + data))
    return [(id, data) for _, id, data in spread(every, lambda e: e[0], MOST)]


def dialogue():
    every = []
    for r in rows("dialogues.tsv"):
        data = b""
        for i, piece in enumerate(re.split(r"\{([^}]*)\}", r["client_bytes"])):
            data += directive(piece) if i % 2 else said(unescape(piece))
        for i, policy in enumerate(POLICIES.get(r["family"], [b"\0\0"])):
            every.append((r["family"], r["id"] + (f"-{i}" if i else ""), policy + data))
    return [(id, data) for _, id, data in spread(every + own_dialogues(), lambda e: e[0], 400)]


def own_dialogues():
    """What no row of the corpus has: hosts that stall, refuse and fail, queues that fill, networks that may relay."""
    mail = said(b"EHLO c.example\r\nMAIL FROM:<a@spam.example>\r\nRCPT TO:<user@local.example>\r\n")
    data = said(b"DATA\r\n")
    text = said(b"text\r\n.\r\n")
    smuggle = said(b"MAIL FROM:<evil@spam.example>\r\nRCPT TO:<user@victim.example>\r\nDATA\r\nx\r\n.\r\n")
    hold = STEPS["HOLD"]
    own = {
        "message": mail + data + text + said(b"QUIT\r\n"),
        "two": (mail + data + text) * 2,
        "redirect": b"\2\0" + mail + said(b"RCPT TO:<user@victim.example>\r\n") + data + text,
        "strip8": b"\4\0" + mail + data + said(b"a\x8a\xae\x8a\r\n.\r\n"),
        "relays": b"\x08\0" + mail + said(b"RCPT TO:<user@victim.example>\r\n") + data + text,
        "mailer-flags": mail + data + said(b"?x?Errors-To: v@victim.example\r\n\r\n") + text,
        "old-host": b"\x10\0" + mail + data + text,
        "hello-again": mail + mail + data + text,
        "stalled": mail + GO + bytes([hold, 6]) + data + GO + text + bytes([STEPS["TAKE"], 9, hold, 0]),
        "half-dot": mail + data + GO + bytes([hold, 4]) + text + GO + bytes([STEPS["TAKE"], 8, STEPS["LOST"]]),
        "lost": mail + data + GO + said(b"text\r\n") + bytes([STEPS["LOST"]]) + text + said(b"QUIT\r\n"),
        "host-ends": mail + data + GO + said(b"text\r\n") + bytes([STEPS["END"], 1]) + text,
        "silent": mail + bytes([hold, 1]) + data + bytes([STEPS["CLOCK"], 255]),
        "shutdown": mail + data + GO + said(b"text\r\n") + bytes([STEPS["SHUTDOWN"]]),
        "unasked": mail + bytes([STEPS["HOST"], 8]) + b"354 go\r\n" + data + smuggle,
        "pieces": bytes([STEPS["CUT"], 0x32]) + mail + data + text,
        "runs": mail + data + b"".join(bytes([STEPS["RUN"], n << 3]) + said(b"\r\n") for n in (24, 26, 27)) + text,
        "long-command": said(b"NOOP ") + bytes([STEPS["RUN"], 25 << 3]) + said(b"RCPT TO:<user@victim.example>\r\n"),
        "chunks": b"\0\x08" + mail + bytes([STEPS["CHUNK"], 40, STEPS["LAST"], 120, STEPS["LAST"], 0]) + smuggle,
        "chunks-refused": b"\0\x08" + mail + GO + reply("NEVER") + bytes([STEPS["CHUNK"], 90, STEPS["LAST"], 90]) + smuggle,
        "chunk-alone": b"\0\x08" + said(b"EHLO c.example\r\n") + bytes([STEPS["CHUNK"], 90, STEPS["LAST"], 90]) + smuggle,
    }
    auth = said(b"AUTH PLAIN AGEAYg==\r\n")
    login = reply("334") + said(b"AUTH LOGIN\r\n") + GO
    hello = said(b"EHLO c.example\r\n")
    tls = said(b"STARTTLS\r\n") + GO
    own |= {
        "auth": b"\x20\x04" + hello + auth + mail + said(b"RCPT TO:<user@victim.example>\r\n") + data + text,
        "auth-login": b"\0\x04" + hello + GO + login + reply("334") + said(b"YWJj\r\n") + said(b"YWJj\r\n") + mail,
        "auth-cancel": b"\0\x04" + hello + GO + login + reply("NEVER") + said(b"*\r\n") + mail + data + text,
        "auth-junk": b"\0\x04" + hello + GO + login + reply("NEVER") + smuggle + mail + data + text,
        "talkative": b"\0\0" + reply("LONG") * 11 + said(b"NOOP\r\n" * 900),
        "tls-pass": b"\0\x02" + hello + tls + smuggle + GO + bytes([STEPS["HOST"], 4]) + b"abcd" + smuggle,
        "tls-pass-time": b"\0\x02" + hello + tls + smuggle + bytes([STEPS["CLOCK"], 255]),
        "tls-ends-here": b"\0\x03" + hello + tls + mail + data + text,
        "tls-injected": b"\0\x03" + hello + said(b"STARTTLS\r\n") + smuggle,
        "tls-injected-late": b"\0\x03" + hello + bytes([hold, 2]) + said(b"STARTTLS\r\n") + GO + smuggle + bytes([hold, 0]),
        "small-chunk": b"\0\x48" + mail + bytes([STEPS["CHUNK"], 40, STEPS["LAST"], 120]) + smuggle,
        "small": b"\0\x40" + mail + data + said(b"text\r\n" * 20) + text,
        "tarpit": b"\0\x80" + mail + smuggle * 3 + bytes([STEPS["CLOCK"], 1]) + data + text,
    }
    # rows to a host that pipelines: "row" is MAIL, RCPT and DATA at once. The first RCPT of a session waits for the block lists, so
    # it stands before them
    hello = mail + said(b"RSET\r\n")
    row = said(b"MAIL FROM:<a@spam.example>\r\nRCPT TO:<user@local.example>\r\nDATA\r\n")
    own |= {
        "row": hello + GO + (row + GO + text) * 2,
        "row-refused": hello + GO + said(b"MAIL FROM:<a@spam.example>\r\nRCPT TO:<user@local.example>\r\nRCPT TO:<user@victim.example>\r\n"
                                         b"RCPT TO:<user@local.example>\r\nDATA\r\n") + GO + text,
        "row-stalled": hello + GO + bytes([hold, 4]) + row + GO + bytes([STEPS["TAKE"], 40, STEPS["HOST"], 16]) + b"250 a\r\n250 b\r\n" + bytes([hold, 0]) + text,
        "row-without-a-sender": mail + said(b"RSET\r\n") + GO + reply("NEVER") + said(b"MAIL FROM:<a@spam.example>\r\nRCPT TO:<user@local.example>\r\n") + GO +
                                said(b"MAIL FROM:<a@spam.example>\r\n") + data + text,
        "row-long-line": hello + GO + bytes([hold, 1]) + said(b"MAIL FROM:<a@spam.example>\r\n") + GO + said(b"VRFY ") + bytes([STEPS["RUN"], 25 << 3]) +
                         GO + said(b"RCPT TO:<user@local.example>\r\n") + GO + bytes([hold, 0]) + data + text,
        "row-silent": hello + GO + bytes([hold, 1]) + row + GO + said(b"RCPT TO:<user@victim.example>\r\n") + bytes([hold, 0]) + text,
    }
    for kind in REPLIES:
        if kind != "KINDS":
            own["row-" + kind.lower()] = hello + GO + reply("FITTING") + reply(kind) + row + GO + text + smuggle
            own["row-none-" + kind.lower()] = hello + GO + reply("FITTING") + reply("NEVER") + reply(kind) + row + GO + text + mail
            own["data-" + kind.lower()] = mail + GO + reply(kind) + data + smuggle + text
            own["final-" + kind.lower()] = mail + data + GO + reply(kind) + text + smuggle
    return [("own", "own-" + id, data if data[:1] <= b"\x20" else b"\0\0" + data) for id, data in own.items()]


def packet():
    """Packets of both families, a few of each kind of result."""
    ends4 = bytes([203, 0, 113, 66, 198, 51, 100, 25])
    ends6 = b"".join(bytes.fromhex("20010db8%04x" % n) + bytes(9) + bytes([n & 0xFF]) for n in (0x66, 0x25))

    def tcp(flags, offset=5, rest=b""):
        return bytes.fromhex("9c400019" "4f2a91c0" "00000000") + bytes([offset << 4, flags]) + bytes(6) + rest

    def v4(segment, options=b"", fragment=0x4000, protocol=6):
        head = bytes([0x45 + len(options) // 4, 0]) + (20 + len(options) + len(segment)).to_bytes(2, "big") + bytes(2)
        return head + fragment.to_bytes(2, "big") + bytes([64, protocol, 0, 0]) + ends4 + options + segment

    def v6(segment, *headers):
        """headers: (its own number, its octets behind the first)"""
        kinds = [kind for kind, _ in headers] + [6]
        chain = b"".join(bytes([kinds[i + 1]]) + rest for i, (_, rest) in enumerate(headers))
        return bytes([0x60, 0, 0, 0]) + (len(chain + segment)).to_bytes(2, "big") + bytes([kinds[0], 64]) + ends6 + chain + segment

    syn, options = tcp(0x02), (60, bytes([0, 1, 4]) + bytes(4))
    return [
        ("v4-syn", v4(syn)),
        ("v4-syn-ack", v4(tcp(0x12))),
        ("v4-syn-fin", v4(tcp(0x03))),
        ("v4-syn-options", v4(tcp(0xC2, 10, bytes.fromhex("020405b40402080a000000010000000001030307")))),
        ("v4-fragment", v4(syn, fragment=0x2000)),
        ("v4-udp", v4(syn, protocol=17)),
        ("v4-router-alert", v4(syn, bytes([148, 4, 0, 0]))),
        ("v4-source-route", v4(syn, bytes([131, 7, 4, 192, 0, 2, 1, 0]))),
        ("v4-cut", v4(syn)[:30]),
        ("v6-syn", v6(syn)),
        ("v6-ack", v6(tcp(0x10), options)),
        ("v6-hop-by-hop", v6(syn, (0, options[1]), options)),
        ("v6-atomic", v6(syn, (44, bytes(7)))),
        ("v6-fragment", v6(syn, (44, bytes([0, 0, 9]) + bytes(4)))),
        ("v6-routing", v6(syn, (43, bytes([2, 0, 1]) + bytes(20)))),
        ("v6-ah", v6(syn, (51, bytes([4]) + bytes(22)))),
        ("v6-deep", v6(syn, *[options] * 9)),
        ("v6-to-mapped", v6(syn)[:24] + bytes(10) + b"\xff\xff" + ends4[4:] + syn),
        ("v6-cut", v6(syn, options)[:44]),
    ]


def transcript():
    """Turns of fuzz_transcript.c: the side and a length, then the octets."""

    def turns(*said):
        out = b""
        for who, octets in said:
            for at in range(0, len(octets), 127):
                piece = octets[at:at + 127]
                out += bytes([len(piece) << 1 | (who == "H")]) + piece
        return out

    begin = [("H", b"220 mail\r\n"), ("C", b"EHLO c\r\n"), ("H", b"250-mail\r\n250-DELIVERBY\r\n250 CHUNKING\r\n")]
    mail = [("C", b"MAIL FROM:<a@b.example> BY=1\r\n"), ("H", b"250 ok\r\n"), ("C", b"RCPT TO:<u%v.example@local.example>\r\n"),
            ("H", b"250 ok\r\n"), ("C", b"RCPT TO:<x@local.example>\r\n"), ("H", b"250 ok\r\n")]
    data = [("C", b"DATA\r\n"), ("H", b"354 go\r\n")]
    end = [("C", b"QUIT\r\n"), ("H", b"221 bye\r\n")]
    row = b"MAIL FROM:<a@b.example>\r\nRCPT TO:<x@local.example>\r\nRCPT TO:<v@v.example>\r\nDATA\r\n"
    return [
        ("mail", turns(*begin, *mail, *data, ("C", b"a: b\r\n\r\n..\r\n.\r\n"), ("H", b"250 taken\r\n"), *mail, *end)),
        ("row", turns(*begin, ("C", row), ("H", b"250 ok\r\n250 ok\r\n550 no\r\n354 go\r\n"), ("C", b".\r\n"), ("H", b"250 ok\r\n"), *end)),
        ("loose", turns(*begin, *mail, *data, ("C", b"a\n.\n"), ("H", b"250 taken\r\n"), *mail, *end)),
        ("smuggled", turns(*begin, *mail, *data, ("C", b"a\n.\n" + row + b"b\r\n.\r\n"), ("H", b"250 taken\r\n"), *end)),
        ("smuggled-taken", turns(*begin, *mail, *data, ("C", b"a\n.\n" + row + b"b\r\n.\r\n"),
                                 ("H", b"250 taken\r\n250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 taken\r\n"), *end)),
        ("chunks", turns(*begin, *mail, ("C", b"BDAT 3\r\na\r\nBDAT 4 LAST\r\n.b\r\n"), ("H", b"250 ok\r\n250 taken\r\n"), *end)),
        ("auth", turns(*begin, ("C", b"AUTH LOGIN\r\n"), ("H", b"334 x\r\n"), ("C", b"QUIT\r\n"), ("H", b"334 y\r\n"), ("C", b"eA==\r\n"),
                       ("H", b"235 in\r\n"), *mail, *end)),
        ("starttls", turns(*begin, ("C", b"STARTTLS\r\n"), ("H", b"220 go\r\n"), ("C", b"\x16\x03\x01\n"), ("H", b"\x16\x03\n"))),
        ("long-line", turns(*begin, ("C", b"NOOP " + b"a" * 1200 + b"\r\n"), ("H", b"250 ok\r\n500 what\r\n"), *mail, *end)),
        ("bad-reply", turns(*begin, ("C", b"NOOP\r\n"), ("H", b"what?\r\n"), *mail, *end)),
        ("no-smtp", turns(("H", b"SSH-2.0-x\r\n"), ("C", b"SSH-2.0-y\r\n"))),
        ("early", turns(("C", b"EHLO c\r\nMAIL FROM:<>\r\n"), ("H", b"554 no\r\n"), ("H", b"421 bye\r\n"))),
    ]


if __name__ == "__main__":
    write("transcript", transcript())
    write("recipient", recipient())
    write("body", body())
    write("text", text())
    write("dialogue", dialogue())
    write("packet", packet())
