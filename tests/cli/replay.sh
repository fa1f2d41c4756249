#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# relaywall replay from outside: journals under other policies, what it says, and how it ends.
# RELAYWALL: the program to test; without it build/relaywall.

set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
RELAYWALL=$(realpath "${RELAYWALL:-build/relaywall}")
[ -x "$RELAYWALL" ] || { echo "$RELAYWALL is missing: run make first" >&2; exit 1; }

WORK=$(mktemp -d)
PASSED=0 FAILED=0
trap 'rm -rf "$WORK"' EXIT

# expect WHAT COMMAND...: the command succeeds.
expect() {
	local what=$1; shift
	if "$@" >"$WORK/said" 2>&1; then
		PASSED=$((PASSED + 1))
	else
		FAILED=$((FAILED + 1))
		echo "FAIL: $what"
		sed 's/^/    /' "$WORK/said" | head -30
	fi
}
# replays STATUS ARGUMENT...: exit status; output is kept in $WORK/out and $WORK/err.
replays() {
	local want=$1; shift
	"$RELAYWALL" replay "$@" >"$WORK/out" 2>"$WORK/err"
	local got=$?
	[ "$got" = "$want" ] || { echo "status $got, not $want"; cat "$WORK/out" "$WORK/err"; return 1; }
}
says() { grep -qe "$1" "$WORK/out" || { cat "$WORK/out"; return 1; }; }
complains() { grep -qe "$1" "$WORK/err" || { cat "$WORK/err"; return 1; }; }
silent() { [ ! -s "$WORK/err" ] || { cat "$WORK/err"; return 1; }; }

# policy NAME "DOMAINS" RULES
policy() {
	cat >"$WORK/$1.conf" <<-CONF
	protect "aix-mail" {
	    addresses = { "198.51.100.25" }
	    hostname = "mail.local.example"
	    local-domains = { $2 }
	    from untrusted { $3 }
	}
	CONF
}
COUNT="relay = count unqualified-sender = count unqualified-recipient = count unsafe-sender = count unresolvable-sender = off"
ENFORCE="relay = enforce unqualified-sender = enforce unresolvable-sender = off"
policy draft '"local.example", "mail.local.example"' "$COUNT"
policy strict '"local.example", "mail.local.example"' "$ENFORCE"
policy lacking '"mail.local.example"' "$ENFORCE"

# line SESSION EVENT FIELDS: of a journal.
SECOND=0
line() {
	SECOND=$((SECOND + 1))
	printf '{"v":1,"time":"2026-11-26T06:%02d:%02d.000Z","event":"%s","session":"%s","client":"203.0.113.66","client_port":40000,' \
		$((SECOND / 60)) $((SECOND % 60)) "$2" "$1"
	printf '"host":"aix-mail","address":"198.51.100.25","network":"untrusted",%s}\n' "$3"
}
verdict() { # SESSION EVENT ARGUMENT MODE RULE REASON
	line "$1" "$2" "\"sender\":\"a@c.example\",\"argument\":\"$3\",\"verdict\":\"pass\",\"rule\":\"$5\",\"mode\":\"$4\",\"reason\":\"$6\",\"target\":\"\",\"sent\":null,\"code\":null"
}
sender() { verdict "$1" sender "FROM:<a@c.example>" enforce unsafe-sender sender-ok; }
recipient() { verdict "$1" recipient "TO:<$2>" "${3:-enforce}" relay "${4:-local-domain}"; }
message() { line "$1" message '"sender":"a@c.example","recipients":1,"octets":9,"what":null,"code":250'; }
mail() { sender "$1"; recipient "$@"; message "$1"; }

mail 00000001 u@local.example >"$WORK/clean.jsonl"
{ mail 00000002 u%v.example@local.example count percent-hack; mail 00000003 x@victim.example count foreign-domain; } >"$WORK/relays.jsonl"
{ verdict 00000004 sender 'FROM:<root>' count unqualified-sender unqualified; recipient 00000004 u@local.example; message 00000004; } >"$WORK/root.jsonl"
{ verdict 00000005 sender 'FROM:<root>' count unqualified-sender unqualified; recipient 00000005 u@local.example; } >"$WORK/aborted.jsonl"
grep '^{"v":1' docs/JOURNAL.md >"$WORK/documented.jsonl"

# --- what costs mail ------------------------------------------------------------

expect "nothing changes" replays 0 "$WORK/strict.conf" "$WORK/clean.jsonl"
expect "it says so" says '^0 recipients would miss mail that they got; 0 recipients of delivered mail would be refused as relays$'
expect "nothing on stderr" silent
expect "relays cost no mail" replays 0 "$WORK/strict.conf" "$WORK/relays.jsonl"
expect "but they are told" says '^0 recipients would miss.*; 2 recipients of delivered mail would be refused as relays$'
expect "by reason" says 'aix-mail recipient percent-hack: count -> refuse, 1 time'
expect "the domains in a list" says '^  aix-mail  *1  victim.example$'
expect "and they are changes" replays 1 --fail-on any "$WORK/strict.conf" "$WORK/relays.jsonl"
expect "a sender whose mail was delivered" replays 1 "$WORK/strict.conf" "$WORK/root.jsonl"
expect "with its reason" says 'aix-mail sender unqualified: count -> refuse, 1 time'
expect "and the message" says '^      1 recipient of 1 message, delivered$'
expect "an example" says '00000004 203.0.113.66 FROM:<root>'
expect "nobody asked" replays 0 --fail-on none "$WORK/strict.conf" "$WORK/root.jsonl"
expect "whether it was delivered is not known" replays 1 "$WORK/strict.conf" "$WORK/aborted.jsonl"
expect "it says so" says 'would miss mail that they got, or may have got;'
expect "and of what" says '^      perhaps 1 recipient of 1 message, whose end was not seen$'
expect "a domain that is missing in the policy" replays 1 "$WORK/lacking.conf" "$WORK/clean.jsonl"
expect "is named" says '^  aix-mail  *1  local.example$'

# --- drafts ---------------------------------------------------------------------

expect "a draft is taken as if it was enforced" replays 1 "$WORK/draft.conf" "$WORK/root.jsonl"
expect "and that is said" says 'unqualified: count -> count (once it is enforced), 1 time'
expect "or as it is written" replays 0 --as-written --fail-on any "$WORK/draft.conf" "$WORK/root.jsonl"

# --- two policies ---------------------------------------------------------------

expect "two policies that refuse alike" replays 0 --fail-on any "$WORK/draft.conf" "$WORK/strict.conf" "$WORK"/{clean,relays,root}.jsonl
expect "it names the first" says "^was       what $WORK/draft.conf does$"
expect "two policies that do not" replays 1 "$WORK/strict.conf" "$WORK/lacking.conf" "$WORK"/{clean,relays,root}.jsonl
expect "from what to what" says 'aix-mail recipient foreign-domain: pass -> refuse, 2 times'
expect "as written count and enforce differ" replays 1 --as-written "$WORK/draft.conf" "$WORK/strict.conf" "$WORK/root.jsonl"

# --- input ----------------------------------------------------------------------

expect "standard input" replays 0 "$WORK/strict.conf" - <"$WORK/clean.jsonl"
piped() { cat "$WORK"/{clean,root}.jsonl | replays 1 "$WORK/strict.conf" "$WORK/relays.jsonl" -; }
expect "a pipe beside a file" piped
expect "an empty journal" replays 0 "$WORK/strict.conf" /dev/null
expect "lines as they are documented" replays 0 --json --fail-on none "$WORK/strict.conf" "$WORK/documented.jsonl"
understood() {
	python3 - "$WORK/out" "$(wc -l <"$WORK/documented.jsonl")" <<-'PYTHON'
	import json, sys
	lines = json.load(open(sys.argv[1]))["lines"]
	assert lines["seen"] == int(sys.argv[2]) and lines["verdicts"] == 3 and lines["bad"] == lines["version"] == lines["events"] == 0, lines
	PYTHON
}
expect "are understood" understood
{ echo 'cut","code":null}'; cat "$WORK/root.jsonl"; echo '{"v":2,"time":"x"}'; line 00000009 tomorrow '"what":null'; head -c 100 "$WORK/root.jsonl"; } >"$WORK/torn.jsonl"
expect "lines that are none are passed over" replays 1 "$WORK/strict.conf" "$WORK/torn.jsonl"
expect "and counted" says 'lines, 2 of them verdicts; 2 that are none of a journal, or cut; 1 of another version; 1 of unknown events$'
expect "a file that is not there, and the others" replays 2 "$WORK/strict.conf" "$WORK/none" "$WORK/root.jsonl"
expect "it is named" complains "^relaywall replay: $WORK/none: No such file"
expect "the others are read" says '^1 recipient would miss'
expect "a folder" replays 2 "$WORK/strict.conf" "$WORK/relays.jsonl" "$WORK"
expect "a program" replays 2 "$WORK/strict.conf" "$WORK/relays.jsonl" "$RELAYWALL"
expect "is neither" complains 'neither a journal nor a capture'
expect "a policy as an input" replays 2 "$WORK/strict.conf" "$WORK/relays.jsonl" "$WORK/draft.conf"
expect "has no line of a journal" complains 'draft.conf: no line of it is one of a journal'
expect "a faulty policy" replays 2 "$WORK/none.conf" "$WORK/relays.jsonl"
expect "a journal in its place" replays 2 "$WORK/relays.jsonl" "$WORK/strict.conf"
expect "no input" replays 2 "$WORK/strict.conf"
expect "an unknown word" replays 2 --fail-on some "$WORK/strict.conf" "$WORK/relays.jsonl"
expect "is told how to call it" complains '^usage: relaywall replay '
full() { "$RELAYWALL" replay "$WORK/strict.conf" "$WORK/clean.jsonl" >/dev/full; [ $? = 2 ]; }
expect "a full disk" full

# Octets of peers reach no terminal.
recipient 0000000a 'u\\x1b[31m%v@local.example' count percent-hack >"$WORK/escape.jsonl"
expect "escapes" replays 0 --fail-on none "$WORK/strict.conf" "$WORK/escape.jsonl"
expect "as they were" says 'TO:<u\\x1b\[31m%v@local.example>'
printable() { ! LC_ALL=C grep -q '[^ -~]' "$WORK/out"; }
expect "no others" printable

# --- memory ---------------------------------------------------------------------

# A journal of so many sessions, each with another domain and client.
many() {
	python3 - "$1" <<-'PYTHON'
	import sys
	head = '{"v":1,"time":"2026-11-26T06:45:00.000Z","event":"%s","session":"%08x","client":"10.%d.%d.%d","client_port":1,"host":"aix-mail","address":"198.51.100.25","network":"untrusted",'
	said = '"sender":"a@c.example","argument":"TO:<x@v%d.example>","verdict":"pass","rule":"relay","mode":"count","reason":"foreign-domain","target":"","sent":null,"code":null}'
	for i in range(int(sys.argv[1])):
	    who = (i * 2654435761 % 2**32, i >> 16 & 255, i >> 8 & 255, i & 255)
	    print((head % (("recipient",) + who)) + said % i)
	    print((head % (("message",) + who)) + '"sender":"a@c.example","recipients":1,"octets":9,"what":null,"code":250}')
	PYTHON
}
# peak SESSIONS: KiB of memory that it took at most.
peak() {
	many "$1" >"$WORK/many"
	ASAN_OPTIONS=quarantine_size_mb=1 python3 - "$RELAYWALL" replay "$WORK/strict.conf" "$WORK/many" <<-'PYTHON'
	import resource, subprocess, sys
	subprocess.run(sys.argv[1:], stdout=open(sys.argv[-1] + ".out", "w"))
	print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
	PYTHON
}
flat() {
	local few many
	few=$(peak 20000) many=$(peak 60000)
	echo "20,000 sessions: $few KiB; 60,000: $many KiB"
	[ "$many" -lt $((few * 5 / 4)) ]
}
expect "memory does not grow with the journal" flat
cp "$WORK/many.out" "$WORK/out"
expect "and all is counted" says '; 60000 recipients of delivered mail would be refused as relays$'

echo "$PASSED passed, $FAILED failed"
[ "$FAILED" = 0 ]
