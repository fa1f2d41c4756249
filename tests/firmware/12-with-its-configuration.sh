#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 12-with-its-configuration.sh - A box whose configuration lies on a disk beside it needs nobody; one with a faulty one says so, and is closed.
# Set: quick
# shellcheck source=tests/firmware/lib.sh
. "$(dirname "$0")/lib.sh"

# with FOLDER: a box that was never started, and this on a disk that is nothing but a tar file
with() {
	tar cf "$folder/box.tar" -C "$1" box.conf relaywall.conf authorized_keys
	truncate -s %512 "$folder/box.tar"
	vm_cut box
	blank_disk ram
	box_start ram -drive "file=$folder/box.tar,if=none,id=d1,format=raw" -device virtio-blk-pci,drive=d1
}
net_routed
with "$(configuration routed)"
box_is_healthy || true
is "it comes up as a shield" "$said" "box: healthy slot=a generation=000001 *"
let_in
host_begin
is "... for mail" "$(mail_one 0 "${client[0]}" "${host[0]}")" "*delivered"
is "... and keeps what it got" "$(in_box box-config list)" "000001 * routed, runs, slot a boots with it"

with "$(configuration routed -e 's/relay  *= enforce/relay = maybe/')"
box_says "$BOOT_S" 'healthy|unhealthy|rebooting|unprovisioned' || true
is "with a faulty one it is a box without" "$said" "box: unprovisioned"
is "... which says why" "$(grep -c 'what came with the disk is no configuration' "$folder/vm-box/log")" 1
is "... and is closed" "$(knock 2000 "${client[0]}" "${host[0]}")" nothing
case_end
