# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
#
# slot.sh - the image with something changed in it. Sourced after lib.sh.

recipe=$(realpath "$here/../../firmware")

# slot_with FOLDER COMMAND, which runs in its root: FOLDER gets slot.sqfs, vmlinuz, initrd and cmdline of board virt
slot_with() {
	rm -rf "$1"
	mkdir -p "$1"
	cp -a "$firmware/virt/root" "$1/root"
	(cd "$1/root" && eval "$2")
	SOURCE_DATE_EPOCH=1 "$recipe/scripts/mkslot" virt "$firmware/virt/extract" "$1/root" "$1" >/dev/null
	rm -rf "$1/root"
}
