# SPDX-License-Identifier: GPL-2.0-or-later
"""Cases, and what must hold after each of them."""

import os
import time
import traceback

from box import Box
from client import Client

CASES = []


def case(**options):
    """A case with these settings of the program: @case(banner_ms=300)."""
    def note(function):
        settings = [f"{k.replace('_', '-')}={v}" for k, v in options.items()]
        CASES.append((function.__name__.replace("_", " "), function, settings))
        return function
    return note


class World:
    """What a case works with."""

    def __init__(self, names, host, box, sanitized):
        self.names, self.host, self.box, self.sanitized = names, host, box, sanitized

    def client(self, family=4, **options):
        return Client(self.names, family, **options)


def until(condition, seconds=3):
    end = time.monotonic() + seconds * int(os.environ.get("PATIENCE", "1"))
    while not condition():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.01)


def after(world):
    """The box is as it was, and the host heard nothing that was not judged."""
    if world.box.runs():
        world.box.idle()
        left, start = world.box.descriptors(), world.box.descriptors_at_start
        assert left == start, f"{start} descriptors before, {left} after"
    assert world.host.settle(), "the host still has a connection"
    for session in world.host.sessions:
        assert not session.stray(), f"the host heard {session.stray()[:3]}"


def run(names, host, program, wanted):
    """Run the cases; the number of failures."""
    with open(program, "rb") as file:
        sanitized = b"__asan_init" in file.read()
    passed = failed = 0
    for name, function, settings in CASES:
        if wanted and not any(w in name for w in wanted):
            continue
        start = time.monotonic()
        host.begin()
        box = Box(names, program, settings)
        error = None
        try:
            world = World(names, host, box, sanitized)
            function(world)
            after(world)
        except Exception:   # whatever it was: one case failed
            error = traceback.format_exc()
        finally:
            status = box.stop()
        if error is None and status != 0:
            error = f"exit status {status}:\n" + "\n".join(box.lines[-40:])
        print(f"{'ok  ' if error is None else 'FAIL'} {name} ({time.monotonic() - start:.1f} s)", flush=True)
        if error is not None:
            print(error + "\n".join(box.lines[-5:]), flush=True)
        failed += error is not None
        passed += error is None
    print(f"{passed} passed, {failed} failed", flush=True)
    return failed
