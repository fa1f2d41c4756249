#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 11-ready.sh - From power on to a shield, kernel and initial RAM disk: 8 s, emulated.
# Set: quick
# shellcheck source=tests/firmware/lib.sh
. "$(dirname "$0")/lib.sh"

shield
vm_cut box
began=$(date +%s%3N)
box_start ram
box_is_healthy || true
is "it comes up with the configuration that it got" "$said" "box: healthy slot=a generation=000001 *"
took=$(($(date +%s%3N) - began))
in_time "... after (it had a processor for $(vm_used box) of it)" "$took" 8000
let_in	# who manages it comes after the shield
is "memory that it has left of 256 MB: $(in_box awk "'/^MemAvailable/ { print \$2 }'" /proc/meminfo) kB" "$(in_box free >/dev/null; echo $?)" 0
case_end
