#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""mangle.py [OPTION...] FROM TO - a classic capture file as a bad place to capture would have given it.

    --drop P        so large a share of the packets is not there
    --duplicate P   so large a share is there twice, the second one within the window of --shuffle or right behind
    --shuffle N     each packet moves by fewer than N places; times stay in order
    --own-times     but each packet keeps its time: the file goes back in time
    --snaplen N     so many octets of a packet are kept
    --seed S        of the random numbers (1)

Prints what was done, as one JSON object. "lost": for each end of a connection ("address:port>address:port", addresses in hexadecimal)
of which something is missing now that was there before: packets with payload, their octets, and packets that opened or ended it. A
packet that is dropped and stands in FROM twice (sent again) is counted all the same.
"""

import argparse
import json
import random
import sys

import frames
import pcap


class Losses:
    """What was lost of whom."""

    def __init__(self):
        self.of = {}

    def add(self, segment, octets):
        key = f"{segment.source}>{segment.target}"
        entry = self.of.setdefault(key, {"payload_packets": 0, "payload_octets": 0, "opening_or_ending": 0})
        entry["payload_packets"] += octets > 0
        entry["payload_octets"] += octets
        entry["opening_or_ending"] += bool(segment.flags & (pcap.SYN | pcap.FIN | pcap.RST))


def drop(packets, share, link, rng, done, losses):
    for packet in packets:
        if rng.random() >= share:
            yield packet
            continue
        done["dropped"] += 1
        segment = frames.segment(packet[3], link)
        if segment is None:
            continue
        done["dropped_with_payload"] += segment.kept > 0
        if segment.kept or segment.flags & (pcap.SYN | pcap.FIN | pcap.RST):
            losses.add(segment, segment.kept)


def cut(packets, snaplen, link, done, losses):
    for seconds, fractions, length, octets in packets:
        if len(octets) > snaplen:
            done["truncated"] += 1
            segment, rest = frames.segment(octets, link), frames.segment(octets[:snaplen], link)
            lost = segment.kept - (rest.kept if rest else 0) if segment else 0
            done["truncated_with_payload"] += lost > 0
            if lost:
                losses.add(segment, lost)
            octets = octets[:snaplen]
        yield seconds, fractions, length, octets


def disorder(packets, window, share, rng, done):
    """Each with the place that it comes at, in the order of these."""
    places = []
    for i, packet in enumerate(packets):
        places.append((i + rng.random() * window if window > 1 else i, i, packet))
        if rng.random() < share:
            done["duplicated"] += 1
            places.append((i + 0.5 + rng.random() * window if window > 1 else i, i, packet))
    places.sort(key=lambda p: p[:2])
    done["moved"] = sum(i < before for (_, i, _), before in zip(places[1:], _highest(places)))
    return [packet for _, _, packet in places]


def _highest(places):
    """The highest original place among those up to each."""
    highest = -1
    for _, i, _ in places:
        highest = max(highest, i)
        yield highest


def mangle(conf):
    rng = random.Random(conf.seed)
    done = dict.fromkeys(("packets", "written", "dropped", "dropped_with_payload", "duplicated", "moved", "truncated", "truncated_with_payload"), 0)
    losses = Losses()
    with open(conf.source, "rb") as source:
        reader = frames.Reader(source)
        every = list(reader)
    done["packets"] = len(every)
    kept = drop(every, conf.drop, reader.link, rng, done, losses)
    if conf.snaplen:
        kept = cut(kept, conf.snaplen, reader.link, done, losses)
    out = disorder(kept, conf.shuffle, conf.duplicate, rng, done)
    if not conf.own_times:
        times = sorted(packet[:2] for packet in out)
        out = [(*time, *packet[2:]) for time, packet in zip(times, out)]
    with open(conf.target, "wb") as target:
        target.write(reader.heading)
        for packet in out:
            target.write(reader.packed(*packet))
    done["written"] = len(out)
    return {**done, "seed": conf.seed, "lost": losses.of}


def share(text):
    value = float(text)
    if not 0 <= value <= 1:
        raise ValueError
    return value


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--drop", type=share, default=0)
    parser.add_argument("--duplicate", type=share, default=0)
    parser.add_argument("--shuffle", type=int, default=0)
    parser.add_argument("--own-times", action="store_true")
    parser.add_argument("--snaplen", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("source")
    parser.add_argument("target")
    try:
        print(json.dumps(mangle(parser.parse_args())))
    except (OSError, frames.NotACapture) as e:
        sys.exit(f"mangle: {e}")


if __name__ == "__main__":
    main()
