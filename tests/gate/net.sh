# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# net.sh - for the tests of this folder and of tests/keeper: a client, a router and a host, each in a network namespace of its own, with
# IPv4 and IPv6; and what counts checks. Sourced. Sets id (the namespaces are $id-client and so on), folder, passed,
# failed; ends the processes whose ids are keys of
# the array "started".

# shellcheck source=tests/wait.sh
. "$(dirname "${BASH_SOURCE[0]}")/../wait.sh"

id=rwg$$
folder=$(mktemp -d)
declare -A started=()
clean() {
	for pid in "${!started[@]}"; do
		kill -9 "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	for role in client router host; do ip netns delete "$id-$role" 2>/dev/null || true; done
	rm -rf "$folder"
}
trap clean EXIT
trap 'exit 1' INT TERM

for role in client router host; do
	ip netns add "$id-$role"
	ip -n "$id-$role" link set lo up
	ip netns exec "$id-$role" sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
done
ip netns exec "$id-router" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1

# leg_up ROLE V4 V6: the router's end, which loses IPv6 and its routes when it is down
leg_up() {
	ip -n "$id-router" link set "$1" up
	ip -n "$id-router" -6 address replace fe80::1/64 dev "$1" nodad
	ip -n "$id-router" route replace "$2" dev "$1"
	ip -n "$id-router" -6 route replace "$3" dev "$1"
}

# leg ROLE V4 V6: join a namespace to the router; it has its address alone and everything else behind the router
leg() {
	ip -n "$id-router" link add "$1" type veth peer name eth0 netns "$id-$1"
	ip -n "$id-router" address add 169.254.0.1/32 dev "$1"
	leg_up "$@"
	ip -n "$id-$1" address add "$2/32" dev eth0
	ip -n "$id-$1" address add "$3/128" dev eth0 nodad
	ip -n "$id-$1" link set eth0 up
	ip -n "$id-$1" route add default via 169.254.0.1 dev eth0 onlink src "$2"
	ip -n "$id-$1" -6 route add default via fe80::1 dev eth0 src "$3"
}
leg client 203.0.113.66 2001:db8:66::66
leg host 198.51.100.25 2001:db8:25::25

passed=0
failed=0
is() {	# NAME GOT WANTED, a pattern
	# shellcheck disable=SC2053
	if [[ $2 == $3 ]]; then
		passed=$((passed + 1))
		echo "ok   $1"
	else
		failed=$((failed + 1))
		echo "FAIL $1: \"$2\", wanted \"$3\""
	fi
}

