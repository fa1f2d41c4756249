# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
#
# fault.sh - something happens to a process of the shield while mail goes through. Sourced after lib.sh; host_begin before. The load and
# its numbers: tests/faults/load.py.

export LOAD_SLOWER=${LOAD_SLOWER-5}

format='%-14s %5s %5s %5s %5s %5s %5s %5s %7s %8s  %s\n'
# shellcheck disable=SC2059
heading() { printf "$format" "" sent there lost twice tries relay late outage recovery "met meanwhile"; }
# shellcheck disable=SC2059
line() { printf "$format" "$1" $(for what in sent delivered lost doubled tries relayed late outage recovery; do number $what; done) "$(number meets)"; }

# In the box, where processes are known by their names; the keeper is the one that has the program's.
signal='for p in /proc/[0-9]*; do
	read -r name <$p/comm || continue
	case $name in @NAME@) kill -@SIGNAL@ ${p#/proc/} && echo $name;; esac
done 2>/dev/null'
declare -A names=([keeper]=relaywall [captain]='relaywall-cap*' [worker]='relaywall-w*' [gate]='relaywall-gate' [hand]='relaywall-hand'
	[scribe]='relaywall-log' [desk]='relaywall-desk')

# fault WHO SIGNAL SECONDS MS: is all well within MS after these SECONDS, in which it is noticed, and meanwhile nothing worse than mail that waits?
fault() {
	local hit
	load_begin
	sleep 0.6
	tell begin "$EPOCHREALTIME"
	hit=$(sed "s/@NAME@/${names[$1]}/; s/@SIGNAL@/$2/" <<<"$signal" | in_box sh)
	sleep "$3"
	tell end "$EPOCHREALTIME"
	load_end "$(($4 * SLACK))"
	line "$1"
	is "$1 had SIG$2 ($(xargs <<<"$hit")), and then: lost, relayed, not delivered, twice without need" \
		"$([ -n "$hit" ] && echo hit), $(number lost) $(number relayed) $(($(number sent) - $(number delivered))) $(number unexplained)" "hit, 0 0 0 0"
	is "... it recovered" "$(number recovery)" "[0-9]*"
}
