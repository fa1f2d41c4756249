#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# scribe.sh RELAYWALL SCRIBE-RUN - does the scribe lose lines, and does anybody wait for it? And is nothing let pass that
# leaves no record, where one is required? Last line: "N passed, N failed". Needs root.
set -euo pipefail

[ $# -eq 2 ] || { echo "usage: $0 RELAYWALL SCRIBE-RUN" >&2; exit 2; }
relaywall=$(realpath "$1")
scribe_run=$(realpath "$2")
cd "$(dirname "$0")"
# a mount namespace of its own, for disks that are full
[ -n "${SCRIBE_MOUNTS-}" ] || SCRIBE_MOUNTS=own exec unshare --mount --propagation private "$BASH" scribe.sh "$relaywall" "$scribe_run"

# shellcheck source=tests/gate/net.sh
. ../gate/net.sh

# --- the scribe alone ---------------------------------------------------------

/usr/bin/python3 scribe.py "$scribe_run" | tee "$folder/parts" | grep -v ' failed$' || true
read -r passed _ failed _ < <(tail -n 1 "$folder/parts")

# --- the box on a full disk, journal-required = yes ----------------------------

host=198.51.100.25
client=203.0.113.66
mkdir "$folder/log"
mount -t tmpfs -o size=1m tmpfs "$folder/log"
mkfifo "$folder/say"
: >"$folder/delivered"
: >"$folder/host"
ip netns exec "$id-host" /usr/bin/python3 mail.py host "$folder/delivered" "$host" >"$folder/host" 2>&1 &
started[$!]=host
wait_for ready "$folder/host"
cat >"$folder/conf" <<-CONF
	journal = "$folder/log/journal"
	journal-required = yes
	control = "$folder/control"
	on-stop = remove
	workers = 2
	protect "aix" { addresses = { "$host" } hostname = "host.example" local-domains = { "local.example" } }
CONF
: >"$folder/daemon"
ip netns exec "$id-router" "$relaywall" run "$folder/conf" >"$folder/daemon" 2>&1 &
daemon=$!
started[$daemon]=daemon
wait_for 'serving 1 hosts' "$folder/daemon"

one() { ip netns exec "$id-client" /usr/bin/python3 mail.py one 0 "$client" "$host"; }
# shellcheck disable=SC2053
until_one() { for _ in $(seq 100); do got=$(one); [[ $got != $1 ]] || break; sleep 0.1; done; echo "$got"; }
hold() {	# a session that listens to descriptor 8
	: >"$folder/held"
	ip netns exec "$id-client" /usr/bin/python3 mail.py hold "$client" "$host" <"$folder/say" >"$folder/held" 2>&1 &
	started[$!]=hold
	exec 8>"$folder/say"
	wait_for ^220 "$folder/held"
}

is "with room on the disk mail is delivered" "$(one)" "0 delivered"
hold
head -c 2m /dev/zero >"$folder/log/filler" 2>/dev/null || true
is "a full disk: who comes is told to come later" "$(until_one '421*')" "421 4.3.0 no record can be written, try again later (* unrecorded)"
delivered=$(wc -l <"$folder/delivered")
echo mail >&8
wait_for '^end' "$folder/held"
is "... and so is who was there before" "$(sed -n 2p "$folder/held")" "451 4.3.0 no record can be written, try again later (* unrecorded)"
fault="the journal of captain 1 cannot be written: No space left on device: mail is refused for now"
is "... and an operator is told" "$("$relaywall" status --control "$folder/control" >"$folder/status"; echo $?) $(grep -c "$fault" "$folder/status")" "1 1"
sleep 1.5	# the next attempt to write fails as well
is "... nothing is let pass" "$(one) $(wc -l <"$folder/delivered")" "421 4.3.0 * $delivered"
rm "$folder/log/filler"
is "with room again mail is delivered" "$(until_one '0 delivered')" "0 delivered"
is "... and all is well" "$("$relaywall" status --control "$folder/control" >"$folder/status"; echo $?) $(grep -c writes "$folder/status")" "0 1"
kill "$daemon"
wait "$daemon" || true
unset "started[$daemon]"
counter() { sed -n "s/^relaywall: counters .* $1=\([0-9]*\).*/\1/p" "$folder/daemon"; }
is "what was delivered meanwhile is all in the journal" "$(grep -c '"event":"message".*"code":250}$' "$folder/log/journal")" "$(wc -l <"$folder/delivered")"
is "... no line was lost" "$(counter scribe_dropped) $(counter journal_dropped)" "0 0"
is "... and who was refused is counted" "$(counter unrecorded) $(counter command.unrecorded)" "[1-9]* 1"
umount "$folder/log"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
