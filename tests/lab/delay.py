#!/usr/bin/env python3
"""delay.py - a network that takes its time: each packet waits, then goes on.

A TUN interface in this namespace and one in another are the two ends, both named
as told; addresses and routes are the caller's. As netem would do it, for kernels
that have none. It says "ready" when both interfaces are there.
"""

import argparse
import collections
import ctypes
import fcntl
import os
import select
import struct
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
CLONE_NEWNET = 0x40000000
PACKET_MAX = 65536


def tun(name):
    """The interface is where the process is now, and stays there."""
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return end


def enter(namespace):
    """As `ip netns exec` does; Python has os.setns() from 3.12 on."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/run/netns/" + namespace, "rb") as file:
        if libc.setns(file.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), namespace)


def forward(ends, seconds):
    """All packets wait equally long, so the first one in is the first one out."""
    waiting = collections.deque()
    while True:
        timeout = max(0, waiting[0][0] - time.monotonic()) if waiting else None
        for end in select.select(ends, [], [], timeout)[0]:
            other = ends[1] if end == ends[0] else ends[0]
            waiting.append((time.monotonic() + seconds, other, os.read(end, PACKET_MAX)))
        while waiting and waiting[0][0] <= time.monotonic():
            _, end, packet = waiting.popleft()
            try:
                os.write(end, packet)
            except OSError:
                pass    # the interface is down: a lost packet


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("namespace", help="of the other end")
    parser.add_argument("--name", default="slow", help="of both interfaces")
    parser.add_argument("--ms", type=float, required=True, help="each way")
    options = parser.parse_args()
    here = tun(options.name)
    enter(options.namespace)
    there = tun(options.name)
    print("ready", flush=True)
    forward((here, there), options.ms / 1000)


if __name__ == "__main__":
    main()
