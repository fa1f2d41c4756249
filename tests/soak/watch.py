# SPDX-License-Identifier: GPL-2.0-or-later
"""watch.py KEEPER FILE: memory and descriptors of a process and of all below it, until SIGTERM.

Every ten seconds FILE gets a line for each: "TIME PID NAME RSS PSS PRIVATE OWN FDS SPARE", memory in KiB. OWN is
anonymous memory: heap, stack, and what it has written of its program; PSS depends on how many others use the C library.
FDS are descriptors without SPARE: sockets that were made before they are needed, and are in no state that the kernel
lists. A session's socket that was reset and is not closed would be one of these, so their number has to have a bound.
Every minute all of it is a line on standard output, too.
"""
import os
import sys
import time

EVERY_S = 10
INODE = {"tcp": 9, "tcp6": 9, "udp": 9, "udp6": 9, "unix": 6, "netlink": 9, "packet": 8, "raw": 9, "raw6": 9}  # column


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            below = [int(word) for word in file.read().split()]
    except OSError:
        return []
    return below + [deeper for child in below for deeper in children(child)]


def memory(pid):
    """KiB: resident, proportional, private, own."""
    kib = {}
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        for line in file.readlines()[1:]:
            name, value = line.split()[:2]
            kib[name.rstrip(":")] = int(value)
    return kib["Rss"], kib["Pss"], kib["Private_Clean"] + kib["Private_Dirty"], kib["Anonymous"]


def listed_sockets(pid):
    """Inodes of the sockets that the kernel lists for the network namespace of a process."""
    inodes = set()
    for table, column in INODE.items():
        with open(f"/proc/{pid}/net/{table}", encoding="ascii") as file:
            inodes |= {words[column] for words in map(str.split, file.readlines()[1:]) if len(words) > column}
    return inodes


def descriptors(pid, listed):
    """How many, without the spare sockets; and these."""
    spare = firm = 0
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            target = os.readlink(f"/proc/{pid}/fd/{fd}")
        except OSError:     # closed meanwhile
            continue
        if target.startswith("socket:[") and target[8:-1] not in listed:
            spare += 1
        else:
            firm += 1
    return firm, spare


def sample(keeper):
    """One row for each process: pid, name, memory, descriptors. Who ends meanwhile is left out."""
    rows, seen, listed = [], {}, listed_sockets(keeper)
    for pid in [keeper] + children(keeper):
        try:
            with open(f"/proc/{pid}/comm", encoding="ascii") as file:
                name = file.read().strip()
            name = "keeper" if pid == keeper else name.replace("relaywall-", "")
            rows.append((pid, name, *memory(pid), *descriptors(pid, listed)))
        except OSError:
            continue
    for i, (pid, name, *rest) in enumerate(rows):
        seen[name] = seen.get(name, 0) + 1
        rows[i] = (pid, name if seen[name] == 1 else f"{name}-{seen[name]}", *rest)
    return rows


def main():
    keeper, begin, n = int(sys.argv[1]), time.time(), 0
    with open(sys.argv[2], "w", encoding="ascii", buffering=1) as file:
        while True:
            now, rows = time.time(), sample(keeper)
            for row in rows:
                print(f"{now:.1f}", *row, file=file)
            if n * EVERY_S % 60 == 0:
                words = [f"{name} {'/'.join(map(str, kib))} {fds}+{spare}" for _, name, *kib, fds, spare in rows]
                print(f"minute {n * EVERY_S // 60:3}:", "; ".join(words), flush=True)
            n += 1
            time.sleep(max(0, begin + n * EVERY_S - time.time()))


if __name__ == "__main__":
    main()
