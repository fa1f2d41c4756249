#!/usr/bin/env python3
"""report.py - what arrived, where, and whether that is as it must be.

Joins three records by the token that every attack message carries: what was
sent (attack-*.jsonl), what arrived at the victim (sink.jsonl, and uucp, which
leaves the host too), and what the host filed in local mailboxes.
"""

import argparse
import collections
import ipaddress
import json
import pathlib
import re
import sys

from attack import decode, read_corpus
from sink import text, token_of

LOCAL = "deliver-local"
# What a shield may say to a host around the one RCPT.
VERBS = {"HELO", "EHLO", "MAIL", "RCPT", "DATA", "RSET", "NOOP", "QUIT"}
# Delivery-status parameters may follow, if the client gave them.
DSN = re.compile(r"( (NOTIFY=[A-Z,]+|ORCPT=rfc822;[!-~]+))*")
OWN_LITERAL = b"[198.51.100.25]"
FAULTS = ("promiscuous_relay", "accept_unresolvable_domains", "accept_unqualified_senders")
SHOWN_MAX = 20


def json_lines(path):
    if not path.exists():
        return []
    with open(path, encoding="ascii") as file:
        return [json.loads(line) for line in file]


Filed = collections.namedtuple("Filed", "run row mailbox message")


def filed(folder):
    """Each message that one of the host's mailers filed."""
    for path in folder.glob("m*"):
        mailbox, _, message = path.read_bytes().partition(b"\n")
        run, row, kind = token_of(message)
        if kind == "message":
            yield Filed(run, row, text(mailbox), message)


class Record:
    def __init__(self, lab):
        self.folder = pathlib.Path(lab) / "record"
        self.sink = json_lines(self.folder / "sink.jsonl")
        host = pathlib.Path(lab) / "host"
        self.uucp = list(filed(host / "uucp"))
        self.local = list(filed(host / "delivered"))

    def relayed(self, run):
        """Rows of a run that left the host for somebody else; a row may do so twice."""
        return ([entry["row"] for entry in self.sink if entry["run"] == run and entry["kind"] == "message"]
                + [each.row for each in self.uucp if each.run == run])

    def bounces(self, run):
        return sum(entry["run"] == run and entry["kind"] == "bounce" for entry in self.sink)

    def delivered(self, run):
        """Mailboxes by row."""
        boxes = collections.defaultdict(list)
        for each in self.local:
            if each.run == run:
                boxes[each.row].append(each.mailbox)
        return boxes

    def run_of(self, label):
        """Identity of the latest attack of that name, as run_id in lib.sh gave it."""
        path = self.folder / f"run-{label}"
        return path.read_text(encoding="ascii").strip() if path.exists() else ""

    def attack(self, label):
        return {entry["row"]: entry for entry in json_lines(self.folder / f"attack-{label}.jsonl")}


def names_of(canonical):
    """The local part as a mailer sees it: without the quotes of the wire, or, from Courier, with them."""
    local = canonical.rpartition("@")[0] or canonical
    if not local.startswith('"'):
        return (local,)
    return (re.sub(r"\\(.)", r"\1", local[1:-1]), local)


def arrived(boxes, row):
    found = boxes.get(row["id"], [])
    return len(found) == 1 and found[0] in names_of(row["canonical"])


# --- what reached the host ---------------------------------------------------

def lines_in_transcript(path, run):
    """RCPT lines by row, from sendmail's -X file ("PID <<< line")."""
    rows, current = collections.defaultdict(list), {}
    if not path.exists():
        return rows
    for raw in path.read_bytes().split(b"\n"):
        found = re.match(rb"(\d+) (<<<|>>>) (.*)", raw, re.DOTALL)
        if not found:
            continue
        pid, arrow, line = found[1], found[2], text(found[3])
        hello = re.match(r"(?:EHLO|HELO) (\S+?)\.(\S+)\.example", line)
        if arrow == b">>>":
            if line.startswith("220 "):
                current[pid] = None     # a new session; process ids are used again
        elif hello:
            current[pid] = hello[1] if hello[2] == run else None
        elif current.get(pid) and line[:4].upper() == "RCPT":
            rows[current[pid]].append(line.removesuffix("\r"))
    return rows


def lines_in_recorder(path, run):
    """(RCPT lines by row, other faults) from the lenient recording server."""
    rows, faults = collections.defaultdict(list), []
    for entry in json_lines(path):
        hello = re.match(r"(\S+?)\.(\S+)\.example", entry["helo"])
        if hello and hello[2] != run:
            continue
        row = hello[1] if hello else "?"
        for line in entry["lines"]:
            verb = line[:4].upper().strip()
            if verb == "RCPT":
                rows[row].append(line.removesuffix("\r\n"))
            if verb not in VERBS or not re.fullmatch(r"[ -~]{1,510}\r\n", line):
                faults.append(f"{row}: the host got {line[:80]!r}")
    return rows, faults


def score_row(row, answer, lines, ipv6):
    """What is wrong with one row, by the corpus's scoring rule; None if nothing."""
    code = answer.get("rcpt_code", 0) if answer else 0
    refused = 500 <= code <= 599 and not lines
    if row["expected"] != LOCAL:
        return None if refused else f"answered {code}, the host got {lines}"
    wanted = "RCPT TO:<" + row["canonical"] + ">"
    sent = len(lines) == 1 and lines[0].startswith(wanted) and DSN.fullmatch(lines[0][len(wanted):])
    if sent and 200 <= code <= 299:
        return None
    # Over IPv6 the IPv4 literal is not the address that the client is speaking to.
    if ipv6 and refused and OWN_LITERAL in decode(row["rcpt_raw"]):
        return None
    return f"answered {code}, the host got {lines}, wanted {wanted}"


def score(options, record, corpus):
    run = record.run_of(options.label)
    attack = record.attack(options.label)
    if options.recorder:
        lines, faults = lines_in_recorder(record.folder / "recorder.jsonl", run)
    else:
        lines, faults = lines_in_transcript(options.transcript, run), []
    known = {row["id"] for row in corpus}
    faults += [f"{row}: the host got {got} of no row" for row, got in lines.items() if row not in known]
    rows = [row for row in corpus if row["id"] in attack]
    passed = 0
    for row in rows:
        wrong = score_row(row, attack[row["id"]], lines.get(row["id"], []), options.ipv6)
        if wrong:
            faults.append(f"{row['id']} ({row['expected']}): {wrong}")
        else:
            passed += 1
    for fault in faults[:SHOWN_MAX]:
        print("        " + fault, file=sys.stderr)
    if len(faults) > SHOWN_MAX:
        print(f"        and {len(faults) - SHOWN_MAX} more", file=sys.stderr)
    print(f"{passed} {len(rows)} {len(faults)}")


# --- the table ---------------------------------------------------------------

def table(options, record, corpus):
    print(f"\n{options.server:30}{'':>6}{'relayed':>9}{'relayed':>9}{'legit':>7}{'delivered':>11}{'delivered':>11}")
    print(f"{'case family':30}{'sent':>6}{'without':>9}{'with':>9}{'sent':>7}{'without':>11}{'with':>11}")
    families = collections.OrderedDict()
    for row in corpus:
        families.setdefault(row["family"], []).append(row)
    runs = {label: record.run_of(label) for label in ("bare", "shield")}
    done = {label: bool(record.attack(label)) for label in runs}
    relayed = {label: collections.Counter(record.relayed(run)) for label, run in runs.items()}
    boxes = {label: record.delivered(run) for label, run in runs.items()}
    total = [0] * 6
    for family, rows in families.items():
        legit = [row for row in rows if row["expected"] == LOCAL]
        cells = [len(rows),
                 *(sum(relayed[label][row["id"]] for row in rows) for label in runs),
                 len(legit),
                 *(sum(arrived(boxes[label], row) for row in legit) for label in runs)]
        total = [a + b for a, b in zip(total, cells)]
        print_row(family, cells, done)
    print_row("all", total, done)
    for label in runs:
        if record.bounces(runs[label]):
            print(f"({label}: also {record.bounces(runs[label])} bounces or reports to the sender, not relayed mail)")
    if record.attack("faults-bare"):
        faults(record)


def print_row(name, cells, done):
    cells = [cell if done[label] else "-" for cell, label in
             zip(cells, ("bare", "bare", "shield", "bare", "bare", "shield"))]
    print(f"{name:30}{cells[0]:>6}{cells[1]:>9}{cells[2]:>9}{cells[3]:>7}{cells[4]:>11}{cells[5]:>11}")


def faults(record):
    """The three faults of CVE-2003-0285: is a message through the fault taken?"""
    print(f"\n{'AIX fault':30}{'without':>15}{'with':>24}")
    for fault in FAULTS:
        cells = []
        for label in ("faults-bare", "faults-shield"):
            answer = record.attack(label).get("AIX-" + fault)
            taken = answer and answer.get("data_code") == 250
            cells.append("-" if not answer else "open" if taken else "closed")
        # The sender's domain is asked for in DNS by a later version of the shield.
        if cells[1] == "open" and fault == "accept_unresolvable_domains":
            cells[1] = "open (not yet covered)"
        print(f"{fault:30}{cells[0]:>15}{cells[1]:>24}")
    print()


# --- the questions, one function each ------------------------------------------

def relayed(options, record, _corpus):
    print(len(record.relayed(record.run_of(options.label))))


def delivered(options, record, _corpus):
    for row, boxes in sorted(record.delivered(record.run_of(options.label)).items()):
        print(row, *sorted(boxes))


def reached(options, record, _corpus):
    lines = lines_in_transcript(options.transcript, record.run_of(options.label))
    print(sum(map(len, lines.values())))


def received(options, record, _corpus):
    """The client's address in the host's own Received line, the topmost."""
    run = record.run_of(options.label)
    for each in record.local:
        if each.run != run:
            continue
        line = re.search(r"^Received:.*(\n[ \t].*)*", text(each.message), re.MULTILINE)
        literal = re.search(r"\[(?:IPv6:)?([0-9a-f.:]+)\]", line[0]) if line else None
        if literal:
            address = ipaddress.ip_address(literal[1])
            print(getattr(address, "ipv4_mapped", None) or address)


def families(options, record, corpus):
    """How many messages of each family were relayed: "family number"."""
    by_row = collections.Counter(record.relayed(record.run_of(options.label)))
    count = collections.Counter()
    for row in corpus:
        count[row["family"]] += by_row[row["id"]]
    for family, number in count.items():
        print(family, number)


def lost(options, record, corpus):
    """Legitimate rows that arrive without the shield, and with it neither in their mailbox nor where they did."""
    bare, shield = (record.delivered(record.run_of(label)) for label in ("bare", "shield"))
    for row in corpus:
        boxes = bare.get(row["id"])
        if row["expected"] == LOCAL and boxes and shield.get(row["id"]) != boxes and not arrived(shield, row):
            print(row["id"], row["canonical"], "in", shield.get(row["id"], "no mailbox"), "instead of", boxes)


QUESTIONS = {each.__name__: each for each in (relayed, delivered, reached, received, families, lost, score, table)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("question", choices=QUESTIONS)
    parser.add_argument("--lab", required=True, help="folder of the standing lab")
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--label", help="the attack's name within the lab")
    parser.add_argument("--server", help="table: the mail server's name")
    parser.add_argument("--transcript", type=pathlib.Path, help="score, reached: sendmail's -X file")
    parser.add_argument("--recorder", action="store_true", help="score: by the recording server, not by sendmail")
    parser.add_argument("--ipv6", action="store_true", help="score: the attack came over IPv6")
    options = parser.parse_args()
    QUESTIONS[options.question](options, Record(options.lab), read_corpus(options.corpus))


if __name__ == "__main__":
    main()
