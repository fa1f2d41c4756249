# SPDX-License-Identifier: GPL-2.0-or-later
"""A command for people ("info status") to a machine's monitor: prints the answer.

    monitor.py SOCKET COMMAND
"""

import json
import socket
import sys

PATIENCE_S = 60


def main(path, command):
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(PATIENCE_S)
        s.connect(path)
        answers = s.makefile("r")

        def ask(what, **arguments):
            s.sendall(json.dumps({"execute": what, "arguments": arguments}).encode() + b"\n")
            for line in answers:
                answer = json.loads(line)
                if "return" in answer or "error" in answer:	# and not what it says unasked
                    return answer
            return sys.exit("monitor.py: the machine has gone")

        ask("qmp_capabilities")
        answer = ask("human-monitor-command", **{"command-line": command})
    print(answer.get("return", answer), end="")


if len(sys.argv) != 3:
    sys.exit(__doc__)
main(*sys.argv[1:])
