#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 22-gate.sh - First packets are judged in a queue of nftables, which the kernels of the other tests may not have.
# Set: quick
# shellcheck source=tests/firmware/lib.sh
. "$(dirname "$0")/lib.sh"

shield
host_begin
ip -n "$id-client" address replace "${counted[0]}/32" dev t-client
ip -n "$id-client" address replace "${counted[1]}/128" dev t-client nodad
is "rules with a queue of nftables" "$(in_box /usr/sbin/nft list table inet relaywall | grep -c 'queue flags bypass')" "[1-9]*"
packets() { in_box /usr/sbin/nft list table inet relaywall | sed -n "s/.* counter packets \([0-9]*\) .*comment \"gate: $1\".*/\1/p" | awk '{ n += $1 } END { print n + 0 }'; }
for i in 0 1; do
	for _ in 1 2 3; do knock 5000 "${counted[i]}" "${host[i]}"; done >"$folder/first"
	is "so many connections a minute (${counted[i]})" "$(grep -c '^220 ' "$folder/first")" 3
	is "... and one more" "$(knock 5000 "${counted[i]}" "${host[i]}")" refused
	is "... but another client is let in" "$(knock 5000 "${client[i]}" "${host[i]}")" "220 *"
done
is "the kernel asked the gate, which refused two" "$(packets asked) $(packets reset)" "[8-9] 2"
is "... and none went past it" "$(packets 'not judged.*')" 0
case_end
