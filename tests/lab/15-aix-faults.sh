#!/bin/bash
# Goal: the three faults that AIX shipped (CVE-2003-0285) are open without the shield and closed with it, IPv4 and IPv6
# Server: sendmail
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"

faults() { CORPUS=$LAB_SRC/faults.tsv attack client "faults-$1" "$2"; }
# taken LABEL FAULT: messages of it that ended in a mailbox.
taken() { delivered "faults-$1" | grep -c "$2" || true; }

faults bare "$HOST4"
faults bare6 "$HOST6"
shield_up refuse
faults shield "$HOST4"
faults shield6 "$HOST6"
quiet
shield_down

for family in "" 6; do
	n=$(count "faults-bare$family" '"data_code": 250')
	expect "without: messages through the faults are taken: $n of 3" "$n" -eq 3
	n=$(relayed "faults-shield$family")
	expect "with: promiscuous_relay: $n messages relayed" "$n" -eq 0
	for fault in accept_unresolvable_domains accept_unqualified_senders; do
		n=$(taken "shield$family" "$fault")
		expect "with: $fault: $n messages taken" "$n" -eq 0
	done
done
n=$(grep -c '"reason":"unresolvable-sender".*"code":550' "$RECORD/journal.jsonl" || true)
expect "and the reason is on record: $n refusals" "$n" -ge 2
goal_end
