#!/bin/bash
# Goal: without the shield the host relays for everybody: plain, percent, bang and quoted forms
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"

bare_attack

families=$(report families --label bare)
for family in plain-foreign percent-hack bang-path quoted-string; do
	n=$(awk -v f="$family" '$1 == f { print $2 }' <<<"$families")
	expect "$family: $n messages relayed" "$n" -gt 0
done
n=$(relayed bare)
expect "all families: $n messages relayed" "$n" -gt 0
n=$(count faults-bare '"data_code": 250')
expect "messages through the three AIX faults are taken: $n of 3" "$n" -eq 3
goal_end
