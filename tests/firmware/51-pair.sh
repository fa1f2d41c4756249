#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 51-pair.sh - Two boxes share their addresses: the power of one is cut, its shield ends, it comes back; nothing is lost or relayed.
# Set: full
# shellcheck source=tests/firmware/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/firmware/fault.sh
. "$here/fault.sh"

has_all() { [ "$(in_box ip -o address | grep -cE ' (198.51.100.1/24|2001:db8:25::1/64|203.0.113.1/24|2001:db8:66::1/64) ')" -eq 4 ]; }
has_none() { ! in_box ip -o address | grep -qE ' (198.51.100.1/24|2001:db8:25::1/64|203.0.113.1/24|2001:db8:66::1/64) '; }
begins() {	# KIND CONFIGURATION
	first_boot "$1"
	box_gets "$(configuration "$2")"
}
# moves WHAT COMMAND...: mail meanwhile; as_peer has what it says here
moves() {
	load_begin
	sleep 2
	tell begin "$EPOCHREALTIME"
	"${@:2}"
	tell end "$EPOCHREALTIME"
	load_end $((20000 * SLACK))
	line "$1"
	is "$1: lost, relayed, not delivered, twice without need" \
		"$(number lost) $(number relayed) $(($(number sent) - $(number delivered))) $(number unexplained)" "0 0 0 0"
	is "... all goes on after $(number recovery) ms" "$(number recovery)" "[0-9]*"
}
shield_ends() { in_box 'touch /run/box/hold; relaywall stop --now' >/dev/null; }
shield_begins() { in_box rm /run/box/hold; }
comes_back() {
	box_start ram-pair
	box_is_healthy && let_in
}

vm_cut box
net_paired
begins ram-pair pair
as_peer begins ram-peer peer
host_begin
is "who has the higher priority has the addresses" "$(until_true 60 has_all && echo has)" has
is "... the other one has none" "$(as_peer has_none && echo none)" none
for i in 0 1; do
	is "... a mail goes through it (${host[i]})" "$(mail_one 0 "${client[i]}" "${host[i]}")" "*delivered"
done
heading
moves "power cut" vm_cut box
is "... the other one has them" "$(as_peer has_all && echo has)" has
moves "comes back" comes_back
is "... and has them again" "$(until_true 60 has_all && echo has)" has
moves "shield ends" shield_ends
is "... the other one has them" "$(as_peer has_all && echo has)" has
moves "shield begins" shield_begins
is "... and has them again" "$(until_true 60 has_all && echo has)" has
host_end
vm_cut peer
vm_cut box
net_single
case_end
