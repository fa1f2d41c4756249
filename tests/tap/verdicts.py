#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Verdicts of two journals about the same attack, recipient by recipient.

    verdicts.py same BOOK JOURNAL BOOK JOURNAL              of the shield that was live, and of the tap; each attack's book says whose its connections were
    verdicts.py recipients BOOK JOURNAL BOOK JOURNAL        the same, of recipients alone
    verdicts.py lossy BOOK JOURNAL JOURNAL EXCHANGES        of the tap, with all packets and with some missing; the exchanges of the latter
    verdicts.py totals JOURNAL EXCHANGES REPORT             of the tap, and what relaywall replay --json --as-written says of the same capture

What differs is shown, and status is 1. Last line: "N recipients, N differences", and what was counted beside.

The shield ends sessions that the host would have gone on with, and clients of the attack's batches call again: there recipients and messages are
compared. A dialogue is over then, and what the tap has more of it, behind all that is equal, is counted. In all others greetings and senders are
compared as well.
"""

import collections
import itertools
import json
import sys

JUDGED = ("hello", "sender", "recipient", "message")
FIELDS = ("event", "argument", "sender", "verdict", "rule", "mode", "reason", "target", "list", "sent", "code", "host", "network", "what",
          "recipients", "octets")
SHOWN = 10
# Verdicts that differ for a reason: the tap takes clients to do without what the shield does not offer (rehearsal.h).
EXPLAINED = {"dialogue-windows/D-BDT-14": "BODY=BINARYMIME, which was offered there"}


def lines_of(path):
    with open(path, encoding="ascii") as file:
        return [json.loads(line) for line in file]


class Part:
    """Of an attack: its connections in order, and what was judged in each."""

    def __init__(self):
        self.whole, self.connections = True, []

    def facts(self, kinds=JUDGED):
        return [facts for connection in self.connections for facts in connection if facts[0] in kinds]


def parts(book, journal):
    found, by_port = collections.defaultdict(Part), {}
    for entry in lines_of(book):
        part = found[entry["label"]]
        part.whole = entry["whole"]
        part.connections.append([])
        by_port[entry["client"], entry["port"]] = part.connections[-1]
    for line in lines_of(journal):
        if line["event"] in JUDGED:
            by_port[line["client"], line["client_port"]].append(tuple(line.get(field) for field in FIELDS))
    return found


def recipients(facts):
    return sum(each[0] == "recipient" for each in facts)


def show(label, a, b):
    for x, y in itertools.islice(((x, y) for x, y in itertools.zip_longest(a, b) if x != y), 2):
        print(f"{label}:\n    {x}\n    {y}")


class Result:
    """What was compared, and what is not equal."""

    def __init__(self):
        self.recipients = self.differences = 0
        self.beside = collections.Counter()

    def wrong(self, label, a, b):
        self.differences += max(1, sum(x != y for x, y in itertools.zip_longest(a, b)))
        if self.differences <= SHOWN:
            show(label, a, b)

    def end(self):
        beside = "".join(f"; {n} {what}" for what, n in self.beside.items())
        print(f"{self.recipients} recipients, {self.differences} differences{beside}")
        sys.exit(self.differences > 0)


def same(live_book, live_journal, tap_book, tap_journal, of_one=JUDGED, of_several=("recipient", "message")):
    live, tap = parts(live_book, live_journal), parts(tap_book, tap_journal)
    result = Result()
    for label in sorted(live.keys() | tap.keys()):
        kinds = of_one if len(live[label].connections) == 1 else of_several
        a, b = live[label].facts(kinds), tap[label].facts(kinds)
        result.recipients += recipients(a)
        if label in EXPLAINED:
            result.beside["explained"] += recipients(b)
        elif label.startswith("dialogue") and not live[label].whole and a == b[:len(a)]:
            result.beside["behind the end of a session"] += recipients(b[len(a):])
        elif a != b:
            result.wrong(label, a, b)
    result.end()


def of_recipients(*files):
    same(*files, of_one=("recipient",), of_several=("recipient",))


def lossy(book, journal, torn_journal, exchanges):
    clean, torn = parts(book, journal), parts(book, torn_journal)
    torn_ports = {(e["client"], e["client_port"]) for e in lines_of(exchanges) if e["kind"] == "missing"}
    said = {entry["label"] for entry in lines_of(book) if (entry["client"], entry["port"]) in torn_ports}
    result = Result()
    for label in sorted(clean.keys() | torn.keys()):
        a, b = clean[label].facts(), torn[label].facts()
        result.recipients += recipients(a)
        if a != b and label in said:
            result.beside["others where octets are missing"] += sum((collections.Counter(a) - collections.Counter(b)).values())
        elif a != b:
            result.wrong(label, a, b)
    result.beside["sessions in which some are"] = len(said)
    result.end()


def totals(journal, exchanges, report):
    """Replay counts recipients that were refused out of sequence, too, of which the journal has no verdict."""
    judged = collections.Counter(word_of(line["verdict"], line) for line in lines_of(journal) if line["event"] == "recipient")
    asked = [line for line in lines_of(exchanges) if line.get("verb") == "RCPT"]
    would = collections.Counter(word_of(line.get("would", "unknown"), line) for line in asked)
    ruled = collections.Counter(word_of(line["would"], line) for line in asked if "rule" in line)
    with open(report, encoding="ascii") as file:
        said = json.load(file)["judged"]["recipient"]
    replayed = {word: n for word, n in said["would"].items() if n > 0}
    print(dict(sorted(judged.items())), "and", sum((would - judged).values()), "without a verdict")
    if judged != ruled or would != replayed or said["seen"] != len(asked):
        sys.exit(f"exchanges {dict(ruled)}, all of them {dict(would)}; replay {replayed}")


def word_of(action, line):
    return "count" if action == "pass" and line.get("mode") == "count" else action


MODES = {"same": same, "recipients": of_recipients, "lossy": lossy, "totals": totals}
if len(sys.argv) < 2 or sys.argv[1] not in MODES:
    sys.exit(__doc__)
MODES[sys.argv[1]](*sys.argv[2:])
