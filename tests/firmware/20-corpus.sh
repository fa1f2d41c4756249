#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 20-corpus.sh - The address corpus over the wire to a host that takes everything: nothing is relayed, what is legitimate arrives.
# Set: quick
# shellcheck source=tests/firmware/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/firmware/corpus.sh
. "$here/corpus.sh"

shield
recorder_begin
rows=$(($(wc -l <"$corpus") - 1))
attack ipv4 "${client[0]}" "${host[0]}"
attack ipv6 "${client[1]}" "${host[1]}"
score ipv4
is "IPv4: rows that are answered, and seen by the host, as they must be; faults" "$right of $sent, $wrong" "$rows of $rows, 0"
score ipv6 --ipv6
is "IPv6" "$right of $sent, $wrong" "$rows of $rows, 0"

# What finds nothing must be able to.
box_takes "$(configuration routed -e 's/relay  *= enforce/relay = off/')"
attack open "${client[0]}" "${host[0]}" --expected relay
score open 2>/dev/null
is "under a policy that lets relay it is seen: $wrong of $sent" "$((right < sent && wrong > sent / 3))" 1
case_end
