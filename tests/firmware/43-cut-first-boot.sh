#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 43-cut-first-boot.sh - The power is cut while a good update boots for the first time: nobody knows that it was good, the old one starts.
# Set: full
# shellcheck source=tests/firmware/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/firmware/update.sh
. "$here/update.sh"

shield "$kind"
host_begin
send "$(bundle good)" --stay
is "an update is installed" "$status" 0
vm_mark box
in_box reboot
vm_wait box "$BOOT_S" "Booting .slot b'" >/dev/null	# the loader's word: it has counted the try
sleep 2
vm_cut box
box_start "$kind"
slots_until_healthy || true
is "cut in its first boot: the old one starts" "$boots$said" "box: healthy slot=a generation=000001 *"
still_the_old_one
case_end
