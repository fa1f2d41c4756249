#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# gate.sh RELAYWALL - the program with its gate between clients and a host: who is let in by rates and block lists,
# and what becomes of first packets when the gate is killed, hangs or is full. Last line: "N passed, N failed".
# Needs root.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: $0 RELAYWALL" >&2; exit 2; }
relaywall=$(realpath "$1")
cd "$(dirname "$0")"

# shellcheck source=tests/gate/net.sh
. ./net.sh

host=(198.51.100.25 2001:db8:25::25)
clean_client=(203.0.113.66 2001:db8:66::66)
listed_client=(203.0.113.70 2001:db8:70::70)
ip -n "$id-client" address add "${listed_client[0]}/32" dev eth0
ip -n "$id-client" address add "${listed_client[1]}/128" dev eth0 nodad
ip -n "$id-router" route add "${listed_client[0]}" dev client
ip -n "$id-router" -6 route add "${listed_client[1]}" dev client

in_router() { ip netns exec "$id-router" "$@"; }
host_up() {
	: >"$folder/host"
	ip netns exec "$id-host" /usr/bin/python3 ends.py listen "${host[@]}" >"$folder/host" 2>&1 &
	listener=$!
	started[$listener]=host
	wait_for ready "$folder/host"
}
host_down() {
	kill -9 "$listener"
	wait "$listener" 2>/dev/null || true
	unset "started[$listener]"
}
host_up

# A name in a list is an address backwards.
name() { /usr/bin/python3 -c 'import ipaddress, sys; print(ipaddress.ip_address(sys.argv[1]).reverse_pointer.rsplit(".", 2)[0])' "$1"; }
for address in 127.0.0.2 ::ffff:127.0.0.2 "${listed_client[@]}"; do
	echo "$(name "$address").list.example A 127.0.0.2"
done >"$folder/zone"
: >"$folder/dns"
ip netns exec "$id-router" /usr/bin/python3 ../resolver/dns.py 127.0.0.1 "$folder/zone" "$folder/questions" >"$folder/dns" &
dns=$!
started[$dns]=dns
wait_for serving "$folder/dns"

# begin FROM [TOP [PROTECT]]: the program, with these keys for clients, at the top, and for the host
begin() {
	cat >"$folder/conf" <<-CONF
		journal = "$folder/log/journal"
		on-stop = remove
		resolvers = { "127.0.0.1" }
		list the-list { zone = "list.example" }
		${2-}
		protect "aix" {
			addresses = { "${host[0]}", "${host[1]}" }
			hostname = "host.example"
			local-domains = { "local.example" }
			${3-}
			from untrusted { unresolvable-sender = off $1 }
		}
	CONF
	mkdir -p "$folder/log"
	: >"$folder/log/journal"
	: >"$folder/daemon"
	ip netns exec "$id-router" "$relaywall" run "$folder/conf" >"$folder/daemon" 2>&1 &
	daemon=$!
	started[$daemon]=daemon
	wait_for 'serving 1 hosts' "$folder/daemon"
	[ "${2-}" != "" ] || wait_for 'IPv6: is asked' "$folder/daemon"
}
# end [SIGNAL]: and its counters
end() {
	sleep 0.2	# the gate's numbers are those of a tenth of a second ago
	kill "-${1-TERM}" "$daemon"
	wait "$daemon" 2>/dev/null || true
	unset "started[$daemon]"
}
# gate and hand are children of the captain, which is one of the program
of_captain() { for captain in $(pgrep -P "$daemon"); do pgrep -x -P "$captain" "$1"; done || true; }
gates() { of_captain relaywall-gate; }
hands() { of_captain relaywall-hand; }
# Until there are others than these.
new_gates() {
	for _ in $(seq 200); do
		[ "$(gates)" = "$1" ] || [ "$(hands)" = "$2" ] || [ -z "$(gates)" ] || [ -z "$(hands)" ] || break
		sleep 0.05
	done
	sleep 0.5
}
# rights PID: its capabilities, permitted, effective, inheritable, bounding and ambient, and whether it can get new ones
rights() { awk '/^Cap(Prm|Eff|Inh|Bnd|Amb)|^NoNewPrivs/ { printf "%s%s", n++ ? " " : "", $2 }' "/proc/$1/status"; }
wait_for_line() { for _ in $(seq 300); do ! grep -q "$1" "$folder/log/journal" || return 0; sleep 0.01; done; }	# the scribe writes it soon
counter() { sed -n "s/^relaywall: counters .*\b$1=\([0-9]*\).*/\1/p" "$folder/daemon"; }
# packets COMMENT: of the rules for the gate that are called so
packets() { in_router nft list table inet relaywall | sed -n "s/.* counter packets \([0-9]*\) .*comment \"gate: $1\".*/\1/p" | awk '{ n += $1 } END { print n + 0 }'; }
knock() { ip netns exec "$id-client" /usr/bin/python3 ends.py knock "${3-900}" "$1" "$2"; }
into_queue() { { in_router iptables-save -t raw; in_router ip6tables-save -t raw; } 2>/dev/null | grep -c NFQUEUE || true; }
rule_into_queue() { if grep -q 'by iptables' "$folder/daemon"; then into_queue; else in_router nft list table inet relaywall | grep -c 'queue flags bypass'; fi; }

# Does nftables of this kernel have a queue?
way='by iptables: nftables of this kernel has none'
! in_router nft -c 'table inet p { chain c { type filter hook prerouting priority raw; queue flags bypass to 1; }; }' 2>"$folder/nft" || way='of nftables'

# --- block lists --------------------------------------------------------------

for how in refuse:'554 5.7.1 your address is listed by the-list (* block-list)' reset:refused drop:nothing; do
	word=${how%%:*}
	begin "gate = $word"
	is "gate = $word: it is said how packets come into the queue" \
		"$(grep -c "the gate judges first packets, queue 2525 $way\$" "$folder/daemon")" 1
	is "... and they do" "$(rule_into_queue)" "[12]"
	for i in 0 1; do
		is "gate = $word: a client that is on no list (${host[i]})" "$(knock "${clean_client[i]}" "${host[i]}")" "220 *"
		is "gate = $word: one that is on a list (${host[i]})" "$(knock "${listed_client[i]}" "${host[i]}")" "${how#*:}"
		wait_for_line "\"client\":\"${listed_client[i]}\""
		is "... and in the journal" "$(grep -c "\"event\":\"admit\".*\"client\":\"${listed_client[i]}\".*\"what\":\"block-list\",\"list\":\"the-list\"" "$folder/log/journal")" "[1-9]*"
	done
	asked=$(packets asked)
	is "the counters of the rules agree" "$(($(packets refuse) + $(packets reset) + $(packets drop) + $(packets 'to the shield')))" "$asked"
	is "... nothing went past the gate" "$(packets 'not judged.*')" 0
	end
	is "... and with its own" "$(counter gate_syns)" "$asked"
	is "nothing stays of it" "$(into_queue)" 0
done

# --- rates --------------------------------------------------------------------

begin "gate = reset connections-per-minute = 3"
for i in 0 1; do
	for _ in 1 2 3; do knock "${clean_client[i]}" "${host[i]}"; done >"$folder/first"
	is "so many connections a minute (${host[i]})" "$(grep -c '^220 ' "$folder/first")" 3
	is "... and one more" "$(knock "${clean_client[i]}" "${host[i]}")" refused
	wait_for_line "\"client\":\"${clean_client[i]}\".*\"what\":\"connections"
	is "... which is in the journal" "$(grep -c "\"event\":\"admit\".*\"client\":\"${clean_client[i]}\".*\"what\":\"connections-per-minute\"" "$folder/log/journal")" "[1-9]*"
done
end
begin "gate = refuse max-connections = 1"
: >"$folder/held"
ip netns exec "$id-client" /usr/bin/python3 ends.py hold "${clean_client[0]}" "${host[0]}" >"$folder/held" &
holder=$!
started[$holder]=holder
wait_for 220 "$folder/held"
is "as many connections as may be are open" "$(knock "${clean_client[0]}" "${host[0]}")" "421 4.7.0 too many connections* max-connections)"
kill "$holder"
wait "$holder" 2>/dev/null || true
unset "started[$holder]"
sleep 0.2
is "... and when it has ended, another begins" "$(knock "${clean_client[0]}" "${host[0]}")" "220 *"
end

begin "gate = drop" "gate-lookups = 1"
wait_for 'IPv6: is asked' "$folder/daemon"
for _ in 1 2 3 4 5 6; do knock "${listed_client[0]}" "${host[0]}" 100; done >"$folder/lookups"
end
is "lists are asked about so many clients in a second, the dialogue asks about others" "$(counter gate_unlooked), $(grep -c ^220 "$folder/lookups")" "[1-5], [1-5]"

# --- a connection begins as the host would have it -----------------------------

# The router's own filter lets in what it knows, and what is diverted.
in_router nft -f - <<-RULES
	table inet own {
		chain input {
			type filter hook input priority filter; policy drop;
			ct state established,related accept
			meta mark 0x2525 accept
			iif lo accept
			meta l4proto icmpv6 accept
		}
	}
RULES
begin "connect = mirror"
for i in 0 1; do
	: >"$folder/host"
	is "a host that is there (${host[i]})" "$(knock "${clean_client[i]}" "${host[i]}")" "220 *"
	is "... learns nothing of the question" "$(grep -c accepted "$folder/host")" 1
done
host_down
sleep 1.1		# its answer is good for a second
for i in 0 1; do is "one that listens no more (${host[i]})" "$(knock "${clean_client[i]}" "${host[i]}")" refused; done
ip -n "$id-host" link set eth0 down
sleep 1.1
for i in 0 1; do is "one that is down (${host[i]})" "$(knock "${clean_client[i]}" "${host[i]}")" nothing; done
ip -n "$id-host" link set eth0 up
ip -n "$id-host" route add default via 169.254.0.1 dev eth0 onlink src "${host[0]}"
ip -n "$id-host" -6 address replace "${host[1]}/128" dev eth0 nodad
ip -n "$id-host" -6 route replace default via fe80::1 dev eth0 src "${host[1]}"
host_up
sleep 1.1
for i in 0 1; do is "one that comes again (${host[i]})" "$(knock "${clean_client[i]}" "${host[i]}" 5000)" "220 *"; done
end
in_router nft delete table inet own
for state in 'refuses connections' silent up; do
	is "... and said: $state" "$(grep -c "gate: host aix, [0-9a-f:.]*: $state\$" "$folder/daemon")" "[1-9]"
done
is "... all of which is counted" "$(counter gate_host_refused) $(counter gate_host_silent) $(counter gate_hosts_unasked)" "[1-9]* [1-9]* 0"

# --- a resolver that is silent ------------------------------------------------

begin "gate = drop" "gate-timeout = 1"
wait_for 'IPv6: is asked' "$folder/daemon"
kill -STOP "$dns"
sleep 1.1		# answers hold for a second
for i in 0 1; do
	for n in 1 2 3 4 5; do
		began=$(date +%s%3N)
		knock "${clean_client[i]}" "${host[i]}" 3000 >"$folder/knock"
		took=$(($(date +%s%3N) - began))
		[ "$n" != 1 ] || is "lists that do not answer delay a connection by gate-timeout, $took ms (${host[i]})" \
			"$(cat "$folder/knock"), $((took >= 800 && took < 1900))" "220 *, 1"
	done
	is "... five of them, then the list is left out (${host[i]})" "$(knock "${clean_client[i]}" "${host[i]}" 3000)" "220 *"
	for n in 1 2 3 4 5; do	# a busy machine delays one, a list all
		began=$(date +%s%3N)
		knock "${clean_client[i]}" "${host[i]}" 3000 >"$folder/knock"
		took=$(($(date +%s%3N) - began))
		[ "$took" -ge 500 ] || break
	done
	is "... and none is delayed, $took ms" "$((took < 500))" 1
done
kill -CONT "$dns"
end
is "... which is counted" "$(counter gate_lists_errors) $(counter gate_lists_broken) $(counter gate_late)" "10 2 0"

# --- a gate that is killed, hangs, or is full ---------------------------------

# Until the next one comes after more than two seconds.
kill_gates() {
	local n=0 pid
	while [ "$n" -lt 8 ]; do
		pid=$(gates)
		[ -z "$pid" ] || ! kill -9 "$pid" 2>/dev/null || n=$((n + 1))
		sleep 0.02
	done
}
for how in closed:refused drop:nothing open:'220 *'; do
	word=${how%%:*}
	begin "gate = drop" "" "on-failure = $word"
	kill_gates
	for i in 0 1; do
		is "the gate is dead, on-failure = $word (${host[i]})" "$(knock "${clean_client[i]}" "${host[i]}" 700)" "${how#*:}"
	done
	is "... counted in the rules" "$(packets "not judged, on-failure = $word")" "[2-9]"
	unjudged=$(packets "not judged.*")
	for _ in $(seq 100); do
		knock "${clean_client[0]}" "${host[0]}" 100 >"$folder/after"
		[ "$(packets "not judged.*")" != "$unjudged" ] || break
		unjudged=$(packets "not judged.*")
		sleep 0.1
	done
	is "... and it comes again" "$(knock "${listed_client[1]}" "${host[1]}"), $(knock "${clean_client[1]}" "${host[1]}")" "nothing, 220 *"
	end
	is "... which is counted, too" "$(counter gate_restarts)" "[5-9]*"

	begin "gate = drop" "gate-length = 4" "on-failure = $word"
	kill -STOP "$(gates)"
	for i in 0 1; do
		ip netns exec "$id-client" /usr/bin/python3 ends.py dial 300 4 "${host[i]}" >"$folder/dialled"
		is "the gate hangs and its queue is full, on-failure = $word (${host[i]})" "$(knock "${clean_client[i]}" "${host[i]}" 500)" "${how#*:}"
	done
	for _ in $(seq 100); do grep -q 'the gate hangs' "$folder/daemon" && break; sleep 0.1; done
	sleep 0.5
	for i in 0 1; do
		is "... it is killed, and another judges (${host[i]})" "$(knock "${listed_client[i]}" "${host[i]}"), $(knock "${clean_client[i]}" "${host[i]}")" "nothing, 220 *"
	done
	end
done

# --- what a gate that is no longer itself could do -------------------------------

begin "gate = drop connect = mirror"
none=0000000000000000
admin=0000000000001000
is "the gate has no capability" "$(rights "$(gates)")" "$none $none $none $none $none 1"
is "its hand has one, CAP_NET_ADMIN" "$(rights "$(hands)")" "$none $admin $admin $none $none 1"
is "the gate has no netlink socket, the hand has one" "$(in_router ss -f netlink -p | grep -oE 'relaywall-(gate|hand)' | sort | uniq -c | tr -s ' \n' ' ')" " 1 relaywall-hand "

# --- gate and hand end together, and begin together -------------------------------

for side in hands gates; do
	gate=$(gates)
	hand=$(hands)
	kill -9 "$($side)"
	new_gates "$gate" "$hand"
	is "the $side were killed: both are others" "$([ "$(gates)" != "$gate" ] && [ "$(hands)" != "$hand" ] && echo yes)" yes
	for i in 0 1; do
		is "... and judge (${host[i]})" "$(knock "${listed_client[i]}" "${host[i]}"), $(knock "${clean_client[i]}" "${host[i]}")" "nothing, 220 *"
	done
done
end
is "... which is told" "$(grep -c "the gate's hand ended (signal 9)" "$folder/daemon") $(grep -c 'the gate ended (signal 9)' "$folder/daemon")" "1 1"
is "... and counted; sockets for questions to hosts came from the hand" "$(counter gate_restarts) $(counter gate_hosts_unasked) $(counter gate_hand_refused)" "2 0 0"

begin "gate = drop" "gate-length = 4"
gate=$(gates)
hand=$(hands)
kill -STOP "$hand"
for i in 0 1; do
	ip netns exec "$id-client" /usr/bin/python3 ends.py dial 300 4 "${host[i]}" >"$folder/dialled"
	is "the hand hangs and the queue is full, on-failure = closed (${host[i]})" "$(knock "${clean_client[i]}" "${host[i]}" 500)" refused
done
new_gates "$gate" "$hand"
is "... it is killed, the gate ends" "$(grep -c "the gate's hand hangs" "$folder/daemon") $(grep -c 'the gate ended (status 1)' "$folder/daemon")" "1 1"
for i in 0 1; do
	is "... and others judge (${host[i]})" "$(knock "${listed_client[i]}" "${host[i]}"), $(knock "${clean_client[i]}" "${host[i]}")" "nothing, 220 *"
done
gate=$(gates)
hand=$(hands)
kill -STOP "$hand"
kill -9 "$gate"
new_gates "$gate" "$hand"
is "a hand that is stopped when the gate dies is killed" "$(knock "${listed_client[0]}" "${host[0]}"), $(knock "${clean_client[0]}" "${host[0]}")" "nothing, 220 *"
end

# --- a scribe that is killed, and one that hangs ---------------------------------

scribe() { for captain in $(pgrep -P "$daemon"); do pgrep -x -P "$captain" relaywall-log; done || true; }
begin "gate = drop"
kill -9 "$(scribe)"
is "without a scribe the gate judges" "$(knock "${listed_client[0]}" "${host[0]}"), $(knock "${clean_client[0]}" "${host[0]}")" "nothing, 220 *"
line="\"event\":\"admit\".*\"client\":\"${listed_client[0]}\""
wait_for_line "$line"
is "... and the next scribe writes what it found" "$(grep -c "$line" "$folder/log/journal")" "[1-9]*"
kill -STOP "$(scribe)"
is "one that hangs delays nobody" "$(knock "${listed_client[1]}" "${host[1]}"), $(knock "${clean_client[1]}" "${host[1]}")" "nothing, 220 *"
end
is "... and no line of the gate was lost" "$(counter gate_journal_dropped)" 0

# --- somebody flushes rules -----------------------------------------------------

begin "gate = drop"
if [ "$(into_queue)" = 0 ]; then
	in_router nft flush ruleset
else
	in_router iptables -t raw -F
	in_router ip6tables -t raw -F
fi
for _ in $(seq 100); do [ "$(rule_into_queue)" != 2 ] || break; sleep 0.1; done
for i in 0 1; do
	is "rules that were flushed are back (${host[i]})" "$(knock "${listed_client[i]}" "${host[i]}"), $(knock "${clean_client[i]}" "${host[i]}")" "nothing, 220 *"
done
end
is "... which is counted" "$(counter rules_restored)" "[1-9]*"

# --- the program itself is killed ---------------------------------------------

begin "gate = drop"
end KILL
for i in 0 1; do
	is "the program is killed: on-failure (${host[i]})" "$(knock "${clean_client[i]}" "${host[i]}")" refused
done
# A captain without a keeper drains, and its gate answers what it holds meanwhile.
left=all
for _ in $(seq 100); do
	left=$(in_router pgrep -f "$folder/conf" || true)
	[ -n "$left" ] || break
	sleep 0.1
done
is "... and soon the gate with it" "$left" ""
in_router "$relaywall" rules --remove "$folder/conf"
is "rules --remove leaves nothing" "$(into_queue) $(in_router nft list tables | grep -c relaywall || true)" "0 0"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
