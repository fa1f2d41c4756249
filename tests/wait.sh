# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# wait.sh - for tests that wait for what another process does. Sourced. PATIENCE, from the environment: how many times as long as is
# said they wait at most; tests/check.sh, which runs several side by side, has more of it than somebody who runs one alone.

# until_true SECONDS COMMAND...: it is true within that time
until_true() {
	local end=$(($(date +%s%3N) + $1 * 1000 * ${PATIENCE-1}))
	shift
	until "$@"; do
		[ "$(date +%s%3N)" -lt "$end" ] || return 1
		sleep 0.05
	done
}

# wait_for WORD FILE: it is in the file within five seconds, or the test is over. What begins in the background has its output emptied by who starts
# it: until the shell that becomes it has done so, the words of the one before are still there.
wait_for() {
	until_true 5 grep -q -e "$1" "$2" 2>/dev/null && return
	echo "no \"$1\" in time:" >&2
	cat "$2" >&2
	exit 1
}
