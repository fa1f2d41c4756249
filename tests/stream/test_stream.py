# SPDX-License-Identifier: GPL-2.0-or-later
"""test_stream.py NAMES SERVE [CASE...]: all cases, or those whose name holds a word."""

import sys

import cases_client  # noqa: F401  (the cases note themselves)
import cases_host  # noqa: F401
import cases_limits  # noqa: F401
import cases_path  # noqa: F401
import cases_tls  # noqa: F401
import harness
from host import Host
from net import Names

if __name__ == "__main__":
    namespaces = Names(sys.argv[1])
    sys.exit(1 if harness.run(namespaces, Host(namespaces), sys.argv[2], sys.argv[3:]) else 0)
