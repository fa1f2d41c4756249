#!/bin/bash
# Goal: far from a host that knows no PIPELINING, a client that pipelines is done sooner, and the host never notices
# Server: sendmail
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/lab/net.sh
. "$LAB_SRC/net.sh"

# It brings its own host, so the default lab alone does.
# The old host and the far client, each in a namespace that this goal makes.
OLD4=198.51.100.26 OLD6=2001:db8:25::26
FAR4=203.0.113.77
DELAY_MS=50	# each way
SESSIONS=5	# of each kind

ns_of() { echo "rwl$(lab_id)-$1"; }

trap 'shield_down; stop abrupt; stop delay; far_down' EXIT
far_down() {
	ip netns delete "$(ns_of far)" 2>/dev/null || true
	ip netns delete "$(ns_of old)" 2>/dev/null || true
}

old_up() {
	ip netns add "$(ns_of old)"
	leg old "$OLD4" "$OLD6"
	ip -n "$(ns_of router)" route add "$OLD4" via "$OLD4" dev old onlink
	start abrupt old "$LAB_SRC/abrupt.py" "$OLD4"
	wait_for 10 "the old host to listen" listens old 25
}

# Both ends of the slow path are interfaces of one program.
far_up() {
	ip netns add "$(ns_of far)"
	start delay far "$LAB_SRC/delay.py" --ms $DELAY_MS "$(ns_of router)"
	wait_for 10 "the slow path" grep -q ready "$LAB/log/delay.out"
	ip -n "$(ns_of far)" address add "$FAR4/32" dev slow
	ip -n "$(ns_of far)" link set slow up
	ip -n "$(ns_of far)" route add default dev slow
	ip -n "$(ns_of router)" link set slow up
	kernel_set router ipv4/conf/slow/rp_filter 0
	ip -n "$(ns_of router)" route add "$FAR4" dev slow
}

# measure KIND RECIPIENTS: sessions of one message each; their median is "SECONDS WAITS".
measure() {
	local out=$LAB/log/uplift-$1-$2.out
	in_ns far "$LAB_SRC/pipeline.py" --recipients "$2" --sessions $SESSIONS "$OLD4" >"$out" 2>&1 || die "$(tail -n 1 "$out")"
	sort -n "$out" | sed -n "$(((SESSIONS + 1) / 2))p"
}

# measure_all KIND SED-OPTION...: through a shield that is told so.
measure_all() {
	local kind=$1 n; shift
	shield_up refuse -e "s/addresses .*/addresses = { \"$OLD4\" }/" "$@"
	for n in 1 10; do measure "$kind" $n >"$LAB/log/uplift-$kind-$n.median"; done
	shield_down
}

compare() {	# compare RECIPIENTS
	local bare bare_waits up up_waits ratio
	read -r bare bare_waits <"$LAB/log/uplift-none-$1.median"
	read -r up up_waits <"$LAB/log/uplift-default-$1.median"
	ratio=$(awk "BEGIN { printf \"%.2f\", $bare / $up }")
	printf '        %10s %14s %14s %8s\n' "$1" "$bare s, $bare_waits" "$up s, $up_waits" "$ratio"
	expect "$1 recipients: the client waits $up_waits times, not $bare_waits" "$up_waits" -lt "$bare_waits"
	expect "$1 recipients: and is not slower" "$(awk "BEGIN { print $up < $bare * 1.1 }")" -eq 1
}

# The old host is one that it would hurt: a client that pipelines at it loses its session.
expect_abrupt() {
	local n
	printf '%s\n' 'EHLO client.example' 'MAIL FROM:<probe@spam.example>' 'RCPT TO:<user@local.example>' DATA |
		in_ns client "$LAB_SRC/say.py" --pipeline "$OLD4" >"$LAB/log/uplift-bare.out"
	n=$(sent_ahead)
	expect "without the shield: $(grep 'sent on' "$LAB/log/abrupt.out" || echo "nobody noticed"), and the session ends" "$n" -eq 1
}
sent_ahead() { grep -c '^sent on' "$LAB/log/abrupt.out" || true; }

old_up
far_up
expect_abrupt
measure_all none -e '/hostname/a offer = { "none" }'
measure_all default
echo "        $DELAY_MS ms each way; median of $SESSIONS sessions, and how often the client waited:"
printf '        %10s %14s %14s %8s\n' recipients 'offer = none' default ratio
compare 1
compare 10
n=$(grep -c '^taken for' "$LAB/log/abrupt.out" || true)
expect "the old host took $n of $((4 * SESSIONS)) messages" "$n" -eq $((4 * SESSIONS))
n=$(($(sent_ahead) - 1))
expect "and was sent two commands at once in $n sessions" "$n" -eq 0
goal_end
