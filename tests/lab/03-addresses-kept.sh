#!/bin/bash
# Goal: the host sees the client's own address and port, IPv4 and IPv6
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"

answered_after_data() { sed '1,/^354/d' "$1" | grep -q .; }

# The client stays connected while the host's sockets are looked at.
seen_by_host() {	# seen_by_host LABEL CLIENT HOST
	local label=$1 client=$2 host=$3 out=$LAB/log/goal-03-$1.out port seen talk
	: >"$out"
	in_ns client "$LAB_SRC/say.py" --hold 2 --token "$(run_id "$label")/mail" "$host" >"$out" <<-SESSION &
		EHLO client.example
		MAIL FROM:<probe@spam.example>
		RCPT TO:<user@local.example>
		DATA
		QUIT
	SESSION
	talk=$!
	wait_for 10 "the message to be taken" answered_after_data "$out"
	port=$(awk '$1 == "port" { print $2 }' "$out")
	case $client in *:*) client="[$client]" ;; esac
	# An IPv6 socket that speaks IPv4, as Courier's does, shows the address mapped.
	seen=$(in_ns host ss -Htn state established 'sport = :25' | awk '{ print $4 }' | sed -E 's/^\[::ffff:([0-9.]+)\]/\1/')
	expect "$label: client is $client:$port, host's socket has ${seen:-nobody}" "$seen" = "$client:$port"
	wait "$talk"
}

# The Received line that the host wrote into the message, however it spells addresses.
logged_by_host() {	# logged_by_host LABEL CLIENT
	local seen
	seen=$(report received --label "$1")
	expect "$1: the host's Received line has $seen" "$seen" = "$2"
}

shield_up refuse
seen_by_host ipv4 "$CLIENT4" "$HOST4"
seen_by_host ipv6 "$CLIENT6" "$HOST6"
quiet
shield_down
logged_by_host ipv4 "$CLIENT4"
logged_by_host ipv6 "$CLIENT6"
goal_end
