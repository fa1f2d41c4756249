#!/bin/bash
# Goal: with the shield nothing arrives at the victim, and legitimate mail arrives as before
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"

bare_attack
shield_attack

n=$(relayed shield)
expect "messages relayed: $n" "$n" -eq 0

lost=$(report lost)
expect "deliver-local rows that the bare host delivers arrive as they did or better${lost:+; not: $lost}" -z "$lost"
goal_end
