#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 34-watchdog.sh - All processes hang, or the kernel panics: the watchdog, or the kernel, starts the box again; a shield within 60 s.
# Set: full
# shellcheck disable=SC2034,SC2046,SC2016
# shellcheck source=tests/firmware/lib.sh
. "$(dirname "$0")/lib.sh"

declare -A identity=([i6300esb]='i6300ESB timer' [iTCO_wdt]='iTCO_wdt')

# breaks WHAT COMMAND: by hand, since nobody could come by ssh
breaks() {
	local began took
	shield pc-bios
	is "the watchdog is that of $watchdog" "$(in_box cat /sys/class/watchdog/watchdog0/identity)" "${identity[$watchdog]}"
	vm_type box '' "$2"
	began=$(date +%s%3N)
	box_is_healthy 120 || true
	is "$1: the box starts again" "$said" "box: healthy slot=[ab] generation=000001 *"
	took=$(($(date +%s%3N) - began))
	in_time "... and is a shield after" "$took" 60000
}
breaks "all processes hang" 'kill -STOP -1; kill -STOP $$'
breaks "the kernel panics" 'echo c >/proc/sysrq-trigger'
breaks "what feeds the watchdog hangs" 'kill -STOP $(pidof box-watch)'
watchdog=iTCO_wdt
breaks "all processes hang" 'kill -STOP -1; kill -STOP $$'
case_end
