#!/bin/bash
# Goal: a killed, stopped or ended daemon relays nothing, before, during and after
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"

# signal_all SIGNAL: the daemon and whatever processes it started.
signal_all() {
	local pids
	pids=$(descendants "$(cat "$LAB/pid/shield")")
	# shellcheck disable=SC2086  # a list of process ids
	kill -s "$1" $pids
}

# Only rows that would relay, for some seconds, so that any hole is counted.
begin_attack() { attack client "$1" "$HOST4" --expected relay --seconds "$2" --timeout 1 & ATTACK=$!; }

# expect_closed LABEL: the attack came through the shield, and nothing passed.
expect_closed() {
	local n
	n=$(relayed "$1")
	expect "$1: $n messages relayed" "$n" -eq 0
	[ -n "${SERVER_TRANSCRIPT:-}" ] || return 0
	n=$(reached "$1")
	expect "$1: $n recipients reached the host" "$n" -eq 0
}

# expect_serves LABEL: legitimate mail passes.
expect_serves() {
	local n
	attack client "$1" "$HOST4" --rows 'LEG-00[12]$'
	quiet
	n=$(delivered "$1" | wc -l)
	expect "$1: $n of 2 legitimate messages delivered" "$n" -eq 2
}

# kill -9, and a new daemon while the attack still runs.
shield_up refuse
begin_attack killed 6
sleep 2
signal_all KILL
killed=$(date +%s.%N)
sleep 2
rm "$LAB/pid/shield"
restarting=$(date +%s.%N)
shield_up refuse
restarted=$(date +%s.%N)
wait "$ATTACK"
quiet
expect_closed killed
when() {	# when LABEL FROM TO: sessions that began between, how many were refused in SMTP, and how many did not connect
	python3 - "$RECORD/attack-$1.jsonl" "$2" "$3" <<-'PYTHON'
		import json, sys
		began = [e for e in map(json.loads, open(sys.argv[1])) if float(sys.argv[2]) < e["time"] < float(sys.argv[3])]
		print(len(began), sum(e.get("rcpt_code", 0) >= 500 for e in began), sum(e["end"].startswith("no connection") for e in began))
	PYTHON
}
read -r tried refused _ < <(when killed 0 "$killed")
expect "before the kill: $refused of $tried attempts refused by the daemon" "$refused" -gt 0
read -r tried refused _ < <(when killed "$killed" "$restarting")
expect "while it was dead: $tried attempts, $refused answered" "$tried" -gt 0 -a "$refused" -eq 0
read -r tried refused _ < <(when killed "$restarted" 9999999999)
expect "after the restart: $refused of $tried attempts refused by the daemon" "$refused" -gt 0
expect_serves after-kill

# SIGSTOP: for three seconds the listener's queue still takes connections, which nobody answers; then the guard has them.
begin_attack stopped 8
sleep 1.5
signal_all STOP
stopped=$(date +%s.%N)
expired=$(date +%s.%N -d '3.5 seconds')
wait "$ATTACK"
read -r tried refused _ < <(when stopped "$stopped" "$expired")
expect "stopped: $tried attempts, $refused answered" "$tried" -gt 0 -a "$refused" -eq 0
read -r tried _ none < <(when stopped "$expired" 9999999999)
expect "stopped for a while: $none of $tried attempts did not even connect" "$tried" -gt 0 -a "$none" -eq "$tried"
signal_all CONT
quiet
expect_closed stopped
expect_serves after-stop

# An orderly end (on-stop = closed) leaves the door shut until the rules go.
stop shield TERM
begin_attack ended 1
wait "$ATTACK"
quiet
expect_closed ended
n=$(count ended '"end": "no connection')
expect "ended: $n of $(count ended .) attempts did not even connect" "$n" -eq "$(count ended .)"
shield_down
begin_attack removed 1
wait "$ATTACK"
quiet
n=$(relayed removed)
expect "rules removed by hand: $n messages relayed again, so it was the rules" "$n" -gt 0
goal_end
