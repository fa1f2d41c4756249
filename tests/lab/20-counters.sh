#!/bin/bash
# Goal: the counters of the rules explain every connection: their sums are what was made, and what the daemon and the journal say
# Server: sendmail
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"

LISTED4=203.0.113.70 LISTED6=2001:db8:66::70
BUSY4=203.0.113.71 BUSY6=2001:db8:66:1::71
DENIED4=203.0.113.72 DENIED6=2001:db8:66::72
CLEAN=20 LISTED=8 BUSY=10 BUSY_MAY=4 DENIED=6

ip -n "rwl$(lab_id)-router" -6 route replace "${BUSY6%71}/64" dev client
for name in LISTED BUSY DENIED; do
	four=${name}4 six=${name}6
	ip -n "rwl$(lab_id)-client" address replace "${!four}/32" dev eth0
	ip -n "rwl$(lab_id)-client" -6 address replace "${!six}/128" dev eth0 nodad
done
list_dns_start "$LISTED4" "$LISTED6"
shield_up refuse -e "s/^resolvers.*/& $LIST_KEY/" \
	-e "s/^network trusted.*/&\nnetwork denied { prefixes = { \"$DENIED4\/32\", \"$DENIED6\/128\" } }/" \
	-e "s/^network trusted.*/&\nnetwork busy { prefixes = { \"$BUSY4\/32\", \"$BUSY6\/128\" } }/" \
	-e "s/from trusted.*/&\nfrom denied { admit = reset }\nfrom busy { relay = enforce gate = reset connections-per-minute = $BUSY_MAY }/" \
	-e 's/from untrusted {/& gate = refuse connect = mirror/'
list_asked

# connect COUNT ADDRESS [FROM]: that many connections, one after the other.
connect() { in_ns client "$LAB_SRC/steady.py" --rate 20 --seconds "$(awk "BEGIN { print $1 / 20 }")" ${3:+--from "$3"} "$2"; }
for family in 4 6; do
	address=HOST$family listed=LISTED$family busy=BUSY$family denied=DENIED$family
	connect "$CLEAN" "${!address}" >"$LAB/log/clean$family.out"
	connect "$LISTED" "${!address}" "${!listed}" >"$LAB/log/listed$family.out"
	connect "$BUSY" "${!address}" "${!busy}" >"$LAB/log/busy$family.out"
	connect "$DENIED" "${!address}" "${!denied}" >"$LAB/log/denied$family.out"
done

in_ns router nft list table inet relaywall >"$RECORD/ruleset-counters"
in_ns router cat /proc/net/netfilter/nfnetlink_queue >>"$RECORD/ruleset-counters"
sleep 0.3	# the gate's numbers are those of a tenth of a second ago
stop shield TERM
packets() { sed -n "s/.* counter packets \([0-9]*\) .*comment \"$1\".*/\1/p" "$RECORD/ruleset-counters" | awk '{ n += $1 } END { print n + 0 }'; }
daemon() { sed -n "s/^relaywall: counters .*\b$1=\([0-9]*\).*/\1/p" "$LAB/log/shield.out" | tail -1; }
is() { expect "$1: $2" "$2" -eq "$3"; }

is "connections made, but those of denied clients; asked" "$(packets 'gate: asked')" $((2 * (CLEAN + LISTED + BUSY)))
is "... which is what the gate judged" "$(daemon gate_syns)" "$(packets 'gate: asked')"
is "of these refused: listed clients" "$(packets 'gate: refuse')" $((2 * LISTED))
is "of these reset: clients with too many connections" "$(packets 'gate: reset')" $((2 * (BUSY - BUSY_MAY)))
is "... each of which was answered" "$(packets 'gate: answered with a reset')" $((2 * (BUSY - BUSY_MAY)))
is "of these to the shield: all others" "$(packets 'gate: to the shield')" $((2 * (CLEAN + BUSY_MAY)))
is "... where they became sessions" "$(packets 'new sessions')" $((2 * (CLEAN + BUSY_MAY)))
is "nobody's" "$(packets 'gate: not judged.*')" 0
is "of none was a part without a socket" "$(packets 'handshakes without a socket yet')" 0
is "denied clients, reset without the gate" "$(packets 'admit = reset')" $((2 * DENIED))
is "nothing had to be shut out" "$(packets 'on-failure = .*')" 0
is "the daemon took" "$(daemon accepted)" $(($(packets 'gate: refuse') + $(packets 'new sessions')))
is "the queue let nothing pass unseen" "$(daemon gate_unseen)" 0
lines() { grep -c "\"event\":\"admit\".*$1" "$RECORD/journal.jsonl" || true; }
is "in the journal: listed clients" "$(lines '"what":"block-list","list":"the-list".*"code":554')" $((2 * LISTED))
is "in the journal: clients with too many connections" "$(lines '"what":"connections-per-minute"')" $((2 * (BUSY - BUSY_MAY)))
n=$(grep '"session":"kernel"' "$RECORD/journal.jsonl" | grep -E "$DENIED4|$DENIED6" | sed -n 's/.*"packets":\([0-9]*\).*/\1/p' | awk '{ n += $1 } END { print n + 0 }')
is "in the journal: denied clients, packets" "$n" $((2 * DENIED))
shield_down
list_dns_stop
goal_end
