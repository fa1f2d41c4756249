#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# relaywall tap, draft, and replay of captures from outside: what they say, what they write, how they end. The live part needs root,
# and works in a network namespace of its own.
# RELAYWALL: the program to test; without it build/relaywall.

set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
RELAYWALL=$(realpath "${RELAYWALL:-build/relaywall}")
[ -x "$RELAYWALL" ] || { echo "$RELAYWALL is missing: run make first" >&2; exit 1; }
TAP_PY=$(realpath tests/cli/tap.py)
# shellcheck source=tests/wait.sh
. tests/wait.sh

NS=rwtap$$
WORK=$(mktemp -d)
PASSED=0 FAILED=0 STARTED=()
cleanup() {
	for pid in "${STARTED[@]}"; do kill -9 "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; done
	ip netns del "$NS" 2>/dev/null
	rm -rf "$WORK"
}
trap cleanup EXIT
chmod 711 "$WORK"	# for who is nobody
cd "$WORK" || exit 1
/usr/bin/python3 "$TAP_PY" captures .

# expect WHAT COMMAND...: the command succeeds.
expect() {
	local what=$1; shift
	if "$@" >said 2>&1; then
		PASSED=$((PASSED + 1))
	else
		FAILED=$((FAILED + 1))
		echo "FAIL: $what"
		sed 's/^/    /' said | head -30
	fi
}
not() { ! "$@"; }
is() { [ "$1" = "$2" ] || { echo "found: $1"; echo "wanted: $2"; return 1; }; }
# ends STATUS ARGUMENT...: exit status of a command of the program; output is kept in out and err.
ends() {
	local want=$1; shift
	"$RELAYWALL" "$@" >out 2>err
	local got=$?
	[ "$got" = "$want" ] || { echo "status $got, not $want"; head -20 out err; return 1; }
}
says() { grep -qe "$1" out || { cat out; return 1; }; }
complains() { grep -qe "$1" err || { cat err; return 1; }; }
has() { grep -qe "$1" "$2" || { cat "$2"; return 1; }; }
# The inventory as JSON, without order and times, which hang on which packet came first.
inventory() { jq -S 'del(.. | .links?, .first_us?, .last_us?) | .hosts |= (sort_by(.address) | map(.clients |= sort_by(.address) | .domains |= sort_by(.name) | .senders |= sort_by(.name)))' "$1"; }
same_inventory() { diff <(inventory "$1") <(inventory "$2"); }

# --- captures -------------------------------------------------------------------

expect "a capture" ends 0 tap both.pcap
expect "hosts and sessions" says '^3 hosts, 12 sessions, 2026-11-26 06:20 to '
expect "what software it is" says '^  software    sendmail 8.9.3 (AIX 4.3)$'
expect "and the other one" says '^  software    Exchange 5.5'
expect "who relays" says '^  relaying    percent-hack: 1 tried, 1 taken, 1 went on to a message'
expect "a domain of its own" says '^  local.example  *local  *4 '
expect "counters" complains '^ *240  packets: packets$'
expect "only those that are not 0" not complains '^ *0  '
expect "as JSON" ends 0 tap --json both.pcap
cp out both.json
expect "which has the hosts" is "$(jq -r '.hosts[] | "\(.address) \(.hostname) \(.sessions)"' both.json | xargs)" \
	"198.51.100.25 aix.local.example 5 198.51.100.26 nt.second.example 4 2001:db8:25::25 aix.local.example 3"
for file in both.pcapng shuffled.pcap twice.pcap; do
	expect "$file" ends 0 tap --json "$file"
	expect "$file: the same" same_inventory both.json out
done
gzip -c both.pcap >both.gz && zstd -q -c both.pcap >both.zst && gzip -c both.pcapng | zstd -q -c >nested
for file in both.gz both.zst; do
	expect "$file" ends 0 tap --json "$file"
	expect "$file: the same" same_inventory both.json out
done
piped() { "$RELAYWALL" tap --json - >out 2>err; }
expect "standard input" piped <both.pcap
expect "the same" same_inventory both.json out
through() { tail -c +1 "$1" | piped; }
for file in both.gz both.zst both.pcapng; do
	expect "$file through a pipe" through "$file"
	expect "$file through a pipe: the same" same_inventory both.json out
done
expect "one in two files" ends 0 tap --json begin.pcap rest.pcap
expect "the same" same_inventory both.json out
for file in one.pcap vlan.pcap raw.pcap sll.pcap; do
	expect "$file" ends 0 tap "$file"
	expect "$file: its message" says '^  messages    1 taken (5019 octets), 0 refused$'
done
expect "of the client alone" ends 0 tap client.pcap
expect "one side" complains '^ *1  one_sided: '
expect "its replies are not known" says '^  recipients  0 taken, 0 refused'
expect "from its middle on" ends 0 tap middle.pcap
expect "it says so" says ' 1 sessions, 1 of them from their middle on$'
expect "a short snaplen" ends 0 tap cut.pcap
expect "it is counted" complains '^ *6  cut: '
expect "and said" says '^  missing     .* gaps of '
expect "octets that were sent otherwise" ends 0 tap --exchanges - otherwise.pcap
expect "are told" is "$(jq -r 'select(.kind == "differs") | "\(.side) \(.octets)"' out)" "client 1"
expect "the first ones count" is "$(jq -r 'select(.verb == "RCPT").line' out)" "RCPT TO:<u@local.example>"
expect "a hole" ends 0 tap --exchanges - hole.pcap
expect "is told" is "$(jq -r 'select(.kind == "missing") | "\(.side) \(.octets)"' out)" "client 2219"
expect "passwords" ends 0 tap --exchanges exchanges.secrets --inventory inventory.secrets secrets.pcap
expect "are shown nowhere" not grep -qE 'dGVzdA|c2VjcmV0|AHRlc3QAc2VjcmV0' exchanges.secrets inventory.secrets out err
expect "that there was one is" is "$(jq -r 'select(.kind == "secret" or .verb == "AUTH") | .line // .kind' exchanges.secrets | xargs)" "AUTH LOGIN secret AUTH PLAIN"
expect "and counted" has '"mechanisms":{"LOGIN":{"tried":1,"accepted":1},"PLAIN":{"tried":1}}' inventory.secrets

# --- ports and filters ------------------------------------------------------------

expect "another port" ends 0 tap port.pcap
expect "is not looked at" says '^0 hosts, 0 sessions'
expect "but if it is named" ends 0 tap --port 2525 --port 25 port.pcap both.pcap
expect "with others" says '^4 hosts, 13 sessions'
expect "a filter" ends 0 tap --filter 'host 198.51.100.26' both.pcap
expect "one host is left" says '^1 hosts, 4 sessions'
expect "what it does not want is counted" complains '^ *[0-9]*  filtered: '
expect "no filter" ends 2 tap --filter 'host and host' both.pcap
expect "is told" complains '^relaywall tap: both.pcap: the filter "host and host": '
expect "a port that is none" ends 2 tap --port 65536 both.pcap
expect "the usage is told" complains '^usage: relaywall tap '

# --- with a policy ----------------------------------------------------------------

# policy NAME RULES
policy() {
	cat >"$1.conf" <<-CONF
	protect "aix" {
	    addresses = { "198.51.100.25", "2001:db8:25::25" }
	    hostname = "aix.local.example"
	    local-domains = { "local.example", "other0.example" }
	    from untrusted { $2 }
	}
	protect "nt" {
	    addresses = { "198.51.100.26" }
	    hostname = "nt.second.example"
	    local-domains = { "second.example", "other1.example" }
	    from untrusted { $2 }
	}
	CONF
}
policy strict "unresolvable-sender = off"
policy count "relay = count unqualified-sender = count unresolvable-sender = off"
policy off "relay = off unqualified-sender = off unresolvable-sender = off"
sed 's/, "other0.example"//' strict.conf >lacking.conf
expect "a journal, exchanges and an inventory" ends 0 tap --policy strict.conf --journal strict.jsonl --exchanges strict.exchanges --inventory strict.json both.pcap
expect "the text is shown all the same" says '^3 hosts, 12 sessions'
expect "the journal is what the exchanges say" /usr/bin/python3 "$TAP_PY" same strict.jsonl strict.exchanges
expect "an exchange has what would have been" is "$(jq -r 'select(.verb == "RCPT" and .would == "refuse" and .rule) | "\(.line[:12]) \(.code) \(.rule) \(.reason) \(.would_code)"' strict.exchanges | sort | xargs -d '\n')" \
	"RCPT TO:<u%v 250 relay percent-hack 550 RCPT TO:<x@v 250 relay foreign-domain 550 RCPT TO:<x@v 550 relay foreign-domain 550"
expect "its policy is the one that was given" is "$(jq -r 'select(.policy).policy' strict.jsonl | sort -u)" "$("$RELAYWALL" check strict.conf 2>/dev/null | grep -o 'policy [0-9a-f]*' | cut -c 8-23)"
expect "replay of the capture" ends 1 replay --json strict.conf both.pcap
# A recipient behind a sender that is refused is no verdict.
would=$(jq -c '.judged | [.sender, .recipient] | map([.would.refuse - .follows, .would.pass])' out)
expect "replay of the journal: nothing else" ends 0 replay --json --fail-on any strict.conf strict.jsonl
expect "the same verdicts" is "$(jq -c '.judged | [.sender, .recipient] | map([.was.refuse, .was.pass])' out)" "$would"
cp strict.jsonl before
expect "a journal is appended to" ends 0 tap --policy strict.conf --journal strict.jsonl both.pcap
expect "with the same" is "$(cat before before | sha256sum)" "$(sha256sum <strict.jsonl)"
cp before strict.jsonl
expect "an inventory is written anew" ends 0 tap --inventory strict.json one.pcap
expect "as a whole" is "$(jq '.sessions' strict.json)" 1
id=$(jq -r 'select(.reason == "percent-hack").session' strict.jsonl)
gzip -k strict.jsonl
for file in strict.jsonl strict.jsonl.gz; do
	expect "explain of $file" ends 0 explain --journal "$file" --policy strict.conf "$id"
	expect "explain of $file: why" says 'percent-hack'
done
expect "a journal without a policy" ends 2 tap --journal none.jsonl both.pcap
expect "two outputs on one" ends 2 tap --policy strict.conf --journal - --exchanges - both.pcap
expect "a policy that is none" ends 2 tap --policy text.pcap both.pcap

# --- draft ------------------------------------------------------------------------

expect "a draft" ends 0 draft both.pcap
sed 1d out >draft.conf
expect "of the inventory" ends 0 draft both.json
expect "it is the same" diff draft.conf <(sed 1d out)
packed() { gzip -c both.json | ends 0 draft -; }
expect "... packed, through a pipe" packed
expect "it is the same" diff draft.conf <(sed 1d out)
expect "of captures, packed" ends 0 draft both.zst one.pcap
expect "check takes it" ends 0 check draft.conf
expect "all rules count" not grep -q '= enforce' draft.conf
expect "mail that it costs: of who says root" ends 1 replay draft.conf both.pcap
expect "it is one" says '^1 recipient would miss mail that'
expect "relays are marked" says '^1 recipient .*; 2 recipients of delivered mail would be refused as relays$'
expect "an inventory beside a capture" ends 2 draft both.json both.pcap
expect "is told" complains 'an inventory, expected captures, or one inventory alone'
expect "of nothing" ends 1 draft none.pcap
expect "of a file that is no inventory" ends 2 draft strict.jsonl
expect "of a filter" ends 0 draft --filter 'host 198.51.100.26' both.pcap
expect "one host" complains ': 1 hosts to protect, '

# --- replay of captures -------------------------------------------------------------

expect "one policy" ends 1 replay strict.conf both.pcap
expect "is compared with the host" says '^was       what the host did$'
expect "nobody protected what it relays" ends 0 replay --as-written off.conf both.pcap
expect "two policies that refuse alike" ends 0 replay --fail-on any count.conf strict.conf both.pcap
expect "two that do not" ends 1 replay strict.conf lacking.conf both.pcap
expect "what was lost" says 'aix recipient foreign-domain: pass -> refuse, 3 times'
expect "a capture and a journal" ends 1 replay --json strict.conf both.zst strict.jsonl.gz
expect "both are read" is "$(jq -c '[.was, .inputs.captures, .inputs.journals, .inputs.unread, .lines.bad]' out)" '["host and journal",1,1,0,0]'
expect "another port" ends 0 replay --json --port 2525 strict.conf port.pcap
expect "it is read" is "$(jq .sessions.seen out)" 1
expect "a filter" ends 0 replay --json --filter 'host 198.51.100.26' strict.conf both.pcap
expect "of a host that does not relay" is "$(jq .sessions.seen out)" 4
expect "a filter that is none" ends 2 replay --filter 'host and host' strict.conf both.pcap
expect "a hole" ends 0 replay strict.conf hole.pcap
expect "is said" says 'octets-missing\|missing'

# --- bad input --------------------------------------------------------------------

# What is wrong is told, with the file, and what can be read is.
bad() { ends 2 tap "$1" both.pcap && complains "^relaywall tap: $1: $2" && says '^[3-9] hosts, 1[0-9]* sessions'; }
expect "cut in half" bad truncated.pcap 'truncated dump file'
expect "with nonsense in it" bad corrupt.pcap 'invalid packet'
expect "empty" bad empty.pcap 'no capture: it is empty'
expect "a text" bad text.pcap 'no capture: unknown file format'
expect "a link type that is not known" bad unknown.pcap 'packets of link type unknown (147) cannot be read'
mkdir folder
expect "a folder" bad folder 'Is a directory'
expect "not there" bad absent 'No such file'
expect "packed twice" bad nested 'no capture: '
head -c 500 both.gz >half.gz
expect "packed, and cut" bad half.gz '.*gzip, which unpacks it, says that it is damaged or cut short'
expect "a capture of nothing" ends 0 tap none.pcap
expect "half of one" ends 2 tap truncated.pcap
expect "is told of" says '^3 hosts, 6 sessions'
expect "no input" ends 2 tap
expect "both" ends 2 tap --interface lo both.pcap
expect "seconds of a file" ends 2 tap --seconds 1 both.pcap

# --- that cannot be written ---------------------------------------------------------

expect "a full disk: journal" ends 1 tap --policy strict.conf --journal /dev/full both.pcap
expect "it is told" complains '^relaywall tap: /dev/full: No space left on device; lines are lost until it can be written$'
expect "with how many" complains '^relaywall tap: /dev/full: [0-9]* lines could not be written$'
expect "the rest is there" says '^3 hosts, 12 sessions'
expect "a full disk: exchanges" ends 1 tap --exchanges /dev/full both.pcap
expect "a full disk: inventory" ends 1 tap --inventory /dev/full both.pcap
expect "it is told" complains '^relaywall tap: /dev/full: No space left on device$'
for command in tap "draft"; do
	full() { "$RELAYWALL" "$1" both.pcap >/dev/full 2>err; is $? 1; }
	expect "a full disk: standard output of $command" full "$command"
	expect "it is told" complains "^relaywall $command: .*No space left on device$"
done
expect "a folder that is not there" ends 1 tap --inventory absent/file both.pcap
into_a_pipe() { ends 0 tap --inventory >(jq .sessions >sessions) both.pcap && until_true 5 grep -qx 12 sessions; }
expect "an inventory into a pipe" into_a_pipe

# --- streams that do not end --------------------------------------------------------

has_lines() { [ "$(wc -l <"$2")" -ge "$1" ]; }
stop_endless() {	# SIGNAL
	"$RELAYWALL" tap --policy strict.conf --journal endless.jsonl --inventory endless.json - < <(exec /usr/bin/python3 "$TAP_PY" endless) >out 2>err &
	local pid=$!
	STARTED+=("$pid")
	until_true 10 has_lines 1000 endless.jsonl || return 1
	kill "-$1" "$pid"
	wait "$pid"
	is "$?" 0 && says '^3 hosts, [0-9]* sessions' && jq -e '.sessions > 100' endless.json && tail -n 1 endless.jsonl | jq -e .v
}
expect "SIGINT ends it, and all is written" stop_endless INT
rm -f endless.*
expect "SIGTERM does" stop_endless TERM
mkfifo silent
stop_silent() {
	"$RELAYWALL" tap - <>silent >out 2>err &
	local pid=$!
	STARTED+=("$pid")
	sleep 0.3
	kill -TERM "$pid"
	until_true 3 not kill -0 "$pid" 2>/dev/null
}
expect "SIGTERM ends one that has said nothing yet" stop_silent

# --- an interface -------------------------------------------------------------------

expect "no such interface" ends 2 tap --interface absent0
expect "is told" complains '^relaywall tap: absent0: there is no such interface$'
if [ "$(id -u)" = 0 ]; then
	cp "$RELAYWALL" ./program && chmod 755 program && touch out err && chmod 666 out err
	as_nobody() { setpriv --reuid nobody --regid nogroup --clear-groups ./program "$@" >out 2>err; }
	refused() { as_nobody tap --interface lo; is $? 2; }
	expect "an interface as somebody else" refused
	expect "is told" complains '^relaywall tap: lo: not permitted: to capture needs root, or CAP_NET_RAW$'
	chmod 600 both.pcap
	denied() { as_nobody tap both.pcap; is $? 2; }
	expect "a file that may not be read" denied
	expect "is told" complains '^relaywall tap: both.pcap: Permission denied$'
	allowed() { as_nobody tap one.pcap && says "^1 hosts, 1 sessions"; }
	expect "one that may" allowed

	ip netns add "$NS" && ip -n "$NS" link set lo up && ip -n "$NS" addr add 198.51.100.25/32 dev lo
	ip netns exec "$NS" /usr/bin/python3 "$TAP_PY" host 198.51.100.25 25 >ready 2>&1 &
	STARTED+=($!)
	until_true 5 grep -q ready ready
	live() {
		ip netns exec "$NS" "$RELAYWALL" tap --interface lo --policy strict.conf --journal live.jsonl --exchanges live.exchanges --inventory live.json "$@" >out 2>err &
		PID=$!
		STARTED+=("$PID")
		until_true 5 grep -q 'listening on lo' err
	}
	send() { ip netns exec "$NS" /usr/bin/python3 "$TAP_PY" send 198.51.100.25 25 "$1"; }
	messages() { is "$(jq '.hosts[0].messages' live.json 2>/dev/null)" "$1"; }
	inventory_has() { kill -USR1 "$PID" && sleep 0.3 && messages "$1"; }
	status_of() { awk -v "name=$1:" '$1 == name { print $2 }' "/proc/$PID/status"; }
	uid=$(id -u relaywall 2>/dev/null || id -u nobody)
	expect "it listens" live
	expect "as a user without rights" is "$(status_of Uid)" "$uid"
	expect "without capabilities" is "$(status_of CapEff) $(status_of CapPrm) $(status_of CapBnd)" "0000000000000000 0000000000000000 0000000000000000"
	expect "with few system calls" is "$(status_of Seccomp) $(status_of NoNewPrivs)" "2 1"
	expect "with no files in sight" is "$(readlink "/proc/$PID/root")" "/run/relaywall/empty"
	expect "mail" send 3
	expect "lines are there while it listens" until_true 5 grep -q '"event":"message"' live.jsonl
	expect "SIGUSR1: the inventory" until_true 5 inventory_has 3
	expect "more mail" send 2
	expect "SIGUSR1: the inventory anew" until_true 5 inventory_has 5
	: >live.jsonl
	expect "mail after the log was cut, as copytruncate does" send 1
	expect "its lines" until_true 5 grep -q '"event":"message"' live.jsonl
	expect "and nothing before" is "$(head -c 1 live.jsonl)" '{'
	kill -TERM "$PID"
	wait "$PID"
	expect "SIGTERM: it ends well" is $? 0
	expect "with all" messages 6
	expect "nothing was dropped" not complains 'dropped'
	expect "the journal has what the exchanges say" /usr/bin/python3 "$TAP_PY" same <(jq -c . live.jsonl) <(tail -n 9 live.exchanges)
	live --seconds 5 && send 1 && wait "$PID"	# python takes its time to begin on a busy machine
	expect "--seconds: it ends by itself" is $? 0
	expect "with what came" messages 1
	quiet() { live --seconds 1 && until_true 3 not kill -0 "$PID" 2>/dev/null; }
	expect "... also where nothing is sent" quiet
	filtered() { live --seconds 5 --filter 'port 26' && send 1 && wait "$PID" && has '"hosts":\[' live.json && not messages 1; }
	expect "a filter" filtered
	expect "and what it did not want" complains '^ *[1-9][0-9]*  filtered: '
	no_filter() { ip netns exec "$NS" "$RELAYWALL" tap --interface lo --filter 'host and host' >out 2>err; is $? 2; }
	expect "a filter that is none" no_filter
	expect "is told" complains '^relaywall tap: lo: the filter "host and host": '

	# who is not root, but may capture
	install -m 0755 "$RELAYWALL" can-capture
	setcap cap_net_raw+ep can-capture
	chmod 0755 .
	unprivileged() {
		ip netns exec "$NS" setpriv --reuid "$uid" --regid "$uid" --clear-groups ./can-capture tap --interface lo --seconds 5 >out 2>err &
		PID=$!
		STARTED+=("$PID")
		until_true 5 grep -q 'listening on lo' err
	}
	expect "a user with CAP_NET_RAW" unprivileged
	expect "keeps none of it" is "$(status_of CapEff) $(status_of CapPrm)" "0000000000000000 0000000000000000"
	expect "nor many system calls" is "$(status_of Seccomp) $(status_of NoNewPrivs)" "2 1"
	expect "mail" send 1
	wait "$PID"
	expect "it hears that" says ', 1 sessions'
else
	echo "not root: the live part was left out"
fi

echo "$PASSED passed, $FAILED failed"
[ "$FAILED" = 0 ]
