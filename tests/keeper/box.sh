# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# box.sh - for tests of the processes: a program between a mail host and a client, a load of mail through it, a session that is
# held, and what became of both. Sourced after net.sh. Wants relaywall, the program; sets keeper, its process, and what
# the functions say.

host=(198.51.100.25 2001:db8:25::25)
client=(203.0.113.66 2001:db8:66::66)
both=("${client[0]}" "${host[0]}" "${client[1]}" "${host[1]}")
: >"$folder/host"
ip netns exec "$id-host" /usr/bin/python3 mail.py host "$folder/delivered" "${host[@]}" >"$folder/host" 2>&1 &
started[$!]=host
wait_for ready "$folder/host"
mkfifo "$folder/stop" "$folder/say"

in_client() { ip netns exec "$id-client" /usr/bin/python3 mail.py "$@"; }
write_conf() {	# TOP FROM
	cat >"$folder/conf" <<-CONF
		journal = "$folder/journal"
		control = "$folder/control"
		on-stop = remove
		workers = 2
		${1-}
		protect "aix" {
			addresses = { "${host[0]}", "${host[1]}" }
			hostname = "host.example"
			local-domains = { "local.example" }
			from untrusted { ${2-} }
		}
	CONF
}
begin() {
	: >"$folder/daemon"
	ip netns exec "$id-router" "$relaywall" run "$folder/conf" >"$folder/daemon" 2>&1 &
	keeper=$!
	started[$keeper]=keeper
	wait_for 'serving 1 hosts' "$folder/daemon"
}
end() {
	kill "$keeper"
	status=0
	wait "$keeper" || status=$?
	unset "started[$keeper]"
}
said() { grep -c "$1" "$folder/daemon" || true; }
# the current captain: the youngest that the keeper has
captain() { pgrep -n -P "$keeper" relaywall-cap || true; }
captains() { pgrep -c -P "$keeper" relaywall-cap || true; }
workers() { pgrep -P "$(captain)" 'relaywall-w' || true; }
descriptors() { for pid in "$keeper" "$(captain)"; do ls "/proc/$pid/fd" | wc -l; done | xargs; }
are_two() { [ "$(workers | wc -l)" -eq 2 ]; }
has_loaded() { [ "$(said 'loaded: captain')" -ge "$1" ]; }
reload() {
	local before
	before=$(said 'loaded: captain')
	kill -HUP "$keeper"
	until_true 10 has_loaded $((before + 1))
}
load_begin() {	# THREADS
	: >"$folder/delivered"
	: >"$folder/load"
	in_client load "$folder/taken" "$1" "${both[@]}" <"$folder/stop" >"$folder/load" 2>"$folder/told" &
	loader=$!
	started[$loader]=load
	exec 7>"$folder/stop"
	wait_for begun "$folder/load"
}
load_end() {
	exec 7>&-
	wait "$loader" || true
	unset "started[$loader]"
	counts=$(tail -n 1 "$folder/load")
	sed -n 's/^\(X-Mail: [0-9]*\) .*/\1/p' "$folder/delivered" | sort >"$folder/d"
	sort "$folder/taken" >"$folder/t"
	lost=$(comm -13 "$folder/d" "$folder/t" | wc -l)
	doubled=$(uniq -d "$folder/d" | wc -l)
	relayed=$(grep -c victim "$folder/delivered" || true)
}
number() { sed -n "s/.*\b$1=\([0-9]*\).*/\1/p" <<<"$counts"; }
hold_begin() {	# I
	: >"$folder/held"
	ip netns exec "$id-client" /usr/bin/python3 mail.py hold "${client[$1]}" "${host[$1]}" <"$folder/say" >"$folder/held" 2>&1 &
	holder=$!
	started[$holder]=hold
	exec 8>"$folder/say"
	wait_for ^220 "$folder/held"
}
hold_say() {	# WORD WANTED-LINE
	echo "$1" >&8
	until_true 10 grep -q "$2" "$folder/held" || true
	tail -n 1 "$folder/held"
}
hold_end() {
	exec 8>&-
	kill "$holder" 2>/dev/null || true
	wait "$holder" 2>/dev/null || true
	unset "started[$holder]"
}
serves() { [ "$(in_client one 0 "${client[0]}" "${host[0]}")" = "0 delivered" ]; }
