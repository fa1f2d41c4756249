# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# net.sh - what the box is cabled to: a mail host, its clients, an operator, each a network namespace with one end of a cable, a tap.
# Sourced by lib.sh; wants id, the namespaces are $id-host and so on.
#
#     host 198.51.100.25 ---- eth0 box eth1 ---- client 203.0.113.66, in a bridged network 198.51.100.66
#                                 eth2 ---- operator 192.0.2.2

host=(198.51.100.25 2001:db8:25::25)
client=(203.0.113.66 2001:db8:66::66)
counted=(203.0.113.70 2001:db8:70::70)	# another one, for whom the policy has rates
near=(198.51.100.66 2001:db8:25::66)	# the client of a bridge: one network with the host
box=(192.0.2.1 2001:db8:2::1)		# its address for the operator
operator=(192.0.2.2 2001:db8:2::2)

in_ns() { ip netns exec "$id-$1" "${@:2}"; }

net_up() {
	local role
	for role in host client operator; do
		ip netns add "$id-$role"
		ip -n "$id-$role" link set lo up
		ip -n "$id-$role" tuntap add dev "t-$role" mode tap vnet_hdr
		in_ns "$role" sysctl -qw "net.ipv6.conf.t-$role.accept_ra=0" "net.ipv6.conf.t-$role.autoconf=0"
		ip -n "$id-$role" link set "t-$role" up
	done
	address_is host "${host[0]}/24" "${host[1]}/64"
	address_is operator "${operator[0]}/24" "${operator[1]}/64"
}

net_down() {
	local role
	for role in host client operator; do ip netns delete "$id-$role" 2>/dev/null || true; done
}

# address_is ROLE V4/LENGTH V6/LENGTH: these alone
address_is() {
	ip -n "$id-$1" address flush dev "t-$1" scope global
	ip -n "$id-$1" address add "$2" dev "t-$1"
	ip -n "$id-$1" address add "$3" dev "t-$1" nodad
}

# gateway_is ROLE V4 V6
gateway_is() {
	ip -n "$id-$1" route replace default via "$2" dev "t-$1"
	ip -n "$id-$1" -6 route replace default via "$3" dev "t-$1"
}

net_routed() {
	address_is client "${client[0]}/24" "${client[1]}/64"
	gateway_is client 203.0.113.1 2001:db8:66::1
	gateway_is host 198.51.100.1 2001:db8:25::1
}

net_bridge() { address_is client "${near[0]}/24" "${near[1]}/64"; }

# Who was there before has another address now: of a box that has just come, or come back.
net_forget() {
	local role
	for role in host client operator; do ip -n "$id-$role" neigh flush dev "t-$role"; done
}
