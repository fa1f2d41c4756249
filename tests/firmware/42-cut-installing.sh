#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 42-cut-installing.sh - The power is cut while an update is sent, and while it is written: the old one starts, and takes the update then.
# Set: full
# shellcheck disable=SC2034,SC2046,SC2016
# shellcheck source=tests/firmware/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/firmware/update.sh
. "$here/update.sh"

# In the box's words for how far it is.
arrives() { [ "$(in_box 'stat -c %s /data/update.*' 2>/dev/null || echo 0)" -gt 1000000 ]; }
is_written() { in_box 'pidof rauc' >/dev/null; }
for moment in arrives is_written; do
	shield "$kind"
	host_begin
	in_box box-update - <"$(bundle good)" >"$folder/sent" 2>&1 &
	sending=$!
	started[$sending]=sending
	is "an update $moment, and the power is cut" "$(until_true 60 "$moment" && echo cut)" cut
	vm_cut box
	end_process "$sending"
	box_start "$kind"
	slots_until_healthy || true
	is "... the old one starts" "$boots$said" "box: healthy slot=a generation=000001 *"
	is "... which is a shield" "$(in_box box-health >/dev/null && mail_one 0 "${client[0]}" "${host[0]}")" "*delivered"
	host_end
done
send "$(bundle good)"
is "sent once more it is installed" "$status $answer" "0 *"
slots_until_healthy || true
is "... and starts" "$said" "box: healthy slot=b *"
case_end
