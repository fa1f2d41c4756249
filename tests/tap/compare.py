#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""compare.py [--table FILE] RELAYWALL PORT CAPTURE... - what "relaywall tap" and tshark see of SMTP in the same captures.

Prints for each capture: sessions, commands, recipients and replies, each as OURS/TSHARK, and whether all of it is equal, command by
command and code by code; then what is not, and why where that can be told (EXPLANATIONS; see truth.py). --table: tshark must have seen
what captures.tsv says. Exit status 1 on a difference that is not explained, or if relaywall fails.
"""

import json
import os
import subprocess
import sys

import truth

COUNTS = ("sessions", "commands", "recipients", "replies")


# --- ours: the only place that knows the lines of --exchanges ---------------------


class Session(truth.Session):
    """As truth.Session, of the lines of one session. kinds: of these, each with how often. answered: each command has a reply."""

    def __init__(self, client):
        super().__init__(client)
        self.kinds, self.answered = {}, True

    def add(self, line):
        kind = line["kind"]
        if kind == "opaque" and line["code"]:
            kind = "tls"    # the reply to STARTTLS, which that command had
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if kind == "command":
            self.commands.append(line["line"])
            # of the last chunk of a message, its reply is the message's
            self.answered = self.answered and (line["code"] or line["verb"] == "BDAT")
        if kind in ("banner", "command", "secret", "message") and line["code"]:
            self.codes.append(line["code"])

    @property
    def spoke(self):
        return bool(self.commands or self.codes)


def ours(relaywall, path, port):
    """Sessions in which something was said, in their order. Raises RuntimeError with what it says."""
    run = subprocess.run([relaywall, "tap", "--port", str(port), "--exchanges", "-", path], capture_output=True, check=False)
    # 2: not read to its end, which is right where a capture is cut; what was read counts
    if run.returncode not in (0, 2):
        raise RuntimeError(f"relaywall tap {path}: status {run.returncode}: {run.stderr.decode(errors='replace')[-2000:]}")
    found = {}
    for text in run.stdout.splitlines():
        line = json.loads(text)
        found.setdefault(line["session"], Session(f"{line['client']} {line['client_port']}")).add(line)
    return [s for s in found.values() if s.spoke]


# --- the difference ----------------------------------------------------------------

# What makes a session rightly differ, by a kind of exchange in it
EXPLANATIONS = {
    "missing": "octets are missing in the capture",
    "differs": "octets were sent twice, differently",
    "opaque": "something that is not SMTP",
}
SHOWN_MAX = 200     # of a line, both show less of a long one


def shown(command):
    """As both tell it: tshark shows the arguments of AUTH, and line ends."""
    words = command.replace("\\r", "").replace("\\n", "").split()
    return " ".join(words[:2] if words and words[0].upper() == "AUTH" else words)[:SHOWN_MAX]


def first_difference(what, mine, theirs):
    for i in range(max(len(mine), len(theirs))):
        pair = [of[i] if i < len(of) else None for of in (mine, theirs)]
        if pair[0] != pair[1]:
            return f"{what} number {i + 1}: {pair[0]!r}, tshark {pair[1]!r}"
    return None


def is_part(some, every):
    """Whether some is every, with or without a few left out."""
    rest = iter(every)
    return all(any(one == other for other in rest) for one in some)


def without_echo(codes, wanted):
    """Whether codes is wanted with some said again right behind."""
    i = 0
    for at, code in enumerate(codes):
        if i < len(wanted) and code == wanted[i]:
            i += 1
        elif not at or code != codes[at - 1]:
            return False
    return i == len(wanted)


def difference(mine, theirs):
    """Of two sessions with the same client: (text, explanation or None), or None.

    A host answers commands, and no lines of text. Where each command of ours has a reply, and the replies are those that tshark sees,
    the host has confirmed ours.
    """
    commands = [[shown(c) for c in of.commands] for of in (mine, theirs)]
    text = first_difference("command", *commands) or first_difference("reply", mine.codes, theirs.codes)
    if text is None:
        return None
    reason = next((why for kind, why in EXPLANATIONS.items() if mine.kinds.get(kind)), None)
    if reason is None and mine.answered and is_part(commands[1], commands[0]) and without_echo(theirs.codes, mine.codes):
        reasons = []
        if commands[0] != commands[1]:
            reasons.append("tshark took for text what the host answered")
        if mine.codes != theirs.codes:
            reasons.append("tshark counts a reply in each segment that has a line of it")
        reason = "; ".join(reasons)
    return text, reason


def differences(mine, theirs):
    """(text, explanation or None) for each session that is not the same. A port that a client used twice: in their order."""
    by_client = {}
    for session in theirs:
        by_client.setdefault(session.client, []).append(session)
    out = []
    for session in mine:
        others = by_client.get(session.client)
        if not others:
            others = [truth.Session(session.client)]
        found = difference(session, others.pop(0))
        if found:
            out.append((f"{session.client}: {found[0]}", found[1]))
    return out + [(f"{s.client}: only tshark sees SMTP: {s.commands[:3]} {s.codes[:3]}", None) for rest in by_client.values() for s in rest]


def table(path):
    """By the name of a capture: what tshark saw when the table was written."""
    with open(path, encoding="utf-8") as f:
        head, *rows = [line.rstrip("\n").split("\t") for line in f]
    rows = [dict(zip(head, row)) for row in rows]
    return {os.path.basename(r["path"]).removesuffix(".gz"): {c: int(r[c]) for c in COUNTS} for r in rows}


def compare(relaywall, port, path, expected):
    """Print the line of a capture, and what is not equal. True: all is equal or explained."""
    try:
        mine, theirs = ours(relaywall, path, port), list(truth.sessions(path, port).values())
    except (RuntimeError, ValueError, KeyError) as e:
        print(f"{os.path.basename(path)}\t{e}")
        return False
    counts = truth.summary(mine), truth.summary(theirs)
    found = differences(mine, theirs)
    if expected not in (None, counts[1]):
        found.append((f"tshark saw {expected} when the table was written", None))
    unexplained = [text for text, reason in found if not reason]
    print(os.path.basename(path), *(f"{counts[0][c]}/{counts[1][c]}" for c in COUNTS), "NO" if unexplained else "explained" if found else "equal", sep="\t")
    for text, reason in found[:20]:
        print(f"\t{text}: {reason or 'WHY?'}")
    return not unexplained


def main(arguments):
    expected = {}
    if arguments[:1] == ["--table"] and len(arguments) > 1:
        expected = table(arguments[1])
        arguments = arguments[2:]
    if len(arguments) < 3:
        sys.exit(__doc__)
    relaywall, port, *paths = arguments
    print("capture", *COUNTS, "equal?", sep="\t")
    equal = [compare(relaywall, port, path, expected.get(os.path.basename(path))) for path in paths]
    sys.exit(not all(equal))


if __name__ == "__main__":
    main(sys.argv[1:])
