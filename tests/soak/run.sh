#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh RELAYWALL SECONDS - the program under a mixed load for so long: does it grow, does it lose descriptors, and do
# its counters agree with what clients and hosts saw? RATE sessions a second (40), all of them from SEED (25); KEEP: a
# folder that everything is copied to. Last line: "N passed, N failed". Needs root, a tenth of a processor for its own
# ends, and of the disk 300 MB an hour.
#
#     |-- load, a tenth (30 s to 6 min) --| pause |-- load, the rest --| pause |
#
# In a pause all sessions have gone. Memory is compared between the last third of the first part (of an hour: minutes
# 4 to 6) and the last five minutes of the second; descriptors between the pauses. Runs of less than half an hour are for
# trying the test: they judge no memory.
set -euo pipefail

[ $# -eq 2 ] || { echo "usage: $0 RELAYWALL SECONDS" >&2; exit 2; }
relaywall=$(realpath "$1")
seconds=$2
[ "$seconds" -ge 60 ] || { echo "$0: at least 60 seconds" >&2; exit 2; }
rate=${RATE:-40} seed=${SEED:-25}
cd "$(dirname "$0")"

# shellcheck source=tests/gate/net.sh
. ../gate/net.sh

# --- the net ------------------------------------------------------------------

# Clients of whole prefixes, without an address for each; they are all at home in one namespace.
ip netns exec "$id-client" sysctl -qw net.ipv6.ip_nonlocal_bind=1
ip -n "$id-client" address add fe80::66/64 dev eth0 nodad
ip -n "$id-client" route add local 203.0.113.0/24 dev lo
ip -n "$id-client" -6 route add local 2001:db8:66::/48 dev lo
ip -n "$id-router" route add 203.0.113.0/24 via 203.0.113.66 dev client onlink
ip -n "$id-router" -6 route add 2001:db8:66::/48 via fe80::66 dev client
for n in 26 27; do
	ip -n "$id-host" address add "198.51.100.$n/32" dev eth0
	ip -n "$id-host" address add "2001:db8:25::$n/128" dev eth0 nodad
	ip -n "$id-router" route add "198.51.100.$n" dev host
	ip -n "$id-router" -6 route add "2001:db8:25::$n" dev host
done
# Who vanishes is not heard of any more: nothing with its mark, and no reset for what still comes to it.
ip netns exec "$id-client" nft -f - <<-RULES
	table inet vanished {
		chain output {
			type filter hook output priority filter;
			meta mark 1 drop
			ip saddr 203.0.113.48/28 tcp flags rst drop
			ip6 saddr 2001:db8:66:30::/60 tcp flags rst drop
		}
	}
RULES

# --- resolver, hosts, program ---------------------------------------------------

# A name in a list is an address backwards.
name() {
	/usr/bin/python3 -c 'import ipaddress, sys
print(ipaddress.ip_address(sys.argv[1]).reverse_pointer.rsplit(".", 2)[0])' "$1"
}
{
	for domain in client.example spam.example; do echo "$domain A 203.0.113.66"; done
	for address in 127.0.0.2 ::ffff:127.0.0.2 203.0.113.24{1,2,3,4} 2001:db8:66:f{1,2,3,4}::1; do
		echo "$(name "$address").list.example A 127.0.0.2"
	done
} >"$folder/zone"
# start NAME ROLE COMMAND...: in that namespace, with its output in a file of this name; its id in $new
start() {
	local file=$1 role=$2
	shift 2
	ip netns exec "$id-$role" "$@" >"$folder/$file" 2>"$folder/$file.err" &
	new=$!
	started[$new]=$file
}
start dns router /usr/bin/python3 ../resolver/dns.py 127.0.0.1 "$folder/zone"
wait_for serving "$folder/dns"
start hosts host /usr/bin/python3 hosts.py "$folder/host-taken"
hosts=$new
wait_for ready "$folder/hosts"

mkdir "$folder/log"
# Rates are counted for everybody, and reached by the busy client alone. The timeouts are short: in an hour each of them
# has to run out often, and in a pause all of them. Idle commands have no limit that who never reads would meet first.
protect() {	# NAME NUMBER FROM
	cat <<-CONF
		protect "$1" {
			addresses = { "198.51.100.$2", "2001:db8:25::$2" }
			hostname = "mail.local.example"
			local-domains = { "local.example" }
			from untrusted {
				gate = refuse
				connections-per-minute = 100000 recipients-per-hour = 1000000 messages-per-hour = 1000000 max-connections = 10000
				prefix-connections-per-minute = 100000
				$3
			}
			from busy { relay = enforce block-list = enforce gate = refuse connections-per-minute = 10 }
		}
	CONF
}
cat >"$folder/conf" <<-CONF
	journal = "$folder/log/journal"
	on-stop = remove
	workers = 2
	resolvers = { "127.0.0.1" }
	limits {
		max-idle-commands = 100000
		command-timeout = 20 body-timeout = 20 banner-timeout = 15 reply-timeout = 15 data-timeout = 15 final-timeout = 15
	}
	list "the-list" { zone = "list.example" }
	network busy { prefixes = { "203.0.113.230/32", "2001:db8:66:e0::/64" } }
	$(protect well 25 "starttls = refuse")
	$(protect ailing 26 "")
	$(protect slow 27 "connect = mirror")
CONF
start daemon router "$relaywall" run "$folder/conf"
keeper=$new
wait_for 'serving 3 hosts' "$folder/daemon.err"
wait_for 'IPv6: is asked' "$folder/daemon.err"

# --- load -----------------------------------------------------------------------

rotations=0
# As logrotate does: moved away, then the program is told.
rotate() {
	rotations=$((rotations + 1))
	mv "$folder/log/journal" "$folder/log/journal.$rotations"
	kill -USR1 "$keeper"
	mark "rotation $rotations"
}
mark() { echo "$(date +%s) $1" >>"$folder/marks"; }
# load PART SECONDS FIRST [surge]: until all of its sessions have ended. The journal is rotated every ten minutes, or six
# times; and once in the first part, since the pages of the program that it takes come into memory then.
every=$((seconds / 6 < 600 ? seconds / 6 : 600))
next=$(($(date +%s) + every / 5))
load() {
	mark "$1 begins"
	start "load-$1" client /usr/bin/python3 load.py "$seed" "$rate" "$2" "$3" "$folder/client-taken" \
		../corpus/recipients.tsv "${@:4}"
	local end=$(($(date +%s) + $2)) loader=$new
	while kill -0 "$loader" 2>/dev/null; do
		sleep 1
		[ "$(date +%s)" -lt "$next" ] || { rotate; next=$((next + every)); }
		[ "$end" -eq 0 ] || [ "$(date +%s)" -lt "$end" ] || { mark "$1 ends"; end=0; }
	done
	wait "$loader"
	unset "started[$loader]"
}
sessions() { sed -n 's/^relaywall: counters .* sessions=\([0-9]*\) .*/\1/p' "$folder/daemon.err" | tail -n 1; }
# Until the program has no session any more; then two minutes: what was needed in a minute workers give back after the next one.
pause() {
	for _ in $(seq 60); do
		kill -USR1 "$keeper"
		sleep 2
		[ "$(sessions)" != 0 ] || break
	done
	is "pause $1: all sessions have gone" "$(sessions)" 0
	sleep 130
	mark "$1 quiet"
	sleep 25
	kill -USR1 "$keeper"
	sleep 1
	mark "$1 over"
}
first=$((seconds < 300 ? 30 : seconds < 3600 ? seconds / 10 : 360))
echo "seed $seed, $rate sessions a second, $first seconds and $((seconds - first)) seconds"
echo "of each process, every minute: resident/proportional/private/anonymous KiB, descriptors + spare sockets"
/usr/bin/python3 watch.py "$keeper" "$folder/samples" > >(tee "$folder/minutes") &
watcher=$!
started[$watcher]=watch
load 1 "$first" 0 surge
pause 1
load 2 $((seconds - first)) 10000000
pause 2
kill "$watcher"
unset "started[$watcher]"
is "the program lives" "$(kill -0 "$keeper" && echo yes)" yes
kill "$keeper"
status=0
wait "$keeper" || status=$?
unset "started[$keeper]"
is "... and its end is orderly" "$status" 0
kill "$hosts"
wait "$hosts" || true
unset "started[$hosts]"

judged=$(/usr/bin/python3 judge.py "$folder" || true)
echo "$judged"
passed=$((passed + $(grep -c '^ok ' <<<"$judged" || true)))
failed=$((failed + $(grep -c '^FAIL ' <<<"$judged" || true)))
grep -q '^judged' <<<"$judged" || { failed=$((failed + 1)); cat "$folder"/*.err >&2; }
[ -z "${KEEP-}" ] || cp -r "$folder" "$KEEP"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
