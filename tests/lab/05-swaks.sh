#!/bin/bash
# Goal: a plain relay attempt by swaks arrives without the shield and is refused with it
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"

attempt() {
	in_ns client swaks --server "$HOST4" --ehlo client.example --from probe@spam.example --to user@victim.example \
		--header "X-Relaywall-Lab: $(run_id "$1")/mail" >"$LAB/log/$1.out" 2>&1
}

attempt swaks-without || true
quiet
n=$(relayed swaks-without)
expect "without: $n message arrives" "$n" -eq 1

shield_up refuse
if attempt swaks-with; then status=0; else status=$?; fi
quiet
shield_down
n=$(relayed swaks-with)
expect "with: $n messages arrive" "$n" -eq 0
refusal=$(grep '^<\*\*' "$LAB/log/swaks-with.out" || true)
expect "with: swaks ends with status $status (24 is: no recipient accepted), $refusal" "$status" -eq 24
goal_end
