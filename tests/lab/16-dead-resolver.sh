#!/bin/bash
# Goal: without an answer of the DNS nobody waits longer than lookup-timeout, and where senders are only counted mail flows on
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"

WAIT_S=2
SLACK_MS=500

# talk LABEL ADDRESS: "MS CODE ..." for banner, EHLO, MAIL with a domain, MAIL <>, ...
talk() {
	in_ns client "$LAB_SRC/say.py" --clock --token "$(run_id "$1")/mail" "$2" >"$LAB/log/goal-16-$1.out" <<-'SESSION'
		EHLO client.example
		MAIL FROM:<probe@spam.example>
		RSET
		MAIL FROM:<>
		RCPT TO:<first@local.example>
		DATA
		QUIT
	SESSION
}
# line LABEL N: its Nth reply; took LABEL N, code LABEL N: the parts of it.
line() { awk '$1 != "port"' "$LAB/log/goal-16-$1.out" | sed -n "$2p"; }
took() { line "$1" "$2" | cut -d' ' -f1; }
code() { line "$1" "$2" | cut -d' ' -f2 | cut -c1-3; }

for way in dead silent; do
	# Nobody listens; or somebody does and never answers.
	box_dns_stop
	[ "$way" = dead ] || start resolver router python3 -c '
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 53))
time.sleep(3600)'
	shield_up refuse -e "s/^resolvers.*/& limits { lookup-timeout = $WAIT_S }/"
	for family in 4 6; do
		label=$way$family
		address=HOST$family
		talk "$label" "${!address}"
		expect "$label: banner after $(took "$label" 1) ms, $(code "$label" 1)" "$(took "$label" 1)" -lt "$SLACK_MS" -a "$(code "$label" 1)" = 220
		expect "$label: MAIL with a domain after $(took "$label" 3) ms, $(code "$label" 3)" \
			"$(took "$label" 3)" -lt $((WAIT_S * 1000 + SLACK_MS)) -a "$(code "$label" 3)" = 451
		expect "$label: MAIL FROM:<> after $(took "$label" 5) ms, $(code "$label" 5)" "$(took "$label" 5)" -lt "$SLACK_MS" -a "$(code "$label" 5)" = 250
	done
	shield_down
done

shield_up refuse -e "s/^resolvers.*/& limits { lookup-timeout = $WAIT_S }/" -e 's/from untrusted {/& unresolvable-sender = count/'
talk counted "$HOST4"
expect "counted: MAIL with a domain after $(took counted 3) ms, $(code counted 3)" "$(took counted 3)" -lt $((WAIT_S * 1000 + SLACK_MS)) -a "$(code counted 3)" = 250
shield_down
box_dns_stop
box_dns_start

quiet
for label in dead4 dead6 silent4 silent6 counted; do
	boxes=$(delivered "$label")
	expect "$label: the bounce is delivered to ${boxes:-nobody}" "$boxes" = "mail first"
done
goal_end
