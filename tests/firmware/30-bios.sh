#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 30-bios.sh - The disk of board virt, by BIOS, with 128 MB of memory: a shield within 25 s, emulated.
# Set: full
# shellcheck source=tests/firmware/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/firmware/disk.sh
. "$here/disk.sh"

FW_MEMORY=128
boots_from_disk virt-bios 25
is "memory is left: $(in_box awk "'/^MemAvailable/ { print \$2 }'" /proc/meminfo) kB" "$(in_box 'dmesg | grep -c "Out of memory"')" 0
blank_disk virt-bios	# its snapshot is of a small machine
case_end
