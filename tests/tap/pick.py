#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pick.py TREE FOLDER TABLE - every capture in TREE, by how it begins, into FOLDER under its name; not those of TABLE."""

import bz2
import gzip
import hashlib
import lzma
import pathlib
import sys

# pcap of both byte orders, with microseconds and with nanoseconds; pcapng; snoop is read by libpcap no more
BEGINS = (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x0a\x0d\x0d\x0a")
PACKED = ((b"\x1f\x8b", gzip.decompress), (b"BZh", bz2.decompress), (b"\xfd7zXZ\0", lzma.decompress))


def unpacked(octets):
    for begin, unpack in PACKED:
        if octets.startswith(begin):
            try:
                return unpack(octets)
            except (OSError, EOFError, lzma.LZMAError, ValueError):
                return b""
    return octets


def main(tree, folder, table):
    known = {line.split("\t")[3] for line in pathlib.Path(table).read_text(encoding="utf-8").splitlines()[1:]}
    folder = pathlib.Path(folder)
    for path in sorted(p for p in pathlib.Path(tree).rglob("*") if p.is_file() and not p.is_symlink()):
        octets = unpacked(path.read_bytes())
        if not octets.startswith(BEGINS) or hashlib.sha256(octets).hexdigest() in known:
            continue
        folder.mkdir(parents=True, exist_ok=True)
        name = "_".join(path.relative_to(tree).parts[-3:])
        (folder / name).write_bytes(octets)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
