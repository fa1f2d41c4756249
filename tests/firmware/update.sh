# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
#
# update.sh - bundles of all kinds, and what the box does with them. Sourced after lib.sh.

kind=virt-bios

# send BUNDLE [OPTION]: by ssh. Sets status and answer
send() {
	status=0
	answer=$(in_box box-update ${2-} - <"$1" 2>&1) || status=$?
}

# slots_until_healthy: sets said, and boots, the slot of each start that the console told until then
slots_until_healthy() {
	local line
	boots=
	while line=$(vm_wait box "$BOOT_S" '^box: (healthy|unhealthy|rebooting|rescue|unprovisioned)'); do
		said=$line
		case $line in *' healthy '*) return ;; *rescue* | *unprovisioned*) return 1 ;; esac
		boots="$boots${line#box: }; "
	done
	return 1
}

# still_the_old_one: it goes on as before the update, and also after a reboot
still_the_old_one() {
	is "the shield goes on" "$(in_box box-health >/dev/null && mail_one 0 "${client[0]}" "${host[0]}")" "*delivered"
	in_box reboot
	slots_until_healthy || true
	is "... and it is slot a that starts then" "$said" "box: healthy slot=a generation=000001 *"
}
