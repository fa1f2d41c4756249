#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tap_meter.py COMMAND... - run it, its output to nowhere, and print: seconds, seconds of processor, KiB of memory at most, exit status."""

import os
import subprocess
import sys
import time

if len(sys.argv) < 2:
    sys.exit(__doc__)
begin = time.monotonic()
with open(os.devnull, "wb") as nowhere:
    process = subprocess.Popen(sys.argv[1:], stdout=nowhere, stderr=nowhere)
    _, status, used = os.wait4(process.pid, 0)
print(f"{time.monotonic() - begin:.3f} {used.ru_utime + used.ru_stime:.3f} {used.ru_maxrss} {os.waitstatus_to_exitcode(status)}")
