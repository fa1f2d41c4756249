#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# metrics.sh RELAYWALL - what is shown by HTTP of a running relaywall: to those who ask well, badly, slowly and by the thousand,
# while workers, captain, desk and the board itself hang or are killed. Last line: "N passed, N failed". Needs root.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: $0 RELAYWALL" >&2; exit 2; }
relaywall=$(realpath "$1")
cd "$(dirname "$0")"

# shellcheck source=tests/gate/net.sh
. ../gate/net.sh

host=(198.51.100.25 2001:db8:25::25)
client=(203.0.113.66 2001:db8:66::66)
: >"$folder/host"
ip netns exec "$id-host" /usr/bin/python3 mail.py host "$folder/delivered" "${host[@]}" >"$folder/host" 2>&1 &
started[$!]=host
wait_for ready "$folder/host"
mkfifo "$folder/say" "$folder/crowd"

in_router() { ip netns exec "$id-router" "$@"; }
in_client() { ip netns exec "$id-client" /usr/bin/python3 mail.py "$@"; }
write_conf() {	# METRICS
	cat >"$folder/conf" <<-CONF
		journal = "$folder/journal"
		control = "$folder/run/control"
		on-stop = remove
		workers = 2
		${1:+metrics = "$1"}
		protect "aix" { addresses = { "${host[0]}" } hostname = "host.example" local-domains = { "local.example" } }
		protect "<script>alert(1)</script>&" {
			addresses = { "${host[1]}" }
			hostname = "other.example"
			local-domains = { "local.example" }
		}
	CONF
}
reload() { "$relaywall" reload --control "$folder/run/control" >/dev/null; }
of_keeper() { pgrep -P "$keeper" "$1" || true; }
board() { of_keeper relaywall-boar; }
said() { grep -c "$1" "$folder/daemon" || true; }
at=127.0.0.1:9025
# get PATH CURL-OPTION...: what is answered is in $folder/out, its fields in $folder/fields; prints the code
get() {
	local path=$1
	shift
	in_router curl -sS -m 8 -o "$folder/out" -D "$folder/fields" -w '%{http_code}' "$@" "http://$at$path" 2>"$folder/err" || true
}
field() { sed -n "s/^$1: //Ip" "$folder/fields" | tr -d '\r'; }
raw() { in_router /usr/bin/python3 metrics.py raw "${at%:*}" "${at##*:}" "$1"; }
value() { get /metrics >/dev/null; /usr/bin/python3 metrics.py value "$@" <"$folder/out"; }
past() {	# PYTHON: of the past
	get /status.json >/dev/null
	/usr/bin/python3 -c "import json, sys; past = json.load(sys.stdin)['past']; print($1)" <"$folder/out"
}
is_well() { [ "$(get /health)" = 200 ]; }
is_not_well() { [ "$(get /health)" = 503 ]; }
board_is_not() { [ "$(board)" != "$1" ] && [ -n "$(board)" ]; }
is_refused() { ! get /health >/dev/null || grep -q -e refused -e "Couldn't connect" "$folder/err"; }

# --- off by default -----------------------------------------------------------

write_conf ""
: >"$folder/daemon"
ip netns exec "$id-router" "$relaywall" run "$folder/conf" >"$folder/daemon" 2>&1 7>&- 8>&- &
keeper=$!
started[$keeper]=keeper
wait_for 'serving 2 hosts' "$folder/daemon"
sleep 1
is "without the key there is no board" "$(board)" ""
is "... and nobody listens but for mail" "$(in_router ss -Hltn | grep -vc -e ':2525 ' -e ':2526 ' || true)" 0
write_conf "$at"
reload
is "a reload puts it there" "$(until_true 5 is_well && cat "$folder/out")" ok
is "... at this address alone" "$(in_router ss -Hltn 'sport = 9025' | awk '{ print $4 }')" "$at"
first=$(board)

# --- who asks well ------------------------------------------------------------

is "health" "$(get /health) $(field content-type)" "200 text/plain; charset=utf-8"
is "metrics" "$(get /metrics) $(field content-type)" "200 text/plain; version=0.0.4; charset=utf-8"
is "status.json" "$(get /status.json) $(field content-type)" "200 application/json"
is "the page" "$(get /) $(field content-type)" "200 text/html; charset=utf-8"
is "... lets nothing run that is not its own" "$(field content-security-policy)" \
	"default-src 'none'; style-src 'sha256-*='; script-src 'sha256-*='; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; *"
is "... and is kept by nobody" "$(field cache-control) $(field x-content-type-options)" "no-store nosniff"
is "... names no other host" "$(grep -Eo "(src|href|url|action)[=(][\"']?(https?:)?//[^\"' )]*" "$folder/out" | wc -l)" 0
is "a name is a text, whatever it is" "$(grep -c '&lt;script&gt;alert(1)&lt;/script&gt;&amp;' "$folder/out") $(grep -c '<script>alert' "$folder/out" || true)" "[1-9]* 0"
is "a query is let be" "$(get '/health?x=1')" 200
is "what is not there" "$(get /nothing) $(get /metrics/) $(get /../etc/passwd --path-as-is)" "404 404 404"
is "HEAD has no body" "$(in_router curl -sS -m 8 -I "http://$at/health" | tr -d '\r' | sed -n '1p;$p' | xargs)" "HTTP/1.1 200 OK"
for method in POST PUT DELETE OPTIONS TRACE PATCH reload; do
	is "$method is not allowed" "$(get /health -X "$method") $(field allow)" "405 GET, HEAD"
done
is "POST with a body" "$(get /health --data stop)" 405
is "GET with a body" "$(get /health -X GET --data x)" 400
is "... in chunks" "$(get /health -X GET -H 'Transfer-Encoding: chunked' --data x)" 400
for name in localhost LOCALHOST:9025 127.0.0.1 '[::1]:9025' 10.1.2.3 "$(uname -n)"; do
	is "addressed to $name" "$(get /health -H "Host: $name")" 200
done
for name in attacker.example attacker.example:9025 localhost.attacker.example 127.0.0.1.attacker.example '[::1].attacker.example' 127.0.0.1:x; do
	is "addressed to $name" "$(get /status.json -H "Host: $name")" 421
done
is "without a name, as no browser does" "$(raw 'GET /health HTTP/1.0\r\n\r\n')" "HTTP/1.* 200 OK"

# --- numbers ------------------------------------------------------------------

get /metrics >/dev/null
is "the text is Prometheus's" "$(/usr/bin/python3 metrics.py check <"$folder/out")" "good [1-9]*"
is "nothing was refused yet" "$(past 'past["refused"]')" "{}"
for _ in $(seq 5); do in_client one 0 "${client[0]}" "${host[0]}" >/dev/null; done
for _ in $(seq 3); do in_client one 0 "${client[1]}" "${host[1]}" >/dev/null; done
sleep 1.2	# older is not fresh
for n in "aix 5" "<script>alert(1)</script>& 3"; do
	name=${n% *} count=${n##* }
	is "what was sent to $name is what is counted" "$(for key in sessions messages recipients_passed recipients_refused recipients_rewritten; do
		value "relaywall_host_${key}_total" "host=$name"; done | xargs)" "$count $count $count $count 0"
	is "... by rule" "$(value relaywall_host_refused_by_rule_total "host=$name" rule=relay)" "$count"
done
is "... together" "$(value relaywall_accepted_total) $(value relaywall_events_total kind=recipient cause=percent-hack)" "8 8"
is "... over time" "$(past '[sum(n) for n in past["refused"].values()], list(past["refused"]), sum(past["messages"])')" "\[8] \['relay'] 8"
is "all processes are up" "$(value relaywall_process_up process=worker) $(value relaywall_process_up process=captain)" "2 [12]"
: >"$folder/held"
ip netns exec "$id-client" /usr/bin/python3 mail.py hold "${client[0]}" "${host[0]}" <"$folder/say" >"$folder/held" 2>&1 &
held=$!
started[$held]=hold
exec 8>"$folder/say"
wait_for ^220 "$folder/held"
sleep 4.2	# sessions are kept longer
get / >/dev/null
is "a session is shown" "$(grep -c ">${client[0]} port [0-9]*<" "$folder/out")" 1
is "... and counted" "$(value relaywall_sessions)" 1

# --- who asks badly -----------------------------------------------------------

is "nonsense" "$(raw 'nonsense\r\n\r\n')" "@(HTTP/1.* 4*|closed)"
is "octets that are no text" "$(raw '\x00\xff\x16\x03\x01\r\n\r\n')" "@(HTTP/1.* 4*|closed)"
is "another version" "$(raw 'GET /health HTTP/9.9\r\nHost: localhost\r\n\r\n')" "@(HTTP/1.* [45]*|closed)"
is "a path without end" "$(raw "GET /$(head -c 40000 /dev/zero | tr '\0' a) HTTP/1.1\\r\\n\\r\\n")" "@(HTTP/1.* 4*|closed)"
is "fields without end" "$(raw "GET / HTTP/1.1\\r\\nHost: localhost\\r\\nX: $(head -c 40000 /dev/zero | tr '\0' a)\\r\\n\\r\\n")" "@(HTTP/1.* 4*|closed)"
is "escapes in a path" "$(raw 'GET /%2e%2e/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n')" "HTTP/1.1 4*"
is "half a request is given up" "$(raw 'GET /health HT')" "@(HTTP/1.* 408*|closed)"
is "one that comes octet by octet, too" "$(in_router /usr/bin/python3 metrics.py drip "${at%:*}" "${at##*:}")" "1[4-8]"
in_router /usr/bin/python3 metrics.py crowd "${at%:*}" "${at##*:}" 1000 <"$folder/crowd" >"$folder/crowded" 2>&1 &
crowd=$!
started[$crowd]=crowd
exec 7>"$folder/crowd"
until_true 90 grep -q ready "$folder/crowded" || true
is "among a thousand one is answered" "$(from=$(date +%s%3N); get /health; echo " $(($(date +%s%3N) - from < 4000))")" "200 1"
is "... and few are let in" "$(($(find "/proc/$first/fd" -type l 2>/dev/null | wc -l) < 64 + 24))" 1
exec 7>&-
wait "$crowd" || true
unset "started[$crowd]"
is "... and afterwards" "$(get /health)" 200
is "all this ended nothing" "$(board) $(said 'ended (')" "$first 0"
is "the board has no capability" "$(sed -n 's/^CapEff:[[:space:]]*//p' "/proc/$first/status")" 0000000000000000
is "... is not root" "$(($(awk '/^Uid:/ { print $2 }' "/proc/$first/status") != 0))" 1
is "... has few system calls, and sees no file" "$(sed -n 's/^Seccomp:[[:space:]]*//p' "/proc/$first/status") $(find "/proc/$first/root/" | wc -l)" "2 1"

# --- what hangs, what is killed -----------------------------------------------

captain() { pgrep -n -P "$keeper" relaywall-cap || true; }
get /status.json >/dev/null
busy=$(/usr/bin/python3 -c "import json, sys; print(json.load(sys.stdin)['sessions']['sessions'][0]['worker'])" <"$folder/out")
kill -STOP "$(pgrep -P "$(captain)" 'relaywall-w' | sed -n "$((2 - busy))p")"
is "a worker hangs: not well" "$(until_true 4 is_not_well && cat "$folder/out")" "worker [01] of captain [0-9]* does not serve"
is "... which is a number, too" "$(value relaywall_healthy) $(value relaywall_process_up process=worker)" "0 1"
is "... until it is replaced" "$(until_true 10 is_well && echo yes)" yes
kill -STOP "$(captain)"
is "the captain hangs: not well" "$(until_true 5 is_not_well && cat "$folder/out")" "*captain [0-9]*, serving, does not answer*"
is "... and on the page" "$(get /) $(grep -c '<li>captain [0-9]*, serving, does not answer' "$folder/out")" "200 1"
kill -CONT "$(captain)"
is "... until it goes on" "$(until_true 5 is_well && echo yes)" yes
desk=$(of_keeper relaywall-desk)
kill -STOP "$desk"
sleep 1.1
is "the desk hangs: who asks waits for the next one" "$(until_true 10 is_well && of_keeper relaywall-desk)" "!($desk)"
kill -STOP "$keeper"
is "the keeper hangs: not well" "$(until_true 5 is_not_well && head -n 1 "$folder/out")" "the keeper does not answer"
desk=$(of_keeper relaywall-desk)
kill -STOP "$desk"
sleep 1.1
is "... and nobody says why" "$(get /health) $(cat "$folder/out")" "503 no process says how the others are"
is "... which is all that is shown" "$(value relaywall_up) $(get /) $(get /status.json) $(cut -c 1-31 "$folder/out")" \
	'0 200 200 {"status":null,"sessions":null,*'
kill -CONT "$desk" "$keeper"
is "... until they go on" "$(until_true 10 is_well && echo yes)" yes
kill -9 "$(of_keeper relaywall-desk)"
is "the desk is killed" "$(until_true 5 is_well && echo yes)" yes
kill -9 "$first"
is "the board is killed: another one answers" "$(until_true 5 board_is_not "$first" && until_true 5 is_well && echo yes)" yes
is "... that knows the past" "$(past 'sum(past["refused"]["relay"])')" 8
hung=$(board)
kill -STOP "$hung"
is "one that hangs is killed" "$(until_true 10 board_is_not "$hung" && until_true 5 is_well && echo yes)" yes
echo noop >&8
is "the session from before goes on" "$(until_true 5 grep -q ^250 "$folder/held" && echo yes)" yes
exec 8>&-

# --- the key changes ----------------------------------------------------------

now=$(board)
reload
is "a reload leaves it as it is" "$(get /health) $(board)" "200 $now"
is "... with what was counted" "$(value relaywall_host_recipients_refused_total)" 8
kill -USR2 "$keeper"
is "an upgrade begins another one" "$(until_true 10 board_is_not "$now" && until_true 5 is_well && echo yes)" yes
is "... at the same address, with the past" "$(said '^relaywall: upgraded') $(past 'sum(past["refused"]["relay"])')" "1 8"
now=$(board)
write_conf "[::1]:9026"
reload
is "the old address is left" "$(until_true 5 is_refused && echo yes)" yes
at="[::1]:9026"
is "... for the new one" "$(until_true 5 is_well && echo yes)" yes
is "... of the same board" "$(board)" "$now"
in_router /usr/bin/python3 -c "import socket, sys; s = socket.create_server(('127.0.0.1', 9027)); print('ready', flush=True); sys.stdin.read()" \
	<"$folder/crowd" >"$folder/other" 2>&1 &
other=$!
started[$other]=other
exec 7>"$folder/crowd"
wait_for ready "$folder/other"
write_conf "127.0.0.1:9027"
reload
is "where somebody else listens that is told, and mail goes on" \
	"$(said 'metrics 127.0.0.1:9027: Address already in use') $(in_client one 0 "${client[0]}" "${host[0]}")" "1 0 delivered"
exec 7>&-
wait "$other" || true
unset "started[$other]"
reload
at=127.0.0.1:9027
is "... until a reload finds it free" "$(until_true 5 is_well && echo yes)" yes
write_conf "203.0.113.99:9025"
reload
is "an address that strangers reach is warned of" "$(said 'warning: metrics = "203.0.113.99:9025" is no loopback')" 1
write_conf ""
reload
is "without the key it ends" "$(until_true 5 is_refused && board)" ""
write_conf "$at"
reload
is "... and comes again" "$(until_true 5 is_well && echo yes)" yes
is "... with the past" "$(past 'sum(past["refused"]["relay"])')" "[89]"
kill "$keeper"
wait "$keeper" || true
unset "started[$keeper]"
is "the end is its end" "$(until_true 5 is_refused && echo yes)" yes

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
