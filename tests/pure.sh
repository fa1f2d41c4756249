#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What do the pure archives ask of the outside? libclassifier.a: mem* and str*
# alone. The layers up to the engine: these, formatting into memory, assert.
# Arguments: the folder with the archives.
set -eu
build=${1:-build}

# Symbols that the archives ask for and none of them has.
outside() {
	nm -A --undefined-only "$@" | awk '{ print $NF }' | sort -u >"$work/wants"
	nm -A --defined-only "$@" | awk '{ print $NF }' | sort -u >"$work/has"
	comm -23 "$work/wants" "$work/has"
}

# Compilers add these of their own accord.
compiler='__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__memcpy_chk|__memmove_chk|__memset_chk|__cpu_model'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
check() {
	pattern=$1
	shift
	for symbol in $(outside "$@"); do
		if ! printf '%s\n' "$symbol" | grep -qE "^($pattern|$compiler)\$"; then
			echo "pure: $* ask for $symbol"
			bad=1
		fi
	done
}

check 'mem[a-z]+|str[a-z]+' "$build/libclassifier.a"
check 'mem[a-z]+|str[a-z]+|v?snprintf|__v?snprintf_chk|inet_ntop|__assert_fail' \
	"$build/libclassifier.a" "$build/libproxy-base.a" "$build/libproxy-smtp.a" "$build/libproxy-engine.a"
[ "$bad" -eq 0 ] && echo "pure: libclassifier.a asks for mem* and str*, the engine for formatting, nothing for I/O"
exit "$bad"
