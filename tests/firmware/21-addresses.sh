#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 21-addresses.sh - The host sees the client's own address and port.
# Set: quick
# shellcheck source=tests/firmware/lib.sh
. "$(dirname "$0")/lib.sh"

shield
host_begin
for i in 0 1; do
	for port in 1023 4099; do
		is "a mail from ${client[i]}, port $port" "$(mail_one $port "${client[i]}" "${host[i]}")" "$port delivered"
		is "... as the host sees it" "$(grep -c "^X-Port: $port ${client[i]} $port\$" "$folder/delivered")" 1
	done
done
# That was the shield, and not a router beside it.
is "... which came through the shield" "$(in_box relaywall counters | sed -n 's/^accepted[= ]*//p')" "[4-9]*"
case_end
