#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# draft.sh RELAYWALL - two open relays with ten domains, and their mail, as tcpdump saw it: is the policy that is drafted from it one that would
# have refused no mail, and every relay? Last line: "N passed, N failed". Needs root.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: $0 RELAYWALL" >&2; exit 2; }
relaywall=$(realpath "$1")
cd "$(dirname "$0")"
export PYTHONDONTWRITEBYTECODE=1

# shellcheck source=tests/gate/net.sh
. ../gate/net.sh

# --- a week's mail --------------------------------------------------------------

ip -n "$id-router" route replace 198.51.100.26 via 198.51.100.25 dev host onlink
ip -n "$id-host" address add 198.51.100.26/32 dev eth0
for address in $(/usr/bin/python3 mail.py addresses) 192.0.2.80; do
	ip -n "$id-client" address add "$address/32" dev eth0
	ip -n "$id-router" route replace "$address" via 203.0.113.66 dev client onlink
done
/usr/bin/python3 mail.py domains >"$folder/domains"
mapfile -t domains < <(sed 's/^/relay=/' "$folder/domains")
: >"$folder/host"
ip netns exec "$id-host" /usr/bin/python3 host.py "${domains[@]}" >"$folder/host" 2>&1 &
started[$!]=host
ip netns exec "$id-client" /usr/bin/python3 host.py elsewhere=192.0.2.80 >"$folder/elsewhere" 2>&1 &
started[$!]=elsewhere
wait_for ready "$folder/host"
wait_for ready "$folder/elsewhere"
ip netns exec "$id-router" tcpdump -q -U --immediate-mode -Z root -B 65536 -s 0 -i host -w "$folder/cap" tcp port 25 2>"$folder/tcpdump" &
capture=$!
started[$capture]=tcpdump
wait_for 'listening on' "$folder/tcpdump"
ip netns exec "$id-client" /usr/bin/python3 mail.py talk "$folder/book"
wait_for 'this is the end of it' "$folder/cap"
kill -INT "$capture"
wait "$capture" || true
unset "started[$capture]"

# --- what becomes of it ----------------------------------------------------------

field() { /usr/bin/python3 -c 'import json, sys; print(eval("r" + sys.argv[2], {"r": json.load(open(sys.argv[1]))}))' "$folder/report" "$1"; }
count() { grep -c "\"kind\": \"$1\"" "$folder/book"; }
judge() {	# POLICY [inside]
	"$relaywall" tap --policy "$1" --exchanges "$folder/exchanges" --json "$folder/cap" >"$folder/inventory" 2>"$folder/counters"
	/usr/bin/python3 mail.py judge "$folder/book" "$folder/exchanges" "${@:2}" | tee "$folder/judged" >&2
	tail -n 1 "$folder/judged"
}
replay() {	# POLICY: its status
	status=0
	"$relaywall" replay --json "$1" "$folder/cap" >"$folder/report" 2>"$folder/told" || status=$?
	echo "$status"
}
status=0
"$relaywall" draft "$folder/cap" >"$folder/draft" 2>"$folder/drafted" || status=$?
is "a draft is made" "$status $(cat "$folder/drafted")" "0 *: 2 hosts to protect, 12 local domains, * 0 doubtful, 2 networks proposed"
sed -n 's/^        "\([^"]*\)",.*/\1/p' "$folder/draft" | sort | xargs >"$folder/learnt"
is "... its domains are theirs, and no others" "$(cat "$folder/learnt")" "$(cut -d= -f2 "$folder/domains" | tr , '\n' | sort | xargs)"
is "check takes it" "$("$relaywall" check "$folder/draft" 2>"$folder/warnings" | head -n 1)" "*: good: 2 hosts, *"
is "... and warns that it does not refuse" "$(grep -c 'relay = count' "$folder/warnings")" 2

is "the draft, replayed: status" "$(replay "$folder/draft")" 0
is "... mail that would be lost" "$(field '["lost"]["recipients"]')" "{'delivered': 0, 'perhaps': 0, 'undelivered': 0}"
is "... relays that are marked: all, and those of the machines inside" "$(field '["relays"]["recipients"]["delivered"]')" $(($(count relay) + $(count inside)))
is "... whose clients are told" "$(field '["changes"][0]["client_count"] > 0')" True

# What is proposed is taken: the machines inside may send out.
sed -e '/^#network/,/^#}/s/#//' -e '/#"10\./s/#//' -e '/#"198\./s/#//' -e 's/^    #from inside/    from inside/' "$folder/draft" >"$folder/trusting"
sed -e 's/= count/= enforce/' "$folder/trusting" >"$folder/enforced"
is "with its networks: status" "$(replay "$folder/trusting")" 0
is "... mail that would be lost" "$(field '["lost"]["recipients"]')" "{'delivered': 0, 'perhaps': 0, 'undelivered': 0}"
is "... relays that are marked: all, and no others" "$(field '["relays"]["recipients"]["delivered"]')" "$(count relay)"
is "every rule enforced: status" "$(replay "$folder/enforced")" 0
is "... recipient by recipient" "$(judge "$folder/enforced" inside)" "0 mails refused of $(($(count mail) + $(count unknown) + $(count inside))), 0 relays passed of $(count relay)"
is "... there are enough of either" "$(($(count mail) > 150 && $(count relay) > 300))" 1

# The test can fail: a domain that is missing is mail that is lost.
sed '/^        "theta.example"/d' "$folder/enforced" >"$folder/lacking"
replay "$folder/lacking" >"$folder/lacked"
is "a domain that is missing is seen among the relays" "$(field '["relays"]["recipients"]["delivered"]')" "$(($(count relay) + $(grep -c '@[Tt]heta.*"mail"' "$folder/book")))"
is "... and as mail that is refused" "$(judge "$folder/lacking" inside)" "[1-9]* mails refused of *, 0 relays passed of *"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
