# SPDX-License-Identifier: GPL-2.0-or-later
"""The program under test, in the router's namespace."""

import os
import subprocess
import threading
import time


class Box:
    """One process; what it says is kept in lines."""

    def __init__(self, names, program, options):
        self.lines = []
        self._news = threading.Condition()
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", names.name("router"), program, "2525", *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="backslashreplace")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.wait_line("ready")
        self.descriptors_at_start = self.descriptors()

    def _read(self):
        for line in self.process.stdout:
            with self._news:
                self.lines.append(line.rstrip("\n"))
                self._news.notify_all()
        with self._news:
            self._news.notify_all()

    def wait_line(self, part, seconds=10):
        """The first line from the program that holds part."""
        def found():
            return next((l for l in self.lines if part in l), None)
        with self._news:
            self._news.wait_for(lambda: found() or not self._reader.is_alive(), seconds)
            assert found(), f"no {part!r} in time; it said: {self.lines[-5:]}"
            return found()

    def event(self, what):
        return self.wait_line(f"what={what} ", 3)

    @property
    def pid(self):
        return self.process.pid     # `ip netns exec` becomes the program

    def runs(self):
        return self.process.poll() is None

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def kilobytes(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            return int(next(l for l in status if l.startswith("VmRSS:")).split()[1])

    def counters(self):
        with self._news:
            seen = len(self.lines)
        self.process.send_signal(10)
        with self._news:
            assert self._news.wait_for(lambda: any(l.startswith("counters") for l in self.lines[seen:]), 5)
            line = next(l for l in self.lines[seen:] if l.startswith("counters"))
        return {k: int(v) for k, v in (pair.split("=") for pair in line.split()[1:])}

    def idle(self, seconds=4):
        """Wait until no session is left."""
        end = time.monotonic() + seconds
        while (left := self.counters()["sessions"]) and time.monotonic() < end:
            time.sleep(0.02)
        assert left == 0, f"{left} sessions do not end"

    def stop(self):
        """Its exit status; with sanitizers, a leak is a bad one."""
        self.process.terminate()
        try:
            status = self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self._reader.join(5)
        return status
