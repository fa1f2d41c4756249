#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# deadman.sh RELAYWALL PROBE - a program that hangs is taken for dead by the kernel: what new connections meet then, that
# running sessions go on, and that all is well once it goes on; and what is met after an orderly end. PROBE:
# deadman_probe.c. Last line: "N passed, N failed". Needs root.
set -euo pipefail

[ $# -eq 2 ] || { echo "usage: $0 RELAYWALL PROBE" >&2; exit 2; }
relaywall=$(realpath "$1")
probe=$(realpath "$2")
cd "$(dirname "$0")"

# shellcheck source=tests/gate/net.sh
. ../gate/net.sh

host=(198.51.100.25 2001:db8:25::25)
client=(203.0.113.66 2001:db8:66::66)
other=(203.0.113.70 2001:db8:70::70)
ip -n "$id-client" address add "${other[0]}/32" dev eth0
ip -n "$id-client" address add "${other[1]}/128" dev eth0 nodad
ip -n "$id-router" route add "${other[0]}" dev client
ip -n "$id-router" -6 route add "${other[1]}" dev client
: >"$folder/host"
ip netns exec "$id-host" /usr/bin/python3 ends.py host "${host[@]}" >"$folder/host" 2>&1 &
started[$!]=host
wait_for ready "$folder/host"

in_router() { ip netns exec "$id-router" "$@"; }
says() { in_router "$probe" "$@" || true; }
# begin TOP PROTECT [FROM]: the program, with these keys at the top, for the host, and for clients
begin() {
	cat >"$folder/conf" <<-CONF
		journal = "$folder/journal"
		$1
		network other { prefixes = { "${other[0]}/32", "${other[1]}/128" } }
		protect "aix" {
			addresses = { "${host[0]}", "${host[1]}" }
			hostname = "host.example"
			local-domains = { "local.example" }
			$2
			from untrusted { ${3-} }
			from other { admit = ${admit-shield} }
		}
	CONF
	: >"$folder/daemon"
	ip netns exec "$id-router" "$relaywall" run "$folder/conf" >"$folder/daemon" 2>&1 &
	daemon=$!
	started[$daemon]=daemon
	wait_for 'serving 1 hosts' "$folder/daemon"
}
# all PID: it, its captain, and the processes of that
all() { for captain in $(pgrep -P "$1"); do pgrep -P "$captain" || true; echo "$captain"; done; echo "$1"; }
signal() { all "$daemon" | xargs kill "$1"; }
end() {
	kill "$daemon"
	wait "$daemon" 2>/dev/null || true
	unset "started[$daemon]"
}
knock() { ip netns exec "$id-client" /usr/bin/python3 ends.py knock "${3-500}" "$1" "$2"; }
# serves I: does the box itself answer within a second?
serves() {
	local until=$(($(date +%s%3N) + 1000)) got=never
	while [ "$(date +%s%3N)" -lt "$until" ]; do
		got=$(knock "${client[$1]}" "${host[$1]}" 300)
		[ "$got" != box ] || break
	done
	echo "$got"
}

# --- the program hangs --------------------------------------------------------

is "without our table there is nothing to refresh" "$(says refresh), $(says end)" "No such file or directory, No such file or directory"
for how in closed:refused drop:nothing open:host; do
	word=${how%%:*}
	begin "on-stop = remove" "on-failure = $word"
	sessions=()
	for i in 0 1; do
		is "on-failure = $word: it serves (${host[i]})" "$(knock "${client[i]}" "${host[i]}")" box
		: >"$folder/session$i"
		ip netns exec "$id-client" /usr/bin/python3 ends.py session 20 "${client[i]}" "${host[i]}" >"$folder/session$i" &
		sessions[i]=$!
		started[$!]=session
		wait_for 220 "$folder/session$i"
	done
	signal -STOP
	is "... it hangs: for some seconds a connection waits" "$(knock "${client[0]}" "${host[0]}" 200)" silent
	sleep 3.2	# with that of the line before this is all that it has
	for i in 0 1; do is "... and then meets on-failure = $word (${host[i]})" "$(knock "${client[i]}" "${host[i]}")" "${how#*:}"; done
	sleep 1		# the sessions have something to say all the time
	is "... while a running session is not reset" "$(cat "$folder"/session?)" "220 bare"$'\n'"220 bare"
	signal -CONT
	for i in 0 1; do is "... it goes on, and serves within a second (${host[i]})" "$(serves "$i")" box; done
	for i in 0 1; do
		wait "${sessions[i]}" || true
		unset "started[${sessions[i]}]"
		is "... the session goes on, too (${host[i]})" "$(tail -n 1 "$folder/session$i")" "20 of 20 answered"
	done
	end
done

# --- the element itself -------------------------------------------------------

begin "on-stop = remove" "on-failure = closed"
signal -STOP
is "the element is taken out" "$(says end)" "done*"
for i in 0 1; do is "... and the guard has new connections at once (${host[i]})" "$(knock "${client[i]}" "${host[i]}")" refused; done
is "... once more, which is no fault" "$(says end)" "done*"
is "it is put in" "$(says refresh)" "done*"
is "... and they are diverted" "$(knock "${client[0]}" "${host[0]}" 200)" silent
sleep 3.1
is "... until it dies" "$(knock "${client[0]}" "${host[0]}" 200)" refused
is "one that died is put in, too" "$(says refresh)" "done*"
is "... and new connections are diverted" "$(knock "${client[0]}" "${host[0]}" 200)" silent
many=$(says refresh 2000)
is "a refresh holds nobody up: $many" "$((${many//[^0-9]/} < 1000))" 1
is "who may not change rules may not say it" "$(in_router setpriv --bounding-set=-net_admin,-net_raw --inh-caps=-net_admin,-net_raw "$probe" refresh || true)" "not opened: Operation not permitted"
signal -CONT
is "it goes on, and serves" "$(serves 0)" box
in_router nft flush set inet relaywall serving
for i in 0 1; do is "somebody empties the set: it is served again (${host[i]})" "$(serves "$i")" box; done
in_router nft delete table inet relaywall
for i in 0 1; do is "somebody takes the table: it is served again (${host[i]})" "$(serves "$i")" box; done
sleep 3.5	# longer than the element of the new table lives
is "... and goes on being" "$(knock "${client[0]}" "${host[0]}")" box
in_router ip rule delete pref 25
sleep 1.2	# between two looks
for i in 0 1; do is "somebody takes a routing rule: it is served again (${host[i]})" "$(serves "$i")" box; done
in_router ip -6 route flush table 2525
sleep 1.2
for i in 0 1; do is "somebody takes a route: it is served again (${host[i]})" "$(serves "$i")" box; done
in_router "$relaywall" rules --guard "$folder/conf"	# as who starts the guard's unit once more
sleep 2		# until a refresh says so, and a second beyond that
for i in 0 1; do is "somebody loads another table of our name: it is served again (${host[i]})" "$(serves "$i")" box; done
end
is "... which was four times, refreshes are nothing that is watched" "$(grep -c 'rules_restored=4 ' "$folder/daemon")" 1
is "... and the end is orderly" "$(grep -c 'cannot be told' "$folder/daemon" || true)" 0

# --- a packet that the gate holds meanwhile -----------------------------------

# Gate and program stop; the packet waits in the queue; nobody serves any more; the gate and its hand alone go on, and answer it.
late() {	# FROM TO
	local gate
	gate=$(for captain in $(pgrep -P "$daemon"); do pgrep -x -P "$captain" "relaywall-(gate|hand)"; done)
	signal -STOP
	knock "$1" "$2" 1500 >"$folder/late" &
	started[$!]=late
	local knocking=$!
	sleep 0.3
	says end >"$folder/end"
	xargs kill -CONT <<<"$gate"
	wait "$knocking" || true
	unset "started[$knocking]"
	signal -CONT
	cat "$folder/late"
}
for how in closed:refused open:host; do
	word=${how%%:*}
	begin "on-stop = remove" "on-failure = $word" "gate = refuse connections-per-minute = 2"
	sleep 0.3	# the gate has its queue
	is "on-failure = $word: the gate lets one in (${host[0]})" "$(knock "${client[0]}" "${host[0]}")" box
	is "... and while nobody serves, what it lets in is on-failure's" "$(late "${client[0]}" "${host[0]}")" "${how#*:}"
	is "... it serves" "$(serves 0)" box
	is "... and refuses the third" "$(knock "${client[0]}" "${host[0]}")" "421 *"
	is "... whom it refuses while nobody serves does not get to the host" "$(late "${client[0]}" "${host[0]}")" refused
	end
done

# --- an orderly end -----------------------------------------------------------

# word, what clients meet, what one meets who is not admitted, the host's own on-failure
for row in "closed:refused:refused:open" "drop:nothing:refused:open" "open:host:refused:closed" "remove:host:host:closed"; do
	IFS=: read -r word meets outside own <<<"$row"
	admit=reset
	begin "on-stop = $word" "on-failure = $own"
	unset admit
	is "on-stop = $word: it serves" "$(knock "${client[0]}" "${host[0]}")" box
	end
	for i in 0 1; do
		is "... and has ended (${host[i]})" "$(knock "${client[i]}" "${host[i]}")" "$meets"
		is "... for who is not admitted (${host[i]})" "$(knock "${other[i]}" "${host[i]}")" "$outside"
	done
	is "... a host's stray segments are for nobody" "$(in_router nft list table inet relaywall 2>/dev/null | grep -c 'chain divert' || true)" 0
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
