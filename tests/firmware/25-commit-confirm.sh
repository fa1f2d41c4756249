#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 25-commit-confirm.sh - A configuration that is not confirmed is taken back, also by who cut himself off; a faulty one is not taken.
# Set: quick
# shellcheck source=tests/firmware/lib.sh
. "$(dirname "$0")/lib.sh"

shield
host_begin
new() { tar -C "$1" -c . | in_box box-config new -; }
cut_off() { ! in_ns operator timeout 1 bash -c "exec 3<>/dev/tcp/${box[0]}/22" 2>/dev/null; }
current() { in_box 'readlink /run/box/config' | sed 's/.*0//'; }

made=$(configuration routed)
sed -i 's/^MANAGEMENT_ADDRESSES=.*/MANAGEMENT_ADDRESSES="192.0.2.99\/24"/' "$made/box.conf"
is "a new one" "$(new "$made" 2>/dev/null)" "000002"
vm_mark box
in_box 'box-config commit-confirm 2 12 </dev/null >/dev/null 2>&1 &'
is "it cuts its operator off" "$(until_true 60 cut_off && echo off)" off
is "... who is let in again" "$(box_says "$STEP_S" 'generation 000001 is in use again' && echo yes)" yes
let_in
is "... to the one before" "$(current)" 1
is "... and it shields" "$(in_box box-health >/dev/null && mail_one 0 "${client[0]}" "${host[0]}")" "*delivered"

is "one more" "$(new "$(configuration routed -e 's/relay  *= enforce/relay = count/')" 2>/dev/null)" 000003
in_box box-config commit-confirm 3 60 >/dev/null
let_in
in_box box-config confirm
is "one that is confirmed stays" "$(current)" 3
in_box box-config rollback
let_in
is "... until it is taken back" "$(current)" 1

# A NIC that has no part in it any more has no address: two ways to one network would be one too many.
made=$(configuration routed)
sed -i 's/^LAN=.*/LAN=eth0.10/' "$made/box.conf"
new "$made" >/dev/null 2>&1
addresses() { in_box "for nic in eth0 eth0.10; do ip -4 -o address show dev \$nic; done; cat /sys/class/net/eth0.10/operstate" | awk '{ print $2, $4 }' | paste -s -d ' '; }
in_box box-config use 4 2>/dev/null
is "a LAN that is a VLAN" "$(addresses)" "eth0.10 198.51.100.1/24*"
in_box box-config rollback 2>/dev/null
is "... and one no more" "$(addresses)" "eth0 198.51.100.1/24 *"
is "... and it shields" "$(in_box box-health >/dev/null && mail_one 0 "${client[0]}" "${host[0]}")" "*delivered"

is "a faulty one is refused" "$(new "$(configuration routed -e 's/relay  *= enforce/relay = maybe/')" 2>&1 || true)" "*relay*"
is "... and is not there" "$(in_box box-config list | wc -l)" 4
case_end
