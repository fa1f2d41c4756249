# shellcheck shell=bash disable=SC2154,SC2034,SC2004
# SPDX-License-Identifier: GPL-2.0-or-later
#
# rig.sh - what a row of the fault table stands on: the resolver, the box, clients; the host and the load are in mail.sh. Sourced after
# tests/gate/net.sh, whose namespaces these are in; wants "relaywall". Every process here is a key of "started" while it runs.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
host=(198.51.100.25 2001:db8:25::25)
client=(203.0.113.66 2001:db8:66::66)
both=("${client[0]}" "${host[0]}" "${client[1]}" "${host[1]}")
# shellcheck source=tests/faults/mail.sh
. "$here/mail.sh"
mkfifo "$folder/hold"
mkdir "$folder/disk"

in_router() { ip netns exec "$id-router" "$@"; }

# --- the resolver -------------------------------------------------------------

resolver_begin() {
	: >"$folder/dns"
	ip netns exec "$id-router" /usr/bin/python3 "$here/../resolver/dns.py" 127.0.0.1 "$folder/zone" >"$folder/dns" 2>&1 &
	resolving=$!
	started[$resolving]=resolver
	wait_for serving "$folder/dns"
}
resolver_end() { end_process "$resolving"; }
# In one step, or the resolver may read a file without any name.
zone() {
	echo "client.example $*" >"$folder/zone.new"
	mv "$folder/zone.new" "$folder/zone"
}

# --- the box ------------------------------------------------------------------

# What the words of a row's second column mean.
declare -A top=(
	[plain]=''
	[short]='limits { banner-timeout = 3 reply-timeout = 3 data-timeout = 3 final-timeout = 3 }'
	[lookups]='resolvers = { "127.0.0.1" } limits { lookup-timeout = 2 }'
	[any-port]='source-port = any'
	[gate]=''
)
declare -A from=([gate]='gate = refuse connections-per-minute = 1000000')

write_conf() {	# WORD
	cat >"$folder/conf" <<-CONF
		journal = "$folder/disk/journal"
		on-stop = remove
		workers = 2
		reload-drain = 2
		${top[$1]}
		protect "aix" {
			addresses = { "${host[0]}", "${host[1]}" }
			hostname = "host.example"
			local-domains = { "local.example" }
			from untrusted { ${from[$1]-} }
		}
	CONF
}

box_begin() {	# VARIABLE=VALUE...
	: >"$folder/daemon"
	ip netns exec "$id-router" env "$@" "$relaywall" run "$folder/conf" >"$folder/daemon" 2>&1 &
	keeper=$!
	started[$keeper]=keeper
	wait_for 'serving 1 hosts' "$folder/daemon"
}

# Beside old processes that may still drain, and without waiting for it: as a service manager does.
box_again() {
	wait "$keeper" 2>/dev/null || true
	unset "started[$keeper]"
	ip netns exec "$id-router" "$relaywall" run "$folder/conf" >>"$folder/daemon" 2>&1 &
	keeper=$!
	started[$keeper]=keeper
}

# It, and what its dead captains left behind. Sets ended: its status.
box_end() {
	kill "$keeper" 2>/dev/null || true
	ended=0
	wait "$keeper" || ended=$?
	unset "started[$keeper]"
	for _ in $(seq 100); do
		[ -n "$(leftovers)" ] || return 0
		sleep 0.05
	done
	leftovers | xargs -r kill -9
}
leftovers() { ip netns pids "$id-router" | while read -r pid; do grep -qs '^relaywall' "/proc/$pid/comm" && echo "$pid"; done || true; }

children() { pgrep -P "$(paste -sd, <<<"$1")" || true; }
# shellcheck disable=SC2053
named() { while read -r pid; do [[ $(cat "/proc/$pid/comm" 2>/dev/null) != $1 ]] || echo "$pid"; done; }
# process WHO: the ids of keeper, captain, worker (one), workers, gate, hand, scribe, desk or all; nothing where there is none
process() {
	local first second
	first=$(children "$keeper")
	second=$([ -z "$first" ] || children "$first")
	case $1 in
	keeper) echo "$keeper" ;;
	captain) named relaywall-cap <<<"$first" | tail -n 1 ;;
	worker) named 'relaywall-w*' <<<"$second" | head -n 1 ;;
	workers) named 'relaywall-w*' <<<"$second" ;;
	gate | hand | desk) named "relaywall-$1" <<<"$first"$'\n'"$second" ;;
	scribe) named relaywall-log <<<"$first"$'\n'"$second" ;;
	all) printf '%s\n' "$keeper" "$first" "$second" | sed '/^$/d' ;;
	esac
}

# --- clients beside the load --------------------------------------------------

# Deaf or drip.
clients_begin() {	# HOW COUNT
	ip netns exec "$id-client" /usr/bin/python3 "$here/clients.py" "$@" "${both[@]}" <"$folder/hold" 2>/dev/null &
	holding=$!
	started[$holding]=clients
	exec 8>"$folder/hold"
}
clients_end() {
	exec 8>&-
	end_process "$holding" -TERM
}
