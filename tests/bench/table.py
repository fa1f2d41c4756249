# SPDX-License-Identifier: GPL-2.0-or-later
"""table.py RESULTS - tables of what the bench measured.

A ratio is the median of the ratios of single rounds, to HAProxy in the same round: what the machine does besides then meets both.
A figure that was not measured is "-"; why stands below.
"""
import statistics
import sys

BASE = "haproxy"
PATHS = ["forwarding", "haproxy", "nginx", "relaywall", "relaywall-n"]
# kind of load: heading, what one unit is, how many units in a line
COST = {
    "sessions": ("1,000 sessions", "sessions", 1000),
    "kept": ("1,000 messages, kept", "messages", 1000),
    "pipelined": ("1,000 pipelined", "messages", 1000),
    "refused": ("1,000 of 10 RCPT, 2 refused", "sessions", 1000),
    "data": ("GiB by DATA", "octets", 2**30),
    "bdat": ("GiB by BDAT", "octets", 2**30),
    "rate": ("1,000 sessions at 500/s", "sessions", 1000),
}
SPEED = {
    "sessions": ("sessions/s", "sessions", 1),
    "kept": ("messages/s, kept", "messages", 1),
    "pipelined": ("pipelined/s", "messages", 1),
    "data": ("MiB/s by DATA", "octets", 2**20),
    "bdat": ("MiB/s by BDAT", "octets", 2**20),
}


def read(path):
    """{(part, path): {round: {name: number}}}, and the lines of what is lacking."""
    figures, lacks = {}, []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            words = line.split()
            if words[0] == "lack":
                lacks.append("%s, %s: %s" % (words[1], words[2], " ".join(words[3:])))
                continue
            values = {name: float(value) for name, value in (w.split("=") for w in words[3:])}
            figures.setdefault((words[0], words[1]), {})[words[2]] = values
    return figures, lacks


def table(title, head, rows):
    if not rows:
        return
    rows = [head] + rows
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    print("\n%s\n" % title)
    for n, row in enumerate(rows):
        print("| %s |" % " | ".join(cell.ljust(width) for cell, width in zip(row, widths)))
        if n == 0:
            print("|%s|" % "|".join("-" * (width + 2) for width in widths))


def number(value):
    return "%.3g" % value if value < 1000 else "%.0f" % value


def cell(of, base):
    """Ratio, its range over the rounds, and the median itself; of, base: {round: value}."""
    if not of:
        return "-"
    ratios = [of[r] / base[r] for r in of if base.get(r)]
    median = number(statistics.median(of.values()))
    if not ratios:
        return median
    spread = " [%.2f-%.2f]" % (min(ratios), max(ratios)) if len(ratios) > 1 and of is not base else ""
    return "%.2f%s (%s)" % (statistics.median(ratios), spread, median)


def rows_of(figures, columns, paths):
    """columns: [(part, function of a line's values, which gives a number or None)]."""
    rows = []
    for path in paths:
        cells = []
        for part, value in columns:
            series = {}
            for p in (path, BASE):
                lines = figures.get((part, p), {})
                series[p] = {r: v for r, v in ((r, value(line)) for r, line in lines.items()) if v is not None}
            cells.append(cell(series[path], series[BASE]))
        if any(c != "-" for c in cells):
            rows.append([path] + cells)
    return rows


def per(name, unit, of):
    """A function of a line: so much of `of` for each unit; None where there was nothing."""
    return lambda v: v[of] / v[name] * unit if v.get(name) and v.get(of) else None


def cost(figures):
    kinds = [k for k in COST if any(part == k for part, _ in figures)]
    columns = [(k, lambda v, f=per(COST[k][1], COST[k][2], "cpu_us"): None if f(v) is None else f(v) / 1000) for k in kinds]
    table("CPU of the proxy: ratio to HAProxy [lowest-highest round] (ms)", ["path"] + [COST[k][0] for k in kinds],
          rows_of(figures, columns, PATHS[1:]) if kinds else [])


def speed(figures):
    kinds = [k for k in SPEED if any(part == k for part, _ in figures)]
    columns = [(k, lambda v, k=k: v[SPEED[k][1]] / SPEED[k][2] / v["seconds"] if v[SPEED[k][1]] else None) for k in kinds]
    table("As fast as it goes: ratio to HAProxy [lowest-highest round] (a second)", ["path"] + [SPEED[k][0] for k in kinds],
          rows_of(figures, columns, PATHS) if kinds else [])


def latency(figures, part, title):
    names = ["p50_us", "p90_us", "p99_us", "p999_us"]
    columns = [(part, lambda v, name=name: v[name] / 1000 or None) for name in names]
    table(title, ["path", "p50", "p90", "p99", "p99.9"], rows_of(figures, columns, PATHS))


def idle(figures, lacks):
    cases = sorted({case for (part, _), lines in figures.items() if part == "idle" for case in lines},
                   key=lambda c: (c.split("-")[0], int(c.split("-")[1])))
    rows = []
    for path in PATHS[1:]:
        cells = []
        for case in cases:
            line = figures.get(("idle", path), {}).get(case)
            ends = figures.get(("idle", "forwarding"), {}).get(case, {})
            if line is None:
                cells.append("-")
                continue
            process = line["process_kb"] / line["held"]
            kernel = line.get("kernel_octets", 0) - ends.get("kernel_octets", 0)
            if "kernel_octets" in line and "kernel_octets" in ends and kernel <= 0:
                lacks.append("idle, %s: %s: no more kernel objects than without a proxy; others gave theirs back meanwhile" % (path, case))
            whole = "%.2f" % (process + kernel / 1024) if "kernel_octets" in ends and kernel > 0 else "-"
            cells.append("%.2f / %s" % (process, whole))
        rows.append([path] + cells)
    table("Memory of a session that waits, KiB: processes / with the kernel's objects (less those of a path without a proxy)",
          ["path"] + ["%s, %s" % (c.split("-")[1], c.split("-")[0]) for c in cases], rows if cases else [])


def calls(figures):
    rows = [[path] + ["%.1f" % (line["calls"] / line["sessions"]) if line else "-"
                      for line in (figures[("calls", path)].get(at_once) for at_once in ("1", "16"))]
            for path in PATHS if ("calls", path) in figures]
    table("System calls for a session, all processes (strace -c -f)", ["path", "one at a time", "16 at once"], rows)


def returning(figures):
    rows = []
    for path in PATHS:
        before = figures.get(("returning-before", path), {}).get("1")
        after = figures.get(("returning", path), {}).get("1")
        if before is None or after is None:
            continue
        rate = figures.get(("returning-rate", path), {}).get("1", {})
        enough = before["sessions"] + after["sessions"] > 60000
        rows.append([path, "%.0f in %.0f s%s" % (before["sessions"], before["seconds"], "" if enough else ": too few"),
                     "%.0f" % (before["sessions"] / before["seconds"]), "%.0f" % (after["sessions"] / after["seconds"]),
                     "%.2f" % (after["cpu_us"] / after["sessions"]) if after.get("cpu_us") else "-",
                     "%.2f" % (rate["p50_us"] / 1000) if rate else "-", "%.2f" % (rate["p99_us"] / 1000) if rate else "-"])
    table("Clients that were there within the last minute (TIME_WAIT), once",
          ["path", "before", "sessions/s then", "sessions/s now", "CPU us each", "p50 ms at 500/s", "p99 ms"], rows)


def main():
    figures, lacks = read(sys.argv[1])
    cost(figures)
    speed(figures)
    latency(figures, "sessions", "Latency of a session, 16 at once: ratio to HAProxy [lowest-highest round] (ms)")
    latency(figures, "rate", "Latency of a session at 500 a second, from when it was due: ratio to HAProxy [lowest-highest round] (ms)")
    idle(figures, lacks)
    calls(figures)
    returning(figures)
    if lacks:
        print("\nCould not be had, or not as planned:\n")
        for lack in lacks:
            print("- %s" % lack)


if __name__ == "__main__":
    main()
