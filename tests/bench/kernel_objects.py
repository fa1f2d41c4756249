# SPDX-License-Identifier: GPL-2.0-or-later
"""kernel_objects.py BEFORE AFTER SESSIONS - octets of kernel objects for each of so many sessions.

BEFORE and AFTER are copies of /proc/slabinfo. Objects, not the pages of the slabs: of them some are kept that nobody uses, and
taken first. A session that waits has a whole number of objects of each kind, and takes none away: what a few others come and go in
between is rounded away. Who walks through file systems meanwhile makes an inode and an entry of a folder together, so these are
taken out.
"""
import sys


def read(path):
    """{cache: (objects in use, octets of one)}"""
    with open(path, encoding="ascii") as lines:
        rows = [line.split() for line in lines if not line.startswith(("slabinfo", "#"))]
    return {row[0]: (int(row[1]), int(row[3])) for row in rows}


def is_of_files(cache):
    return cache.endswith("inode_cache") and cache not in ("sock_inode_cache", "lsm_inode_cache")


def main():
    before, after, sessions = read(sys.argv[1]), read(sys.argv[2]), int(sys.argv[3])
    if not before or not after:
        sys.exit(1)
    grown = {cache: n - before.get(cache, (0, 0))[0] for cache, (n, _) in after.items()}
    files = sum(n for cache, n in grown.items() if is_of_files(cache))
    for cache in ("dentry", "lsm_inode_cache"):
        if cache in grown:
            grown[cache] -= files
    print(sum(max(0, round(n / sessions)) * after[cache][1] for cache, n in grown.items() if not is_of_files(cache)))


if __name__ == "__main__":
    main()
