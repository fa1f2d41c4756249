#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 10-first-boot.sh - A box without a configuration is closed, says what to do, and gets one on its console.
# Set: quick
# shellcheck source=tests/firmware/lib.sh
. "$(dirname "$0")/lib.sh"

first_boot ram
is "it says how it gets a configuration" "$(grep -c box-config "$folder/vm-box/log")" "[1-9]*"
host_begin
net_bridge
is "nobody gets to a host's port 25, as if it were a wire" "$(knock 2000 "${near[0]}" "${host[0]}")" "nothing"
net_routed
is "... or a router" "$(knock 2000 "${client[0]}" "${host[0]}")" "nothing"
host_end
vm_type box '' 'relaywall version'
is "commands of the program are there" "$(vm_wait box "$STEP_S" '^relaywall [0-9]')" "relaywall *"
vm_type box '/usr/lib/box/check /usr/share/box && echo an ex""ample'
is "... and a configuration to begin with" "$(vm_wait box "$STEP_S" '^an example')" "an example*"

box_gets "$(configuration routed)"
is "with one it is a shield" "$(in_box box-health | tee "$folder/health" | grep -vc '^good') faults of $(wc -l <"$folder/health")" "0 faults of [4-9]*"
is "... whom its operator can ask" "$(in_box relaywall status | head -n 1)" "health     well"
is "... in a shell that is not a stranger's" "$(ssh_as stranger "${box[0]}" true 2>&1 || true)" "*Permission denied*"
is "... nor at other addresses of it" "$(for at in 203.0.113.1 198.51.100.1; do in_ns client timeout 3 bash -c "exec 3<>/dev/tcp/$at/22" 2>/dev/null && echo open; done)" ""
shield_saved routed
case_end
