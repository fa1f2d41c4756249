#!/bin/bash
# Goal: what tcpdump saw of the attack on the bare host is judged by the tap as the shield judges the same attack live, recipient by recipient
# Server: sendmail
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"

# Not judged from a capture, and off: what the DNS says of senders.
NO_DNS=(-e '/^resolvers/d')

: >"$RECORD/tap-journal.jsonl"
start tcpdump router tcpdump -q -U --immediate-mode -Z root -B 65536 -s 0 -i host -w "$RECORD/bare.pcap" tcp port 25 and host "$CLIENT4"
wait_for 5 "tcpdump to listen" grep -q 'listening on' "$LAB/log/tcpdump.out"
attack client tapped "$HOST4"
sleep 1	# its last packets
stop tcpdump INT
expect "tcpdump had every packet" "$(grep -c '^0 packets dropped by kernel' "$LAB/log/tcpdump.out")" -eq 1

touch "$RECORD/journal.jsonl"
before=$(wc -l <"$RECORD/journal.jsonl")
shield_up refuse "${NO_DNS[@]}"
cp "$LAB/relaywall.conf" "$RECORD/tap.conf"
attack client live "$HOST4"
quiet
shield_down
tail -n "+$((before + 1))" "$RECORD/journal.jsonl" >"$RECORD/live-journal.jsonl"
"$RELAYWALL" tap --policy "$RECORD/tap.conf" --journal "$RECORD/tap-journal.jsonl" --json "$RECORD/bare.pcap" >"$RECORD/inventory.json" 2>"$LAB/log/tap.out"

# book LABEL: the attack's record, as verdicts.py wants it.
book() {
	python3 - "$RECORD/attack-$1.jsonl" "$CLIENT4" <<-'PYTHON'
		import json, sys
		for line in open(sys.argv[1]):
		    entry = json.loads(line)
		    print(json.dumps({"label": entry["row"], "client": sys.argv[2], "port": entry["port"], "whole": entry["end"] == "quit"}))
	PYTHON
}
book tapped >"$RECORD/book-tapped"
book live >"$RECORD/book-live"
"$TREE/tests/tap/verdicts.py" recipients "$RECORD/book-live" "$RECORD/live-journal.jsonl" "$RECORD/book-tapped" "$RECORD/tap-journal.jsonl" \
	>"$LAB/log/verdicts.out" || true
read -r recipients _ differences _ < <(tail -n 1 "$LAB/log/verdicts.out")
expect "recipients that the shield judged: $recipients" "$recipients" -gt 480
expect "differences between the shield and the tap: $differences" "$differences" -eq 0
[ "$differences" = 0 ] || head -n 20 "$LAB/log/verdicts.out"
goal_end
