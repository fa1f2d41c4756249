#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# processes.sh RELAYWALL - keeper, captains, workers: what a reload costs, and what the death of each of them. RELOADS and
# KILLS say how many, 10 and 5 by default. Last line: "N passed, N failed". Needs root.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: $0 RELAYWALL" >&2; exit 2; }
relaywall=$(realpath "$1")
cd "$(dirname "$0")"

# shellcheck source=tests/gate/net.sh
. ../gate/net.sh

# shellcheck source=tests/keeper/box.sh
. ./box.sh
scribe() { pgrep -x -P "$(captain)" relaywall-log || true; }
desk() { pgrep -x -P "$keeper" relaywall-desk || true; }
# lines PATTERN: how many different ones are in the journal; a scribe that is killed writes some twice
lines() { { grep "$1" "$folder/journal" || true; } | sort -u | wc -l; }
are_lines() { [ "$(lines "$2")" -eq "$1" ]; }
is_gone() { ! kill -0 "$1" 2>/dev/null; }

# judged N: has each of so many gates judged four, and refused one?
judged() { [ "$(said '^relaywall: counters .* gate_syns=4 gate_refused=1 ')" -eq "$1" ]; }

# --- rights --------------------------------------------------------------------

# confined PID: its capabilities (permitted, effective, bounding), its filter of system calls, its user, all that it sees of the file system, and what
# it was granted later
confined() {
	awk '/^(CapPrm|CapEff|CapBnd|NoNewPrivs|Seccomp|Uid):/ { printf "%s ", $2 }' "/proc/$1/status"
	readlink "/proc/$1/root"
}
write_conf "user = nobody"
begin
nobody=$(id -u nobody)
none="0000000000000000 0000000000000000 0000000000000000 1 2 /run/relaywall/empty"
# is_users UID: is the desk in its sandbox? Nobody waits for it, as for workers and scribe
is_users() { [ "$(confined "$(desk)" 2>/dev/null)" = "$1 $none" ]; }
for pid in $(workers); do
	is "a worker has no right, and sees nothing" "$(confined "$pid")" "$nobody $none"
done
is "nor has the scribe" "$(confined "$(scribe)")" "$nobody $none"
is "nor has the desk" "$(until_true 5 is_users "$nobody" || true; confined "$(desk)")" "$nobody $none"
is "... and they serve" "$(serves && echo yes)" yes
is "... and are asked" "$("$relaywall" status --control "$folder/control" | head -n 1)" "health     well"
daemon=$(id -u daemon)
write_conf "user = daemon"
is "a reload with another user, by command" "$("$relaywall" reload --control "$folder/control")" "loaded*"
is "... is one for all" "$(until_true 5 is_users "$daemon" || true; confined "$(desk)"), $(confined "$(scribe)")" "$daemon $none, $daemon $none"
is "... who is asked" "$("$relaywall" status --control "$folder/control" | head -n 1)" "health     well"
end
for user in root no-such-user; do
	write_conf "user = $user"
	status=0
	ip netns exec "$id-router" timeout 20 "$relaywall" run "$folder/conf" >"$folder/daemon" 2>&1 || status=$?
	is "user = $user is refused" "$status $(grep -c "^relaywall: user = \"$user\"" "$folder/daemon")" "1 1"
done
ip netns exec "$id-router" "$relaywall" rules --remove "$folder/conf"

# --- addresses ----------------------------------------------------------------

write_conf
begin
is "a keeper, its desk, a captain, two workers" "$(pgrep -c -P "$keeper") $(captains) $(workers | wc -l)" "2 1 2"
for i in 0 1; do
	for port in 1023 4099; do
		is "port $port is kept (${host[i]})" "$(in_client one $port "${client[i]}" "${host[i]}")" "$port delivered"
		is "... as the host sees it" "$(grep -c "X-Port: $port ${client[i]} $port\$" "$folder/delivered")" 1
	done
done

# --- reload -------------------------------------------------------------------

is_as_before() { [ "$(descriptors)" = "$before" ]; }
is_one() { [ "$(captains)" -eq 1 ]; }
reload	# from now on there is a predecessor of whom something is kept
until_true 5 is_one || true
sleep 1.2	# and its counts are added up within a second
hold_begin 0
load_begin 4
sleep 0.5
before=$(descriptors)
for _ in $(seq "${RELOADS:-10}"); do
	reload || is "a reload" "late" "done"
	# more than eight captains at once would end the oldest of them
done
is "the session from before goes on" "$(hold_say noop '^250')" "250*"
sleep 0.5
load_end
is "${RELOADS:-10} reloads under load, $counts: none refused, reset or told anything else" \
	"$(number refused) $(number reset) $(number told) $(number late) $(number unsure)" "0 0 0 0 0"
is "... there was a load" "$(($(number taken) > 100))" 1
is "... lost, doubled, relayed" "$lost $doubled $relayed" "0 0 0"
hold_end
is "... and no descriptor was" "$(until_true 5 is_as_before || true; descriptors)" "$before"
is "captains that are not needed any more are gone" "$(captains)" 1

# --- a worker -----------------------------------------------------------------

load_begin 4
before=$(descriptors)
for n in $(seq "${KILLS:-5}"); do
	victim=$(workers | sed -n "$((n % 2 + 1))p")
	kill -9 "$victim"
	until_true 5 are_two || true
	sleep 0.2
done
load_end
is "${KILLS:-5} workers killed under load, $counts: nobody was refused" "$(number refused) $(number late)" "0 0"
is "... lost, relayed" "$lost $relayed" "0 0"
is "... each was told of, and started again" "$(said 'worker [01] ended (signal 9), and is started again')" "${KILLS:-5}"
is "... and no descriptor was lost" "$(descriptors)" "$before"
victim=$(workers | head -n 1)
kill -STOP "$victim"
is "one that hangs is killed" "$(until_true 6 grep -q 'worker [01] hangs' "$folder/daemon" && echo yes)" yes
is "... and there are two again" "$(until_true 5 are_two && echo yes)" yes

# --- the scribe ---------------------------------------------------------------

: >"$folder/journal"
load_begin 4
before=$(descriptors)
for _ in $(seq "${KILLS:-5}"); do
	kill -9 "$(scribe)"
	sleep 1	# longer than it takes to start the next one
done
load_end
is "${KILLS:-5} scribes killed under load, $counts: nobody saw it" \
	"$(number refused) $(number reset) $(number told) $(number late) $(number unsure)" "0 0 0 0 0"
is "... lost, doubled, relayed" "$lost $doubled $relayed" "0 0 0"
is "... each mail is in the journal" "$(until_true 5 are_lines "$(number taken)" '"event":"message".*"code":250}$' || lines '"event":"message".*"code":250}$')" ""
is "... and each refusal" "$(until_true 5 are_lines "$(number sent)" '"reason":"percent-hack"' || lines '"reason":"percent-hack"')" ""
is "... and no descriptor was lost" "$(descriptors)" "$before"
: >"$folder/journal"
load_begin 1
kill -STOP "$(scribe)"
is "one that hangs is killed" "$(until_true 6 grep -q 'the scribe hangs' "$folder/daemon" && echo yes)" yes
sleep 0.5
load_end
is "... $counts: nobody saw it" "$(number refused) $(number reset) $(number told) $(number late) $(number unsure) $lost" "0 0 0 0 0 0"
is "... each mail is in the journal" "$(until_true 5 are_lines "$(number taken)" '"event":"message".*"code":250}$' || lines '"event":"message".*"code":250}$')" ""

# --- a captain ----------------------------------------------------------------

hold_begin 1
old_scribe=$(scribe)
load_begin 2
victim=$(captain)
kill -9 "$victim"
is "a captain is killed: another one serves" "$(until_true 10 has_loaded $(($(said 'loaded: captain') + 1)) && echo yes)" yes
is "... a session from before goes on" "$(hold_say noop '^250')" "250*"
is "... and its mail is taken" "$(hold_say mail '^taken')" taken
sleep 0.5
load_end
is "... $counts: nobody was refused or reset" "$(number refused) $(number reset) $(number told) $(number late) $(number unsure)" "0 0 0 0 0"
is "... lost, doubled, relayed" "$lost $doubled $relayed" "0 0 0"
is "... and the mail of the old session is at the host" "$(grep -c X-Held "$folder/delivered")" 1
: >"$folder/journal"
echo mail >&8
is "... its next one is in the journal, by the scribe that was the captain's" \
	"$(until_true 5 are_lines 1 '"event":"message".*"code":250}$' && kill -0 "$old_scribe" && echo yes)" yes
hold_end
is "... who ends with it" "$(until_true 5 is_gone "$old_scribe" && echo yes)" yes
kill -STOP "$(captain)"
is "one that hangs is killed, another one serves" "$(until_true 25 grep -q 'captain [0-9]* hangs' "$folder/daemon" && until_true 10 serves && echo yes)" yes
write_conf "nonsense = 1"
before=$(said 'loaded: captain')
kill -9 "$(captain)"
is "one is killed, and the file is faulty: it is told" "$(until_true 5 grep -q 'nonsense' "$folder/daemon" && echo yes)" yes
write_conf
is "... and tried again, until it is mended" "$(until_true 15 has_loaded $((before + 1)) && until_true 5 serves && echo yes)" yes
end
is "the end is orderly" "$status" 0

write_conf
begin
write_conf "nonsense = 1"
kill -9 "$(captain)"
until_true 5 grep -q nonsense "$folder/daemon" || true
end
is "an end while no captain serves is none as on-stop says, which is told" "$status $(said 'they stay as they are')" "1 1"
ip netns exec "$id-router" "$relaywall" rules --remove

write_conf
sed -i "s|^journal.*|journal = \"$folder/no/such/folder\"|" "$folder/conf"
ip netns exec "$id-router" "$relaywall" run "$folder/conf" >"$folder/daemon" 2>&1 || status=$?
is "a journal that cannot be opened: nothing begins, and it is told" \
	"$status $(grep -c "journal $folder/no/such/folder: No such file or directory" "$folder/daemon")" "1 1"

# --- reload-drain, rates, the gate --------------------------------------------

write_conf "reload-drain = 1"
begin
hold_begin 0
reload
sleep 1.5
exec 8>&-	# it says no more, and listens
is "reload-drain: what runs after it gets its 421" "$(until_true 5 grep -q ^421 "$folder/held" && echo yes)" yes
hold_end
end

write_conf "" "connections-per-minute = 3"
begin
for _ in 1 2 3; do serves || true; done
is "a limit is reached" "$(in_client one 0 "${client[0]}" "${host[0]}")" "421 *"
reload
is "... and a reload does not forget it" "$(in_client one 0 "${client[0]}" "${host[0]}")" "421 *"
for most in 5000 6000; do
	write_conf "max-clients = $most" "connections-per-minute = 3"
	reload
done
is "memory for another number of clients takes the place of the last" "$(find "/proc/$keeper/fd" -lname '*relaywall-rates*' | wc -l)" 1
end

write_conf "" "gate = refuse connections-per-minute = 3"
begin
for n in 1 2 3; do
	ip -n "$id-client" address add "203.0.113.$n/32" dev eth0
	ip -n "$id-router" route add "203.0.113.$n" dev client
	for _ in 1 2 3; do in_client one 0 "203.0.113.$n" "${host[0]}" >/dev/null; done
	is "the gate refuses, reload $((n - 1))" "$(in_client one 0 "203.0.113.$n" "${host[0]}")" "421 *"
	sleep 0.2	# its counters are as of a tenth of a second ago
	kill -USR1 "$keeper"
	is "... it was the gate's doing" "$(until_true 3 judged "$n" && echo yes)" yes
	reload
	is "... $n: loaded with a gate" "$(said 'not loaded')" 0
done
for n in 1 2 3; do reload; done
is "reloads one right behind the other: a gate has its queue when that of the one before is free" "$(said 'not loaded') $(serves && echo yes)" "0 yes"
write_conf "nonsense = 1" "gate = refuse connections-per-minute = 3"
kill -HUP "$keeper"
until_true 5 grep -q 'not loaded' "$folder/daemon" || true
write_conf "" "gate = refuse connections-per-minute = 3"
reload
is "... and the next one behind a file that was faulty" "$(said 'not loaded') $(said ': loaded: captain')" "1 7"
end
is "... and no rule leads into its queue any more" \
	"$(ip netns exec "$id-router" iptables -t raw -S 2>/dev/null | grep -c NFQUEUE || true)" 0

# --- many workers ----------------------------------------------------------------

# sockets: how many the keeper has
sockets() { find "/proc/$keeper/fd" -lname 'socket:*' 2>/dev/null | wc -l; }
write_conf "" "gate = refuse"	# so that there are those for refusals, too
sed -i 's/^workers = 2/workers = 64/' "$folder/conf"
begin
before=$(sockets)
sed -i '1i listener-port = 3000' "$folder/conf"
are_more() { [ "$(pgrep -c -P "$(captain)" 'relaywall-w')" -ge 32 ] && [ "$(captains)" -eq 2 ]; }
kill -HUP "$keeper"
until_true 10 are_more || true
kill -STOP "$keeper"	# so that it reads none before all are sent
sleep 2
kill -CONT "$keeper"
until_true 10 has_loaded 1 || true
until_true 10 is_one || true
is "all listeners of 64 workers go through the wire at once" "$(said 'not loaded') $(sockets)" "0 $before"
is "... and are served" "$(serves && echo yes)" yes
end

# --- who reads stderr is stuck ---------------------------------------------------

write_conf
mkfifo "$folder/stuck"
sleep 60 <>"$folder/stuck" &
started[$!]=stuck
ip netns exec "$id-router" "$relaywall" run "$folder/conf" 2>"$folder/stuck" &
keeper=$!
started[$keeper]=keeper
until_true 10 serves || true
for _ in $(seq 100); do kill -USR1 "$keeper"; sleep 0.02; done	# a line of some 1,500 octets each
is "nobody reads stderr: mail goes on" "$(until_true 5 serves && echo yes)" yes
is "... an operator is answered" "$("$relaywall" status --control "$folder/control" >"$folder/status"; echo $?)" 0
end
is "... and the end is orderly" "$status" 0

# --- an end -------------------------------------------------------------------

sed -i 's/^protect/network shut { prefixes = { "203.0.113.2\/32" } }\n&/; s/from untrusted/from shut { admit = reset }\n&/' "$folder/conf"
sed -i 's/gate = refuse connections-per-minute = 3//' "$folder/conf"
begin
is "who is not admitted" "$(in_client one 0 203.0.113.2 "${host[0]}")" "*refused*"
hold_begin 0	# an end with a session takes the rules in two steps
kill "$keeper"
end
hold_end
is "... is in the journal when it has ended" "$(grep -c '"session":"kernel","client":"203.0.113.2"' "$folder/journal")" 1

# A captain that serves, of which the keeper has not heard that yet, is not killed.
write_conf
ends=""
for _ in 1 2 3 4 5 6 7 8 9 10; do
	: >"$folder/daemon"
	ip netns exec "$id-router" "$relaywall" run "$folder/conf" >>"$folder/daemon" 2>&1 &
	keeper=$!
	started[$keeper]=keeper
	until grep -q '^relaywall: serving' "$folder/daemon"; do :; done
	end
	ends+="$status $(said '^relaywall: counters') $(ip netns exec "$id-router" nft list tables | grep -c relaywall || true)"$'\n'
done
is "an end right after the begin is orderly, and takes the rules out" "$(sort -u <<<"$ends" | xargs)" "0 1 0"

# --- the keeper ---------------------------------------------------------------

write_conf
begin
hold_begin 0
kill -9 "$keeper"
wait "$keeper" 2>/dev/null || true
unset "started[$keeper]"
is "the keeper is killed: the host is closed" "$(until_true 2 sh -c "! ip netns exec $id-router ss -Hltn 'sport = :2525' | grep -q ." && in_client one 0 "${client[0]}" "${host[0]}")" "*refused*"
is "... a session from before goes on" "$(hold_say noop '^250')" "250*"
begin
is "... and a new one serves" "$(until_true 5 serves && echo yes)" yes
is "... beside which the old session goes on" "$(hold_say mail '^taken')" taken
hold_end
end

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
