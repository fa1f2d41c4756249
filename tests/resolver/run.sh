#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh RESOLVE - the resolver against a DNS server that answers well and badly, in a network namespace
# of this test. Needs root.
set -euo pipefail

resolve=$(realpath "$1")
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
address.example resolves
dns_given_up=1" 127.0.0.1 3000 100 'mx.example!' address.example
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

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
