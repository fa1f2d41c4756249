# SPDX-License-Identifier: GPL-2.0-or-later
"""Sockets of other network namespaces, in one process: a socket belongs to the
namespace in which it was made, whoever uses it later."""

import contextlib
import ctypes
import os
import subprocess
import threading

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


class Names:
    """The three namespaces of one run."""

    def __init__(self, prefix):
        self.prefix = prefix

    def name(self, role):
        return f"{self.prefix}-{role}"

    def run(self, role, *command):
        subprocess.run(["ip", "netns", "exec", self.name(role), *command], check=True)

    def route(self, leg, address):
        """Where this address is: at the end of a leg, behind the hop that can be made narrow (run.sh)."""
        family = "-6" if ":" in address else "-4"
        hop = ["via", "fe80::3"] if family == "-6" else ["via", "169.254.0.2", "onlink"]
        self.run("router", "ip", family, "route", "replace", address, "dev", leg, *hop)
        self.run(leg + "-wire", "ip", family, "route", "replace", address, "dev", "far")

    @contextlib.contextmanager
    def inside(self, role):
        """This thread is in the namespace of a role meanwhile."""
        back = os.open(f"/proc/self/task/{threading.get_native_id()}/ns/net", os.O_RDONLY)
        try:
            there = os.open(f"/run/netns/{self.name(role)}", os.O_RDONLY)
            try:
                _enter(there)
            finally:
                os.close(there)
            yield
        finally:
            _enter(back)
            os.close(back)


def _enter(fd):
    if _libc.setns(fd, CLONE_NEWNET) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
