#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/fuzz/run.sh SECONDS NAME...: build each fuzzer with libFuzzer and run it.
#
# What it learns stays in build/fuzz/corpus/NAME; an input that breaks the
# property is left in build/fuzz/found and ends the run.
set -eu
cd "$(dirname "$0")/../.."
seconds=$1
shift
# What judges is watched by the sanitizers alone: its branches are no coverage, and cost half of the time.
judges=$(find tests/fuzz -name '*.c' ! -name 'fuzz_*' ! -name replay.c)
common="-std=gnu11 -O1 -g -I. -fno-sanitize-recover=all"
mkdir -p build/fuzz/found build/fuzz/judges
for source in $judges tests/unit/corpus.c; do
	# shellcheck disable=SC2086
	${CLANG:-clang} $common -fsanitize=address,undefined -c -o "build/fuzz/judges/$(basename "$source" .c).o" "$source"
done
for name in "$@"; do
	# shellcheck disable=SC2086
	${CLANG:-clang} $common -fsanitize=fuzzer,address,undefined -o "build/fuzz/$name" "tests/fuzz/fuzz_$name.c" \
		build/fuzz/judges/*.o classifier/*.c proxy/base/*.c proxy/smtp/*.c proxy/engine/*.c proxy/driver/tap/*.c proxy/driver/gate/packet.c proxy/keeper/desk/request.c
	mkdir -p "build/fuzz/corpus/$name"
	"build/fuzz/$name" -max_total_time="$seconds" -max_len=2000 -timeout=20 -print_final_stats=1 -verbosity=1 \
		-artifact_prefix="build/fuzz/found/$name-" "build/fuzz/corpus/$name" "tests/fuzz/seeds/$name"
done
