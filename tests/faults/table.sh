# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
#
# table.sh - the faults, a line each; and the functions that they are made of. Sourced after rig.sh; run.sh says what becomes of a row.
#
# row NAME CONF BOUND MEETS SAID FAULT [HOLD UNDO]
#   CONF    a word of rig.sh's "top"
#   BOUND   ms that recovery may take
#   MEETS   what new connections may meet meanwhile; "taken" is the mail's 250
#   SAID    a pattern in what the box says, on stderr or in the journal, if this was what happened; empty where it cannot tell
#   FAULT   a command; if it returns $absent, the row is left out, because of $why
#   HOLD    seconds until UNDO, a command that ends the fault. Without them the box is to get over it: time runs from the fault's begin

absent=77

# --- what faults are made of --------------------------------------------------

signal() {	# SIGNAL WHO
	local pids
	pids=$(process "$2")
	why="there is no such process"
	[ -n "$pids" ] || return $absent
	# shellcheck disable=SC2086
	kill "-$1" $pids
}
# set_limit PID RESOURCE=SOFT: as the user of this process, who needs no capability for it
set_limit() {
	setpriv --reuid "$(stat -c %u "/proc/$1")" --regid "$(stat -c %g "/proc/$1")" --clear-groups prlimit --pid "$1" "--$2:"
}
limit() {	# WHO RESOURCE=SOFT
	local pid
	for pid in $(process "$1"); do set_limit "$pid" "$2"; done
}
no_captain() { limit keeper nofile=1 && signal KILL captain; }
# While many come at once. Under AddressSanitizer the address space of a process says nothing about its memory.
no_memory() {
	why="AddressSanitizer wants all of it"
	! grep -q __asan_init "$relaywall" || return $absent
	limit "$1" data=1 && clients_begin drip 400
}
memory_again() { limit "$1" data=unlimited && clients_end; }
# A group without memory, and workers in it that want some: the kernel kills them. What is started instead is in the captain's group.
group=/sys/fs/cgroup/relaywall-faults-$$
no_group_memory() {
	local pid
	why="there is no memory controller in cgroup version 2"
	[ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ] && mkdir "$group" 2>/dev/null || return $absent
	if ! [ -w "$group/memory.max" ]; then
		rmdir "$group"
		return $absent
	fi
	echo 0 >"$group/memory.max"
	for pid in $(process workers); do echo "$pid" >"$group/cgroup.procs"; done
	clients_begin drip 400
}
# Without processes in it, it can be removed.
group_end() {
	clients_end
	xargs -r kill -9 <"$group/cgroup.procs"
	for _ in $(seq 100); do
		! rmdir "$group" 2>/dev/null || return 0
		sleep 0.02
	done
	echo "$group: still there" >&2
}
# Until another one serves.
stop_captain() {
	signal STOP captain
	for _ in $(seq 300); do
		! grep -q 'loaded: captain' "$folder/daemon" || return 0
		sleep 0.05
	done
}
no_ports() { in_router sysctl -qw net.ipv4.ip_local_port_range="40000 40019"; }
ports_again() { in_router sysctl -qw net.ipv4.ip_local_port_range="32768 60999"; }
fill_disk() { dd if=/dev/zero of="$folder/disk/rest" bs=4k 2>/dev/null || true; }
free_disk() { rm "$folder/disk/rest"; }
# In the file that clock.c has mapped.
jump() {
	why="no clock.so was given"
	[ -n "$shim" ] || return $absent
	printf '%-31s' "$1" 1<>"$folder/clock"
}

nft_again_and_again() { for _ in $(seq 20); do in_router nft flush ruleset && sleep 0.1; done; }
no_rules() { for f in -4 -6; do in_router ip "$f" rule delete pref 25; done; }
no_routes() { for f in -4 -6; do in_router ip "$f" route flush table 2525; done; }
no_xtables() { in_router iptables -t raw -F && in_router ip6tables -t raw -F; }
down() { ip -n "$id-router" link set "$1" down; }

# --- the table ----------------------------------------------------------------

any="taken refused reset 421 451 late"

table() {
	local how with year
	year=$(date +%Y)
	#   name                 conf     bound  meets                      said                         fault                          hold  undo
	for how in kill abort; do
	[ $how = kill ] && with=KILL || with=ABRT
	row "$how-keeper"        plain    3000   "taken refused reset 421"  ""                           "signal $with keeper"          1     box_again
	row "$how-captain"       plain    3000   "taken refused"            "captain 1 ended"            "signal $with captain"
	row "$how-worker"        plain    3000   "taken reset"              "worker [01] ended"          "signal $with worker"
	row "$how-workers"       plain    3000   "taken reset"              "worker 1 ended"             "signal $with workers"
	row "$how-gate"          gate     3000   "taken refused"            "the gate ended"             "signal $with gate"
	row "$how-hand"          gate     3000   "taken refused"            "gate's hand ended"          "signal $with hand"
	row "$how-scribe"        plain    3000   "taken"                    "the scribe ended"           "signal $with scribe"
	row "$how-desk"          plain    3000   "taken"                    "the desk ended"             "signal $with desk"
	row "$how-all"           gate     4000   "taken refused reset"      ""                           "signal $with all"             1     box_again
	done
	row stop-keeper          plain    1000   "taken"                    ""                           "signal STOP keeper"           3     "signal CONT keeper"
	row stop-captain         plain    3000   "$any"                     "captain 1 hangs"            stop_captain                   0     true
	row stop-worker          plain    6000   "taken reset"              "worker [01] hangs"          "signal STOP worker"
	row stop-workers         plain    6000   "taken reset refused"      "worker 1 hangs"             "signal STOP workers"
	row stop-gate            gate     6000   "taken refused"            "the gate hangs"             "signal STOP gate"
	row stop-hand            gate     6000   "taken refused"            "gate's hand hangs"          "signal STOP hand"
	row stop-scribe          plain    6000   "taken"                    "the scribe hangs"           "signal STOP scribe"           4     true
	row stop-desk            plain    6000   "taken"                    "the desk hangs"             "signal STOP desk"             4     true
	row stop-all             gate     3000   "taken refused reset late" ""                           "signal STOP all"              5     "signal CONT all"

	row fds-workers          plain    3000   "$any"                     "accept_failed=[1-9]"        "limit workers nofile=1"       3     "limit workers nofile=1024"
	row fds-captain          plain    3000   "$any"                     "socket_waits=[1-9]"         "limit captain nofile=1"       3     "limit captain nofile=1024"
	row fds-keeper           plain    10000  "$any"                     "no captain: "               no_captain                     3     "limit keeper nofile=1024"
	row memory-workers       plain    3000   "$any"                     "no_(memory|buffer)=[1-9]"   "no_memory workers"            3     "memory_again workers"
	row memory-group         plain    3000   "taken reset"              "worker 1 ended"             no_group_memory                2     group_end
	row ports                any-port 3000   "taken 421"                ""                           no_ports                       3     ports_again
	row disk                 plain    1000   "taken"                    "No space left on device"    fill_disk                      2     free_disk

	row nft-flush            plain    1000   "taken reset"              "rules of ours"              "in_router nft flush ruleset"
	row nft-flush-gate       gate     1000   "taken reset refused"      "rules of ours"              "in_router nft flush ruleset"
	row nft-flush-often      plain    1000   "taken reset"              "rules_restored=20"          nft_again_and_again            0     true
	row nft-delete-table     plain    1000   "taken reset"              "rules of ours"              "in_router nft delete table inet relaywall"
	row nft-flush-table      plain    1000   "taken reset"              "rules of ours"              "in_router nft flush table inet relaywall"
	row nft-flush-set        plain    1500   "taken refused"            ""                           "in_router nft flush set inet relaywall serving"
	row iptables-flush       gate     5000   "taken refused"            "out of iptables"            no_xtables
	row ip-rule              plain    5000   "$any"                     "routes of ours"             no_rules
	row ip-route             plain    5000   "$any"                     "routes of ours"             no_routes
	row lo-down              plain    5000   "$any"                     "routes of ours"             "down lo"                      1     "ip -n $id-router link set lo up"
	row host-leg-down        plain    5000   "$any"                     "host_unreachable=[1-9]"     "down host"                    2     "leg_up host ${host[*]}"
	row client-leg-down      plain    5000   "$any"                     ""                           "down client"                  2     "leg_up client ${client[*]}"

	row host-dead            plain    1000   "taken 421 451 reset"      "host_refused=[1-9]"         host_end                       2     host_begin
	row host-hung            short    2000   "taken 421 451 late"       ""                           "kill -STOP \$hosting"         5     "kill -CONT \$hosting"
	row host-slow            short    4000   "taken 421 451 late"       ""                           "kill -USR1 \$hosting"         5     "kill -USR1 \$hosting"
	row resolver-dead        lookups  2000   "taken 451"                "dns_failed=[1-9]"           resolver_end                   4     resolver_begin
	row resolver-silent      lookups  3000   "taken 451"                "dns_failed=[1-9]"           "zone silent"                  4     "zone A 203.0.113.66"
	row clock-on             plain    1000   "taken"                    "\"time\":\"$((year + 40))"  "jump $((40 * 31557600))"
	row clock-back           plain    1000   "taken"                    "\"time\":\"$((year - 40))"  "jump -$((40 * 31557600))"
	row clients-deaf         plain    1000   "taken"                    ""                           "clients_begin deaf 200"       3     clients_end
	row clients-slow         plain    1000   "taken"                    ""                           "clients_begin drip 200"       3     clients_end
}
