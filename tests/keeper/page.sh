#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# page.sh RELAYWALL - the page of the board in a browser, light and dark, wide and narrow: is it drawn, and does it keep to itself? The
# pictures go to build/page, to be looked at. Last line: "N passed, N failed". Needs root, and Chromium.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: $0 RELAYWALL" >&2; exit 2; }
relaywall=$(realpath "$1")
cd "$(dirname "$0")"
mkdir -p ../../build/page
pictures=$(realpath ../../build/page)

# shellcheck source=tests/gate/net.sh
. ../gate/net.sh

host=(198.51.100.25 2001:db8:25::25)
client=(203.0.113.66 2001:db8:66::66)
: >"$folder/host"
ip netns exec "$id-host" /usr/bin/python3 mail.py host "$folder/delivered" "${host[@]}" >"$folder/host" 2>&1 &
started[$!]=host
wait_for ready "$folder/host"
cat >"$folder/conf" <<-CONF
	journal = "$folder/journal"
	control = "$folder/run/control"
	metrics = "127.0.0.1:9025"
	on-stop = remove
	workers = 2
	network partner { prefixes = { "192.0.2.0/24" } }
	protect "aix" {
		addresses = { "${host[0]}" }
		hostname = "host.example"
		local-domains = { "local.example" }
		from partner { relay = enforce }
	}
	protect "<script>document.title='taken'</script>" {
		addresses = { "${host[1]}" }
		hostname = "other.example"
		local-domains = { "local.example" }
	}
CONF
: >"$folder/daemon"
ip netns exec "$id-router" "$relaywall" run "$folder/conf" >"$folder/daemon" 2>&1 &
keeper=$!
started[$keeper]=keeper
wait_for 'serving 2 hosts' "$folder/daemon"
sleep 1.5	# the past is counted from its first look
for i in 0 0 0 1 1; do ip netns exec "$id-client" /usr/bin/python3 mail.py one 0 "${client[$i]}" "${host[$i]}" >/dev/null; done
mkfifo "$folder/say"
: >"$folder/held"
ip netns exec "$id-client" /usr/bin/python3 mail.py hold "${client[0]}" "${host[0]}" <"$folder/say" >"$folder/held" 2>&1 &
started[$!]=hold
exec 8>"$folder/say"
wait_for ^220 "$folder/held"

url=http://127.0.0.1:9025/
look() {	# NAME WIDTH HEIGHT SCHEME [SECONDS]
	ip netns exec "$id-router" /usr/bin/python3 page.py "$url" "$pictures" "$@" >"$folder/seen" 2>"$folder/err" || sed -n '$p' "$folder/err"
}
has() { grep -c "$1" "$pictures/$2.html" || true; }

look wide-light 1280 1400 light 12
is "the browser says nothing" "$(head -n 1 "$folder/seen")" quiet
is "... and asks nobody else" "$(tail -n +2 "$folder/seen" | xargs)" "$url ${url}status.json"
is "what was refused is drawn" "$(has 'class="k0"' wide-light)" "[1-9]*"
is "... and named" "$(grep -o 'relay<b class="">5</b>' "$pictures/wide-light.html" || grep -o 'relay<b>5</b>' "$pictures/wide-light.html")" "relay<b*>5</b>"
is "the session is there" "$(has ">${client[0]} port [0-9]*<" wide-light)" 1
is "a name of a script is a text" "$(has '&lt;script&gt;document.title' wide-light) $(grep -m 1 -o '^<title>[^<]*' "$pictures/wide-light.html")" "[1-9]* <title>relaywall"
is "the page was fetched anew, and is not stale" "$(has '<body class="stale"' wide-light)" 0
look wide-dark 1280 1400 dark
is "dark" "$(head -n 1 "$folder/seen") $(cmp -s "$pictures/wide-light.png" "$pictures/wide-dark.png" && echo as light)" "quiet "
look narrow-light 500 2400 light
is "narrow" "$(head -n 1 "$folder/seen") $(has 'class="k0"' narrow-light)" "quiet [1-9]*"
kill -STOP "$keeper"
look fault-dark 500 2400 dark 4
is "what is wrong is said" "$(head -n 1 "$folder/seen") $(has '<li>the keeper does not answer' fault-dark) $(grep -m 1 -o '^<title>[^<]*' "$pictures/fault-dark.html")" \
	"quiet 1 <title>relaywall: not well"
kill -CONT "$keeper"
exec 8>&-

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
