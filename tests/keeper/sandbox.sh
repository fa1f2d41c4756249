#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sandbox.sh CONFINED - what the children of the keeper cannot do, and what they can, in a network namespace of this
# test with a DNS server. Last line: "N passed, N failed". Needs root.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: $0 CONFINED" >&2; exit 2; }
confined=$(realpath "$1")
cd "$(dirname "$0")"
id=rws$$
folder=$(mktemp -d)
server=
clean() {
	[ -z "$server" ] || kill "$server"
	ip netns delete "$id" 2>/dev/null || true
	rm -rf "$folder"
}
trap clean EXIT
trap 'exit 1' INT TERM

ip netns add "$id"
ip -n "$id" link set lo up
ip netns exec "$id" sysctl -qw net.ipv4.ip_unprivileged_port_start=1024
cat >"$folder/zone" <<'ZONE'
mx.example          MX mail.mx.example
truncated.example   truncated
truncated.example   MX mail.example
ZONE
ip netns exec "$id" python3 ../resolver/dns.py 127.0.0.1 "$folder/zone" >"$folder/ready" &
server=$!
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=mail.local.example \
	-keyout "$folder/key" -out "$folder/chain" 2>"$folder/openssl" || { cat "$folder/openssl" >&2; exit 1; }
for _ in $(seq 100); do
	[ -s "$folder/ready" ] && break
	sleep 0.05
done

mkdir -m 0755 "$folder/empty"
chmod 0711 "$folder"	# one without privileges gets as far as the folder
ip netns exec "$id" "$confined" "$folder/empty" "$folder/chain" "$folder/key"
