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
shared=$(find tests/fuzz -name '*.c' ! -name 'fuzz_*' ! -name replay.c)
mkdir -p build/fuzz/found
for name in "$@"; do
	# shellcheck disable=SC2086
	${CLANG:-clang} -std=gnu11 -O1 -g -I. -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		-o "build/fuzz/$name" "tests/fuzz/fuzz_$name.c" tests/unit/corpus.c $shared \
		classifier/*.c proxy/base/*.c proxy/smtp/*.c proxy/engine/*.c
	mkdir -p "build/fuzz/corpus/$name"
	"build/fuzz/$name" -max_total_time="$seconds" -max_len=2000 -print_final_stats=1 -verbosity=1 \
		-artifact_prefix="build/fuzz/found/$name-" "build/fuzz/corpus/$name" "tests/fuzz/seeds/$name"
done
