#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tap_table.py FILE - tables of what tap.sh measured. Lines: "file NAME JSON" of make_capture.py, "run READER FILE SECONDS CPU KIB"."""

import json
import statistics
import sys

OURS = "relaywall tap"


def read(path):
    files, runs = {}, {}
    with open(path, encoding="utf-8") as f:
        for line in f:
            kind, rest = line.rstrip("\n").split("\t", 1)
            if kind == "file":
                name, made = rest.split("\t")
                files[name] = json.loads(made)
            else:
                reader, name, *numbers = rest.split("\t")
                runs.setdefault((name, reader), []).append([float(n) for n in numbers])
    return files, runs


def medians(values):
    return [statistics.median(column) for column in zip(*values)]


def spread(values):
    seconds = [v[0] for v in values]
    return f"{min(seconds):.2f}-{max(seconds):.2f}" if len(values) > 1 else ""


def speeds(files, runs):
    for name, made in files.items():
        print(f"{name}: {made['file_octets'] / 2**20:.0f} MiB, {made['packets']} packets, {made['sessions']} sessions, "
              f"{made['smtp_octets'] / 2**20:.0f} MiB of SMTP")
        print(f"  {'reader':<34}{'runs':>5}{'seconds':>9}{'(all)':>14}{'times':>7}{'Gbit/s':>8}{'cpu s':>9}{'times':>7}{'Gbit/s':>8}{'MiB':>7}")
        mine, mine_cpu, _ = medians(runs[name, OURS])
        bits = made["smtp_octets"] * 8 / 1e9
        for (of, reader), values in runs.items():
            if of != name:
                continue
            seconds, cpu, kib = medians(values)
            print(f"  {reader:<34}{len(values):>5}{seconds:>9.2f}{spread(values):>14}{seconds / mine:>7.1f}{bits / seconds:>8.2f}"
                  f"{cpu:>9.2f}{cpu / mine_cpu:>7.1f}{bits / cpu:>8.2f}{kib / 1024:>7.0f}")
        print()


def memory(files, runs):
    """Of the larger file against the smaller one."""
    small, large = sorted(files, key=lambda n: files[n]["file_octets"])
    times = files[large]["file_octets"] / files[small]["file_octets"]
    print(f"memory at most, MiB, and how it grows with a file {times:.1f} times as large")
    for reader in dict.fromkeys(r for _, r in runs):
        if (small, reader) in runs and (large, reader) in runs:
            kib = [medians(runs[name, reader])[2] for name in (small, large)]
            print(f"  {reader:<34}{kib[0] / 1024:>8.0f}{kib[1] / 1024:>8.0f}{kib[1] / kib[0]:>8.2f}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    speeds(*read(sys.argv[1]))
    memory(*read(sys.argv[1]))
