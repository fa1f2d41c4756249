# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
#
# update.sh - bundles of all kinds, and what the box does with them. Sourced after lib.sh.

# shellcheck source=tests/firmware/slot.sh
. "$here/slot.sh"
kind=virt-bios
keys=${FW_KEYS-$firmware/keys}	# who has given others has to sign here, too

# bundle good|mute|dead|damaged|stranger|old|other-board: made when it is first asked for; prints its name
bundle() {
	local made=$folder/$1.raucb
	[ -e "$made" ] || "make_$1" "$made"
	echo "$made"
}
signed() { "$recipe/scripts/mkbundle" "$2" "$3" "$4" "$5" "$firmware/built/rauc/usr/bin/rauc" "$1"; }	# FILE BOARD SLOT VERSION KEYS
# The one that was built; whoever has a later version may install it again.
make_good() { ln "$firmware/virt/relaywall-fw.raucb" "$1" 2>/dev/null || cp "$firmware/virt/relaywall-fw.raucb" "$1"; }
make_other-board() { signed "$1" pc "$firmware/virt/slot.sqfs" 9 "$keys"; }
make_old() { signed "$1" virt "$firmware/virt/slot.sqfs" 0.0.9 "$keys"; }
make_stranger() {
	"$recipe/scripts/testkeys" "$folder/strangers" 2>/dev/null
	signed "$1" virt "$firmware/virt/slot.sqfs" 9 "$folder/strangers"
}
# One octet of what is installed.
make_damaged() {
	cp "$firmware/virt/relaywall-fw.raucb" "$1"
	/usr/bin/python3 - "$1" <<-'PYTHON'
		import sys
		with open(sys.argv[1], "r+b") as bundle:
		    bundle.seek(12345678)
		    octet = bundle.read(1)
		    bundle.seek(12345678)
		    bundle.write(bytes([octet[0] ^ 1]))
	PYTHON
}
# A slot with a fault in it, whose signature is good: FILE COMMAND, which runs in its root.
with_fault() {
	slot_with "$folder/faulty" "$2"
	signed "$1" virt "$folder/faulty/slot.sqfs" 9 "$keys"
	rm -rf "$folder/faulty"
}
# Its shield does not serve.
make_mute() {
	with_fault "$1" 'mv usr/sbin/relaywall usr/sbin/relaywall.real
		printf "#!/bin/sh\ncase \$1 in run) exec sleep 1000 ;; *) exec relaywall.real \"\$@\" ;; esac\n" >usr/sbin/relaywall
		chmod 755 usr/sbin/relaywall'
}
# Nothing of it runs: the kernel panics.
make_dead() { with_fault "$1" 'rm usr/bin/busybox'; }

# send BUNDLE [OPTION]: by ssh. Sets status and answer
send() {
	status=0
	answer=$(in_box box-update ${2-} - <"$1" 2>&1) || status=$?
}

# slots_until_healthy: sets said, and boots, the slot of each start that the console told until then
slots_until_healthy() {
	boots=
	while box_says "$BOOT_S" 'healthy|unhealthy|rebooting|rescue|unprovisioned'; do
		case $said in *' healthy '*) let_in && return ;; *rescue* | *unprovisioned*) return 1 ;; esac
		boots="$boots${said#box: }; "
	done
	return 1
}

# cut_in_boot SLOT: the power, in its next boot, when the loader has counted the try; then it is on again
cut_in_boot() {
	vm_mark box
	in_box reboot
	vm_wait box "$BOOT_S" "Booting .slot $1'" >/dev/null
	sleep 2
	vm_cut box
	box_start "$kind"
	slots_until_healthy || true
}

# still_the_old_one: it goes on as before the update, and also after a reboot
still_the_old_one() {
	is "the shield goes on" "$(in_box box-health >/dev/null && mail_one 0 "${client[0]}" "${host[0]}")" "*delivered"
	in_box reboot
	slots_until_healthy || true
	is "... and it is slot a that starts then" "$said" "box: healthy slot=a generation=000001 *"
}
