#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# upgrade.sh RELAYWALL NEXT ALIEN BLIND - another program takes over, in the same process and without a connection lost, or does
# not, and nothing changes. UPGRADES says how many under load, 4 by default, RELOADS how many reloads behind each, 1 by
# default. NEXT: the same with another version; ALIEN: with another protocol; BLIND: that cannot read what a keeper leaves. Last line: "N passed, N
# failed". Needs root.
set -euo pipefail

[ $# -eq 4 ] || { echo "usage: $0 RELAYWALL NEXT ALIEN BLIND" >&2; exit 2; }
first=$(realpath "$1")
next=$(realpath "$2")
alien=$(realpath "$3")
blind=$(realpath "$4")
cd "$(dirname "$0")"

# shellcheck source=tests/gate/net.sh
. ../gate/net.sh
relaywall=$folder/relaywall
# shellcheck source=tests/keeper/box.sh
. ./box.sh

# install PROGRAM: as a package does, another file by the same name
install() {
	cp -p "$1" "$relaywall.new"
	mv -f "$relaywall.new" "$relaywall"
}
upgrades() { said '^relaywall: upgraded: '; }
has_upgraded() { [ "$(upgrades)" -ge "$1" ]; }
upgrade() {	# [PROGRAM]
	local before
	before=$(upgrades)
	[ $# -eq 0 ] || install "$1"
	kill -USR2 "$keeper"
	until_true 10 has_upgraded $((before + 1))
}
refused() { said '^relaywall: not upgraded: '; }
has_refused() { [ "$(refused)" -ge "$1" ]; }
# refuses SECONDS: what is said of the upgrade, and by whom it is served then
refuses() {
	local before
	before=$(refused)
	kill -USR2 "$keeper"
	until_true "$1" has_refused $((before + 1)) || true
	sed -n 's/^relaywall: not upgraded: //p' "$folder/daemon" | tail -n 1
}
last_upgrade() { grep '^relaywall: upgraded: ' "$folder/daemon" | tail -n 1; }
are_back() { [ "$(descriptors)" = "$before" ]; }
are_captains() { [ "$(captains)" -eq "$1" ]; }
# who the keeper is: its number is that of the start, or this finds nothing
who() { echo "$(readlink "/proc/$keeper/exe") $(cat "/proc/$keeper/comm")"; }
is_clean() { [ "$(number refused) $(number reset) $(number told) $(number late) $(number unsure) $lost $doubled $relayed" = "0 0 0 0 0 0 0 0" ]; }
clean_load() {	# NAME
	load_end
	is "$1, $counts lost=$lost doubled=$doubled relayed=$relayed" "$(is_clean && echo clean)" clean
	is "... there was a load" "$(($(number taken) > 20))" 1
}

# --- upgrades -----------------------------------------------------------------

install "$first"
write_conf
begin
reload		# from now on there is a predecessor of whom something is kept
until_true 5 are_captains 1 || true
sleep 1.2	# and its counts are added up within a second
before=$(descriptors)
hold_begin 0
load_begin 4
version=$("$first" version | cut -d ' ' -f 2)
for n in $(seq "${UPGRADES:-4}"); do
	if [ $((n % 2)) -eq 1 ]; then to=$next; else to=$first; fi
	upgrade "$to" || is "an upgrade" "late" "done"
	for _ in $(seq "${RELOADS:-1}"); do reload || is "a reload" "late" "done"; done
done
is "the session from before goes on" "$(hold_say noop '^250')" "250*"
is "... and its mail is taken" "$(hold_say mail '^taken')" taken
sleep 0.5
clean_load "${UPGRADES:-4} upgrades, each with ${RELOADS:-1} reloads behind it, under load"
hold_end
is "... each was told of, to a version and back" \
	"$(said "upgraded: version next by $relaywall, captain [0-9]* serves") $(said "upgraded: version $version by $relaywall, captain [0-9]* serves")" \
	"$(((${UPGRADES:-4} + 1) / 2)) $((${UPGRADES:-4} / 2))"
is "... nothing else was upgraded or refused" "$(upgrades) $(refused) $(said 'not loaded')" "${UPGRADES:-4} 0 0"
is "captains that are not needed any more are gone, and nobody's child is left" "$(until_true 5 are_captains 1 || true; captains)" 1
is "... no descriptor was lost" "$(until_true 5 are_back || true; descriptors)" "$before"
upgrade "$next"
is "the process is the one that was started, and is the new program" "$(who)" "$relaywall relaywall"
is "... its captain is" "$(readlink "/proc/$(captain)/exe")" "$relaywall"
is "... and it is another version" "$(last_upgrade)" "*version next*"
upgrade "$next"
is "an upgrade to the same" "$(last_upgrade)" "*version next*"

# --- by command ---------------------------------------------------------------

asked() { "$first" "$@" --control "$folder/control" 2>&1 || echo "status $?"; }
accepted() { asked counters | sed -n 's/^accepted *//p'; }
before=$(accepted)
install "$first"
is "relaywall upgrade" "$(asked upgrade), $(asked status | head -n 1), $(last_upgrade)" "upgraded, *well*, *version $version *"
is "... what was counted before is counted still, all $before" "$((before > 0)) $(accepted)" "1 $before"
rights() { awk '/^(Uid|CapBnd|Seccomp):/ { printf "%s ", $2 }' "/proc/$(pgrep -x -P "$keeper" relaywall-desk)/status"; }
is "... by whom it was asked before" "$(rights)" "$(id -u "$(getent passwd relaywall >/dev/null && echo relaywall || echo nobody)") 0000000000000000 2 "
install /bin/false
is "a program that cannot" "$(asked upgrade | tail -n 1), $(asked status | head -n 1)" "status 1, *well*"
install "$next"
is "and back" "$(asked upgrade), $(asked status | head -n 1), $(last_upgrade)" "upgraded, *well*, *version next*"

# --- what dies just then ------------------------------------------------------

load_begin 2
upgrade "$first"
kill -9 "$(workers | head -n 1)"
is "a worker dies behind an upgrade: another one is started" "$(until_true 5 grep -q 'worker [01] ended (signal 9)' "$folder/daemon" && until_true 5 are_two && echo yes)" yes
load_end
is "... $counts: nobody was refused" "$(number refused) $(number late) $lost $relayed" "0 0 0 0"
load_begin 2
upgrade "$next"
before=$(said 'loaded: captain')
kill -9 "$(captain)"
is "a captain dies behind an upgrade: the keeper sees it, another one serves" "$(until_true 10 has_loaded $((before + 1)) && until_true 5 serves && echo yes)" yes
sleep 0.3
clean_load "... with a load"

# --- programs that cannot -----------------------------------------------------

# broken NAME WHAT-IS-SAID [SECONDS]: the program that is installed now is refused, and nothing changes
broken() {
	local serving generation
	serving=$(captain)
	generation=$(grep -o 'captain [0-9]* serves' "$folder/daemon" | tail -n 1 | cut -d ' ' -f 2)
	is "$1" "$(refuses "${3-5}")" "$2; captain $generation goes on"
	is "... the same captain serves" "$(until_true 5 are_captains 1; captain) $(serves && echo yes)" "$serving yes"
}
load_begin 2
until_true 20 are_captains 1
sleep 1.2	# what captains counted that are gone is added up by then
before=$(descriptors)
is_as_before() { is "... and the keeper is the program that it was" "$(who) $(upgrades)" "*relaywall (deleted) relaywall $upgraded"; }
upgraded=$(upgrades)
rm "$relaywall"
broken "nothing is installed" "$relaywall: No such file or directory"
install "$first"
chmod 644 "$relaywall"
broken "a file that is no program" "the program cannot be run: Permission denied"
install /bin/false
broken "a program that fails" "the new captain ended (status 1)"
install /bin/sleep
broken "a program that knows no captains" "the new captain ended (status 1)"
head -c 20000 "$first" >"$folder/cut"
chmod 755 "$folder/cut"
install "$folder/cut"
broken "a program that is cut" "the * (signal *)"
: >"$folder/cut"
install "$folder/cut"
broken "an empty file" "the *"
printf '#!/bin/sh\nexit 1\n' >"$folder/cut"
install "$folder/cut"
broken "a script" "the new captain ended (status *)"
install "$alien"
broken "a program of another protocol" "version alien speaks protocol 1000, the keeper, version next, protocol 1: it has to be restarted"
install "$blind"
broken "a program that cannot read what the keeper has" "version blind cannot go on with what the keeper has: *"
printf '#!/usr/bin/env -S sh -c "exec sleep 60"\n' >"$folder/cut"
install "$folder/cut"
broken "a program that says nothing" "the new captain ended (signal 9)" 20
install "$first"
write_conf "nonsense = 1"
broken "a program that refuses the file" "*nonsense*"
write_conf
is_as_before
is "... and no descriptor was lost" "$(until_true 5 are_back || true; descriptors)" "$before"
clean_load "... all of this under load"

# --- two things at once -------------------------------------------------------

# A captain that loads waits for who writes into this.
mkfifo "$folder/key"
slow_conf() {
	write_conf
	sed -i "s|hostname =|tls-certificate = \"$folder/key\"\n tls-key = \"$folder/key\"\n&|; s|untrusted {|untrusted { starttls = terminate|" "$folder/conf"
}
waits() { grep -q wait_for_partner "/proc/$new/wchan" 2>/dev/null; }
# slow_upgrade: one begins, and its captain waits
slow_upgrade() {
	slow_conf
	until_true 20 are_captains 1
	serving=$(captain)
	kill -USR2 "$keeper"
	until_true 5 are_captains 2
	new=$(captain)
	until_true 2 waits || true	# a kernel that does not tell has had the time
}
load_begin 2
slow_upgrade
kill -9 "$new"
is "a captain is killed that loads: nothing changes" "$(until_true 5 has_refused $(($(refused) + 1)); captain) $(grep 'not upgraded' "$folder/daemon" | tail -n 1)" \
	"$serving *(signal 9)*"
slow_upgrade
before=$(upgrades) loaded=$(said 'loaded: captain')
kill -HUP "$keeper"
write_conf
kill -9 "$new"
is "a reload during an upgrade that fails is done" "$(until_true 10 has_loaded $((loaded + 1)) && echo yes) $(upgrades)" "yes $before"
slow_upgrade
kill -USR2 "$keeper"
kill -USR2 "$keeper"
kill -HUP "$keeper"
write_conf
kill -9 "$new"
is "so is an upgrade, and a reload is done with it" "$(until_true 10 has_upgraded $((before + 1)) && echo yes) $(last_upgrade)" "yes *version $version*"
before=$(upgrades) loaded=$(said 'loaded: captain')
install "$next"
kill -USR2 "$keeper"
kill -HUP "$keeper"
is "a reload during an upgrade that succeeds is done by the new program" \
	"$(until_true 10 has_upgraded $((before + 1)) && until_true 10 has_loaded $((loaded + 1)) && echo yes)" yes
clean_load "... all of this under load"
sleep 0.5
slow_upgrade
kill "$keeper"
end
is "an end during an upgrade" "$status $(said 'not upgraded: ')" "0 *"
for pause in 0 0.02 0.05 0.1 0.2 0.3; do
	write_conf
	begin
	kill -USR2 "$keeper"
	sleep $pause
	end
	is "an end $pause s after it" "$status $(pgrep -c -P "$keeper" || true)" "0 0"
done

# --- a service manager --------------------------------------------------------

/usr/bin/python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True:
    print(s.recv(4096).decode().split("\n")[0], flush=True)' "$folder/manager" >"$folder/heard" &
started[$!]=manager
until_true 5 [ -S "$folder/manager" ]
export NOTIFY_SOCKET=$folder/manager
begin
upgrade "$first"
hears() { [ "$(wc -l <"$folder/heard")" -ge "$1" ]; }
is "a service manager hears that it is a reload, and from the next program that it is ready" \
	"$(until_true 5 hears 3; xargs <"$folder/heard")" "READY=1 RELOADING=1 READY=1"
"$relaywall" reload --control "$folder/control" >"$folder/reloaded"
is "... also of a reload by command" "$(until_true 5 hears 5; tail -n 2 "$folder/heard" | xargs)" "RELOADING=1 READY=1"
install /bin/false
kill -USR2 "$keeper"
is "... and that it is as it was, if it failed" "$(until_true 5 hears 7; tail -n 2 "$folder/heard" | xargs)" "RELOADING=1 READY=1"
unset NOTIFY_SOCKET
end

# --- names --------------------------------------------------------------------

install "$first"
: >"$folder/daemon"
(cd "$folder" && exec ip netns exec "$id-router" ./relaywall run conf) >"$folder/daemon" 2>&1 &
keeper=$!
started[$keeper]=keeper
wait_for 'serving 1 hosts' "$folder/daemon"
upgrade "$next"
is "a program that was started by a relative name" "$(last_upgrade)" "*version next by $folder/./relaywall, captain 2 serves"
end
is "... ends well" "$status" 0
cp "$folder/conf" "$folder/a"$'\n'"b"
: >"$folder/daemon"
ip netns exec "$id-router" "$relaywall" run "$folder/a"$'\n'"b" >"$folder/daemon" 2>&1 &
keeper=$!
started[$keeper]=keeper
wait_for 'serving 1 hosts' "$folder/daemon"
is "a name of two lines cannot be handed over" "$(refuses 5)" "what the keeper has cannot be handed over; captain 1 goes on"
end
status=0
said=$("$first" keeper-resume 5 2>&1 5</dev/null) || status=$?
is "a keeper that finds nothing ends at once" "$status $said" "1 relaywall: the keeper cannot go on with what it had: it has no end"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
