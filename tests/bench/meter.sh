# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
#
# meter.sh - what the processes of a path use: processor time, memory. Sourced. Wants "id".
#
# Processor time is that of a cgroup: of all processes of a proxy, with those that have ended, to the microsecond.
# Where there is no cgroup v2 it is the sum of /proc/PID/stat, in ticks, of those that live.

meter_root=
meter_says=
tick_us=$((1000000 / $(getconf CLK_TCK)))

meter_begin() {
	local mount
	mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
	if [ -n "$mount" ] && mkdir "$mount/$id" 2>/dev/null && grep -q usage_usec "$mount/$id/cpu.stat" 2>/dev/null; then
		meter_root=$mount/$id
		meter_says="cpu.stat of a cgroup v2"
	else
		rmdir "$mount/$id" 2>/dev/null || true
		meter_says="/proc/PID/stat, in ticks of $tick_us us: no cgroup v2 that could be used"
	fi
}
meter_end() { [ -z "$meter_root" ] || rmdir "$meter_root" 2>/dev/null || true; }

# A path's processes are put there before they begin.
meter_open() { [ -z "$meter_root" ] || mkdir "$meter_root/$1"; }
meter_close() {	# a cgroup goes when the last of its processes has been waited for
	[ -n "$meter_root" ] && [ -d "$meter_root/$1" ] || return 0
	for _ in $(seq 100); do
		rmdir "$meter_root/$1" 2>/dev/null && return 0	# in a trap, a bare return would give what was before it
		sleep 0.05
	done
	echo "bench: $1 has processes left" >&2
}

# metered PATH COMMAND...: in the place of this shell. A net has another view of /sys, so that it comes in after this.
metered() {
	[ -z "$meter_root" ] || echo "$BASHPID" >"$meter_root/$1/cgroup.procs" || exit 1
	exec "${@:2}"
}

# Of a process and of all below it.
tree() {
	local child
	echo "$1"
	for child in $(cat "/proc/$1/task/$1/children" 2>/dev/null || true); do tree "$child"; done
}
processes() {	# PATH
	if [ -n "$meter_root" ]; then
		cat "$meter_root/$1/cgroup.procs"
	elif [ -n "${proxies[$1]-}" ]; then
		tree "${proxies[$1]}"
	fi
}

cpu_us() {	# PATH
	local pid ticks=0
	if [ -n "$meter_root" ]; then
		awk '$1 == "usage_usec" { print $2 }' "$meter_root/$1/cpu.stat"
		return
	fi
	for pid in $(processes "$1"); do
		# a name may hold blanks: what counts stands behind its bracket
		ticks=$((ticks + $(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null | awk '{ print $12 + $13 }' || echo 0)))
	done
	echo $((ticks * tick_us))
}

# KiB of memory, pages that processes share counted once.
process_kb() {	# PATH
	local pid
	for pid in $(processes "$1"); do
		cat "/proc/$pid/smaps_rollup" 2>/dev/null || true
	done | awk '$1 == "Pss:" { kb += $2 } END { print kb + 0 }'
}

# kernel_objects FILE: a copy of /proc/slabinfo; empty if it cannot be read. What the processors keep for themselves in
# the caches would count as used, so it is given back first.
kernel_objects() {
	local cache
	for cache in /sys/kernel/slab/*; do
		[ -L "$cache" ] || echo 1 >"$cache/shrink" 2>/dev/null || true
	done
	cat /proc/slabinfo >"$1" 2>/dev/null || true
}
