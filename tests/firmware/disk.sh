# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
#
# disk.sh - the image as it is written to a disk, in a machine of some KIND (box.sh). Sourced after lib.sh.

# boots_from_disk KIND SECONDS: from nothing to a shield; then with the power cut, and on again
boots_from_disk() {
	local began took i
	shield "$1"
	host_begin
	vm_cut box
	began=$(date +%s%3N)
	box_start "$1"
	box_is_healthy || true
	is "$1: the power was cut, and is on again" "$said" "box: healthy slot=a generation=000001 *"
	took=$(($(date +%s%3N) - began))
	in_time "... after (it had a processor for $(vm_used box) of it)" "$took" "$(($2 * 1000))"
	let_in	# who manages it comes after the shield
	for i in 0 1; do
		is "... a mail goes through it (${host[i]})" "$(mail_one 0 "${client[i]}" "${host[i]}")" "*delivered"
	done
	host_end
}
