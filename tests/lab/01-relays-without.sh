#!/bin/bash
# Goal: without the shield the host relays for everybody, by every form that its software follows
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"

bare_attack

families=$(report families --label bare)
for family in $SERVER_RELAYS; do
	n=$(awk -v f="$family" '$1 == f { print $2 }' <<<"$families")
	expect "$family: $n messages relayed" "$n" -gt 0
done
n=$(relayed bare)
expect "all families: $n messages relayed" "$n" -gt 0
goal_end
