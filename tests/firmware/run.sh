#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh quick|full|CASE... - boot what `make firmware` has built, in an emulator, and see that it shields, updates, and comes back by itself. The
# cases are the files NN-NAME.sh here, in their order; each says in a line "# Set:" whether it is of the quick ones. At the end a table with times,
# then "N passed, N failed". Needs root. From the environment: FIRMWARE, the folder of what was built; KEEP, a folder for the logs.
set -euo pipefail

[ $# -ge 1 ] || { echo "usage: $0 quick|full|CASE..." >&2; exit 2; }
cd "$(dirname "$0")"
here=$PWD
firmware=$(realpath "${FIRMWARE-../../build/firmware}")
tapexec=$(realpath ../../build/test/tapexec)
folder=$(mktemp -d)
id=rwf$$
export firmware tapexec folder id

chosen() {	# quick|full|CASE...
	local case name
	for case in [0-9][0-9]-*.sh; do
		for name; do
			case $name in
			full) ;;
			quick) grep -q '^# Set: quick' "$case" || continue ;;
			*) [ "$case" = "$name" ] || [ "$case" = "$name.sh" ] || continue ;;
			esac
			echo "$case"
			break
		done
	done
}

# shellcheck source=tests/firmware/net.sh
. ./net.sh
# shellcheck source=tests/firmware/vm.sh
. ./vm.sh
clean() {
	local at
	for at in "$folder"/vm-*; do vm_cut "${at##*/vm-}"; done
	net_down
	if [ -n "${KEEP-}" ]; then
		mkdir -p "$KEEP"
		cp "$folder"/*.out "$KEEP"
		for at in "$folder"/vm-*; do cp "$at/log" "$KEEP/${at##*/}.log"; done
	fi
	rm -rf "$folder"
}
trap clean EXIT
trap 'exit 1' INT TERM
shopt -s nullglob

net_up
for name in key stranger; do ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$folder/$name"; done

table=()
passed=0
failed=0
row() {	# CASE RESULT MS
	local what
	what=$(sed -n '4s/^# [^ ]* - //p' "$1")
	table+=("$(printf '%-6s %6d.%01d s  %-25s %s' "$2" $(($3 / 1000)) $(($3 % 1000 / 100)) "${1%.sh}" "${what%.}")")
}
for case in $(chosen "$@"); do
	echo "==== ${case%.sh}"
	began=$(date +%s%3N)
	result=ok
	timeout --kill-after 10 "${CASE_S-600}" bash "./$case" 2>&1 | tee "$folder/$case.out" || result=FAILED
	row "$case" "$result" $(($(date +%s%3N) - began))
	if [ "$result" = ok ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done
echo
printf '%s\n' "${table[@]}"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
