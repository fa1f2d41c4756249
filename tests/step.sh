#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# step.sh LOCK "WHAT | COMMAND": run the command, and say what it said in one piece when it has ended, so that several can
# run side by side. 255 if it failed: then xargs starts no other one.
lock=$1
what=${2%% | *}
said=$(mktemp)
trap 'rm -f "$said"' EXIT
status=0
began=$(date +%s)
sh -c "${2#* | }" >"$said" 2>&1 || status=$?
(
	flock 9
	echo
	echo "==== $what"
	cat "$said"
	echo "---- $(($(date +%s) - began)) s"
) 9>"$lock"
[ "$status" -eq 0 ] || exit 255
