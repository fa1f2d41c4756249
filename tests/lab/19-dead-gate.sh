#!/bin/bash
# Goal: a gate that is killed, stopped or full relays nothing: its packets become what on-failure says, and that is counted
# Server: sendmail
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"

ATTACK_S=3

gates() { for captain in $(pgrep -P "$(cat "$LAB/pid/shield")"); do pgrep -x -P "$captain" relaywall-gate; done || true; }
# Killed whenever it is there, for so many tenths of a second.
keep_dead() {
	local t pid
	for ((t = 0; t < $1 * 5; t++)); do
		for pid in $(gates); do kill -9 "$pid" 2>/dev/null || true; done
		sleep 0.02
	done
}
stop_gate() { for pid in $(gates); do kill -STOP "$pid"; done; }
unjudged() {
	in_ns router nft list table inet relaywall |
		sed -n "s/.* counter packets \([0-9]*\) .*comment \"gate: not judged, on-failure = $1\".*/\1/p" | awk '{ n += $1 } END { print n + 0 }'
}
# both LABEL: the rows that would relay, by IPv4 and IPv6 at once.
both() {
	attack client "$1-4" "$HOST4" --expected relay --seconds "$ATTACK_S" --timeout 1 & local four=$!
	attack client "$1-6" "$HOST6" --expected relay --seconds "$ATTACK_S" --timeout 1
	wait "$four"
}
labels=()
for on_failure in closed drop open; do
	for fault in killed stopped full; do
		length=8192
		[ "$fault" != full ] || length=1
		shield_up refuse -e "s/^resolvers.*/& gate-length = $length/" -e "s/hostname  /on-failure = $on_failure &/" \
			-e 's/from untrusted {/& gate = drop connections-per-minute = 100000/'
		case $fault in
		killed) keep_dead $((ATTACK_S * 10)) & keeper=$! ;;
		*) keeper=; stop_gate ;;
		esac
		[ "$fault" != killed ] || sleep 0.5	# the first one is dead
		both "$on_failure-$fault"
		[ -z "$keeper" ] || { kill "$keeper" 2>/dev/null || true; wait "$keeper" 2>/dev/null || true; }
		n=$(unjudged "$on_failure")
		stop shield TERM
		shield_down
		for family in 4 6; do
			label=$on_failure-$fault-$family
			labels+=("$label")
			tried=$(count "$label" .)
			none=$(count "$label" '"end": "no connection')
			refused=$(count "$label" '"rcpt_code": 5')
			case $on_failure-$fault in
			open-killed | open-full) expect "$label: of $tried attempts $refused were refused by the shield, $none did not connect" "$refused" -gt 0 ;;
			*) expect "$label: of $tried attempts $refused were refused by the shield, $none did not connect" "$tried" -gt 0 -a "$none" -gt 0 ;;
			esac
		done
		[ "$fault" = stopped ] || expect "$on_failure-$fault: $n packets that nobody judged are counted" "$n" -gt 0
	done
done

quiet
for label in "${labels[@]}"; do
	n=$(relayed "$label")
	expect "$label: $n messages relayed" "$n" -eq 0
done
goal_end
