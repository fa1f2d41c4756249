#!/bin/bash
# Goal: messages of 100 MiB by DATA and by BDAT arrive unchanged, and the shield needs no more memory for them
# Server: sendmail
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"

OCTETS=$((100 << 20))
GROWTH_MAX=1024		# KiB, of a daemon that has served one message

TRANSCRIPT_OCTETS=$(stat -c %s "$SERVER_TRANSCRIPT")

# What is this big is not left to the later goals, whose questions read all of it.
trap 'shield_down; forget' EXIT
forget() {
	find "$HOST/delivered" -type f -size +10M -delete
	truncate -s "$TRANSCRIPT_OCTETS" "$SERVER_TRANSCRIPT"
}

# memory: KiB of all of the shield's processes, all that is resident and the private part of it.
memory() {
	descendants "$(cat "$LAB/pid/shield")" | sed 's|.*|/proc/&/status|' | xargs cat 2>/dev/null |
		awk '/^VmRSS:/ { rss += $2 } /^RssAnon:/ { anon += $2 } END { print rss + 0, anon + 0 }'
}

# sample PID: the most of both, and how often it was looked, until that process is gone.
sample() {
	local rss anon rss_max=0 anon_max=0 n=0
	while ! gone "$1"; do
		read -r rss anon < <(memory)
		rss_max=$((rss > rss_max ? rss : rss_max))
		anon_max=$((anon > anon_max ? anon : anon_max))
		n=$((n + 1))
		sleep 0.1
	done
	echo "$rss_max $anon_max $n"
}

# stored LABEL: the file that the host's mailer made of that message.
stored() { find "$HOST/delivered" -type f -name 'm*' -print0 | xargs -0 grep -lsa -m 1 "$(cat "$RECORD/run-$1")/mail"; }
is_stored() { [ -n "$(stored "$1")" ]; }

# send LABEL DATA|BDAT OCTETS: what comes of it is for expect_unchanged.
send() {
	in_ns client "$LAB_SRC/bulk.py" --by "$2" --octets "$3" --token "$(run_id "$1")/mail" "$HOST4" \
		>"$LAB/log/$1.out" 2>&1 || true
}

# expect_unchanged LABEL: the body's lines in the mailbox are those that were sent.
expect_unchanged() {
	local octets sent got
	if ! read -r octets sent < <(grep -E '^[0-9]+ [0-9a-f]{64}$' "$LAB/log/$1.out"); then
		expect "$1 is taken: $(tail -n 1 "$LAB/log/$1.out")" -z refused
		return
	fi
	wait_for 60 "the host to deliver $1" is_stored "$1"
	got=$(sed '1,/^$/d' "$(stored "$1")" | sha256sum | cut -d ' ' -f 1)
	expect "$1: $octets octets, sent $(cut -c 1-16 <<<"$sent")..., stored $(cut -c 1-16 <<<"$got")..." "$got" = "$sent"
}

row() { printf '        %-16s %-8s %8s %8s %8s\n' "$@"; }

# expect_flat LABEL DATA|BDAT: memory before, the most during, and after.
expect_flat() {
	local before before_anon most most_anon n after after_anon talk began=$SECONDS
	read -r before before_anon < <(memory)
	send "$1" "$2" "$OCTETS" &
	talk=$!
	read -r most most_anon n < <(sample "$talk")
	wait "$talk"
	read -r after after_anon < <(memory)
	row "$1 ($((SECONDS - began)) s)" "" "before" "most" "after"
	row "" VmRSS "$before" "$most" "$after"
	row "" RssAnon "$before_anon" "$most_anon" "$after_anon"
	expect "$1: memory grows by at most $((most - before)) KiB, looked at $n times" \
		"$n" -gt 5 -a $((most - before)) -le $GROWTH_MAX -a $((after - before)) -le $GROWTH_MAX
	expect_unchanged "$1"
}

shield_up refuse -e '/hostname/a offer = { "pipelining", "enhancedstatuscodes", "chunking" }'
read -r cold cold_anon < <(memory)
send warm-data DATA 1
send warm-bdat BDAT 1
read -r warm warm_anon < <(memory)
echo "        memory in KiB; two messages of 1 MB made it warm, with the big buffers that the pool now keeps:"
row "" "" cold warm ""
row "" VmRSS "$cold" "$warm" ""
row "" RssAnon "$cold_anon" "$warm_anon" ""
expect_flat big-data DATA
expect_flat big-bdat BDAT
expect_unchanged warm-data
expect_unchanged warm-bdat
shield_down
goal_end
