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
trap 'for role in client router host client-wire host-wire; do ip netns delete "$id-$role" 2>/dev/null || true; done' EXIT
trap 'exit 1' INT TERM

for role in client router host client-wire host-wire; do
	ip netns add "$id-$role"
	ip -n "$id-$role" link set lo up
	ip netns exec "$id-$role" sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
done
for role in router client-wire host-wire; do
	ip netns exec "$id-$role" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
done

# link NS NAME V4 V6 NS2 NAME2: join two namespaces; the first has these addresses, the second is behind them
link() {
	ip -n "$1" link add "$2" type veth peer name "$6" netns "$5"
	ip -n "$1" address add "$3/32" dev "$2"
	ip -n "$1" address add "$4/64" dev "$2" nodad
	ip -n "$1" link set "$2" up
	ip -n "$5" link set "$6" up
}

# leg ROLE V4 V6: a namespace behind the router, with its address alone, and a hop in between that can be made narrow
leg() {
	link "$id-router" "$1" 169.254.0.1 fe80::1 "$id-$1-wire" near
	link "$id-$1-wire" far 169.254.0.2 fe80::2 "$id-$1" eth0
	ip -n "$id-$1-wire" address add fe80::3/64 dev near nodad
	ip -n "$id-$1-wire" route add default via 169.254.0.1 dev near onlink
	ip -n "$id-$1-wire" -6 route add default via fe80::1 dev near
	ip -n "$id-$1" address add "$2/32" dev eth0
	ip -n "$id-$1" address add "$3/128" dev eth0 nodad
	ip -n "$id-$1" route add default via 169.254.0.2 dev eth0 onlink src "$2"
	ip -n "$id-$1" -6 route add default via fe80::2 dev eth0 src "$3"
	ip -n "$id-$1-wire" route add "$2" dev far
	ip -n "$id-$1-wire" -6 route add "$3" dev far
	ip -n "$id-router" route add "$2" via 169.254.0.2 dev "$1" onlink
	ip -n "$id-router" -6 route add "$3" via fe80::3 dev "$1"
}
leg client 203.0.113.66 2001:db8:66::66
leg host 198.51.100.25 2001:db8:25::25

ip netns exec "$id-router" nft -f rules.nft
for family in -4 -6; do
	ip -n "$id-router" "$family" rule add fwmark 0x19 lookup 25
	ip -n "$id-router" "$family" route add local default dev lo table 25
done

/usr/bin/python3 test_stream.py "$id" "$serve" "$@"
