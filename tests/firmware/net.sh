# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# net.sh - what the box is cabled to: a mail host, its clients, an operator, each a network namespace with one end of a cable, a tap.
# Sourced by lib.sh; wants id, the namespaces are $id-host and so on.
#
#     host 198.51.100.25 ---- eth0 box eth1 ---- client 203.0.113.66, in a bridged network 198.51.100.66
#                                 eth2 ---- operator 192.0.2.2
#
# A pair of boxes is on a bridge, p-host and so on, with a tap for each: t- for "box", u- for "peer".

host=(198.51.100.25 2001:db8:25::25)
client=(203.0.113.66 2001:db8:66::66)
counted=(203.0.113.70 2001:db8:70::70)	# another one, for whom the policy has rates
near=(198.51.100.66 2001:db8:25::66)	# the client of a bridge: one network with the host
box=(192.0.2.1 2001:db8:2::1)		# its address for the operator
peer=(192.0.2.3 2001:db8:2::3)
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

# end_of ROLE: the interface that has its addresses
end_of() { if [ -e "$folder/paired" ]; then echo "p-$1"; else echo "t-$1"; fi; }

# A switch for each of the three networks. net_single takes it away.
net_paired() {
	local role
	touch "$folder/paired"
	for role in host client operator; do
		ip -n "$id-$role" tuntap add dev "u-$role" mode tap vnet_hdr
		ip -n "$id-$role" link add "p-$role" type bridge mcast_snooping 0
		in_ns "$role" sysctl -qw "net.ipv6.conf.p-$role.accept_ra=0"
		ip -n "$id-$role" address flush dev "t-$role"
		ip -n "$id-$role" link set "t-$role" master "p-$role"
		ip -n "$id-$role" link set "u-$role" master "p-$role"
		ip -n "$id-$role" link set "u-$role" up
		ip -n "$id-$role" link set "p-$role" up
	done
	address_is host "${host[0]}/24" "${host[1]}/64"
	address_is operator "${operator[0]}/24" "${operator[1]}/64"
	net_routed
}
net_single() {
	local role
	[ -e "$folder/paired" ] || return 0
	rm "$folder/paired"
	for role in host client operator; do
		ip -n "$id-$role" link delete "p-$role"
		ip -n "$id-$role" link delete "u-$role"
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
	local end
	end=$(end_of "$1")
	ip -n "$id-$1" address flush dev "$end" scope global
	ip -n "$id-$1" address add "$2" dev "$end"
	ip -n "$id-$1" address add "$3" dev "$end" nodad
}

# gateway_is ROLE V4 V6
gateway_is() {
	ip -n "$id-$1" route replace default via "$2" dev "$(end_of "$1")"
	ip -n "$id-$1" -6 route replace default via "$3" dev "$(end_of "$1")"
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
	for role in host client operator; do ip -n "$id-$role" neigh flush dev "$(end_of "$role")"; done
}
