#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh RELAYWALL [CLOCK] - the fault table: mail and attempts to relay go through a box, to which one thing after the other happens; a line each
# for what became of the mail, whether anything was relayed, and how long it took until all was well again. CLOCK: clock.c, built; without it the rows
# of the clock are left out. FAULTS picks rows by their names (patterns, as in FAULTS="kill-* disk"). Columns: load.py; rows: table.sh.
#
# A row passes if nothing is lost or relayed, every mail is delivered in the end, none twice without need, the box is well within the row's bound and
# ends in an orderly way, said what it was about, and new connections met nothing else than the row allows. Last line: "N passed, N failed". Needs root.
set -euo pipefail

[ $# -eq 1 ] || [ $# -eq 2 ] || { echo "usage: $0 RELAYWALL [CLOCK]" >&2; exit 2; }
relaywall=$(realpath "$1")
shim=${2:+$(realpath "$2")}
cd "$(dirname "$0")"

# shellcheck source=tests/gate/net.sh
. ../gate/net.sh
# shellcheck source=tests/faults/rig.sh
. ./rig.sh
# shellcheck source=tests/faults/table.sh
. ./table.sh

ulimit -c 0	# of those that are aborted
left_out=0
mount -t tmpfs -o size=256k faults "$folder/disk"
trap 'umount -l "$folder/disk"; clean' EXIT

picked() {	# NAME
	local pattern
	[ -n "${FAULTS-}" ] || return 0
	for pattern in $FAULTS; do
		# shellcheck disable=SC2053
		[[ $1 != $pattern ]] || return 0
	done
	return 1
}

format='%-16s %5s %5s %5s %5s %5s %4s %5s %5s %5s %6s %8s %6s  %s\n'
heading() {
	# shellcheck disable=SC2059
	printf "$format" fault sent there code reset late lost twice tries relay outage recovery bound 'met meanwhile'
}
line() {	# NAME BOUND WHAT
	# shellcheck disable=SC2059
	printf "$format" "$1" "$(number sent)" "$(number delivered)" "$(number code)" "$(number reset)" "$(number late)" "$(number lost)" "$(number doubled)" \
		"$(number tries)" "$(number relayed)" "$(number outage)" "$(number recovery)" "$2" "$(number meets | tr + ' ')$3"
}

# faults_of BOUND MEETS SAID: a word for each thing that is wrong
faults_of() {
	local what
	[ "$(number lost)" = 0 ] || echo lost
	[ "$(number relayed)" = 0 ] || echo relayed
	[ "$(number delivered)" = "$(number sent)" ] || echo undelivered
	[ "$(number unexplained)" = 0 ] || echo doubled
	if [ "$(number recovery)" = - ] || [ "$(number recovery)" -gt "$1" ]; then echo late; fi
	for what in $(number meets | tr + ' ' | sed 's/:[0-9]*//g'); do
		[[ " $2 nobody " == *" $what "* ]] || echo "met-$what"
	done
	[ -z "$3" ] || grep -qsE "$3" "$folder/daemon" "$folder/disk/journal" || echo untold
	[ "$ended" -eq 0 ] || echo "status-$ended"
	! grep -q 'AddressSanitizer\|runtime error' "$folder/daemon" || echo sanitizer
}

judge() {	# NAME BOUND MEETS SAID
	local wrong
	wrong=$(faults_of "$2" "$3" "$4" | xargs)
	line "$1" "$2" "${wrong:+  FAILED: $wrong}"
	if [ -z "$wrong" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		sed 's/^/	/' "$folder/daemon" >&2
	fi
}

# fault COMMAND HOLD UNDO: it happens. Sets result: 0, or $absent
fault() {
	result=0
	tell begin "$EPOCHREALTIME"
	eval "$1" || result=$?
	[ "$result" -eq 0 ] || [ "$result" -eq "$absent" ] || { echo "$1: status $result" >&2; exit 1; }
	if [ "$result" -eq 0 ] && [ -n "$3" ]; then
		sleep "$2"
		eval "$3"
		tell end "$EPOCHREALTIME"
	fi
}

row() {	# NAME CONF BOUND MEETS SAID FAULT [HOLD UNDO]: see table.sh
	picked "$1" || return 0
	write_conf "$2"
	rm -f "$folder/disk/"*
	if [[ $1 == clock-* && -n $shim ]]; then
		printf '%-31s' 0 >"$folder/clock"
		box_begin LD_PRELOAD="$shim" RELAYWALL_CLOCK="$folder/clock"
	else
		box_begin
	fi
	load_begin
	sleep 0.6
	fault "$6" "${7-}" "${8-}"
	load_end "$3"
	box_end
	if [ "$result" -ne 0 ]; then
		left_out=$((left_out + 1))
		printf '%-16s left out: %s\n' "$1" "$why"
		return 0
	fi
	judge "$1" "$3" "$4" "$5"
}

# What finds nothing must be able to: without a box, and at a host that forgets.
control() {	# NAME COLUMN [--forget]
	picked "$1" || return 0
	[ $# -eq 2 ] || { host_end; host_begin "$3"; }
	load_begin
	tell begin "$EPOCHREALTIME"
	load_end 1000
	[ $# -eq 2 ] || { host_end; host_begin; }
	line "$1" - ", as it should not be"
	if [ "$(number "$2")" -gt 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $2 is not seen"; fi
}

zone A 203.0.113.66
resolver_begin
host_begin
heading
control control-open relayed
control control-forgets lost --forget
table
echo "lost: with a 250 that the client saw; twice: without; relay: of so many tries; outage: without any mail, ms; recovery: since the fault's end, ms"
echo "$left_out left out"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
