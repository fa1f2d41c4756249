# SPDX-License-Identifier: GPL-2.0-or-later
"""judge.py FOLDER: what run.sh has gathered there, as tables and as lines "ok ..." and "FAIL ...".

Bounds instead of equality stand where the end of a connection comes between a fact and the news of it; each with its
reason. The last line is "judged".
"""
import collections
import glob
import json
import os
import re
import statistics
import sys

MAY_GROW = 0.02
PAGES_KIB = 16          # four pages: of the smallest processes less than 2 % is less than that
JUDGED_FROM_S = 1800    # shorter runs are over before the first buffers of each kind have been in use
ROTATED_S = 3           # after which nobody writes to a journal that was moved away
EVERY_S = 10            # watch.py
NO_HOST = ("refused", "over_rate", "over_limit", "no_memory", "host_refused", "host_unreachable", "host_timeout")
ZERO = ("sessions", "accept_failed", "no_memory", "not_protected", "over_limit", "journal_dropped", "worker_restarts",
        "gate_restarts", "rules_restored", "gate_malformed", "gate_strange", "gate_stuck", "gate_hand_strange",
        "gate_hand_refused", "dns_in_flight", "other")
SOME = ["client_reset", "given_up", "limit.client-timeout", "sender.unresolvable-sender", "recipient.percent-hack"]
SOME_IF_LONG = ["host_reset", "host_refused", "host.host-timeout"]
SPARE_MOST = 64         # 32 of each family: proxy/keeper/worker/stock.h, and the gate's


def is_true(what, fact):
    print("ok  " if fact else "FAIL", what)


def is_equal(what, got, want):
    is_true(f"{what}: {got}" + ("" if got == want else f", wanted {want}"), got == want)


def is_between(what, got, least, most, why):
    is_true(f"{what}: {got}, {least} to {most} ({why})", least <= got <= most)


class Gathered:
    """The files of a run, read."""

    def __init__(self, folder):
        self.folder = folder
        self.seen, self.words, self.cost = collections.Counter(), collections.Counter(), []
        for part in (1, 2):
            one = self.last_json(f"load-{part}")
            self.seen.update(one["counts"])
            self.words.update(one["words"])
            self.cost.append((one["cpu"], one["most_at_once"]))
        self.hosts = self.last_json("hosts")["counts"]
        self.counters = self.read_counters()
        self.marks = {words[1]: int(words[0]) for words in (line.strip().split(" ", 1) for line in self.lines("marks"))}
        self.is_long = self.marks["2 ends"] - self.marks["1 begins"] >= JUDGED_FROM_S
        rows = map(str.split, self.lines("samples"))
        self.samples = [(float(t), int(pid), name, *map(int, rest)) for t, pid, name, *rest in rows]

    def lines(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8", errors="replace") as file:
            return file.readlines()

    def last_json(self, name):
        return json.loads(self.lines(name)[-1])

    def read_counters(self):
        """As the program tells them at its end."""
        last = [line for line in self.lines("daemon.err") if line.startswith("relaywall: counters ")][-1]
        return collections.Counter({k: int(v) for k, v in re.findall(r" ([\w.-]+)=(\d+)", last)})

    def summed(self, prefix, but=()):
        return sum(n for name, n in self.counters.items() if name.startswith(prefix) and name[len(prefix):] not in but)

    def of(self, name, since, until):
        return [s for s in self.samples if s[2] == name and since <= s[0] <= until]


def memory(g):
    """Medians of the last third of the first part, and of the end of the second."""
    begin, first_end = g.marks["1 begins"], g.marks["1 ends"]
    second, end = g.marks["2 begins"], g.marks["2 ends"]
    early = first_end - max(EVERY_S + 1, (first_end - begin) / 3)
    late = end - max(EVERY_S + 1, min(300, (end - second) / 3))
    print(f"memory in KiB, medians of minutes {(early - begin) / 60:.1f} to {(first_end - begin) / 60:.1f} and of the"
          f" last {(end - late) / 60:.1f}; slope of anonymous memory in the second part, an hour")
    print(f"{'process':10} {'resident':>16} {'':>7} {'anonymous':>15} {'':>7} {'slope':>9} {'PSS':>13} {'private':>13}")
    for name in dict.fromkeys(s[2] for s in g.samples):
        before, after = g.of(name, early, first_end), g.of(name, late, end)
        if not before or not after:
            is_true(f"{name} was there from the begin to the end", False)
            continue
        rss, pss, private, own = ([statistics.median(s[i] for s in w) for w in (before, after)] for i in (3, 4, 5, 6))
        changes = [(b - a) / a for a, b in (rss, own)]
        slope = slope_of([(s[0], s[6]) for s in g.of(name, second, end)])
        print(f"{name:10} {rss[0]:8.0f}{rss[1]:8.0f} {changes[0]:+7.2%} {own[0]:8.0f}{own[1]:8.0f} {changes[1]:+7.2%}"
              f"{slope:+10.1f} {pss[0]:6.0f}{pss[1]:7.0f} {private[0]:6.0f}{private[1]:7.0f}")
        if g.is_long:
            # Not the resident memory: pages of the program's file come and go in it, that all processes share.
            is_same(f"{name}: private memory", *private)
            is_same(f"{name}: anonymous memory", *own)
    if not g.is_long:
        print(f"(memory is judged in runs of {JUDGED_FROM_S} seconds and more)")


def is_same(what, a, b):
    is_true(f"{what}: {b:.0f} KiB, {(b - a) / a:+.2%}", abs(b - a) <= max(MAY_GROW * a, PAGES_KIB))


def slope_of(points):
    """By least squares, KiB an hour."""
    if len(points) < 3:
        return 0.0
    return statistics.linear_regression(*zip(*points)).slope * 3600


def pauses(g):
    """Memory and descriptors without any session."""
    print("in the pauses")
    for name in dict.fromkeys(s[2] for s in g.samples):
        quiet = [g.of(name, g.marks[f"{part} quiet"], g.marks[f"{part} over"]) for part in (1, 2)]
        if not all(quiet):
            is_true(f"{name} was there in both pauses", False)
            continue
        a, b = quiet[0][-1], quiet[1][-1]
        if g.is_long:
            is_same(f"{name}: anonymous memory", a[6], b[6])
        is_equal(f"{name}: descriptors, of pid {a[1]} ({a[8]} and {b[8]} spare)", (b[1], b[7]), (a[1], a[7]))
        is_true(f"{name}: spare sockets, at most {SPARE_MOST}", max(a[8], b[8]) <= SPARE_MOST)


def sessions(g):
    seen, c = g.seen, g.counters
    is_equal("connections, as clients saw them, and accepted", c["accepted"], seen["connected"])
    is_equal("... which are all that were tried", seen["connected"], seen["tried"])
    print("".join(f"({word})\n" for word in g.words if word.startswith("not connected")), end="")
    is_equal("... judged by the gate before", c["gate_syns"], c["accepted"])
    is_equal("turned away: listed clients", c["admit.block-list"], g.words["greeting block-list"])
    is_equal("turned away: too many connections", c["rate.connections-per-minute"],
             g.words["greeting connections-per-minute"])
    is_equal("... which is all of refused and over_rate", c["refused"] + c["over_rate"],
             c["admit.block-list"] + c["rate.connections-per-minute"])
    is_equal("listed clients that got a greeting", seen["listed_greeted"], 0)
    is_between("host-refused in greetings", g.words["greeting host-refused"], c["host_refused"] - unheard(g),
               c["host_refused"], "not all clients hear it")
    to_hosts = c["accepted"] - sum(c[name] for name in NO_HOST)
    is_between("connections that hosts took", g.hosts["connections"], to_hosts - c["host_reset"] - c["client_reset"],
               to_hosts, "some are reset in the backlog of a host that dies, or end before the host is asked")


def unheard(g):
    """Sessions whose client did not wait for all that it would have been told."""
    leaving = sum(g.seen["begun " + kind] for kind in ("leaves", "resets", "vanishes", "deaf"))
    return g.seen["reset"] + g.seen["closed"] + leaving


def mails(g):
    seen, c = g.seen, g.counters
    at_host = [line.split() for line in g.lines("host-taken")]
    bodies = {name: body for name, *body in at_host}
    told = {name: body for name, *body in map(str.split, g.lines("client-taken"))}
    is_equal("mails lost: a client was told that it was taken, and no host has it", len(told.keys() - bodies.keys()), 0)
    is_equal("mails changed on their way", sum(bodies.get(name, body) != body for name, body in told.items()), 0)
    is_equal("mails doubled", len(at_host) - len(bodies), 0)
    is_equal("recipients at hosts that could be relayed", g.hosts["relays"], 0)
    most = seen["mails_taken"] + seen["mails_unsure"]
    is_between("mails taken", c["message.taken"], seen["mails_taken"], most, "a client may go before it is told")
    is_between("... and at hosts", len(at_host), c["message.taken"], most + seen["mails_refused"],
               "a reset may overtake a host's reply, and a host may answer after client and box have given up")


def recipients(g):
    seen, c = g.seen, g.counters
    taken, unsure = seen["recipients_taken"], seen["recipients_unsure"]
    is_between("recipients refused", g.summed("recipient.", but=("pass",)), seen["recipients_refused"],
               seen["recipients_refused"] + unsure, "a client may go before it is told")
    is_between("recipients let pass", c["recipient.pass"], taken, taken + unsure + seen["recipients_failed"],
               "a client may go before it is told, and a host before it says so")
    is_between("... and at hosts", g.hosts["recipients"], taken, c["recipient.pass"],
               "a host may go before it hears of it")
    is_between("STARTTLS refused", c["command.not-offered"] + c["command.starttls"], seen["starttls_refused"],
               seen["starttls_refused"] + seen["starttls_unsure"], "a client may go before it is told")
    is_equal("STARTTLS taken", seen["starttls_taken"], 0)


def journal(g):
    c, lines, taken, late = g.counters, 0, 0, []
    for path in sorted(glob.glob(os.path.join(g.folder, "log", "journal*"))):
        moved = g.marks.get("rotation " + path.rpartition(".")[2])
        if moved is not None and os.stat(path).st_mtime > moved + ROTATED_S:
            late.append(os.path.basename(path))
        with open(path, "rb") as file:
            for line in file:
                lines += b'"event":"service","what":"stop"' not in line     # it comes after the last counters
                taken += b'"event":"message"' in line and b'"code":250' in line
    is_equal("lines of the journal, and written", lines, c["journal_written"] + c["gate_journal_written"])
    is_equal("... of them mails taken", taken, c["message.taken"])
    is_equal("... of its files, moved away in turn, these were written to afterwards", " ".join(late) or "none", "none")


def nothing_else(g):
    c = g.counters
    for name in ZERO:
        is_equal(name, c[name], 0)
    is_equal("sessions not begun, since there were too many", g.seen["skipped"], 0)
    is_equal("replies that did not come in a minute", g.seen["silent"], 0)
    for name in SOME + SOME_IF_LONG * g.is_long:
        is_true(f"there were some: {name} {c[name]}", c[name] > 0)


def main():
    g = Gathered(sys.argv[1])
    seen, most = g.seen, max(most for _, most in g.cost)
    print(f"load: {seen['connected']} connections, {seen['mails_taken']} mails, {seen['recipients_refused']} recipients"
          f" refused; {g.cost[1][0]:.1%} of a processor, at most {most} sessions at once")
    for judge in (memory, pauses, sessions, mails, recipients, journal, nothing_else):
        judge(g)
    print("judged")


if __name__ == "__main__":
    main()
