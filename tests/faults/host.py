# SPDX-License-Identifier: GPL-2.0-or-later
"""The mail host of tests/keeper/mail.py, with two faults.

    host.py FILE ADDRESS...             SIGUSR1: from now on an octet a second; once more: as before
    host.py --forget FILE ADDRESS...    each tenth mail gets its 250 and is lost: what finds losses must find these
"""

import pathlib
import signal
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "keeper"))
import mail  # noqa: E402


class Host(mail.Host):
    def __init__(self, file, forgets):
        super().__init__(file)
        self.forgets, self.slow, self.count = forgets, False, 0

    def turn(self, *_):
        self.slow = not self.slow

    def take(self, first, peer):
        self.count += 1
        if not self.forgets or self.count % 10:
            super().take(first, peer)

    def say(self, s, line):
        while self.slow and line:
            s.sendall(line[:1])
            line = line[1:]
            time.sleep(1)
        s.sendall(line)


def main(words):
    forgets = words[0] == "--forget"
    file, *addresses = words[forgets:]
    host = Host(file, forgets)
    signal.signal(signal.SIGUSR1, host.turn)
    for address in addresses:
        threading.Thread(target=host.serve, args=[address], daemon=True).start()
    time.sleep(0.2)
    print("ready", flush=True)
    while True:
        signal.pause()


if __name__ == "__main__":
    main(sys.argv[1:])
