#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 50-bridge.sh - The box as a piece of the wire between clients and hosts of one network: the corpus, addresses, other traffic.
# Set: full
# shellcheck disable=SC2034,SC2046,SC2016
# shellcheck source=tests/firmware/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/firmware/corpus.sh
. "$here/corpus.sh"

# in_a_wire MODE
in_a_wire() {
	local i rows
	shield ram "$1"
	: >"$folder/delivered"
	host_begin
	for i in 0 1; do
		is "$1: a mail from ${near[i]}, port 4099" "$(mail_one 4099 "${near[i]}" "${host[i]}")" "4099 delivered"
		is "... as the host sees it" "$(grep -c "^X-Port: 4099 ${near[i]} 4099\$" "$folder/delivered")" 1
	done
	host_end
	ip netns exec "$id-host" /usr/bin/python3 -m http.server -b "${host[0]}" 8080 >/dev/null 2>&1 &
	http=$!
	started[$http]=http
	is "... what is no mail passes as it is" "$(until_true 10 other_traffic && echo passes)" passes
	end_process "$http"
	recorder_begin
	rows=$(($(wc -l <"$corpus") - 1))
	for i in 0 1; do
		attack "$1-$i" "${near[i]}" "${host[i]}"
		score "$1-$i" $([ $i = 0 ] || echo --ipv6)
		is "... rows of the corpus as they must be, faults (${host[i]})" "$right of $sent, $wrong" "$rows of $rows, 0"
	done
	end_process "$recorder"
}
other_traffic() { in_ns client timeout 3 bash -c "exec 3<>/dev/tcp/${host[0]}/8080; echo 'GET / HTTP/1.0' >&3; echo >&3; grep -q HTTP <&3" 2>/dev/null; }

in_a_wire bridge
in_a_wire bridge-bare
case_end
