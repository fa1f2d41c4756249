#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# queue.sh PROBE - the netfilter queue between a client and a host, each in a network namespace of its own, with
# packets of IPv4 and IPv6 at once. Last line: "N passed, N failed". Needs root.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: $0 PROBE" >&2; exit 2; }
probe=$(realpath "$1")
cd "$(dirname "$0")"

# shellcheck source=tests/gate/net.sh
. ./net.sh

# probe LENGTH ANSWER: begin to hold the queue
hold() {
	: >"$folder/probe"
	ip netns exec "$id-router" "$probe" 25 "$@" >"$folder/probe" 2>&1 &
	holder=$!
	started[$holder]=probe
	wait_for ready "$folder/probe"
	ip netns exec "$id-router" nft reset counters >/dev/null
}
hand() { pgrep -P "$holder"; }
# End it; its exit status.
let_go() {
	kill "$holder" 2>/dev/null || true
	wait "$holder" && status=0 || status=$?
	unset "started[$holder]"
}

dial() {	# MS COUNT: what both families made of it
	ip netns exec "$id-client" /usr/bin/python3 ends.py dial "$1" "$2" 198.51.100.25 2001:db8:25::25
}
seen() {	# COUNTER...: packets, "3 3"
	local name out=
	for name in "$@"; do
		out="$out $(ip netns exec "$id-router" nft list counter inet gate "$name" | sed -n 's/.*packets \([0-9]*\).*/\1/p')"
	done
	echo "${out# }"
}
counted() {	# NAME...: of the probe's last lines, "received=6 ..."
	local name out=
	for name in "$@"; do
		out="$out $(sed -n "s/^\(counters\|kernel\) .*\b\($name=[0-9]*\).*/\2/p" "$folder/probe")"
	done
	echo "${out# }"
}
rule() {	# IPTABLES -A|-D
	ip netns exec "$id-router" "$1" -t raw "$2" PREROUTING -p tcp --dport 25 --syn -j NFQUEUE --queue-num 25 --queue-bypass
}

: >"$folder/host"
ip netns exec "$id-host" /usr/bin/python3 ends.py listen 198.51.100.25 2001:db8:25::25 >"$folder/host" 2>&1 &
started[$!]=host
ip netns exec "$id-router" nft -f queue.nft
wait_for ready "$folder/host"

# Both ways to write the rule that leads into the queue, of which a kernel may have one.
for kind in nft legacy; do
	if ! rule iptables-$kind -A 2>"$folder/why"; then
		echo "skip iptables-$kind: $(head -n 1 "$folder/why")"
		continue
	fi
	rule ip6tables-$kind -A
	hold 100 mark
	is "a packet goes on with its mark ($kind)" "$(dial 900 5)" "connected 5 5 after *"
	is "the rules behind the queue see the mark ($kind)" "$(seen marked4 marked6 unjudged4 unjudged6)" "5 5 0 0"
	let_go
	is "each was shown and judged once ($kind)" "$(counted received unseen malformed accepted dropped gone waiting)" \
		"received=10 unseen=0 malformed=0 accepted=10 dropped=0 gone=0 waiting=0"
	rule iptables-$kind -D
	rule ip6tables-$kind -D
	have=${have:-$kind}
done
rule "iptables-${have:?neither of them leads into a queue}" -A
rule "ip6tables-$have" -A

is "nobody at the queue: packets go on unjudged" "$(dial 900 5)" "connected 5 5 after *"

hold 100 mark
is "a packet that was shown is a SYN of this client" "$(dial 900 1)" "connected 1 1 after *"
is "... of IPv4, where it came in" "$(grep -c '^packet syn 203.0.113.66 198.51.100.25 port=25 mark=0 hook=0 interface=[1-9]' "$folder/probe")" 1
is "... and of IPv6" "$(grep -c '^packet syn 2001:db8:66::66 2001:db8:25::25 port=25 mark=0 hook=0 interface=[1-9]' "$folder/probe")" 1
is "a second process cannot have the queue, and is told why" "$(ip netns exec "$id-router" "$probe" 25 100 mark)" \
	"open: bind queue: Device or resource busy"
is "nor can one without rights" \
	"$(ip netns exec "$id-router" setpriv --reuid=65534 --regid=65534 --clear-groups "$probe" 26 100 mark)" \
	"open: bind queue: Operation not permitted"
let_go

hold 100 pass
dial 900 3 >"$folder/dialled"
is "a packet goes on as it is" "$(seen marked4 marked6 unjudged4 unjudged6)" "0 0 3 3"
let_go

hold 100 drop
is "a packet is dropped" "$(dial 500 3)" "connected 0 0 after - -"
is "no rule behind the queue sees it" "$(seen marked4 marked6 unjudged4 unjudged6)" "0 0 0 0"
let_go
is "it is counted" "$(counted received accepted dropped waiting)" "received=6 accepted=0 dropped=6 waiting=0"

hold 100 late
is "a packet that was held goes on later" "$(dial 900 3)" "connected 3 3 after [3-9][0-9][0-9] [3-9][0-9][0-9]"
is "with its mark" "$(seen marked4 marked6 unjudged4 unjudged6)" "3 3 0 0"
let_go
is "nothing is left behind" "$(counted accepted waiting)" "accepted=6 waiting=0"

hold 100 twice
is "a verdict on what is no more does no harm" "$(dial 900 3)" "connected 3 3 after *"
let_go
is "it is counted, too" "$(counted received accepted gone)" "received=6 accepted=12 gone=6"

hold 8 never
is "a full queue lets packets pass" "$(dial 700 10)" "connected [0-9]* after *"
is "... as many as have no room" "$(($(seen unjudged4) + $(seen unjudged6)))" 12
let_go
is "... and the kernel has no number for them" "$(counted received unseen waiting queue_dropped user_dropped)" \
	"received=8 unseen=0 waiting=8 queue_dropped=0 user_dropped=0"

hold 800 mark
kill -STOP "$holder"
dial 800 450 >"$folder/dialled"
is "a reader that hangs: packets wait until the queue is full" "$(($(seen unjudged4) + $(seen unjudged6)))" 100
kill -CONT "$holder"
is "... and the next ones are judged again" "$(dial 900 1)" "connected 1 1 after *"
let_go
is "... all that waited had room, in the channel and then in the kernel's socket, and few system calls judge them" \
	"$(counted received unseen hand_full hand_receive_full accepted sends send_failed hand_sends waiting)" \
	"received=802 unseen=0 hand_full=[1-9]* hand_receive_full=0 accepted=802 sends=[1-9][0-9] send_failed=0 hand_sends=[1-9][0-9] waiting=0"

hold 800 mark
kill -STOP "$(hand)"
dial 800 450 >"$folder/dialled"
is "a hand that hangs: packets wait until the queue is full" "$(($(seen unjudged4) + $(seen unjudged6)))" 100
kill -CONT "$(hand)"
is "... and the next ones are judged again" "$(dial 900 1)" "connected 1 1 after *"
let_go
is "... none is lost" "$(counted received unseen hand_receive_full accepted waiting)" \
	"received=802 unseen=0 hand_receive_full=0 accepted=802 waiting=0"

hold 100 never
kill -9 "$(hand)"
wait "$holder" && status=0 || status=$?
unset "started[$holder]"
is "a hand that dies is missed at once" "$(grep '^read:' "$folder/probe"), status $status" "read: Broken pipe, status 1"
is "... and nobody is at the queue" "$(dial 900 3)" "connected 3 3 after *"

hold 100 mark
pid=$(hand)
kill -9 "$holder"
wait "$holder" 2>/dev/null || true
unset "started[$holder]"
for _ in $(seq 100); do readlink "/proc/$pid/exe" >"$folder/exe" || break; sleep 0.01; done
is "a hand whose gate dies ends" "$(cat "$folder/exe")" ""
is "... and nobody is at the queue, either" "$(dial 900 3)" "connected 3 3 after *"

hold 100 nonsense
is "a gate that is out of its mind: a verdict that makes sense counts" "$(dial 900 3)" "connected 3 3 after *"
is "... nothing else does" "$(seen marked4 marked6 unjudged4 unjudged6)" "3 3 0 0"
let_go
is "... which is counted, and does no harm to the hand" "$(counted received accepted gone hand_refused waiting), $(grep ^hand "$folder/probe")" \
	"received=6 accepted=6 gone=0 hand_refused=54 waiting=0, hand: status 0"

hold 100 small-socket
kill -STOP "$(hand)"
is "a socket without room: packets pass" "$(dial 300 20)" "connected [1-9]* after *"
kill -CONT "$(hand)"
is "... and the next ones are shown again" "$(dial 900 1)" "connected 1 1 after *"
unjudged=$(($(seen unjudged4) + $(seen unjudged6)))
let_go
is "... both are counted" "$(counted received unseen hand_receive_full user_dropped)" \
	"received=$((42 - unjudged)) unseen=$unjudged hand_receive_full=1 user_dropped=0"

hold 100 in-need
is "verdicts that could not be sent are sent later" "$(dial 900 1)" "connected 1 1 after *"
let_go
is "... as many wait as the queue has room for" "$(grep -c '^taken 100, flush 0' "$folder/probe")" 2
is "... which is told" "$(grep -c '^flush -1' "$folder/probe")" 2
is "... and counted" "$(counted accepted gone sends send_failed)" "accepted=200 gone=198 sends=10 send_failed=6"

hold 100 without-rights
dial 300 1 >"$folder/dialled"
let_go
is "rights that were given up are missed at the next verdict" "$(grep '^read:' "$folder/probe"), status $status" \
	"read: Operation not permitted, status 1"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
