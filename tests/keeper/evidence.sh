#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# evidence.sh RELAYWALL - is what is kept of sessions what was said, as Wireshark's dissector sees it, and as the journal says? Is no password in
# it, does it keep to its bounds, and does mail never wait for it? Last line: "N passed, N failed". Needs root.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: $0 RELAYWALL" >&2; exit 2; }
relaywall=$(realpath "$1")
cd "$(dirname "$0")"
# a mount namespace of its own, for disks that are full
[ -n "${EVIDENCE_MOUNTS-}" ] || EVIDENCE_MOUNTS=own exec unshare --mount --propagation private "$BASH" evidence.sh "$relaywall"

# shellcheck source=tests/gate/net.sh
. ../gate/net.sh

host=(198.51.100.25 2001:db8:25::25)
client=(203.0.113.66 2001:db8:66::66)
kept=$folder/kept
evidence() { /usr/bin/python3 evidence.py "$@"; }
: >"$folder/host"
ip netns exec "$id-host" /usr/bin/python3 evidence.py host "${host[@]}" >"$folder/host" 2>&1 &
started[$!]=host
wait_for ready "$folder/host"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3 -subj /CN=host.example -keyout "$folder/key" -out "$folder/cert" 2>"$folder/openssl"

write_conf() {	# TOP EVIDENCE
	cat >"$folder/conf" <<-CONF
		journal = "$folder/journal"
		control = "$folder/control"
		on-stop = remove
		workers = 2
		evidence-folder = "$kept"
		$1
		protect "aix" {
			addresses = { "${host[0]}", "${host[1]}" }
			hostname = "host.example"
			local-domains = { "local.example" }
			tls-certificate = "$folder/cert"
			tls-key = "$folder/key"
			from untrusted { evidence = $2 starttls = terminate auth = pass }
		}
	CONF
}
begin() {
	: >"$folder/journal"
	: >"$folder/daemon"
	ip netns exec "$id-router" "$relaywall" run "$folder/conf" >"$folder/daemon" 2>&1 &
	keeper=$!
	started[$keeper]=keeper
	wait_for 'serving 1 hosts' "$folder/daemon"
}
end() {
	kill "$keeper"
	wait "$keeper" || true
	unset "started[$keeper]"
}
talk() {	# NAME I [COUNT]
	ip netns exec "$id-client" /usr/bin/python3 evidence.py talk "$1" "${client[$2]}" "${host[$2]}" "${3-1}"
}
said() { grep -c "$1" "$folder/daemon" || true; }
counter() { "$relaywall" counters --control "$folder/control" | awk -v name="$1" '$1 == name || $2 == name { print $1 == name ? $2 : $1 }'; }
has() { [ "$(counter "$1")" -ge "$2" ]; }
lines() { grep -c "$1" "$folder/journal" || true; }
are_lines() { [ "$(lines "$2")" -ge "$1" ]; }
names() { (cd "$kept" && echo evidence-*); }
octets() { cat "$kept"/evidence-* | wc -c; }
is_there() { [ -n "$(scribe)" ]; }
scribe() { pgrep -x -P "$(pgrep -n -P "$keeper" relaywall-cap)" relaywall-log || true; }

# --- what is in them -----------------------------------------------------------

write_conf "" refused
begin
ip netns exec "$id-client" dumpcap -q -i eth0 -f tcp -w "$folder/wire" 2>"$folder/dumpcap" &
capture=$!
started[$capture]=capture
wait_for 'File: ' "$folder/dumpcap"
talk all 0
talk all 1
until_true 5 has scribe_evidence_written 24 || true
sleep 0.5	# it writes what it has
kill -INT "$capture"
wait "$capture" || true
unset "started[$capture]"
is "of 26 sessions the 24 with refusals are kept" "$(counter scribe_evidence_written) $(counter evidence_kept) $(lines '"event":"evidence"')" "24 24 24"
is "tshark sees the same commands and codes as the journal says, and no password" "$(evidence compare "$folder/journal" "$kept")" "24 sessions, [0-9]* commands equal"
is "... and what is kept was on the wire, octet by octet, at that time" "$(evidence wire "$folder/wire" "$kept")" "24 connections, [0-9]* octets equal"
is "in one file, which its owner and group can read" "$(names) $(stat -c %a "$kept"/*) $(stat -c %a "$kept")" "evidence-000001.pcapng 640 750"
is "the text of a long message is left out, which is said" "$(tshark -r "$kept/evidence-000001.pcapng" -Y 'frame.comment contains "left out"' 2>/dev/null | wc -l)" 2
is "a session that the client has reset ends in its reset" "$(tshark -r "$kept/evidence-000001.pcapng" -Y 'tcp.flags.reset == 1 && tcp.dstport == 25' 2>/dev/null | wc -l)" "[2-9]*"
is "nothing is lost, cut or spoilt" "$(counter evidence_lost) $(counter evidence_cut) $(counter evidence_unseen) $(counter scribe_evidence_spoilt)" "0 0 0 0"
before=$(octets)

# --- without the rule ------------------------------------------------------------

write_conf "" off
"$relaywall" reload --control "$folder/control" >/dev/null
talk all 0
is "without the rule nothing is kept" "$(counter scribe_evidence_written) $(octets) $(names)" "24 $before evidence-000001.pcapng"
end

# --- of all ----------------------------------------------------------------------

write_conf "" all
begin
talk good 0
until_true 5 has scribe_evidence_written 1 || true
is "evidence = all: a good one too; and a restart goes on with the next number" "$(counter scribe_evidence_written) $(names)" "1 evidence-000001.pcapng evidence-000002.pcapng"
is "... in which it stands" "$(evidence files "$kept")" "2 files, 25 sessions"

# --- a reload --------------------------------------------------------------------

mkfifo "$folder/say"
: >"$folder/held"
ip netns exec "$id-client" /usr/bin/python3 mail.py hold "${client[0]}" "${host[0]}" <"$folder/say" >"$folder/held" 2>&1 &
holder=$!
started[$holder]=hold
exec 8>"$folder/say"
wait_for ^220 "$folder/held"
"$relaywall" reload --control "$folder/control" >/dev/null
talk good 0
exec 8>&-
kill "$holder"
wait "$holder" || true
unset "started[$holder]"
until_true 5 has scribe_evidence_written 3 || true
is "a reload has a file of its own, what drains goes into the one before" "$(names)" "evidence-000001.pcapng evidence-000002.pcapng evidence-000003.pcapng"
is "... and all can be read" "$(evidence files "$kept")" "3 files, 27 sessions"
end

# --- bounds ----------------------------------------------------------------------

rm -r "$kept"
write_conf "evidence-files = 3
evidence-file-size = 1048576" refused
begin
for i in 0 1; do
	talk flood "$i" 40
done
until_true 10 has scribe_evidence_written 80 || true
is "a flood is written" "$(counter scribe_evidence_written) $(counter evidence_lost)" "80 0"
is "... in so many files as there may be" "$(ls "$kept" | wc -l) $(($(counter scribe_evidence_files) > 3))" "3 1"
is "... none too long" "$(find "$kept" -size +1024k | wc -l)" 0
is "... of which the last are there, and can be read" "$(evidence files "$kept")" "3 files, [1-9]* sessions"
end
begin
talk flood 0 40
until_true 10 has scribe_evidence_written 40 || true
is "the same after a restart" "$(ls "$kept" | wc -l) $(find "$kept" -size +1024k | wc -l) $(evidence files "$kept")" "3 0 3 files, [1-9]* sessions"

end

# --- a scribe that is killed -------------------------------------------------------

rm -r "$kept"
write_conf "" refused
begin
for _ in 1 2 3; do
	talk all 0 &
	busy=$!
	sleep 0.3
	kill -9 "$(scribe)"
	wait "$busy"
	until_true 5 is_there
done
until_true 5 are_lines 36 '"event":"evidence"' || true
is "a scribe that is killed three times: no session is lost" "$(evidence compare "$folder/journal" "$kept")" "36 sessions, [0-9]* commands equal"
end

# --- disks -----------------------------------------------------------------------

rm -rf "$kept"
mkdir "$kept"
mount -t tmpfs -o size=2m tmpfs "$kept"
head -c 3m /dev/zero >"$kept/filler" 2>/dev/null || true
write_conf "" refused
begin
talk all 0
is "a full disk: mail and journal go on" "$(until_true 5 are_lines 12 '"event":"recipient"' && echo yes)" yes
is "... it is told once" "$(until_true 5 grep -q "evidence $kept: No space left on device" "$folder/daemon"; sleep 2.2; said 'No space left on device')" 1
is "... and is a fault" "$("$relaywall" status --control "$folder/control" | grep -c 'evidence of captain 1 cannot be written: No space left on device: mail goes on')" 1
is "... one file is begun, not one for each attempt" "$(ls "$kept" | wc -l)" 2
rm "$kept/filler"
is "with room again what waited is written" "$(until_true 5 has scribe_evidence_written 12 && evidence compare "$folder/journal" "$kept")" "12 sessions, [0-9]* commands equal"
is "... which is told" "$(said 'works again')" 1
umount "$kept"
kill -USR1 "$keeper"	# the scribe has a file on that disk still
rm -r "$kept"
talk one_by_one 0
until_true 5 has scribe_evidence_written 13 || true
is "a folder that is lost is made anew" "$(names) $(evidence files "$kept")" "evidence-000001.pcapng 1 files, 1 sessions"
rm -r "$kept"
: >"$kept"
no_folder="evidence $kept: \(File exists\|Not a directory\)"
talk one_by_one 0
is "one that cannot be made: mail goes on" "$(until_true 5 grep -q "$no_folder" "$folder/daemon"; said "$no_folder")" 1
head -c 200 /dev/zero | tr '\0' x >"$kept"
talk flood 1 80
is "... and what finds no room is lost and counted" "$(($(counter evidence_lost) > 0)) $(wc -c <"$kept")" "1 200"
is "... of which the journal has lost nothing" "$(counter scribe_dropped) $(counter journal_dropped) $(until_true 5 are_lines 7200 'v\{60\}' && lines 'recipient.*v\{60\}')" "0 0 7200"
rm "$kept"
is "until it can be made" "$(until_true 5 has scribe_evidence_written 15 && said 'works again')" 2
end

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
