#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# control.sh RELAYWALL - an operator's commands against a running relaywall, against none, and against one of which a
# worker, a captain or the desk hangs or is killed. Last line: "N passed, N failed". Needs root.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: $0 RELAYWALL" >&2; exit 2; }
relaywall=$(realpath "$1")
cd "$(dirname "$0")"

# shellcheck source=tests/gate/net.sh
. ../gate/net.sh

host=(198.51.100.25 2001:db8:25::25)
client=(203.0.113.66 2001:db8:66::66)
export TERM=xterm
: >"$folder/host"
ip netns exec "$id-host" /usr/bin/python3 mail.py host "$folder/delivered" "${host[@]}" >"$folder/host" 2>&1 &
started[$!]=host
wait_for ready "$folder/host"
mkfifo "$folder/say" "$folder/say2" "$folder/crowd"

in_client() { ip netns exec "$id-client" /usr/bin/python3 mail.py "$@"; }
write_conf() {	# TOP FROM
	cat >"$folder/conf" <<-CONF
		journal = "$folder/journal"
		control = "$folder/run/control"
		on-stop = remove
		workers = 2
		${1-}
		network partner { prefixes = { "192.0.2.0/24" } }
		protect "aix" {
			addresses = { "${host[0]}" }
			hostname = "host.example"
			local-domains = { "local.example" }
			from untrusted { ${2-} }
			from partner { relay = enforce }
		}
		protect "other" {
			addresses = { "${host[1]}" }
			hostname = "other.example"
			local-domains = { "local.example" }
		}
	CONF
}
begin() {
	: >"$folder/daemon"
	ip netns exec "$id-router" "$relaywall" run "$folder/conf" >"$folder/daemon" 2>&1 7>&- 8>&- 9>&- &
	keeper=$!
	started[$keeper]=keeper
	wait_for 'serving 2 hosts' "$folder/daemon"
}
reap() {
	status=0
	wait "$keeper" || status=$?
	unset "started[$keeper]"
}
said() { grep -c "$1" "$folder/daemon" || true; }
captain() { pgrep -n -P "$keeper" relaywall-cap || true; }
workers() { pgrep -P "$(captain)" 'relaywall-w' || true; }
desk() { pgrep -P "$keeper" relaywall-desk || true; }
# rw COMMAND...: its exit status; what it said is in $folder/out and $folder/err, how long it took in $took (ms)
rw() {
	local got=0 from
	from=$(date +%s%3N)
	"$relaywall" "$@" --control "$folder/run/control" >"$folder/out" 2>"$folder/err" || got=$?
	took=$(($(date +%s%3N) - from))
	echo "$got" >"$folder/status"
}
exits() {	# NAME WANTED COMMAND...
	local name=$1 want=$2
	shift 2
	rw "$@"
	is "$name" "$(cat "$folder/status")" "$want"
}
get() { /usr/bin/python3 control.py get "$@" <"$folder/out" 2>&1 || true; }
ask() { /usr/bin/python3 control.py ask "$folder/run/control" "$1"; }
number() { rw status --json; get counted hosts "$@"; }
is_well() { rw status; [ "$(cat "$folder/status")" -eq 0 ]; }
is_not_well() { ! is_well; }
declare -A held=()
hold_begin() {	# I FIFO
	ip netns exec "$id-client" /usr/bin/python3 mail.py hold "${client[$1]}" "${host[$1]}" <"$folder/$2" >"$folder/held-$1" 2>&1 &
	held[$1]=$!
	started[${held[$1]}]=hold
}
hold_end() {	# I
	kill "${held[$1]}" 2>/dev/null || true
	wait "${held[$1]}" 2>/dev/null || true
	unset "started[${held[$1]}]"
}

# --- nobody is there ----------------------------------------------------------

write_conf
for command in status sessions counters top tail reload stop; do
	exits "$command without a relaywall" 3 "$command" --json
	is "... tells that" "$(cat "$folder/err")" "relaywall: nobody listens at $folder/run/control: *"
	exits "$command, used wrongly" 2 "$command" --nonsense
	exits "$command with one word too many" 2 "$command" word word
done
exits "an id that is none" 2 sessions --end 123
exits "clients that are none" 2 sessions --client 10.0.0.0/33

# --- status, counters ---------------------------------------------------------

begin
until_true 5 [ -S "$folder/run/control" ] || true	# the keeper makes it when it hears that a captain serves
is "the folder of the socket is made, the socket is root's" "$(stat -c '%a %U' "$folder/run/control")" "660 root"
exits "status" 0 status
is "... is well" "$(head -n 1 "$folder/out")" "health     well"
is "... without colours, since this is no terminal" "$(grep -c $'\033' "$folder/out" || true)" 0
is "... says what is off" "$(grep -c 'partner .* unsafe-sender .* off .* since 20' "$folder/out")" 1
is "... of a network of which all is off" "$(grep -c 'other .* partner .* all rules .* off .* since 20' "$folder/out")" 1
exits "status --json" 0 status --json
is "... healthy" "$(get healthy)" true
is "... who serves" "$(get captains 0 state)" serving
is "... the digest is that of check" "$("$relaywall" check "$folder/conf")" "*: policy $(get captains 0 digest)*"
is "... its file and journal" "$(get captains 0 file) $(get captains 0 journal)" "$folder/conf $folder/journal"
is "... the keeper is the process that was started" "$(get keeper pid)" "$keeper"
is "... two workers" "$(get captains 0 workers | wc -l)" 2
for _ in $(seq 5); do in_client one 0 "${client[0]}" "${host[0]}" >/dev/null; done
for _ in $(seq 3); do in_client one 0 "${client[1]}" "${host[1]}" >/dev/null; done
for n in "aix 5" "other 3"; do
	name=${n% *} count=${n#* }
	is "what was done for $name adds up" "$(for key in sessions messages recipients_passed recipients_refused recipients_rewritten; do number "$name" "$key"; done | xargs)" \
		"$count $count $count $count 0"
	is "... by rule" "$(number "$name" refused_by relay)" "$count"
done
exits "counters --json" 0 counters --json
is "... both together" "$(get counted counters accepted) $(get counted events recipient.percent-hack)" "8 8"
exits "counters" 0 counters
is "... one a line" "$(grep -cx -e 'accepted 8' -e 'event.message.taken 8' -e 'host.aix.sessions 5' -e 'host.aix.refused_by.relay 5' "$folder/out")" 4
is "who may not write to the socket is told so" \
	"$(setpriv --reuid 65534 --clear-groups "$relaywall" status --control "$folder/run/control" 2>&1 || echo $?)" "*Permission denied*1"

# --- tail, top ----------------------------------------------------------------

exits "tail" 0 tail -n 3
is "... three lines, that end with the last one" "$(wc -l <"$folder/out") $(tail -n 1 "$folder/out")" \
	"3 [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9] [0-9a-f]* ${client[1]} other message 250 from a@client.example recipients 1 octets *"
exits "tail of refused recipients" 0 tail -n 100 --event recipient --verdict refuse
is "... all of them" "$(wc -l <"$folder/out") $(grep -c 'refuse relay percent-hack 550 TO:<user%victim.example@local.example>' "$folder/out")" "8 8"
exits "tail of one host's and of some clients" 0 tail -n 100 --host aix --client 203.0.113.0/24 --verdict refuse
is "... all of them" "$(wc -l <"$folder/out")" 5
exits "... and of none" 0 tail --host other --client 203.0.113.0/24
is "... nothing" "$(cat "$folder/out")" ""
exits "tail --json" 0 tail -n 1 --json
is "... is the line" "$(cat "$folder/out")" "$(tail -n 1 "$folder/journal")"
exits "tail of a file that is not there" 1 tail "$folder/none"
printf '{"event":"limit","what":"a\\u001b[2Jb","time":"x\\u0007"}\nno JSON\n{"event":"half' >"$folder/odd"
exits "tail of a file with octets for a terminal" 0 tail "$folder/odd"
is "... shows them" "$(cat "$folder/out")" 'x\\x07 limit a\\x1b\[2Jb'
"$relaywall" tail -f -n 0 --event message "$folder/odd" >"$folder/followed" 2>&1 &
follower=$!
started[$follower]=tail
sleep 0.5
printf '\n{"event":"message","what":"first"}\n' >>"$folder/odd"
until_true 5 grep -q first "$folder/followed" || true
mv "$folder/odd" "$folder/odd.1"
printf '{"event":"message","what":"last of the old"}\n' >>"$folder/odd.1"
sleep 0.5
printf '{"event":"message","what":"second"}\n{"event":"host","what":"not wanted"}\n' >"$folder/odd"
is "tail -f follows a file that is moved away" "$(until_true 5 grep -q second "$folder/followed"; xargs <"$folder/followed")" \
	"message first message last of the old message second"
kill "$follower"
wait "$follower" 2>/dev/null || true
unset "started[$follower]"
exits "top without a terminal" 2 top
is "... tells what to do" "$(cat "$folder/err")" "relaywall top: this is no terminal; relaywall counters *"
exits "top --json" 0 top --json
is "... who was refused" "$(get clients 0 name) $(get clients 0 count) $(get clients 1 name) $(get recipients 0 name) $(get recipients 0 count)" \
	"${client[0]} 5 ${client[1]} <user%victim.example@local.example> 8"
is "... by which verdict" "$(get verdicts | grep -c '"name": "recipient.percent-hack", "count": 8, "rate": 0.0')" 1
/usr/bin/python3 control.py terminal 2 q "$relaywall" top --control "$folder/run/control" >"$folder/screen" 2>&1 || true
is "top on a terminal" "$(grep -c -e recipient.percent-hack -e '8 <user%victim.example@local.example>' -e "5 ${client[0]}" -e 'connections 0.0/s' "$folder/screen")" 4
is "... ends with q" "$(tail -n 1 "$folder/screen")" 0
/usr/bin/python3 control.py terminal 1 q env TERM=none-such "$relaywall" top --control "$folder/run/control" >"$folder/screen" 2>&1 || true
is "... not on one that nobody knows" "$(tail -n 1 "$folder/screen") $(grep -c 'this terminal cannot be used' "$folder/screen")" "2 1"
/usr/bin/python3 control.py terminal 1 q "$relaywall" status --control "$folder/run/control" >"$folder/screen" 2>&1 || true
is "status on a terminal" "$(tail -n 1 "$folder/screen") $(grep -cx well "$folder/screen")" "0 1"

# --- sessions -----------------------------------------------------------------

hold_begin 0 say
exec 8>"$folder/say"
hold_begin 1 say2
exec 9>"$folder/say2"
wait_for ^220 "$folder/held-0"
wait_for ^220 "$folder/held-1"
echo mail >&8
until_true 5 grep -q taken "$folder/held-0" || true
exits "sessions" 0 sessions
is "... a line each" "$(grep -c " ${client[0]} \| ${client[1]} " "$folder/out")" 2
exits "sessions --json" 0 sessions --json
is "... of this host" "$(rw sessions --json --host aix; get sessions | wc -l) $(get sessions 0 client)" "1 ${client[0]}"
is "... its last verdict, what was taken and refused" "$(get sessions 0 last) $(get sessions 0 recipients_taken) $(get sessions 0 recipients_refused)" \
	"local-domain 1 1"
is "... of these clients" "$(rw sessions --json --client 2001:db8:66::/48; get sessions | wc -l) $(get sessions 0 host)" "1 other"
is "... of others" "$(rw sessions --json --client 203.0.113.64/31; get sessions | wc -l)" 0
rw sessions --json --host other
victim=$(get sessions 0 id)
exits "an end to one" 0 sessions --end "$victim"
exec 9>&-	# it says no more, and listens
is "... which its client is told" "$(until_true 5 grep -q ^421 "$folder/held-1" && echo yes)" yes
exits "an end to one that is not there" 1 sessions --end "$victim"
is "... tells that" "$(cat "$folder/err")" "relaywall: there is no such session"
is "whoever ended it is told of" "$(said 'control: end of a session, by uid 0, pid [0-9]*$')" 2
hold_end 1

# --- reload -------------------------------------------------------------------

exits "reload" 0 reload
is "... another captain serves" "$(rw status --json; get captains 1 state) $(get captains 1 generation)" "serving 2"
is "... beside the one of a session from before" "$(get captains 0 state)" draining
is "... what was counted goes on" "$(number aix sessions) $(number other sessions)" "6 4"
since=$(rw status --json; get captains 1 unenforced rows 0 since)
is "... a rule is off since it was first" "$(get captains 0 unenforced rows 0 since)" "$since"
echo "nonsense = 1" >>"$folder/conf"
line=$(wc -l <"$folder/conf")
exits "reload of a faulty file" 1 reload
is "... tells where and what" "$(cat "$folder/err")" "$folder/conf:$line: unknown key 'nonsense', expected *"
exits "... and as JSON" 1 reload --json
is "... " "$(get result)" refused
is "... the old one goes on" "$(in_client one 0 "${client[0]}" "${host[0]}")" "0 delivered"
exits "... and is well" 0 status
write_conf "" "relay = count"
("$relaywall" reload --control "$folder/run/control" >"$folder/out2" 2>&1; echo $? >>"$folder/out2") &
second=$!
exits "two reloads at once" 0 reload
wait "$second" || true
is "... both are answered" "$(tail -n 1 "$folder/out2")" "[01]"
until_true 5 is_well || true
rw status
is "... what is counted only is shown" "$(grep -c 'aix .* untrusted .* relay .* count .* since 20' "$folder/out")" 1
exec 8>&-
hold_end 0
in_client one 0 "${client[0]}" "${host[0]}" >/dev/null	# its first RCPT is not refused now
is "... and what it would have refused" "$(number aix counted_by relay)" 1
write_conf "" ""
sed -i "s|run/control|run/another|" "$folder/conf"
exits "a reload to another path" 0 reload
is "... where it is asked from now on" "$("$relaywall" status --json --control "$folder/run/another" | /usr/bin/python3 control.py get healthy)" true
is "... and the old one is gone" "$(ls "$folder/run")" another
write_conf
"$relaywall" reload --control "$folder/run/another" >/dev/null
is "... and back" "$(ls "$folder/run")" control

# --- what hangs, what is killed -----------------------------------------------

hold_begin 0 say
exec 8>"$folder/say"
wait_for ^220 "$folder/held-0"
rw sessions --json
busy=$(get sessions 0 worker)
idle=$(workers | sed -n "$((2 - busy))p")
kill -STOP "$idle"
exits "sessions, while a worker hangs" 1 sessions
is "... within three seconds" "$((took < 3000))" 1
is "... the hung one is named" "$(cat "$folder/err")" "relaywall: worker $((1 - busy)) of captain [0-9]* does not answer*"
is "... the others are shown" "$(grep -c " ${client[0]} " "$folder/out")" 1
is "status says so" "$(until_true 3 is_not_well && sed -n 1,2p "$folder/out" | xargs)" "health not well worker $((1 - busy)) of captain [0-9]* does not serve"
is "... until it is replaced" "$(until_true 10 is_well && echo yes)" yes
before=$(number aix sessions)
kill -9 "$(desk)"
is "the desk is killed: another one answers" "$(until_true 5 is_well && echo yes)" yes
is "... with the same counts" "$(number aix sessions)" "$before"
kill -STOP "$(desk)"
is "one that hangs is killed" "$(until_true 10 grep -q 'the desk hangs' "$folder/daemon" && until_true 5 is_well && echo yes)" yes
is "... the session from before goes on" "$(echo noop >&8; until_true 5 grep -q ^250 "$folder/held-0" && tail -n 1 "$folder/held-0")" "250*"
exec 8>&-
hold_end 0
kill -STOP "$(captain)"
exits "status, while the captain hangs" 1 status
is "... within three seconds" "$((took < 3000))" 1
is "... says so" "$(sed -n 2p "$folder/out" | xargs)" "captain [0-9]*, serving, does not answer"
kill -CONT "$(captain)"
is "... until it goes on" "$(until_true 5 is_well && echo yes)" yes
sleep 10.5	# it tells its counts every ten seconds
before=$(number aix sessions)
kill -9 "$(captain)"
is "a captain is killed: its counts are not lost" "$(until_true 10 is_well && sleep 1.2; number aix sessions)" "$before"

# --- at the socket ------------------------------------------------------------

is "nonsense is answered" "$(ask 'nonsense\n')" '{"result":"refused","lines":\["relaywall: this is no request"]}'
is "an empty line" "$(ask '\n')" '{"result":"refused"*'
is "octets that are no text" "$(ask '\x00\xff\xfe\x1b[2J\n')" '{"result":"refused"*'
is "a request and more" "$(ask 'status \n')" '{"result":"refused"*'
is "a line without end" "$(ask "$(head -c 4096 /dev/zero | tr '\0' a)")" '@({"result":"refused"*|closed)'
is "half a request is given up" "$(ask stat)" closed
/usr/bin/python3 control.py crowd "$folder/run/control" 100 <"$folder/crowd" >"$folder/crowded" 2>&1 &
crowd=$!
started[$crowd]=crowd
exec 7>"$folder/crowd"
wait_for ready "$folder/crowded"
exits "among a hundred that never read one is answered" 0 status
is "... soon" "$((took < 7000))" 1
exec 7>&-
wait "$crowd" || true
unset "started[$crowd]"
exits "... and afterwards" 0 status
is "nothing of all this ended the desk" "$(said 'the desk ended')" 2

# --- the end ------------------------------------------------------------------

hold_begin 0 say
exec 8>"$folder/say"
wait_for ^220 "$folder/held-0"
exits "stop" 0 stop
is "... waited until the process was gone" "$(kill -0 "$keeper" 2>/dev/null && echo there)" ""
is "... and told how it ended" "$(cat "$folder/out")" "stopped, exit status 0"
reap
is "... which is true" "$status" 0
is "... nothing of the socket is left" "$(ls "$folder/run")" ""
exec 8>&-
is "... the session got its 421" "$(until_true 5 grep -q ^421 "$folder/held-0" && echo yes)" yes
exits "nobody is there any more" 3 status
/usr/bin/python3 control.py listen "$folder/run/control" <"$folder/crowd" >"$folder/other" 2>&1 &
other=$!
started[$other]=other
exec 7>"$folder/crowd"
wait_for ready "$folder/other"
begin
is "where somebody else listens that is told, and mail goes on" "$(until_true 3 grep -q 'another relaywall listens there' "$folder/daemon" || true; said 'another relaywall listens there') $(in_client one 0 "${client[0]}" "${host[0]}")" "1 0 delivered"
exec 7>&-
wait "$other" || true
unset "started[$other]"
kill -HUP "$keeper"
is "... until the next reload, when that one has gone" "$(until_true 10 is_well && echo yes)" yes
exits "stop --now" 0 stop --now --json
is "... is answered" "$(get result) $(get status)" "stopped 0"
reap

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
