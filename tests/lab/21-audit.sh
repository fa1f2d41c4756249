#!/bin/bash
# Goal: relaywall audit of the host is a finding without the shield and none with it; its messages arrive without and are not sent with it
# Server: sendmail
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"

OUT=$LAB/audit
mkdir -p "$OUT"
shield_conf refuse "$OUT/policy.conf"

# audit NAME OPTION...: by the policy, from the client; the report is $OUT/NAME.json, the exit status is printed
audit() {
	local name=$1 status=0; shift
	in_ns client "$RELAYWALL" audit --policy "$OUT/policy.conf" --target user@victim.example --rate 100 --json "$@" \
		>"$OUT/$name.json" 2>"$LAB/log/audit-$name.out" || status=$?
	echo "$status"
}
# ask NAME EXPRESSION: of the report r, and its first host h
ask() { python3 -c "import json; r = json.load(open('$OUT/$1.json')); h = r['hosts'][0]; print($2)"; }
# The forms by which it relays.
yes="sorted({x['tradition'] for x in h['relay'] if x['result'] in ('accepted', 'taken', 'arrived')})"

status=$(audit direct --label direct aix-mail)
expect "direct: a finding (exit status $status)" "$status" -eq 1
n=$(ask direct "h['counts']['relayed']")
expect "... $n of $(ask direct "h['counts']['forms']") forms relay: $(ask direct "', '.join($yes)")" "$n" -gt 30
expect "... it is known as what it is: $(ask direct "h['software']['name'], h['software']['year']")" "$(ask direct "h['software']['name'][:13], h['software']['year']")" = "sendmail 8.17 2021"
expect "... over IPv6, too: $(ask direct "r['hosts'][1]['status']")" "$(ask direct "r['hosts'][1]['status']")" = finding
expect "... senders that it takes: $(ask direct "', '.join(s['id'] for s in h['sender'] if s['result'] == 'accepted')")" \
	"$(ask direct "[s['result'] for s in h['sender']][:2]")" = "['accepted', 'accepted']"
quiet
# Messages: sent in one run, and looked for in the mailbox afterwards.
before=$(wc -l <"$RECORD/sink.jsonl")
status=$(audit sent --label direct --deliver auditor@victim.example "$HOST4")
n=$(ask sent "h['messages']")
expect "with messages: $n are taken" "$n" -gt 30
quiet
status=0
"$RELAYWALL" audit --json --arrived "$RECORD/sink.jsonl" --report "$OUT/sent.json" >"$OUT/joined.json" 2>"$LAB/log/audit-arrived.out" || status=$?
python3 -c "import json; json.dump(json.load(open('$OUT/joined.json'))[0], open('$OUT/deliver.json', 'w'))"
n=$(ask deliver "sum(x['result'] == 'arrived' for x in h['relay'])")
expect "... $n arrive (exit status $status): $(ask deliver "', '.join(sorted({x['tradition'] for x in h['relay'] if x['result'] == 'arrived'}))")" "$n" -gt 30
arrived=$(($(wc -l <"$RECORD/sink.jsonl") - before))
expect "... at the victim: $arrived messages, none of another form" "$arrived" -eq "$n"

shield_up refuse
status=$(audit shield --label shield aix-mail)
expect "through the shield: not a finding (exit status $status)" "$status" -eq 0
n=$(ask shield "sum(x['result'] == 'refused' for h in r['hosts'] for x in h['relay'])")
expect "... $n forms refused, of both addresses" "$n" -eq $((2 * $(ask shield "h['counts']['forms']")))
expect "... mail to a mailbox of the host is taken" "$(ask shield "h['control'][0]['result']")" = accepted
before=$(wc -l <"$RECORD/sink.jsonl")
status=$(audit undelivered --label shield --deliver auditor@victim.example --arrived "$RECORD/sink.jsonl" "$HOST4")
quiet
shield_down
n=$(ask undelivered "h['messages']")
expect "with messages: $n are sent, $(($(wc -l <"$RECORD/sink.jsonl") - before)) arrive (exit status $status)" "$n $(($(wc -l <"$RECORD/sink.jsonl") - before)) $status" = "0 0 0"

status=0
"$RELAYWALL" audit --html "$RECORD/audit.html" --report "$OUT/direct.json" "$OUT/shield.json" >"$LAB/log/audit-joined.out" || status=$?
expect "side by side: $(sed -n "s/^aix-mail, $HOST4 port 25; //p" "$LAB/log/audit-joined.out")" \
	"$(grep -c 'direct: Finding; shield: Not a finding; in service: Not a finding' "$LAB/log/audit-joined.out")" -eq 2
expect "... on one page (exit status $status)" "$(grep -c '<th>direct</th><th>through the shield</th>' "$RECORD/audit.html")" -gt 0
goal_end
