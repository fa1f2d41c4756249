#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# clang-tidy (checks: .clang-tidy) and cppcheck over the program; any finding fails.
set -eu
cd "$(dirname "$0")/.."

files=$(find classifier proxy -name '*.c' | sort)
# shellcheck disable=SC2086
cppcheck --quiet --std=c11 --enable=warning,portability,performance --inline-suppr --error-exitcode=1 \
	--suppress=missingIncludeSystem -D'RELAYWALL_VERSION=""' -j "$(nproc)" -I. $files
printf '%s\n' $files | xargs -P "$(nproc)" -n 4 sh -c 'clang-tidy --quiet --warnings-as-errors="*" "$@" -- -std=gnu11 -I. -DRELAYWALL_VERSION=\"\" 2>/dev/null' sh
echo "lint: clean"
