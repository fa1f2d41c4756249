#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 13-forward.sh - An image that was built to forward: without a configuration it is a piece of cable, and says so; with one it is a shield.
# Set: full
# shellcheck source=tests/firmware/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/firmware/slot.sh
. "$here/slot.sh"

slot_with "$folder/forward/virt" 'sed -i s/^UNPROVISIONED=.*/UNPROVISIONED=forward/ etc/box/board.conf'
firmware=$folder/forward
net_bridge
host_begin
first_boot ram
is "it says that it filters nothing" "$(grep -c UNFILTERED "$folder/vm-box/log")" 1
for i in 0 1; do
	is "who wants to relay meets the host itself (${host[i]})" "$(mail_one 0 "${near[i]}" "${host[i]}")" "250 ok"
done
box_gets "$(configuration bridge)"
for i in 0 1; do
	is "with a configuration he does not, and mail arrives (${host[i]})" "$(mail_one 0 "${near[i]}" "${host[i]}")" "*delivered"
done
rm -rf "$folder/forward"
blank_disk ram
case_end
