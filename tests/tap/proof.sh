#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# proof.sh RELAYWALL - are the verdicts of the tap, on traffic that was taken while nothing was filtered, those of the shield in the
# same attack? Recipient by recipient, over the corpus, under several rules. And what if the capture is shuffled, has packets twice, or lacks
# some? Last line: "N passed, N failed". Needs root.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: $0 RELAYWALL" >&2; exit 2; }
relaywall=$(realpath "$1")
cd "$(dirname "$0")"
export PYTHONDONTWRITEBYTECODE=1
corpus=$(realpath ../corpus)

# shellcheck source=tests/gate/net.sh
. ../gate/net.sh

# --- addresses: clients with rules of their own, hosts that behave differently ---

ip -n "$id-router" route replace 203.0.113.0/24 via 203.0.113.66 dev client onlink
ip -n "$id-router" -6 route replace 2001:db8:66::/64 dev client
ip -n "$id-router" route replace 198.51.100.0/24 via 198.51.100.25 dev host onlink
ip -n "$id-router" -6 route replace 2001:db8:25::/64 dev host
for n in 67 68 69 70; do
	ip -n "$id-client" address add "203.0.113.$n/32" dev eth0
	ip -n "$id-client" -6 address add "2001:db8:66::$n/128" dev eth0 nodad
done
hosts=()
host_is() {	# MODE NUMBER
	if [ "$2" != 25 ]; then
		ip -n "$id-host" address add "198.51.100.$2/32" dev eth0
		ip -n "$id-host" -6 address add "2001:db8:25::$2/128" dev eth0 nodad
	fi
	hosts+=("$1=198.51.100.$2" "$1=2001:db8:25::$2")
	all+=("\"198.51.100.$2\"" "\"2001:db8:25::$2\"")
}
all=()
host_is plain 25
host_is pipelining 30
number=30
for mode in offer-all no-ehlo rcpt-550 mail-550 data-451 data-354-always split-replies bare-lf-replies; do host_is "$mode" $((++number)); done
aix=$(IFS=,; echo "${all[*]}")
host_is plain 26
host_is offer-all 27
: >"$folder/host"
ip netns exec "$id-host" /usr/bin/python3 host.py "${hosts[@]}" >"$folder/host" 2>&1 &
started[$!]=host
wait_for ready "$folder/host"

printf '%s\n' user@local.example postmaster info >"$folder/mailboxes"
cat >"$folder/conf" <<-CONF
	# Not judged from captures, and off here: rates, block lists, the DNS.
	journal = "$folder/journal"
	control = "$folder/control"
	on-stop = remove
	workers = 2
	limits { max-errors = 20 max-refused = 30 tarpit-delay = 0 command-timeout = 20 }
	network counted { prefixes = { "203.0.113.67/32", "2001:db8:66::67/128" } }
	network redirected { prefixes = { "203.0.113.68/32", "2001:db8:66::68/128" } }
	network dropped { prefixes = { "203.0.113.69/32", "2001:db8:66::69/128" } }
	network trusted { prefixes = { "203.0.113.70/32", "2001:db8:66::70/128" } }
	protect "aix" {
		addresses = { $aix }
		hostname = "mail.local.example"
		local-domains = { "local.example", "mail.local.example" }
		from untrusted { relay = enforce unqualified-sender = enforce unqualified-recipient = enforce }
		from counted {
			relay = count unqualified-sender = count unqualified-recipient = count forged-local-sender = count unsafe-sender = count
			hello-syntax = count forged-hello = count body = note
		}
		from redirected { relay = enforce relay-action = redirect relay-trap = "<trap@local.example>" unqualified-recipient = enforce }
		from dropped { relay = enforce relay-action = drop unqualified-recipient = enforce forged-local-sender = enforce hello-syntax = enforce }
		from trusted { relay = off }
	}
	protect "old" {
		addresses = { "198.51.100.26", "2001:db8:25::26" }
		hostname = "mail.local.example"
		local-domains = { "local.example", "mail.local.example" }
		profile = { "strip8", "hostdotuser", "reflect" }
		offer = { "none" }
		from untrusted { forged-local-sender = enforce forged-hello = enforce hello-syntax = enforce body = note }
	}
	protect "windows" {
		addresses = { "198.51.100.27", "2001:db8:25::27" }
		hostname = "mail.local.example"
		local-domains = { "local.example", "mail.local.example" }
		relay-domains = { "victim.example" }
		profile = { "exchange", "domino", "bare-literals" }
		recipients-file = "$folder/mailboxes"
		recipient-delimiter = "+"
		offer = { "pipelining", "enhancedstatuscodes", "chunking" }
		from untrusted { unknown-recipient = enforce body = normalize auth = pass starttls = refuse relay-if-authenticated = yes }
	}
CONF

attack() {	# BOOK
	ip netns exec "$id-client" /usr/bin/python3 attack.py "$corpus" "$folder/$1"
}

# --- the shield off, tcpdump beside it; then the shield, live --------------------

ip netns exec "$id-router" tcpdump -q -U --immediate-mode -Z root -B 65536 -s 0 -i host -w "$folder/cap" tcp port 25 2>"$folder/tcpdump" &
capture=$!
started[$capture]=tcpdump
wait_for 'listening on' "$folder/tcpdump"
attack bare
wait_for 'this is the end of it' "$folder/cap"
kill -INT "$capture"
wait "$capture" || true
unset "started[$capture]"

: >"$folder/daemon"
ip netns exec "$id-router" "$relaywall" run "$folder/conf" >"$folder/daemon" 2>&1 &
keeper=$!
started[$keeper]=keeper
wait_for 'serving 3 hosts' "$folder/daemon"
attack live
kill "$keeper"
wait "$keeper" || true
unset "started[$keeper]"


# --- are they equal? --------------------------------------------------------------

verdicts() { status=0; /usr/bin/python3 verdicts.py "$@" || status=$?; }
tap() {	# CAPTURE NAME
	rm -f "$folder/$2".*	# a journal is appended to
	"$relaywall" tap --policy "$folder/conf" --journal "$folder/$2.tapped" --exchanges "$folder/$2.exchanges" --json "$1" >"$folder/$2.inventory" 2>"$folder/$2.counters"
}
counted() { awk -v name="$2:" '$2 == name { print $1 }' "$folder/$1.counters"; }

is "tcpdump had every packet" "$(grep -c '^0 packets dropped by kernel' "$folder/tcpdump")" 1
rows=$(($(wc -l <"$corpus/recipients.tsv") - 1))
tap "$folder/cap" whole
verdicts same "$folder/live" "$folder/journal" "$folder/bare" "$folder/whole.tapped" | tee "$folder/said"
read -r recipients _ differences _ < <(tail -n 1 "$folder/said")
is "$recipients recipients, at least eight times the corpus's $rows: differences between the shield and the tap" "$((recipients >= 8 * (rows - 20))) $differences" "1 0"
is "nothing is missing" "$(grep -c '"kind":"missing"' "$folder/whole.exchanges")" 0
"$relaywall" replay --json --as-written --fail-on none "$folder/conf" "$folder/cap" >"$folder/report"
verdicts totals "$folder/whole.tapped" "$folder/whole.exchanges" "$folder/report"
is "... replay agrees in totals" "$status" 0
is "... and finds nothing to change in the journal of the shield" "$("$relaywall" replay --as-written --fail-on any "$folder/conf" "$folder/journal" >"$folder/replayed"; echo $?)" 0

# --- captures that are worse -------------------------------------------------------

mangle() { /usr/bin/python3 mangle.py "$@" "$folder/cap" "$folder/worse" >"$folder/mangled"; }
for how in "--shuffle 1000" "--shuffle 50 --own-times" "--shuffle 200 --duplicate 0.2"; do
	# shellcheck disable=SC2086
	mangle $how
	tap "$folder/worse" mangled
	verdicts same "$folder/live" "$folder/journal" "$folder/bare" "$folder/mangled.tapped" | tee "$folder/said"
	is "$how: differences" "$(tail -n 1 "$folder/said")" "$recipients recipients, 0 differences*"
done
mangle --drop 0.01
tap "$folder/worse" drop
verdicts lossy "$folder/bare" "$folder/whole.tapped" "$folder/drop.tapped" "$folder/drop.exchanges" | tee "$folder/said"
is "one packet of 100 dropped: differences where nothing is missing" "$(tail -n 1 "$folder/said")" "* recipients, 0 differences; [1-9]*"
said=$(sed -n 's/.*"kind":"missing".*"octets":\([0-9]*\).*/\1/p' "$folder/drop.exchanges" | awk '{ n += $1 } END { print n }')
counted=$(counted drop gap_octets)	# also behind a QUIT, where nobody reads
is "... of $counted octets that are missing all are said" "$((said > 0 && said <= counted && said > counted * 9 / 10))" 1
if [ -n "${KEEP-}" ]; then cp -r "$folder" "$KEEP"; fi	# for whoever has to find out why

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
