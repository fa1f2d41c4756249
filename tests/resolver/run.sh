#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh RESOLVE ASK-LISTS - the resolver, and block lists, against a DNS server that answers well and badly, in a network namespace
# of this test. Needs root.
set -euo pipefail

resolve=$(realpath "$1")
lists=$(realpath "$2")
here=$(cd "$(dirname "$0")" && pwd)
id=rwn$$
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; ip netns delete "$id" 2>/dev/null || true; rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM

ip netns add "$id"
ip -n "$id" link set lo up
ip -n "$id" address add 127.0.0.3/8 dev lo
cat >"$folder/zone" <<'ZONE'
mx.example          MX mail.mx.example
two-mx.example      MX a.example b.example
address.example     A 192.0.2.1
address6.example    AAAA 2001:db8::1
nothing.example     exists
null-mx.example     MX .
servfail.example    servfail
refused.example     refused
silent.example      silent
garbage.example     garbage
truncated.example   truncated
truncated.example   MX mail.example
wrong-id.example    wrong-id
wrong-id.example    MX mail.example
late.example        late 300
late.example        MX mail.example
ZONE
ip netns exec "$id" python3 "$here/dns.py" 127.0.0.1 "$folder/zone" "$folder/log" >"$folder/ready" &
server=$!
for _ in $(seq 100); do
	[ -s "$folder/ready" ] && break
	sleep 0.05
done

passed=0
failed=0
# check NAME WANTED ARGUMENT...: the program says exactly these lines, in any order, and then counters that hold WANTED's last line
check() {
	local name=$1 wanted=$2 got
	shift 2
	got=$(ip netns exec "$id" "$resolve" "$@" 2>&1) || true
	if [ "$(head -n -1 <<<"$got" | sort)" = "$(head -n -1 <<<"$wanted" | sort)" ] && missing "$wanted" "$got"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf '%s:\n  wanted\n%s\n  got\n%s\n' "$name" "$wanted" "$got"
	fi
}
# every word of the last wanted line is a word of the last line that came
missing() {
	local word
	for word in $(tail -n 1 <<<"$1"); do
		[[ " $(tail -n 1 <<<"$2") " == *" $word "* ]] || return 1
	done
}

check "domains are what the DNS says" "\
mx.example resolves
two-mx.example resolves
address.example resolves
address6.example resolves
nothing.example unknown
null-mx.example null-mx
missing.example unknown
dns_in_flight=0" 127.0.0.1 3000 100 mx.example two-mx.example address.example address6.example nothing.example null-mx.example missing.example
check "what cannot be used is no answer" "\
servfail.example unsure
refused.example unsure
garbage.example unsure
silent.example unsure
dns_failed=4 dns_in_flight=0" 127.0.0.1 1200 100 servfail.example refused.example garbage.example silent.example
check "a short answer is asked for again over TCP, a forged one is not taken" "\
truncated.example resolves
wrong-id.example resolves
dns_failed=0" 127.0.0.1 3000 100 truncated.example wrong-id.example
check "what was answered is known at once" "\
mx.example resolves
null-mx.example null-mx
missing.example unknown
mx.example resolves at once
null-mx.example null-mx at once
missing.example unknown at once
dns_asked=3 dns_cached=3" 127.0.0.1 3000 100 mx.example null-mx.example missing.example - mx.example null-mx.example missing.example
check "failures are not kept" "\
servfail.example unsure
servfail.example unsure
dns_asked=2 dns_cached=0" 127.0.0.1 3000 100 servfail.example - servfail.example
check "one question too many has failed at once" "\
late.example resolves
mx.example unsure at once
dns_over_limit=1" 127.0.0.1 3000 1 late.example mx.example
check "what is given up is told nothing, and ends" "\
late.example resolves
dns_given_up=1" 127.0.0.1 3000 100 'mx.example!' late.example
long=$(printf 'a%.0s' $(seq 61))
check "a name that is too long for the DNS is in none" "\
$long.$long.$long.$long.example unknown at once
dns_in_flight=0" 127.0.0.1 3000 100 "$long.$long.$long.$long.example"
check "a second server helps" "\
mx.example resolves
dns_failed=0" 127.0.0.3,127.0.0.1 3000 100 mx.example

# No server at all: known soon, where the kernel says so.
check "nobody serves" "\
mx.example unsure
dns_failed=1" 127.0.0.3 1200 100 mx.example

[ "$(sort "$folder/log" | uniq -c | awk '$3 == "address6.example" { print $2 }' | tr '\n' ' ')" = "A AAAA MX " ] || {
	echo "address6.example was not asked for MX, A and AAAA"
	failed=$((failed + 1))
}

# --- block lists: test points, clients, weights; records hold for no time, so that a change is seen at once
listed() { # listed ZONE ADDRESS-IN-REVERSE CODE
	echo "$2.$1 A $3"
}
v6() { printf '%s' "$1" | sed 's/./&./g; s/.$//'; }
mapped=0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0
point6=2.0.0.0.0.0.f.7.f.f.f.f.$mapped
good() { listed "$1" 2.0.0.127 127.0.0.2; listed "$1" "$point6" 127.0.0.2; }
zone() {
	local file
	file=$(mktemp "$folder/zone.XXXXXX")
	cat >"$file"
	mv "$file" "$folder/zone"
}
lists_zone() {
	good bl.example
	listed bl.example 7.2.0.192 127.0.0.4
	listed bl.example 8.2.0.192 127.0.0.9
	listed bl.example 1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2 127.0.0.2
	good second.example
	listed second.example 7.2.0.192 127.0.0.2
	good allow.example
	listed allow.example 7.2.0.192 127.0.0.2
	listed all.example '*' 127.0.0.2
	good says-no.example
	listed says-no.example 9.2.0.192 127.255.255.254
	listed refuses.example '*' 127.255.255.254
	good quiet.example
	for i in 1 2 3 4 5 6; do echo "$i.3.0.192.quiet.example silent"; done
}
lists_zone | zone
healthy() { for zone in "$@"; do printf '%s IPv4 healthy\n%s IPv6 healthy\n' "$zone" "$zone"; done; }
# asked NAME WANTED ARGUMENT...: as check, by the program that asks lists, whose first word is the server
asked() {
	local name=$1 wanted=$2
	shift 2
	resolve=$lists check "$name" "$wanted" 127.0.0.1 "$@"
}

asked "a listed client is refused, by name" "\
$(healthy bl.example)
192.0.2.7 refused sum 1 by bl.example
192.0.2.6 passes sum 0
2001:db8::1 refused sum 1 by bl.example
2001:db8::2 passes sum 0
lists_asked=4 lists_refused=2 lists_broken=0" 1 bl.example,1 -- 200 192.0.2.7 192.0.2.6 2001:db8::1 2001:db8::2 -
asked "only the codes that the operator named count" "\
$(healthy bl.example)
192.0.2.7 refused sum 1 by bl.example
192.0.2.8 passes sum 0
lists_refused=1" 1 bl.example,1,127.0.0.2-7 -- 200 192.0.2.7 192.0.2.8 -
asked "weights are added, and an allow list takes away" "\
$(healthy bl.example second.example allow.example)
192.0.2.7 passes sum 4
lists_refused=0" 5 bl.example,3 second.example,2 allow.example,-1 -- 200 192.0.2.7 -
asked "weights are added" "\
$(healthy bl.example second.example)
192.0.2.7 refused sum 5 by bl.example
lists_refused=1" 5 bl.example,3 second.example,2 -- 200 192.0.2.7 -
asked "a list that holds everything, says no, or is not there is not asked" "\
all.example IPv4 everything-is-listed
all.example IPv6 everything-is-listed
refuses.example IPv4 error-answer
refuses.example IPv6 error-answer
gone.example IPv4 test-point-not-listed
gone.example IPv6 test-point-not-listed
192.0.2.7 passes sum 0
lists_broken=6 lists_refused=0" 1 all.example,1 refuses.example,1 gone.example,1 -- 150 192.0.2.7 -
asked "a list that says no to one question is not asked any more, and comes back by its test points" "\
$(healthy says-no.example)
192.0.2.9 passes sum 0
says-no.example IPv4 error-answer
192.0.2.7 passes sum 0
says-no.example IPv4 healthy
lists_errors=1 lists_broken=0" 1 says-no.example,1 -- 150 192.0.2.9 - 192.0.2.7 - 350
asked "a list without answers delays its clients by the deadline, five times" "\
$(healthy quiet.example)
192.0.3.1 passes sum 0
192.0.3.2 passes sum 0
192.0.3.3 passes sum 0
192.0.3.4 passes sum 0
192.0.3.5 passes sum 0
quiet.example IPv4 no-answer
192.0.3.6 passes sum 0
lists_errors=5 lists_broken=1" 1 quiet.example,1 -- 150 192.0.3.1 192.0.3.2 192.0.3.3 192.0.3.4 192.0.3.5 - 192.0.3.6 -
(sleep 0.35; { good bl.example; listed refuses.example '*' 127.255.255.254; } | sed 's/bl.example/x.example/' | zone) &
asked "a list that ends to be one is found out by its next test, though its test points still hold in the cache" "\
$(healthy bl.example)
bl.example IPv4 test-point-not-listed
bl.example IPv6 test-point-not-listed
192.0.2.7 passes sum 0
lists_broken=2" 1 bl.example,1 -- 1000 192.0.2.7 -

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
