#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 44-update-refused.sh - Bundles that are damaged, of a stranger, or too old are not installed; the shield goes on.
# Set: full
# shellcheck source=tests/firmware/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/firmware/update.sh
. "$here/update.sh"

other_slot() { in_box 'sha256sum </dev/disk/by-partlabel/fw-b; /usr/sbin/box-config list; . /usr/lib/box/common; box_marks list'; }
for what in damaged stranger old "other-board"; do
	shield "$kind"
	host_begin
	in_box 'echo 0.1 >/data/minimum-version'
	other=$(other_slot)
	send "$(bundle "$what")"
	is "a bundle that is $what: $(tail -n 1 <<<"$answer")" "$((status != 0))" 1
	is "... does nothing to the other slot" "$(other_slot)" "$other"
	still_the_old_one
	host_end
done
# The same way takes a good one.
shield "$kind"
send "$(bundle good)" --stay
is "a good one is taken" "$status" 0
case_end
