#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tap.sh RELAYWALL - how fast is a capture of SMTP read, beside tshark and tcpflow, on the same files and in turns, and how much memory
# does that take? Tables to standard output; under five minutes.
#
# Readers:
#   relaywall tap             to the inventory: every command, reply and line of text is read
#   relaywall tap, all        with a policy that judges each command, a journal and all exchanges written as well
#   tshark -Y smtp, listed    -T fields of stream, command and reply code: what --exchanges tells. The fair one
#   tshark -Y smtp, counted   -q -z io,stat: the least that makes it read SMTP; it tells how many packets have some, and no more
#   tcpflow, to files         its purpose: each side of each connection into a file, here on a file system in memory. It knows no SMTP
#   tcpflow, to nowhere       -C -B: prints payload as it comes, without putting it in order; the least that it can do
#
# ROUNDS (3): runs of each, in turns, on the small file; on the large one, four times its size, tshark runs once. SMALL (256M), its size.
# After two and a half minutes no other round begins. All readers have one thread: on a busy machine their processor time is what counts.
# TMPDIR: where the two files are (five times SMALL). Exit status 1 if a reader fails or the tap does not count what is in the file.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: $0 RELAYWALL" >&2; exit 2; }
relaywall=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
rounds=${ROUNDS:-3}
small=${SMALL:-256M}
unit=${small##*[0-9]}
folder=$(mktemp -d)
memory=$(mktemp -d -p "$(if [ -w /dev/shm ]; then echo /dev/shm; else echo "$folder"; fi)")
trap 'rm -rf "$folder" "$memory"' EXIT
trap 'exit 1' INT TERM

failed=0
lack() { echo "bench: $*" >&2; failed=1; }

cat >"$folder/policy" <<'CONF'
protect "host" {
	addresses = { "198.51.100.25" }
	hostname = "mail.local.example"
	local-domains = { "local.example" }
	from untrusted { relay = count }
}
CONF

make_file() {	# NAME SIZE
	local made
	made=$(/usr/bin/python3 "$here/../tap/make_capture.py" --size "$2" "$folder/$1")
	printf 'file\t%s\t%s\n' "$1" "$made" >>"$folder/results"
}

measure() {	# READER FILE COMMAND...
	local seconds cpu kib status
	read -r seconds cpu kib status < <(/usr/bin/python3 "$here/tap_meter.py" "${@:3}")
	[ "$status" = 0 ] || { lack "$1 ended with status $status: ${*:3}"; return; }
	printf 'run\t%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$seconds" "$cpu" "$kib" >>"$folder/results"
}

quick() {	# FILE
	local f=$folder/$1
	measure "relaywall tap" "$1" "$relaywall" tap "$f"
	measure "relaywall tap, all" "$1" "$relaywall" tap --policy "$folder/policy" --journal "$memory/journal" --exchanges "$memory/exchanges" "$f"
	measure "tcpflow, to files" "$1" tcpflow -q -X /dev/null -o "$memory/flows" -r "$f"
	rm -rf "${memory:?}"/*
	measure "tcpflow, to nowhere" "$1" tcpflow -q -C -B -X /dev/null -r "$f"
}
slow() {	# FILE [listed]
	local f=$folder/$1
	measure "tshark -Y smtp, counted" "$1" tshark -n -q -r "$f" -Y smtp -z io,stat,0
	[ -z "${2-}" ] || measure "tshark -Y smtp, listed" "$1" tshark -n -r "$f" -Y smtp -T fields -e tcp.stream -e smtp.command_line -e smtp.response.code
}

# A reader that skips work is fast
right() {	# FILE
	local made heard
	made=$(sed -n "s/^file\t$1\t.*\"commands\": \([0-9]*\).*/\1/p" "$folder/results")
	heard=$("$relaywall" tap --exchanges - "$folder/$1" 2>/dev/null | grep -c '"kind":"command"' || true)
	[ "$heard" = "$made" ] || lack "$1: $made commands were made and $heard heard"
}

make_file small "$small"
make_file large $((${small%"$unit"} * 4))"$unit"
cat <<-HEAD
	$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) processors, Linux $(uname -r)
	$(tshark --version 2>/dev/null | head -n 1 | cut -d' ' -f1-3) $(tcpflow -V 2>&1 | head -n 1); relaywall $("$relaywall" version | awk '{ print $NF }')
	load average before: $(cut -d' ' -f1-3 /proc/loadavg); files are in the cache

HEAD
cat "$folder/small" "$folder/large" >/dev/null
right small
for round in $(seq "$rounds"); do
	quick small
	slow small listed
	quick large
	echo "round $round of $rounds" >&2
	[ $SECONDS -lt 150 ] || break	# the machine is busy
done
slow large
/usr/bin/python3 "$here/tap_table.py" "$folder/results"
echo
echo "$SECONDS seconds; load average after: $(cut -d' ' -f1-3 /proc/loadavg)"
exit $failed
