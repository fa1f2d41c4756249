#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# health.sh RELAYWALL - does `relaywall health` say of a box that it is well when it is, and only then? And does nobody notice
# that it was asked: no host, no rate, no journal, no evidence, no DNS? Last line: "N passed, N failed". Needs root.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: $0 RELAYWALL" >&2; exit 2; }
relaywall=$(realpath "$1")
cd "$(dirname "$0")"

# shellcheck source=tests/gate/net.sh
. ../gate/net.sh
# shellcheck source=tests/keeper/box.sh
. box.sh

in_router() { ip netns exec "$id-router" "$@"; }
# health ARGUMENT...: of the configuration in service; its exit status is in $got, what it said in $said, its time in $took (ms)
health() {
	local from
	from=$(date +%s%3N)
	got=0
	said=$(in_router "$relaywall" health "$@" "$folder/conf" 2>"$folder/err") || got=$?
	took=$(($(date +%s%3N) - from))
}
health_is() {	# NAME STATUS SAID, a pattern of all lines
	health
	is "$1" "$got $said" "$2 $3"
}
has_fault() {	# NAME LINE, a pattern
	local line
	while IFS= read -r line; do
		# shellcheck disable=SC2053
		[[ $line != $2 ]] || { is "$1" yes yes; return; }
	done <<<"$said"
	is "$1" "$said" "a line $2"
}
is_well() { health; [ "$got" -eq 0 ]; }
is_not_well() { ! is_well; }
lists_err() { health; grep -q "block lists" "$folder/err"; }
well="well: dialogues with 2 workers and the kernel's rules are as $folder/conf says"
counter() { "$relaywall" counters --control "$folder/control" | sed -n "s/^$1 //p"; }
another() {	# TOP FROM: this configuration serves now
	write_conf "$@"
	reload
}

# --- nobody is there ----------------------------------------------------------

write_conf
health
is "without a relaywall" "$got $said $(cat "$folder/err")" "3  relaywall: nobody listens at $folder/control: *"
is "without a configuration" "$("$relaywall" health 2>&1 || echo $?)" "usage: relaywall health *2"
is "with two" "$("$relaywall" health "$folder/conf" "$folder/conf" 2>&1 || echo $?)" "usage: relaywall health *2"
health --nonsense
is "with an option that is none" "$got" 2
echo 'nonsense = 1' >"$folder/faulty"
is "with a faulty one" "$("$relaywall" health "$folder/faulty" 2>&1 || echo $?)" "$folder/faulty:1: unknown key*1"

# --- one that is well, and who hears of it ------------------------------------

# A connection would be refused or held back, each command of it counted and kept, its client and sender looked up.
ip netns exec "$id-host" nft -f - <<'NFT'
table inet heard { chain in { type filter hook input priority 0; tcp dport 25 counter; }; }
NFT
host_heard() { ip netns exec "$id-host" nft list table inet heard | grep -c 'packets [1-9]' || true; }
cat >"$folder/zone" <<'ZONE'
2.0.0.127.bl.example  A 127.0.0.2
ZONE
: >"$folder/dns"
ip netns exec "$id-router" /usr/bin/python3 ../resolver/dns.py 127.0.0.1 "$folder/zone" "$folder/questions" >"$folder/dns" &
dns=$!
started[$dns]=dns
wait_for serving "$folder/dns"
noticed="evidence-folder = \"$folder/kept\"
		resolvers = { \"127.0.0.1\" }
		max-sessions = 1
		limits { tarpit-after = 0 tarpit-delay = 60 }
		list \"bl\" { zone = \"bl.example\" }"
write_conf "$noticed" "evidence = all block-list = enforce unresolvable-sender = enforce connections-per-minute = 1 recipients-per-hour = 1 messages-per-hour = 1"
begin
until_true 5 is_well || true
asked=$(counter dns_asked)
health_is "a box that is well" 0 "$well"
is "... soon" "$((took < 2000))" 1
for _ in 1 2 3 4 5; do health; done
is "... again and again" "$got" 0
health --json
is "... as JSON" "$said" '{"time":"20*","healthy":true,"faults":\[],"drilled":2,"relaying_refused":true}'
is "no host heard of it" "$(host_heard)" 0
is "no DNS server did" "$(counter dns_asked)" "$asked"
is "the journal has the start alone" "$(grep -vc '"what":"start"' "$folder/journal" || true)" 0
is "nothing was kept as evidence" "$(ls -A "$folder/kept" 2>/dev/null)" ""
for name in accepted over_rate over_limit evidence_kept evidence_unseen tarpit_delayed host.aix.sessions event.recipient.percent-hack; do
	is "not counted: $name" "$(counter "$name")" "@(|0)"
done
is "counted: what it was" "$(($(counter drilled) >= 14))" 1
is "no session is left" "$("$relaywall" sessions --control "$folder/control" | wc -l)" 1
first=$(descriptors)
for _ in 1 2 3; do health; done
is "keeper and captain keep no descriptor of it" "$(descriptors)" "$first"
# one session is all that may be
hold_begin 0
health_is "it is well when there are as many sessions as may be" 0 "$well"
hold_end
for pid in "${!started[@]}"; do [ "${started[$pid]}" != host ] || kill "$pid"; done
health_is "it is well when the host is not" 0 "$well"

kill "$dns"
wait "$dns" || true
unset "started[$dns]"
reload	# block lists are tried at the start
until_true 10 lists_err || true
is "it is well when block lists err, which is told" "$got $said $(cat "$folder/err")" "0 $well relaywall: warning: block lists that are not asked*"

# --- whatever the policy does with relaying -----------------------------------

another "" "relay-action = drop"
health_is "relaying ends the session" 0 "$well"
another "" 'relay-action = redirect relay-trap = "<trap@local.example>"'
health_is "relaying is redirected" 0 "$well"
another "" "relay = count"
health_is "relaying is counted only" 0 "$well, by which no rule against relaying is enforced"
another "network partner { prefixes = { \"192.0.2.0/24\", \"198.18.0.0/15\", \"2001:db8:77::/48\" } }
		network lab { prefixes = { \"203.0.113.0/25\", \"2001:db8:66::/64\" } }" "admit = drop } from partner { admit = pass } from lab { admit = reset"
in_client one 0 "${both[@]:0:2}" >"$folder/refused" || true
health_is "many are not let in, of whom the kernel keeps notes" 0 "well: *"
is "... it does" "$(in_router nft list set inet relaywall refused4 2>&1 | grep -c elements)" 1
another "" "evidence = off"
echo '# another one' >>"$folder/conf"
health_is "the policy in service is not this one" 1 "the policy in service is *, that of $folder/conf is *"
another

# --- the kernel's rules -------------------------------------------------------

in_router nft insert rule inet relaywall guard ip daddr "${host[0]}" accept
health_is "a rule before ours" 1 "table relaywall in the kernel is not what this policy compiles to, chain guard: expected ip daddr @protected4 *, found ip daddr ${host[0]} accept"
reload
health_is "... which a reload takes out" 0 "$well"
in_router nft delete element inet relaywall protected4 "{ ${host[0]} }"
health_is "an element is gone" 1 "table relaywall in the kernel is not what this policy compiles to, set protected4: *"
reload
in_router nft add rule inet relaywall divert accept
health_is "a rule behind ours" 1 "*chain divert: expected }, found accept"
reload
kill -STOP "$(captain)"
in_router nft flush ruleset
in_router ip -6 rule delete pref 25
health
is "rules flushed, and nobody puts them back" "$got $((took < 10000))" "1 1"
has_fault "... no table" "table relaywall is not in the kernel"
has_fault "... no way for IPv6" "diverted packets of IPv6 do not get here:*"
has_fault "... and by whom" "captain [0-9]*, serving, does not answer"
kill -CONT "$(captain)"
is "... until they are" "$(until_true 10 is_well && echo yes)" yes

# --- processes ----------------------------------------------------------------

kill -STOP "$(workers | head -n 1)"
health
is "a worker hangs" "$got $((took < 10000))" "1 1"
has_fault "... it is named" "worker 0, a dialogue, greeting: @(no reply in time|the session ended)"
is "... until it is replaced" "$(until_true 10 is_well && echo yes)" yes
kill -STOP "$(pgrep -P "$keeper" relaywall-desk)"
is "the desk hangs, and another one answers" "$(until_true 10 is_well && echo yes)" yes
another 'metrics = "127.0.0.1:9025"'
health_is "a board" 0 "$well"
kill -STOP "$(pgrep -P "$keeper" relaywall-boar)"
health_is "... that hangs" 1 "the board does not answer: not in time"
is "... until it is replaced" "$(until_true 10 is_well && echo yes)" yes

# --- the gate -----------------------------------------------------------------

another "" "gate = reset"
until_true 5 is_well || true
health_is "a gate" 0 "$well"
if in_router iptables -t raw -S 2>/dev/null | grep -q NFQUEUE; then	# the captain looks for it every two seconds
	in_router iptables -t raw -F PREROUTING
	health_is "the rule into its queue is gone" 1 "no rule of iptables leads into the gate's queue *"
	is "... until it is back" "$(until_true 10 is_well && echo yes)" yes
fi
kill -STOP "$(pgrep -P "$(captain)" relaywall-hand)"
is "the hand hangs" "$(until_true 3 is_not_well && echo "$said")" "*the gate of captain [0-9]* does not serve*"
is "... until it is replaced" "$(until_true 10 is_well && echo yes)" yes

end
is "the end" "$status" 0
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
