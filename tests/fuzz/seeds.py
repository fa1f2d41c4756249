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


# Operations of fuzz_dialogue.c
CLIENT, HOST, ANSWER, HOLD, TAKE, CLOCK, EOF, LOST = range(8)


def client(data):
    return b"".join(bytes([CLIENT, len(data[i:i + 255])]) + data[i:i + 255] for i in range(0, len(data), 255))


def host(data):
    return bytes([HOST, len(data)]) + data


def text():
    every = []
    for family, id, data in texts():
        for flags in (1, 3):
            every.append((family, f"{id}-{flags}", bytes([flags, 0, 6, 255, 1]) + data))
    own = [b"Subject: \xff\r\nErrors-To: x@y\r\n z\r\n\r\nbody\xff\r\n.\r\n", b"a\nb\r.\r\n.\n.\r\n\r\n.\r\n", b"A" * 1100 + b".\r\n.\r\n",
           b"Content-Type: t; x=" + b"A" * 1100 + b"\r\n\r\n.\r\n", b"\r\n.\0\r\n\0.\r\n .\r\n. \r\n.\r\n", b"a\x0b.\x0bb\xe2\x80\xa8.\xe2\x80\xa8\r\n.\r\n",
           b".a\r\n..\r\n.\r\nx\r", b"a\r\r\n.\r\r\n\r\n.\r\n"]
    for i, data in enumerate(own):
        for flags in (0, 1, 3, 9, 11, 15):
            every.append(("own", f"own-{i}-{flags}", bytes([flags, 0, 1, 6, 255]) + data))
    return [(id, data) for _, id, data in spread(every, lambda e: e[0], MOST)]


def dialogue():
    every = []
    for r in rows("dialogues.tsv"):
        data = bytes([0, ANSWER])	# flags, and the banner
        for piece in re.split(r"\{[^}]*\}", r["client_bytes"]):
            data += client(unescape(piece)) + bytes([ANSWER]) * (1 + min(12, piece.count("\\n")))
        every.append((r["family"], r["id"], data))
    open_ = bytes([ANSWER]) + client(b"EHLO c.example\r\n") + bytes([ANSWER | 1 << 3])
    mail = client(b"MAIL FROM:<a@spam.example> SIZE=9 RET=HDRS ENVID=x\r\n") + bytes([ANSWER])
    rcpt = client(b"RCPT TO:<user@local.example> NOTIFY=NEVER\r\nRCPT TO:<x@victim.example>\r\n") + bytes([ANSWER])
    data = client(b"DATA\r\n") + bytes([ANSWER])
    every += [
        ("own", "own-message", bytes([0]) + open_ + mail + rcpt + data + client(b"a\r\n.\r\n") + bytes([ANSWER])),
        ("own", "own-redirect", bytes([1]) + open_ + mail + rcpt + bytes([ANSWER]) + data + client(b".\r\n") + bytes([ANSWER])),
        ("own", "own-strip8", bytes([2]) + open_ + mail + rcpt + data + client(b"a\x8a\xae\x8a\r\n.\r\n")),
        ("own", "own-held", bytes([0]) + open_ + bytes([HOLD | 3 << 3]) + mail + rcpt + data + bytes([TAKE, 9, HOLD, TAKE, 255])),
        ("own", "own-refused", bytes([0]) + open_ + mail + client(b"RCPT TO:<user@local.example>\r\n") + bytes([ANSWER | 3 << 3]) + data),
        ("own", "own-host", bytes([0]) + host(b"220-a\r\n220 b\n") + client(b"HELO x\r\n") + host(b"250 \x01ok\r\n") + bytes([EOF | 1 << 3])),
        ("own", "own-times", bytes([0]) + open_ + bytes([CLOCK, 255]) + mail + bytes([CLOCK, 255, EOF])),
        ("own", "own-lost", bytes([0]) + open_ + mail + rcpt + data + client(b"abc\r\n") + bytes([LOST]) + client(b"d\r\n.\r\nQUIT\r\n")),
        ("own", "own-long", bytes([0]) + open_ + client(b"NOOP\r\n") + bytes([ANSWER | 5 << 3]) + client(b"NOOP\r\n") + bytes([ANSWER | 6 << 3])),
    ]
    return [(id, data) for _, id, data in spread(every, lambda e: e[0], MOST)]


if __name__ == "__main__":
    write("recipient", recipient())
    write("body", body())
    write("text", text())
    write("dialogue", dialogue())
