#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The program from outside: answers, exit codes, and what it leaves in a kernel.
# The kernel part needs root and works in network namespaces of its own.
# RELAYWALL: the program to test; without it build/relaywall.

set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
RELAYWALL=$(realpath "${RELAYWALL:-build/relaywall}")
[ -x "$RELAYWALL" ] || { echo "$RELAYWALL is missing: run make first" >&2; exit 1; }

ID=rwcli$$
WORK=$(mktemp -d)
PASSED=0 FAILED=0 DAEMON='' LISTENER=''

cleanup() {
	[ -z "$DAEMON" ] || kill -9 "$DAEMON" 2>/dev/null
	[ -z "$LISTENER" ] || kill -9 "$LISTENER" 2>/dev/null
	for ns in client router host; do ip netns del "$ID-$ns" 2>/dev/null; done
	rm -rf "$WORK"
}
trap cleanup EXIT

# expect WHAT COMMAND...: the command succeeds.
expect() {
	local what=$1; shift
	if "$@" >"$WORK/said" 2>&1; then
		PASSED=$((PASSED + 1))
	else
		FAILED=$((FAILED + 1))
		echo "FAIL: $what"
		sed 's/^/    /' "$WORK/said" | head -20
	fi
}
not() { ! "$@"; }
# status WANTED COMMAND...: exit status; output is kept in $WORK/out and $WORK/err.
status() {
	local want=$1; shift
	"$@" >"$WORK/out" 2>"$WORK/err"
	local got=$?
	[ "$got" = "$want" ] || { echo "status $got, not $want"; cat "$WORK/out" "$WORK/err"; return 1; }
}
has() { grep -qe "$1" "$2" || { cat "$2"; return 1; }; }

# --- answers ------------------------------------------------------------------

cat >"$WORK/good.conf" <<CONF
journal = "$WORK/journal.jsonl"
on-stop = closed
network trusted { prefixes = { "10.0.0.0/8" } }
protect "aix" {
	addresses = { "192.0.2.25", "2001:db8:25::25" }
	hostname = "mail.local.example"
	local-domains = { "local.example", "mail.local.example" }
	from trusted { relay = off unsafe-sender = count }
}
CONF
printf 'john@local.example\tOK\nann: john\n' >"$WORK/list"
sed 's/hostname/recipients-file = "list" recipient-delimiter = "+" hostname/' "$WORK/good.conf" >"$WORK/listed.conf"
sed 's/^on-stop.*/on-stop = remove/' "$WORK/good.conf" >"$WORK/remove.conf"
sed 's/hostname/on-failure = open hostname/' "$WORK/good.conf" >"$WORK/open.conf"
sed 's/unsafe-sender = count/unsafe-sender = never/' "$WORK/good.conf" >"$WORK/bad.conf"

for conf in configs/*.conf; do
	[ "$conf" != configs/sysctl.conf ] || continue	# the kernel's
	expect "check $conf" status 0 "$RELAYWALL" check "$conf"
done
expect "check a good file" status 0 "$RELAYWALL" check "$WORK/good.conf"
expect "it says so" has 'good: 1 hosts, 1 networks, 1 warnings' "$WORK/out"
expect "and by which digest it is known" has "^$WORK/good.conf: policy [0-9a-f]\{64\}, which will not be kept" "$WORK/out"
expect "which is of no resolver" has 'warning: no resolvers are set: senders' "$WORK/err"
expect "check -v" status 0 "$RELAYWALL" check -v "$WORK/good.conf"
expect "origin: a line" has "unsafe-sender = count .*# $WORK/good.conf:8" "$WORK/out"
expect "origin: default" has 'forged-local-sender = count .*# default' "$WORK/out"
expect "check a bad file" status 1 "$RELAYWALL" check "$WORK/bad.conf"
expect "file, line, found, expected" has "^$WORK/bad.conf:8: unsafe-sender = \"never\", expected off, count or enforce$" "$WORK/err"
expect "nothing on stdout" test ! -s "$WORK/out"
expect "check a file that is not there" status 1 "$RELAYWALL" check "$WORK/none.conf"
expect "check warns" status 0 "$RELAYWALL" check "$WORK/open.conf"
expect "of an open host" has 'warning: .*on-failure = open' "$WORK/err"
expect "check -v with a list of mailboxes" status 0 "$RELAYWALL" check -v "$WORK/listed.conf"
expect "origin: the list" has 'recipients = 2 entries  # list$' "$WORK/out"
explain_is_refused() { status 2 "$RELAYWALL" explain --policy "$WORK/listed.conf" --client 203.0.113.66 --host 192.0.2.25 "$@" 'TO:<a@b>'; }
explain() { status 0 "$RELAYWALL" explain --policy "$WORK/listed.conf" --client 203.0.113.66 --host 192.0.2.25 "$@"; }
expect "explain a mailbox" explain 'TO:<John+x@local.example>'
expect "that is known" has '^mailbox   known$' "$WORK/out"
expect "explain another" explain 'TO:<joe@[192.0.2.25]>'
expect "that is not" has '^mailbox   unknown: ' "$WORK/out"
expect "and its reply" has '^reply     550 5.1.1 <joe@\[192.0.2.25\]>: no such mailbox (explain unknown-recipient)$' "$WORK/out"
expect "explain it for a network without the rule" explain --client 10.0.0.1 'TO:<joe@local.example>'
expect "there it is not known either" has '^mailbox   unknown: ' "$WORK/out"
expect "but let pass" has '^verdict   pass, ' "$WORK/out"
expect "explain: a journal and an address" status 2 "$RELAYWALL" explain --journal "$WORK/none" --client 203.0.113.66 4f2a91c0
expect "explain: an archive without a journal" explain_is_refused --archive "$WORK"
expect "explain: a journal that is not there" status 2 "$RELAYWALL" explain --journal "$WORK/none" 4f2a91c0
expect "explain: an empty one" status 1 "$RELAYWALL" explain --journal /dev/null 4f2a91c0
expect "explain what would relay" explain 'TO:<joe%x@local.example>'
expect "of which the list says nothing" not has '^mailbox' "$WORK/out"
expect "rules" status 0 "$RELAYWALL" rules "$WORK/good.conf"
expect "rules are text" has 'tproxy ip to 127.0.0.1:2525' "$WORK/out"
cp "$WORK/out" "$WORK/good.nft"
expect "rules of a bad file" status 1 "$RELAYWALL" rules "$WORK/bad.conf"
expect "rules of a bad file print nothing" test ! -s "$WORK/out"
expect "run a bad file" status 1 "$RELAYWALL" run "$WORK/bad.conf"
expect "run without a file" status 2 "$RELAYWALL" run
expect "run with an option" status 2 "$RELAYWALL" run --fast
expect "check without a file" status 2 "$RELAYWALL" check
expect "rules without a file" status 2 "$RELAYWALL" rules
expect "no command" status 2 "$RELAYWALL"
expect "unknown command" status 2 "$RELAYWALL" dance
expect "help" status 0 "$RELAYWALL" help
expect "help keys" status 0 "$RELAYWALL" help keys
expect "help tells defaults" has 'listener-port = 1 to 65535 \[2525\]' "$WORK/out"
expect "version" status 0 "$RELAYWALL" version
expect "a full stdout is a failure" status 1 sh -c "'$RELAYWALL' rules '$WORK/good.conf' >/dev/full"
expect "a stdin that cannot be read to its end is a failure" status 1 \
	sh -c "'$RELAYWALL' explain --policy '$WORK/good.conf' --client 203.0.113.66 --host 192.0.2.25 --stdin </"

# --- the kernel ---------------------------------------------------------------

if [ "$(id -u)" != 0 ]; then
	echo "not root: nothing of the kernel was tested" >&2
	echo "$PASSED passed, $FAILED failed"
	[ "$FAILED" = 0 ]
	exit
fi

in_ns() { local ns=$1; shift; ip netns exec "$ID-$ns" "$@"; }
# One router between a client and a host, IPv4 and IPv6.
build_net() {
	local ns link
	for ns in client router host; do
		ip netns add "$ID-$ns"
		in_ns "$ns" ip link set lo up
		in_ns "$ns" sysctl -q -w net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
	done
	ip -n "$ID-router" link add clients type veth peer name eth netns "$ID-client"
	ip -n "$ID-router" link add hosts type veth peer name eth netns "$ID-host"
	in_ns router sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	for ns in client host; do ip -n "$ID-$ns" link set eth up; done
	for link in clients hosts; do ip -n "$ID-router" link set "$link" up; done
	ip -n "$ID-client" address add 203.0.113.66/24 dev eth
	ip -n "$ID-client" address add 2001:db8:66::66/64 dev eth
	ip -n "$ID-host" address add 192.0.2.25/24 dev eth
	ip -n "$ID-host" address add 2001:db8:25::25/64 dev eth
	ip -n "$ID-router" address add 203.0.113.1/24 dev clients
	ip -n "$ID-router" address add 2001:db8:66::1/64 dev clients
	ip -n "$ID-router" address add 192.0.2.1/24 dev hosts
	ip -n "$ID-router" address add 2001:db8:25::1/64 dev hosts
	ip -n "$ID-client" route add default via 203.0.113.1
	ip -n "$ID-client" route add default via 2001:db8:66::1
	ip -n "$ID-host" route add default via 192.0.2.1
	ip -n "$ID-host" route add default via 2001:db8:25::1
}

# What a connection from the client meets: "host", "refused" or "nothing".
meets() {
	in_ns client python3 - "$1" <<-'PYTHON'
		import socket, sys
		try:
		    with socket.create_connection((sys.argv[1], 25), timeout=2) as s:
		        print("host" if s.recv(100).startswith(b"220 bare") else "other")
		except ConnectionRefusedError:
		    print("refused")
		except OSError:
		    print("nothing")
	PYTHON
}
meets_is() { local got; got=$(meets "$1"); [ "$got" = "$2" ] || { echo "$1: $got"; return 1; }; }

# replies ADDRESS COMMAND...: the codes of the replies to the banner and the commands.
replies() {
	in_ns client python3 - "$@" <<-'PYTHON'
		import socket, sys
		codes = []
		with socket.create_connection((sys.argv[1], 25), timeout=5) as s, s.makefile("rb") as lines:
		    for command in [None] + sys.argv[2:]:
		        if command is not None:
		            s.sendall(command.encode() + b"\r\n")
		        line = lines.readline()
		        while line[3:4] == b"-":
		            line = lines.readline()
		        codes.append(line[:3].decode() or "end")
		print(*codes)
	PYTHON
}
replies_are() {
	local want=$1 got; shift
	got=$(replies "$@")
	[ "$got" = "$want" ] || { echo "$got"; cat "$WORK/daemon"; return 1; }
}
# hold ADDRESS SECONDS: keep an idle session open; says how it ended.
hold() {
	in_ns client python3 - "$@" <<-'PYTHON'
		import socket, sys
		with socket.create_connection((sys.argv[1], 25), timeout=float(sys.argv[2])) as s:
		    print(s.recv(100)[:3].decode(), flush=True)
		    print(s.recv(100)[:3].decode() or "end", flush=True)
	PYTHON
}

# fragments_reach N: how many of two fragments of a SYN come as far as the host?
fragments_reach() {
	local before
	before=$(fragments)
	in_ns client python3 tests/cli/fragments.py 2001:db8:66::66 2001:db8:25::25
	sleep 0.3
	[ $(($(fragments) - before)) = "$1" ]
}
fragments() { in_ns host awk '$1 == "Ip6ReasmReqds" { print $2 }' /proc/net/snmp6; }
# A client that would answer a stray segment with a reset of its own is told to keep quiet.
stray_answer_is() {
	in_ns client nft add table ip quiet
	in_ns client nft 'add chain ip quiet in { type filter hook input priority 0; tcp dport 5999 counter drop; }'
	[ "$(in_ns host python3 tests/cli/stray.py 192.0.2.25 203.0.113.66 5999)" = "$1" ]
	local status=$?
	in_ns client nft delete table ip quiet
	return $status
}
host_listens() { in_ns host ss -Hltn 'sport = :25' | grep . >/dev/null; }
wait_for() { for ((t = 0; t < 100; t++)); do "$@" && return 0; sleep 0.05; done; return 1; }
serves() { grep -q '^relaywall: serving 1 hosts on port 2525, journal ' "$WORK/daemon"; }
start_daemon() {
	: >"$WORK/daemon"
	ip netns exec "$ID-router" "$RELAYWALL" run "$1" 2>"$WORK/daemon" &	# not in_ns: $! is to be the daemon
	DAEMON=$!
	wait_for serves || { cat "$WORK/daemon"; return 1; }
}
# stop_daemon SIGNAL WANTED-STATUS
stop_daemon() {
	local got
	kill -s "$1" "$DAEMON"
	wait "$DAEMON" 2>/dev/null
	got=$?
	DAEMON=''
	[ "$got" = "$2" ] || { echo "status $got, not $2"; cat "$WORK/daemon"; return 1; }
}
table() { in_ns router nft list table inet relaywall; }
table_has() { table | grep -e "$1" >/dev/null || { table; return 1; }; }
own_rules() { in_ns router ip "$1" rule | grep -c 'fwmark 0x2525 lookup 2525 proto 225'; }
own_rules_are() { local got; got=$(own_rules "$1"); [ "$got" = "$2" ] || { in_ns router ip "$1" rule; return 1; }; }
has_route() { in_ns router ip "$1" route show table 2525 2>/dev/null | grep "local default dev lo" >/dev/null; }

build_net
ip netns exec "$ID-host" python3 -c '
import socket, threading
threading.excepthook = lambda args: None	# connections that break are what is tested
def serve(c):
    with c, c.makefile("rb") as lines:	# says yes to everything: an open relay
        c.sendall(b"220 bare\r\n")
        for line in lines:
            c.sendall(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 ok\r\n")
s = socket.socket(socket.AF_INET6)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
s.bind(("::", 25)); s.listen()
while True:
    threading.Thread(target=serve, args=s.accept()[:1], daemon=True).start()
' &
LISTENER=$!
disown "$LISTENER"	# its end is no news
expect "the host listens" wait_for host_listens
expect "the kernel differs from configs/sysctl.conf" status 1 in_ns router "$RELAYWALL" check --kernel configs/sysctl.conf
expect "which is told" has 'net.ipv4.conf.*.send_redirects = 1, wanted 0 (configs/sysctl.conf:' "$WORK/out"
sed -n 's|^\([a-z][^ ]*\) = \(.*\)|\1 \2|p' configs/sysctl.conf | while read -r key value; do
	in_ns router sh -c "for f in /proc/sys/$(tr . / <<<"$key"); do echo $value >\$f; done"
done
expect "until it has them" status 0 in_ns router "$RELAYWALL" check --kernel configs/sysctl.conf
expect "check --kernel without a file" status 2 "$RELAYWALL" check --kernel
expect "the bare host is met (IPv4)" meets_is 192.0.2.25 host
expect "the bare host is met (IPv6)" meets_is 2001:db8:25::25 host
expect "fragments reach the bare host" fragments_reach 2

expect "the printed rules load" in_ns router nft -f "$WORK/good.nft"
expect "rules --remove" in_ns router "$RELAYWALL" rules --remove "$WORK/good.conf"
expect "and leaves nothing" not table
expect "rules --remove twice" in_ns router "$RELAYWALL" rules --remove

expect "a stray segment of the bare host is not answered on the way" stray_answer_is silence
expect "run" start_daemon "$WORK/good.conf"
expect "a stray segment of a host is reset by the box" stray_answer_is reset
expect "table: new sessions" table_has 'tproxy ip to 127.0.0.1:2525'
expect "table: guard" table_has 'reject with tcp reset'
for f in -4 -6; do
	expect "ip $f rule" own_rules_are "$f" 1
	expect "ip $f route" has_route "$f"
done
expect "journal is there" test -e "$WORK/journal.jsonl"
expect "and begins with the start" wait_for has '^{"v":1,"time":"[^"]*","event":"service","what":"start","text":".*/good.conf","policy":"[0-9a-f]*"}$' "$WORK/journal.jsonl"
for to in 192.0.2.25 2001:db8:25::25; do
	expect "a session to $to" replies_are "220 250 250 550 250 221" "$to" "HELO c.example" "MAIL FROM:<a@c.example>" \
		"RCPT TO:<user%victim.example@local.example>" "RCPT TO:<user@local.example>" QUIT
	expect "its journal, $to" wait_for has "\"address\":\"$to\".*\"verdict\":\"refuse\".*\"reason\":\"percent-hack\"" "$WORK/journal.jsonl"
	expect "its journal, $to" wait_for has "\"address\":\"$to\".*\"sent\":\"RCPT TO:<user@local.example>\"" "$WORK/journal.jsonl"
done
mv "$WORK/journal.jsonl" "$WORK/journal.old"
kill -s USR1 "$DAEMON"
expect "SIGUSR1 opens it anew" wait_for test -e "$WORK/journal.jsonl"
expect "and a session" replies_are "220 250 250 550 221" 192.0.2.25 "HELO c.example" "MAIL FROM:<a@c.example>" "RCPT TO:<u@again.example>" QUIT
expect "is in it" wait_for has 'again.example' "$WORK/journal.jsonl"
expect "a second daemon" status 1 in_ns router "$RELAYWALL" run "$WORK/good.conf"
expect "is told why" has 'bind 127.0.0.1.*in use' "$WORK/err"
expect "and the first one serves" replies_are "220 250 221" 192.0.2.25 "HELO c.example" QUIT
kill -s HUP "$DAEMON"
expect "SIGHUP reloads" wait_for has 'relaywall: loaded: captain 2 serves' "$WORK/daemon"
expect "and serves" replies_are "220 250 221" 192.0.2.25 "HELO c.example" QUIT
cp "$WORK/good.conf" "$WORK/kept.conf"
cp "$WORK/bad.conf" "$WORK/good.conf"
kill -s HUP "$DAEMON"
expect "a bad file is refused" wait_for has 'relaywall: not loaded: captain 2 goes on' "$WORK/daemon"
expect "with file and line" has "^$WORK/good.conf:8: unsafe-sender = \"never\", expected" "$WORK/daemon"
cp "$WORK/kept.conf" "$WORK/good.conf"
expect "and what served goes on" replies_are "220 250 221" 192.0.2.25 "HELO c.example" QUIT

in_ns router nft flush ruleset
expect "a ruleset that is flushed is put back" wait_for table_has 'tproxy ip to 127.0.0.1:2525'
expect "and told of" wait_for has 'somebody took rules of ours out of the kernel: they are back' "$WORK/daemon"
in_ns router nft flush chain inet relaywall divert
expect "a chain that is flushed too" wait_for table_has 'tproxy ip to 127.0.0.1:2525'
in_ns router nft add table inet somebody
in_ns router nft delete table inet somebody
expect "and sessions go on" replies_are "220 250 221" 192.0.2.25 "HELO c.example" QUIT
kill -s USR1 "$DAEMON"
expect "as often as that was, and no more" wait_for has 'rules_restored=2 ' "$WORK/daemon"

expect "kill -9" stop_daemon KILL 137
expect "killed: the table stays" table_has tproxy
expect "killed: the host is closed (IPv4)" meets_is 192.0.2.25 refused
expect "killed: the host is closed (IPv6)" meets_is 2001:db8:25::25 refused
in_ns router ip -4 rule add pref 26 fwmark 0x99 lookup 1999 protocol 225	# as of a run with other numbers
expect "run after kill -9" start_daemon "$WORK/good.conf"
for f in -4 -6; do expect "one ip $f rule" own_rules_are "$f" 1; done
expect "the other run's rule is gone" sh -c "! ip netns exec $ID-router ip rule | grep -q 'lookup 1999'"

hold 192.0.2.25 20 >"$WORK/held" 2>&1 &
HOLDER=$!
expect "a session is held open" wait_for has '^220' "$WORK/held"
kill -s TERM "$DAEMON"
expect "while it runs out, no new session begins" wait_for meets_is 192.0.2.25 refused
expect "and the old one still runs" test "$(wc -l <"$WORK/held")" = 1
expect "SIGTERM" stop_daemon TERM 0	# the second one: at once
wait "$HOLDER"
expect "the held session got its 421" has '^421' "$WORK/held"
expect "closed: the guard stays" table_has 'reject with tcp reset'
expect "closed: nothing is diverted" not table_has 'chain divert'
for f in -4 -6; do
	expect "closed: no ip $f rule" own_rules_are "$f" 0
	expect "closed: no ip $f route" not has_route "$f"
done
expect "closed: the host is closed" meets_is 192.0.2.25 refused
expect "closed: a SYN in fragments does not get through" fragments_reach 0

expect "run with on-failure = open" start_daemon "$WORK/open.conf"
expect "kill -9 of it" stop_daemon KILL 137
expect "open: the host is met" meets_is 192.0.2.25 host
expect "open: the host is met (IPv6)" meets_is 2001:db8:25::25 host

# Who may begin a connection at all: admit, in the kernel; with the daemon, and without it.
for admit in pass:host:host refuse:other:refused reset:refused:refused drop:nothing:nothing; do
	IFS=: read -r word alive dead <<<"$admit"
	sed "s/^network trusted.*/&\nnetwork lab { prefixes = { \"203.0.113.0\/24\", \"2001:db8:66::\/64\" } }/; s/from trusted.*/&\nfrom lab { admit = $word }/" \
		"$WORK/open.conf" >"$WORK/admit.conf"
	expect "run with admit = $word" start_daemon "$WORK/admit.conf"
	for to in 192.0.2.25 2001:db8:25::25; do expect "admit = $word: $to" meets_is "$to" "$alive"; done
	if [ "$word" = drop ] || [ "$word" = reset ]; then
		kill -s USR1 "$DAEMON"
		expect "whom the kernel refused is in the journal" wait_for has "\"event\":\"admit\",\"session\":\"kernel\",\"client\":\"203.0.113.66\".*\"what\":\"$word\",\"packets\":[1-9]" "$WORK/journal.jsonl"
		expect "(IPv6)" wait_for has "\"session\":\"kernel\",\"client\":\"2001:db8:66::66\".*\"what\":\"$word\",\"packets\":[1-9]" "$WORK/journal.jsonl"
	fi
	[ "$word" != refuse ] || expect "refused with 554" replies_are 554 192.0.2.25
	[ "$word" != refuse ] || expect "which is in the journal" wait_for has '"event":"admit".*"client":"203.0.113.66".*"what":"refuse","code":554' "$WORK/journal.jsonl"
	expect "admit = $word: kill -9" stop_daemon KILL 137
	for to in 192.0.2.25 2001:db8:25::25; do expect "admit = $word without the daemon, on-failure = open: $to" meets_is "$to" "$dead"; done
done
expect "rules --remove of it" in_ns router "$RELAYWALL" rules --remove "$WORK/admit.conf"

expect "run with on-stop = remove" start_daemon "$WORK/remove.conf"
expect "SIGINT" stop_daemon INT 0
expect "removed: no table" not table
for f in -4 -6; do expect "removed: no ip $f rule" own_rules_are "$f" 0; done
expect "removed: the host is met" meets_is 192.0.2.25 host

sed "s|^journal.*|journal = \"$WORK/no/such/folder\"|" "$WORK/good.conf" >"$WORK/nowhere.conf"
expect "run without a place for the journal" status 1 in_ns router "$RELAYWALL" run "$WORK/nowhere.conf"
expect "is told why" has "journal $WORK/no/such/folder: No such file or directory" "$WORK/err"
expect "leaves the host closed" meets_is 192.0.2.25 refused
expect "(IPv6)" meets_is 2001:db8:25::25 refused
expect "but does not divert" not table_has 'chain divert'
expect "rules --remove opens it" in_ns router "$RELAYWALL" rules --remove
expect "the host is met again" meets_is 192.0.2.25 host
expect "rules --guard" in_ns router "$RELAYWALL" rules --guard "$WORK/good.conf"
expect "closes it before anything runs" meets_is 192.0.2.25 refused
printed=$(in_ns router "$RELAYWALL" rules --guard --print "$WORK/good.conf")
expect "rules --guard --print closes it, too" meets_is 192.0.2.25 refused
expect "rules --guard --print prints what run will load" [ "$printed" = "$(in_ns router "$RELAYWALL" rules "$WORK/good.conf")" ]
expect "rules --guard --print without a file" status 2 "$RELAYWALL" rules --guard --print
expect "rules --guard without a file" status 2 "$RELAYWALL" rules --guard
expect "and out again" in_ns router "$RELAYWALL" rules --remove
# Without the right: what is missing is named, and nothing is left.
expect "run without rights" status 1 in_ns router setpriv --bounding-set=-net_admin --inh-caps=-net_admin "$RELAYWALL" run "$WORK/good.conf"
expect "names the right" has CAP_NET_ADMIN "$WORK/err"
expect "and leaves nothing" not table

echo "$PASSED passed, $FAILED failed"
[ "$FAILED" = 0 ]
