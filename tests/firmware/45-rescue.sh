#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 45-rescue.sh - No slot comes up: the rescue, where hosts are closed and the box can be mended; by its operator, and when /data is lost.
# Set: full
# shellcheck source=tests/firmware/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/firmware/update.sh
. "$here/update.sh"

# ends_in_rescue STEP COMMAND: the step fails in each boot after that, until then. What was done to the disk, init would mend.
ends_in_rescue() {
	in_box "$2; sync; (sleep 1; reboot -f) >/dev/null 2>&1 </dev/null &"
	slots_until_healthy || true
	is "$1 fails in three boots" "$boots" "rebooting: $1 failed; rebooting: $1 failed; rebooting: $1 failed; "
	is "... and then it is the rescue" "$said" "box: rescue: *"
	is "... which is closed" "$(knock 2000 "${client[0]}" "${host[0]}")" nothing
}

shield "$kind"
host_begin
ends_in_rescue 50-guard 'echo nonsense >>/data/config/000001/relaywall.conf'
let_in
is "its operator finds what there was" "$(in_box box-config list)" "000001 *slot a boots with it"
is "... and what was wrong" "$(in_box tail -n 1 /data/reboots)" "* slot=a * generation=000001 50-guard failed"
is "... it does not call itself well" "$(in_box box-health | grep -v ^good)" "FAULT configuration is there: nothing is protected"
box_takes "$(configuration routed)"
is "... gives it another one, with which it is a shield" "$(mail_one 0 "${client[0]}" "${host[0]}")" "*delivered"
in_box reboot
slots_until_healthy || true
is "... and again after a reboot" "$boots$said" "box: healthy slot=a generation=000002 *"

tar c -C "$(configuration routed)" box.conf relaywall.conf authorized_keys |
	in_box 'mount -o remount,rw /run/fw/esp && cat >/run/fw/esp/box.tar && mount -o remount,ro /run/fw/esp'
ends_in_rescue 40-data 'tr "\0" x </dev/zero | dd of=/dev/disk/by-partlabel/data bs=64k count=32 iflag=fullblock 2>/dev/null'
rm -f "$folder/$kind.hosts"	# it has another key now
let_in	# ... and box.tar its operator's
in_box 'dd if=/dev/zero of=/dev/disk/by-partlabel/data bs=1M count=4 2>/dev/null; reboot'
rm -f "$folder/$kind.hosts"
slots_until_healthy || true
is "/data is made anew, and the configuration is that in the FAT partition" "$boots$said" "box: healthy slot=a generation=000001 *"
is "... with which it is a shield" "$(mail_one 0 "${client[0]}" "${host[0]}")" "*delivered"
blank_disk "$kind"
case_end
