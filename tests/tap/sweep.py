#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""sweep.py RELAYWALL FOLDER - "relaywall tap" over every file below FOLDER, whatever is in it: captures of others, whole and broken.

Twice each: with its own port, and with sixteen ports of other protocols, whose octets it then takes for SMTP. It must end by itself, with
status 0, or 2 and a message; every line that it writes must be JSON. Prints what it met; exit status 1 and the file where it did not.
"""

import collections
import json
import pathlib
import subprocess
import sys

OTHERS = [20, 21, 22, 23, 53, 80, 102, 110, 143, 179, 443, 445, 587, 1433, 3389, 8080]
LIMIT_S = 60


def read(relaywall, path, ports):
    """(status, kinds of lines, what is wrong or None)"""
    options = [x for port in ports for x in ("--port", str(port))]
    try:
        run = subprocess.run([relaywall, "tap", *options, "--exchanges", "-", str(path)], capture_output=True, timeout=LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        return None, {}, f"not done after {LIMIT_S} seconds"
    said = run.stderr.decode(errors="replace")
    if run.returncode not in (0, 2):
        return run.returncode, {}, f"status {run.returncode}: {said[-3000:]}"
    if run.returncode == 2 and path.name not in said:
        return 2, {}, f"status 2, and the message does not name the file: {said!r}"
    try:
        return run.returncode, collections.Counter(json.loads(line)["kind"] for line in run.stdout.splitlines()), None
    except (ValueError, KeyError) as e:
        return run.returncode, {}, f"a line that is no JSON: {e}"


def main(relaywall, folder):
    met, statuses, failed = collections.Counter(), collections.Counter(), 0
    for path in sorted(p for p in pathlib.Path(folder).rglob("*") if p.is_file()):
        for ports in ([25], OTHERS):
            status, kinds, wrong = read(relaywall, path, ports)
            statuses[status] += 1
            met.update(kinds)
            if wrong:
                failed += 1
                print(f"{path}, ports {ports[0]}...: {wrong}")
    print("runs by status:", dict(statuses))
    print("lines by kind:", dict(met))
    sys.exit(failed > 0 or not statuses)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
