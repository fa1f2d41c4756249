# net.sh - the lab's networks. Sourced.
#
#   client  203.0.113.66 ----+
#   trusted    10.0.0.10 ----+-- router --+-- host    198.51.100.25
#                            |            +
#                            +------------+-- victim  192.0.2.80 and every other address
#
# The pairs of interfaces are born inside the namespaces: nothing is connected
# to the machine's own network, and no interface name can collide.
# shellcheck shell=bash

ROLES='client trusted router host victim'

# kernel_set ROLE NAME VALUE: a small Debian has no sysctl.
# shellcheck disable=SC2016  # expanded inside
kernel_set() { in_ns "$1" sh -c 'echo "$1" >"/proc/sys/net/$0"' "$2" "$3"; }

# The router's own addresses are of the link only. A numbered one would be an
# address that a relay can be aimed at and that the victim does not answer.
GATEWAY4=169.254.0.1 GATEWAY6=fe80::1

# leg ROLE V4 V6: join a namespace to the router. The address is alone on its
# link (/32) and everything else goes through the router: also mail for a
# neighbour's number must come by where it is counted.
leg() {
	local role=$1 v4=$2 v6=$3 ns router
	ns=rwl$(lab_id)-$role router=rwl$(lab_id)-router
	ip -n "$router" link add "$role" type veth peer name eth0 netns "$ns"
	ip -n "$router" address add "$GATEWAY4/32" dev "$role"
	ip -n "$router" -6 address add "$GATEWAY6/64" dev "$role" nodad
	ip -n "$router" link set "$role" up
	ip -n "$ns" address add "$v4/32" dev eth0
	ip -n "$ns" -6 address add "$v6/128" dev eth0 nodad
	ip -n "$ns" link set eth0 up
	ip -n "$ns" route add default via "$GATEWAY4" dev eth0 onlink src "$v4"
	ip -n "$ns" -6 route add default via "$GATEWAY6" dev eth0 src "$v6"
}

# The router: whole networks on the client side, and the victim for the rest.
router_routes() {
	local router
	router=rwl$(lab_id)-router
	ip -n "$router" route add 203.0.113.0/24 via "$CLIENT4" dev client onlink
	ip -n "$router" route add 10.0.0.0/24 via "$TRUSTED4" dev trusted onlink
	ip -n "$router" route add 198.51.100.0/24 via "$HOST4" dev host onlink
	ip -n "$router" route add default via "$VICTIM4" dev victim onlink
	ip -n "$router" -6 route add 2001:db8:66::/64 dev client
	ip -n "$router" -6 route add 2001:db8:10::/64 dev trusted
	ip -n "$router" -6 route add 2001:db8:25::/64 dev host
	ip -n "$router" -6 route add "$VICTIM6" dev victim
	ip -n "$router" -6 route add default via "$VICTIM6" dev victim

	# What the host sends to anybody's port 25 is counted at the victim,
	# even if it is addressed to a client's or to the host's own network.
	# Protocol 6 is TCP: a small Debian does not know its name.
	ip -n "$router" route add default via "$VICTIM4" dev victim onlink table 25
	ip -n "$router" rule add iif host ipproto 6 dport 25 lookup 25 priority 2500
	ip -n "$router" -6 route add default via "$VICTIM6" dev victim table 25
	ip -n "$router" -6 rule add iif host ipproto 6 dport 25 lookup 25 priority 2500

	kernel_set router ipv4/ip_forward 1
	kernel_set router ipv6/conf/all/forwarding 1
}

# The victim takes every packet that comes in for its own, whatever the address
# (AnyIP). No address translation, so the sink still sees where it was aimed.
victim_answers_all() {
	local victim
	victim=rwl$(lab_id)-victim
	ip -n "$victim" route add local default dev lo table 25
	ip -n "$victim" rule add iif eth0 lookup 25 priority 2500
	ip -n "$victim" -6 route add local default dev lo table 25
	ip -n "$victim" -6 rule add iif eth0 lookup 25 priority 2500
}

net_up() {
	local role
	for role in $ROLES; do
		ip netns add "rwl$(lab_id)-$role"
		ip -n "rwl$(lab_id)-$role" link set lo up
		kernel_set "$role" ipv4/conf/all/rp_filter 0
		kernel_set "$role" ipv4/conf/default/rp_filter 0
	done
	leg client "$CLIENT4" "$CLIENT6"
	leg trusted "$TRUSTED4" "$TRUSTED6"
	leg host "$HOST4" "$HOST6"
	leg victim "$VICTIM4" "$VICTIM6"
	router_routes
	victim_answers_all
}

net_down() {
	local role
	for role in $ROLES; do
		ip netns delete "rwl$(lab_id)-$role" 2>/dev/null || true
	done
}
