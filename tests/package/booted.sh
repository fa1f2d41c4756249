#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Run by boot.sh as a service of a systemd that was just booted: are the hosts closed, does the daemon serve in its cage,
# and does it come back whatever happens to it?
set -uo pipefail
cd /root || exit 1
# shellcheck source=tests/package/expect.sh
. /root/expect.sh

show() { systemctl show -p "$1" --value relaywall.service; }
is_status() { is "$(show StatusText)" "$1"; }
table_has() { nft list table inet relaywall | grep -qe "$1" || { nft list table inet relaywall; return 1; }; }
said() { journalctl -u relaywall.service --no-pager | grep -qe "$1" || { journalctl -u relaywall.service --no-pager; return 1; }; }
wait_for() { local t; for ((t = 0; t < 300; t++)); do "$@" >/dev/null 2>&1 && return 0; sleep 0.1; done; "$@"; }
# another PID: the service is active, and its main process is not PID.
another() { [ "$(show ActiveState)" = active ] && [ "$(show MainPID)" != "$1" ] || { systemctl status relaywall.service; return 1; }; }
# postinst RELAYWALL-SAYS STATUS: as dpkg runs it, of a new version that says so to "upgrade".
postinst() {
	mkdir -p /root/said
	printf '#!/bin/sh\n[ "$1" = upgrade ] || exec /usr/sbin/relaywall "$@"\necho "%s" >&2\nexit %s\n' "$1" "$2" >/root/said/relaywall
	chmod +x /root/said/relaywall
	PATH=/root/said:$PATH /var/lib/dpkg/info/relaywall.postinst configure 0.0 >/root/postinst 2>&1
}
was_upgraded() { is "$(journalctl -u relaywall.service --no-pager | grep -c 'upgraded: version')" "$1"; }	# TIMES
status_has() { grep -qE "$1" "/proc/$(show MainPID)/status" || { cat "/proc/$(show MainPID)/status"; return 1; }; }

ip link set lo up
expect "the guard was loaded before the network" wait_for systemctl is-active relaywall-guard.service
expect "the guard closes the host" table_has 'reject with tcp reset'
expect "and diverts nothing" not table_has 'chain divert'

expect "the service starts" systemctl start relaywall.service
expect "when systemd says so, it serves" table_has 'chain divert'
expect "it says that it does" is "$(show StatusText)" serves
expect "no new privileges" status_has '^NoNewPrivs:.*1$'
expect "system calls are filtered" status_has '^Seccomp:.*2$'
expect "a journal for root and adm" is "$(stat -c '%U:%G %a' /var/log/relaywall/relaywall.jsonl)" "root:adm 640"
expect "the socket of commands is root's" is "$(stat -c '%U:%G %a' /run/relaywall /run/relaywall/control | xargs)" "root:root 755 root:root 660"
expect "and answers" relaywall status
expect "reload" systemctl reload relaywall.service
expect "has loaded when it says so" said 'loaded: captain 2 serves'
cp /etc/relaywall/relaywall.conf /root/good.conf
echo 'dance = "yes"' >>/etc/relaywall/relaywall.conf
expect "reload of what is faulty fails" not systemctl reload relaywall.service
expect "and says why" wait_for said "relaywall.conf:[0-9]*: unknown key 'dance'"
expect "and changes nothing" another 0
kill -s HUP "$(show MainPID)"
expect "by a signal it is told in the status" wait_for is_status 'serves as before: what was to be loaded did not'
cp /root/good.conf /etc/relaywall/relaywall.conf

echo '{}' >>/var/log/relaywall/relaywall.jsonl
expect "logrotate" logrotate -f /etc/logrotate.d/relaywall
expect "had the journal opened anew" wait_for said 'relaywall: counters '
expect "where the old one was" test -e /var/log/relaywall/relaywall.jsonl

PID=$(show MainPID)
expect "a new package" dpkg -i /root/relaywall.deb
expect "has it go on as the new program" said 'upgraded: version .* by /usr/sbin/relaywall'
expect "which is the same process" is "$(show MainPID)" "$PID"
expect "and is well" relaywall status
expect "a new program that cannot" postinst "relaywall: no memory" 1
expect "is no end of the old one" is "$(show MainPID)" "$PID"
expect "and that is told" grep -q 'relaywall: the program from before goes on' /root/postinst
expect "where nobody listens" postinst "relaywall: nobody listens" 3
expect "a signal asks for the same" wait_for was_upgraded 2
expect "where only a restart leads to the new one" postinst "relaywall: version 9 speaks protocol 9: it has to be restarted" 1
expect "it is restarted" another "$PID"
expect "and serves" wait_for table_has 'chain divert'
PID=$(show MainPID)
echo 'dance = "yes"' >>/etc/relaywall/relaywall.conf
expect "but with a file that it would not load" postinst "relaywall: version 9 speaks protocol 9: it has to be restarted" 1
expect "it is not" is "$(show MainPID)" "$PID"
cp /root/good.conf /etc/relaywall/relaywall.conf

kill -s KILL "$PID"
expect "killed, it comes back" wait_for another "$PID"
expect "and serves" wait_for table_has 'chain divert'
PID=$(show MainPID)
kill -s STOP "$PID"
expect "hanging, it is killed and comes back" wait_for another "$PID"
expect "by the watchdog" said 'Watchdog timeout'

sed -i 's/^    from inside.*/&\n    from untrusted { gate = reset  connect = mirror  max-connections = 5 }/' /etc/relaywall/relaywall.conf
expect "with a gate" systemctl restart relaywall.service
expect "which has its queue" said 'the gate judges first packets'

expect "relaywall stop" relaywall stop
sleep 1.5
expect "ends it for good" is "$(show ActiveState) $(show Result)" "inactive success"
expect "and the next start" systemctl start relaywall.service
expect "serves" table_has 'chain divert'
expect "stop" systemctl stop relaywall.service
expect "in order" is "$(show Result)" success
expect "the host stays closed" table_has 'reject with tcp reset'
expect "nothing is diverted" not table_has 'chain divert'
expect "to stop the guard" systemctl stop relaywall-guard.service
expect "opens nothing" table_has 'reject with tcp reset'

tell_result
