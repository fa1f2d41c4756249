#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh SERVE - the stream driver between a client and a host, each in a network
# namespace of its own. Last line: "N passed, N failed". Needs root.
set -euo pipefail

[ $# -ge 1 ] || { echo "usage: $0 SERVE [CASE...]" >&2; exit 2; }
serve=$(realpath "$1")
shift
cd "$(dirname "$0")"
export PYTHONDONTWRITEBYTECODE=1

id=rws$$
trap 'for role in client router host; do ip netns delete "$id-$role" 2>/dev/null || true; done' EXIT
trap 'exit 1' INT TERM

for role in client router host; do
	ip netns add "$id-$role"
	ip -n "$id-$role" link set lo up
	ip netns exec "$id-$role" sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
done
ip netns exec "$id-router" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1

# leg ROLE V4 V6: join a namespace to the router; it has its address alone and everything else behind the router
leg() {
	ip -n "$id-router" link add "$1" type veth peer name eth0 netns "$id-$1"
	ip -n "$id-router" address add 169.254.0.1/32 dev "$1"
	ip -n "$id-router" address add fe80::1/64 dev "$1" nodad
	ip -n "$id-router" link set "$1" up
	ip -n "$id-$1" address add "$2/32" dev eth0
	ip -n "$id-$1" address add "$3/128" dev eth0 nodad
	ip -n "$id-$1" link set eth0 up
	ip -n "$id-$1" route add default via 169.254.0.1 dev eth0 onlink src "$2"
	ip -n "$id-$1" -6 route add default via fe80::1 dev eth0 src "$3"
	ip -n "$id-router" route add "$2" dev "$1"
	ip -n "$id-router" -6 route add "$3" dev "$1"
}
leg client 203.0.113.66 2001:db8:66::66
leg host 198.51.100.25 2001:db8:25::25

ip netns exec "$id-router" nft -f rules.nft
for family in -4 -6; do
	ip -n "$id-router" "$family" rule add fwmark 0x19 lookup 25
	ip -n "$id-router" "$family" route add local default dev lo table 25
done

/usr/bin/python3 test_stream.py "$id" "$serve" "$@"
