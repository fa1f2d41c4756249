# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
#
# net.sh - for each path of the bench a net of its own: client, router and host, each in a network namespace, all
# with the same addresses. So all paths stand at once, and nothing is switched between two measurements. Sourced.
# Wants "id".

from=203.0.113.1	# clients have this address and those that follow, up to .254
to=198.51.100.25

at() {	# PATH ROLE COMMAND...
	ip netns exec "$id-$1-$2" "${@:3}"
}
# The same in the place of this shell: for what runs behind, so that $! is the command itself and can be ended.
become() {
	exec ip netns exec "$id-$1-$2" "${@:3}"
}

net_up() {	# PATH
	local path=$1 role
	for role in client router host; do
		ip netns add "$id-$path-$role"
		ip -n "$id-$path-$role" link set lo up
		at "$path" "$role" sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
	done
	at "$path" router sysctl -qw net.ipv4.ip_forward=1
	for role in client host; do
		ip -n "$id-$path-router" link add "$role" type veth peer name eth0 netns "$id-$path-$role"
		ip -n "$id-$path-router" address add 169.254.0.1/32 dev "$role"
		ip -n "$id-$path-router" link set "$role" up
		ip -n "$id-$path-$role" link set eth0 up
	done
	ip -n "$id-$path-client" address add 203.0.113.255/32 dev eth0
	ip -n "$id-$path-client" route add local 203.0.113.0/24 dev lo
	ip -n "$id-$path-client" route add default via 169.254.0.1 dev eth0 onlink
	ip -n "$id-$path-router" route add 203.0.113.255/32 dev client
	ip -n "$id-$path-router" route add 203.0.113.0/24 via 203.0.113.255 dev client onlink
	ip -n "$id-$path-host" address add $to/32 dev eth0
	ip -n "$id-$path-host" route add default via 169.254.0.1 dev eth0 onlink
	ip -n "$id-$path-router" route add $to dev host
}

net_down() {	# PATH
	local role
	for role in client router host; do ip netns delete "$id-$1-$role" 2>/dev/null || true; done
}
