#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# readers.sh RELAYWALL [FOLDER] - does the tap hear what tshark sees? Every manner of talking; and, with FOLDER, where fetch.sh --all
# has put what others captured, all of that: SMTP compared command by command, and the rest read to its end. Last line: "N passed,
# N failed".
set -euo pipefail

case $# in 1 | 2) ;; *) echo "usage: $0 RELAYWALL [FOLDER]" >&2; exit 2 ;; esac
relaywall=$(realpath "$1")
public=${2:+$(realpath "$2")}
cd "$(dirname "$0")"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM

passed=0 failed=0
expect() {	# WHAT COMMAND...
	if "${@:2}" >"$folder/said" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL: $1"
		sed 's/^/    /' "$folder/said" | cut -c1-300 | head -n 60
	fi
}
compare() { /usr/bin/python3 compare.py "$@"; }
# A comparison that cannot fail is none
unequal() { ! compare "$@" && grep -q 'WHY?$' "$folder/said"; }

mkdir "$folder/manners"
/usr/bin/python3 manners.py "$folder/manners"
expect "each manner of talking: equal, or the host confirms ours" compare "$relaywall" 25 "$folder"/manners/*.pcap
expect "... most of them are equal" test "$(grep -c '	equal$' "$folder/said")" -ge 18
cat >"$folder/another" <<-SH
	#!/bin/sh
	exec $relaywall tap --exchanges - $folder/manners/row.pcap
SH
chmod 755 "$folder/another"
expect "another dialogue is not taken for the same" unequal "$folder/another" 25 "$folder/manners/mail.pcap"
if [ -n "$public" ]; then
	expect "captures that others made: equal" compare --table captures.tsv "$relaywall" 25 "$public"/*.pcap
	cat "$folder/said"
	expect "all other captures are read, whatever is in them" /usr/bin/python3 sweep.py "$relaywall" "$public"
	cat "$folder/said"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
