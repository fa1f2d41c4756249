# shellcheck shell=bash disable=SC2154,SC2034,SC2004
# SPDX-License-Identifier: GPL-2.0-or-later
#
# mail.sh - the mail host, and a load of mail to it. Sourced, also by tests/firmware. Wants folder; id, for the namespaces $id-host and $id-client;
# host, the addresses; both, pairs of client and host. Every process here is a key of "started" while it runs.

faults=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

end_process() {	# PID [SIGNAL]
	kill "${2--KILL}" "$1" 2>/dev/null || true
	wait "$1" 2>/dev/null || true
	unset "started[$1]"
}

host_begin() {	# [--forget]
	: >"$folder/host"
	ip netns exec "$id-host" /usr/bin/python3 "$faults/host.py" "$@" "$folder/delivered" "${host[@]}" >"$folder/host" 2>&1 &
	hosting=$!
	started[$hosting]=host
	wait_for ready "$folder/host"
}
host_end() { end_process "$hosting"; }

load_begin() {
	[ -p "$folder/tell" ] || mkfifo "$folder/tell"
	: >"$folder/delivered"
	: >"$folder/load"
	ip netns exec "$id-client" /usr/bin/python3 "$faults/load.py" "$folder/delivered" "${both[@]}" <"$folder/tell" >"$folder/load" 2>"$folder/load.err" &
	loader=$!
	started[$loader]=load
	exec 7>"$folder/tell"
	wait_for begun "$folder/load"
}
tell() { echo "$@" >&7; }
# load_end MS: as soon as all is well again, or after MS. Sets counts.
load_end() {
	tell finish "$1"
	exec 7>&-
	wait "$loader" || true
	unset "started[$loader]"
	counts=$(tail -n 1 "$folder/load")
	[[ $counts == sent=* ]] || { cat "$folder/load.err" >&2; exit 1; }
}
number() { sed -n "s/.*\b$1=\([^ ]*\).*/\1/p" <<<"$counts"; }
