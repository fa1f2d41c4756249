#!/bin/bash
# Goal: legitimate sessions pass while 10,000 SYNs a second come from 50,000 forged addresses, through the gate as without it; memory is bounded
# Server: sendmail
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"

RATE=10000
SECONDS_LONG=10
FORGED4=198.18.0.0/15 FORGED6=2001:db8:66::/64

# Their route leads to the client's namespace, where nobody answers for them.
ip -n "rwl$(lab_id)-router" route replace "$FORGED4" via "$CLIENT4" dev client onlink

# kilobytes PID...: resident, of those of these processes that are still there.
kilobytes() {
	local pid
	for pid in "$@"; do cat "/proc/$pid/status" 2>/dev/null || true; done | awk '/^VmRSS:/ { sum += $2 } END { print sum + 0 }'
}
# most_memory FILE: the most of the daemon's processes, ten times a second, until it is killed.
most_memory() {
	local most=0 now
	while true; do
		# shellcheck disable=SC2046  # a list of process ids
		now=$(kilobytes $(descendants "$(cat "$LAB/pid/shield")"))
		[ "$now" -le "$most" ] || echo "$((most = now))" >"$1"
		sleep 0.1
	done
}

# measure LABEL ADDRESS: sessions while the flood runs.
measure() {
	local label=$1 address=$2 forged=FORGED4 sent
	[[ $address != *:* ]] || forged=FORGED6
	most_memory "$RECORD/memory-$label" & local watcher=$!
	in_ns client "$LAB_SRC/flood.py" --rate "$RATE" --seconds "$SECONDS_LONG" "${!forged}" "$address" >"$LAB/log/flood-$label.out" & local flood=$!
	in_ns client "$LAB_SRC/steady.py" --seconds "$SECONDS_LONG" "$address" >"$RECORD/steady-$label"
	wait "$flood"
	kill "$watcher"
	wait "$watcher" 2>/dev/null || true
	sent=$(cat "$LAB/log/flood-$label.out")
	read -r TRIED SERVED P50 P99 MOST <"$RECORD/steady-$label"
	expect "$label: $sent SYNs in $SECONDS_LONG s" "$sent" -ge $((RATE * SECONDS_LONG * 9 / 10))
	expect "$label: $SERVED of $TRIED sessions served; to connect: median $P50 ms, p99 $P99 ms, at most $MOST ms" "$SERVED" -ge $((TRIED * 99 / 100))
}

# Everything that the gate can ask: rates, a block list, the host.
RULES='gate = drop connect = mirror connections-per-minute = 1000 max-connections = 100'
list_dns_start

for way in without with; do
	if [ "$way" = without ]; then
		shield_up refuse
	else
		shield_up refuse -e "s/^resolvers.*/& $LIST_KEY/" -e "s/from untrusted {/& $RULES/"
		list_asked
	fi
	for family in 4 6; do
		address=HOST$family
		in_ns client "$LAB_SRC/steady.py" --rate 30 --seconds 3 "${!address}" >"$RECORD/steady-$way-quiet$family"
		read -r TRIED SERVED P50 P99 MOST <"$RECORD/steady-$way-quiet$family"
		expect "$way the gate, no flood, IPv$family: $SERVED of $TRIED sessions served; to connect: median $P50 ms, p99 $P99 ms" "$SERVED" -eq "$TRIED"
		# shellcheck disable=SC2046  # a list of process ids
		before=$(kilobytes $(descendants "$(cat "$LAB/pid/shield")"))
		measure "$way-gate-IPv$family" "${!address}"
		most=$(cat "$RECORD/memory-$way-gate-IPv$family")
		expect "$way-gate-IPv$family: memory of the daemon $before KiB before, at most $most KiB" "$most" -lt $((before + 65536))
	done
	stop shield TERM
	grep 'relaywall: counters' "$LAB/log/shield.out" | tail -1 >"$RECORD/counters-flood-$way"
	shield_down
done
n=$(sed -n 's/.* gate_syns=\([0-9]*\).*/\1/p' "$RECORD/counters-flood-with")
unlooked=$(sed -n 's/.* gate_unlooked=\([0-9]*\).*/\1/p' "$RECORD/counters-flood-with")
expect "the gate judged $n SYNs; about $unlooked of these the lists were not asked there, which is counted" "$n" -gt 0 -a "$unlooked" -gt 0
list_dns_stop
goal_end
