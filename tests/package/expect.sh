# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# To be sourced: a folder of the test's own, $WORK, and counted expectations.
WORK=$(mktemp -d)
PASSED=0 FAILED=0

# expect WHAT COMMAND...: the command succeeds.
expect() {
	local what=$1; shift
	if "$@" >"$WORK/said" 2>&1; then
		PASSED=$((PASSED + 1))
	else
		FAILED=$((FAILED + 1))
		echo "FAIL: $what"
		sed 's/^/    /' "$WORK/said" | head -20
	fi
}
not() { ! "$@"; }
is() { [ "$1" = "$2" ] || { echo "found: $1"; echo "wanted: $2"; return 1; }; }
# silent COMMAND...: it succeeds and prints nothing.
silent() { local out; out=$("$@" 2>&1) && [ -z "$out" ] || { echo "$out"; return 1; }; }
# The last line of a test, and its exit status.
tell_result() { echo "$PASSED passed, $FAILED failed"; [ "$FAILED" = 0 ]; }
