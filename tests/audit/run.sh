#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh RELAYWALL - relaywall audit against mail servers of many kinds, and against one that relays for everybody: without the shield, and
# through it. Last line: "N passed, N failed". Needs root.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: $0 RELAYWALL" >&2; exit 2; }
relaywall=$(realpath "$1")
cd "$(dirname "$0")"

# shellcheck source=tests/gate/net.sh
. ../gate/net.sh

host=(198.51.100.25 2001:db8:25::25)
client=(203.0.113.66 2001:db8:66::66)
kinds=(server open percent catchall grey noroute authenticated closing dropping half hang silent drip tarpit garbage huge talkative hostile old away)
ports=("25=open")
for i in "${!kinds[@]}"; do ports+=("$((3000 + i))=${kinds[$i]}"); done
mkdir "$folder/4" "$folder/6"
for f in 4 6; do
	[ "$f" = 4 ] && address=${host[0]} || address=${host[1]}
	: >"$folder/host$f"
	ip netns exec "$id-host" /usr/bin/python3 servers.py "$folder/$f" "$address" "${ports[@]}" >"$folder/host$f" 2>&1 &
	started[$!]=host
	wait_for ready "$folder/host$f"
done

write_conf() {	# NETWORK
	cat >"$folder/conf" <<-CONF
		journal = "$folder/journal"
		control = "$folder/control"
		on-stop = remove
		$1
		protect "aix" {
			addresses = { "${host[0]}", "${host[1]}" }
			hostname = "host.example"
			local-domains = { "local.example", "host.example" }
		}
	CONF
}
write_conf ''

# audit NAME ARGUMENT...: what it says is in $folder/NAME.out and .err; prints its exit status
audit() {
	local name=$1 status=0
	shift
	ip netns exec "$id-client" timeout 120 "$relaywall" audit --rate 100 --timeout 1 "$@" >"$folder/$name.out" 2>"$folder/$name.err" || status=$?
	echo "$status"
}
verdict() { sed -n 's/^GEN004710: \([A-Za-z ]*\)\..*/\1/p' "$folder/$1.out" | sort -u | xargs; }
counts() { grep -o '^[0-9]* forms: .*' "$folder/$1.out" | sort -u; }
port_of() { for i in "${!kinds[@]}"; do [ "${kinds[$i]}" != "$1" ] || echo $((3000 + i)); done; }
from_json() { python3 -c "import json, sys; r = json.load(open('$folder/$1.out')); print($2)"; }
messages() { cat "$folder/4/mailbox" "$folder/6/mailbox" 2>/dev/null | grep -c '^Subject: relaywall audit: ' || true; }

# --- whom it does not test ----------------------------------------------------

is "without a policy" "$(audit strange "${host[0]}")" 2
is "... it says why" "$(grep -c "${host[0]} is no protected host" "$folder/strange.err")" 1
is "an address that the policy has not" "$(audit strange --policy "$folder/conf" "${host[0]}" 203.0.113.66)" 2
is "... it says which" "$(grep -c 'is no protected host' "$folder/strange.err") $(grep -c 203.0.113.66 "$folder/strange.err")" "1 1"
is "a mailbox at the host" "$(audit strange --policy "$folder/conf" --target user@LOCAL.example aix)" 2
is "nobody was asked" "$(cat "$folder"/4/* "$folder"/6/* | wc -l)" 0
is "no host" "$(audit none --policy "$folder/conf")" 2
is "all hosts of no policy" "$(audit none --all)" 2
is "a policy that is none" "$(audit none --policy /dev/null/x --all)" 2
is "a mailbox that is a form" "$(audit none --i-own-this --target 'a%b@c.example' 127.0.0.1)" 2
is "a page that cannot be written" "$(audit none --i-own-this --html /dev/null/x 127.0.0.1)" 2
for text in 'no:port' '[::1' '[::1]25' ':25' '127.0.0.1:0' '127.0.0.1:65536' '127.0.0.1:2x' ''; do
	is "\"$text\" is no host" "$(audit none --i-own-this "$text") $(wc -l <"$folder/none.err")" "2 1"
done
is "nobody listens" "$(audit closed --i-own-this "${host[0]}:2") $(verdict closed)" "2 Not reviewed"
is "... which is said" "$(grep -c 'there is no connection: Connection refused' "$folder/closed.out")" 1

# --- servers of many kinds ----------------------------------------------------

all=79
cases="
server        0 Not a finding  0 relayed, 0 doubtful, 0 allowed, $all refused
open          1 Finding        34 relayed, 45 doubtful, 0 allowed, 0 refused
percent       1 Finding        13 relayed, 0 doubtful, 0 allowed, 66 refused
catchall      2 Not reviewed   0 relayed, 29 doubtful, 0 allowed, 50 refused
grey          2 Not reviewed   0 relayed, 0 doubtful, 0 allowed, 0 refused, $all not decided
noroute       2 Not reviewed   0 relayed, 0 doubtful, 0 allowed, 6 refused, 73 not decided
authenticated 0 Not a finding  0 relayed, 0 doubtful, 0 allowed, $all refused
closing       2 Not reviewed   0 relayed, 0 doubtful, 0 allowed, 78 refused, 1 not decided
dropping      2 Not reviewed   0 relayed, 0 doubtful, 0 allowed, 0 refused, 3 not decided, 76 not tested
half          2 Not reviewed   0 relayed, 0 doubtful, 0 allowed, 78 refused, 1 not decided
hang          2 Not reviewed   0 relayed, 0 doubtful, 0 allowed, 0 refused, 3 not decided, 76 not tested
silent        2 Not reviewed   0 relayed, 0 doubtful, 0 allowed, 0 refused, 0 not decided, $all not tested
drip          2 Not reviewed   0 relayed, 0 doubtful, 0 allowed, 0 refused, 3 not decided, 76 not tested
garbage       2 Not reviewed   0 relayed, 0 doubtful, 0 allowed, 0 refused, 3 not decided, 76 not tested
huge          2 Not reviewed   0 relayed, 0 doubtful, 0 allowed, 0 refused, 3 not decided, 76 not tested
talkative     2 Not reviewed   0 relayed, 0 doubtful, 0 allowed, 78 refused, 1 not decided
hostile       0 Not a finding  0 relayed, 0 doubtful, 0 allowed, $all refused
old           0 Not a finding  0 relayed, 0 doubtful, 0 allowed, $all refused
away          2 Not reviewed   0 relayed, 0 doubtful, 0 allowed, 0 refused, 0 not decided, $all not tested
"
waiting=()
while read -r kind _; do
	[ -n "$kind" ] || continue
	audit "$kind" --i-own-this "${host[0]}:$(port_of "$kind")" >"$folder/$kind.status" &
	waiting+=($!)
done <<<"$cases"
audit tarpit --i-own-this --total 5 "${host[0]}:$(port_of tarpit)" >"$folder/tarpit.status" &
waiting+=($!)
wait "${waiting[@]}"
while read -r kind status rest; do
	[ -n "$kind" ] || continue
	is "$kind" "$(cat "$folder/$kind.status") $(verdict "$kind") $(counts "$kind" | cut -d : -f 2- | xargs)" "$status $(sed 's/  */ /g' <<<"$rest")*"
done <<<"$cases"
is "tarpit: as far as the time goes" "$(cat "$folder/tarpit.status") $(verdict tarpit) $(counts tarpit | cut -d , -f 4,6 | xargs)" "2 Not reviewed [1-9]* refused, [1-9]* not tested"
is "... which is said" "$(grep -c 'the time for this host was over' "$folder/tarpit.out")" 1
is "no command was a message" "$(cat "$folder"/4/* | grep -ciE '^(DATA|BDAT)' || true)" 0
is "only known commands were said" "$(cat "$folder"/4/* | grep -a -cvE '^(CONNECT|EHLO|HELO|MAIL FROM:|RCPT TO:|RSET|VRFY|EXPN|QUIT)' || true)" 0
is "a host's octets are nobody's to obey" "$(LC_ALL=C grep -c '[^ -~]' "$folder/hostile.out" || true)" 0
is "old servers are greeted with HELO" "$(grep -c ^HELO "$folder/4/old")" "[1-9]*"
is "ten transactions a session at most" "$(awk '/^CONNECT/ { n = 0 } /^MAIL/ && ++n > most { most = n } END { print most }' "$folder/4/server")" 10

: >"$folder/4/server"
audit pace --i-own-this --rate 10 --total 3 "${host[0]}:3000" >"$folder/status"
n=$(grep -cv CONNECT "$folder/4/server")
is "ten commands a second, a connection for five: $n in three seconds" "$((n >= 15 && n <= 31))" 1

# --- an end before the end ----------------------------------------------------

ip netns exec "$id-client" "$relaywall" audit --i-own-this --rate 20 --json --html "$folder/partial.html" "${host[0]}:3000" >"$folder/partial.out" 2>/dev/null &
tester=$!
started[$tester]=tester
sleep 2
kill -INT "$tester"
status=0
wait "$tester" || status=$?
unset "started[$tester]"
is "interrupted" "$status $(from_json partial "r['interrupted'], r['hosts'][0]['status'], r['hosts'][0]['given_up']")" "2 True not-reviewed the test was interrupted"
is "... with what there is" "$(from_json partial "r['hosts'][0]['counts']['refused'] > 0, r['hosts'][0]['counts']['untested'] > 0")" "True True"
is "... also on the page" "$(grep -c 'It was interrupted: this report is not complete' "$folder/partial.html")" 1

# --- direct, and through the shield -------------------------------------------

is "direct" "$(audit direct --policy "$folder/conf" --label direct --json --html "$folder/direct.html" aix)" 1
is "both addresses" "$(from_json direct "[(h['host'], h['address'], h['status'], h['network']) for h in r['hosts']]")" \
	"\[('aix', '${host[0]}', 'finding', 'untrusted'), ('aix', '${host[1]}', 'finding', 'untrusted')\]"
is "the policy's names" "$(from_json direct "r['hosts'][0]['name'], r['hosts'][0]['local']")" "host.example local.example"
is "the policy's digest" "policy $(from_json direct "r['policy']['digest']")" "$("$relaywall" check "$folder/conf" | grep -o 'policy [0-9a-f]*')"
is "the software, its age, and what is known of it" "$(from_json direct "r['hosts'][0]['software']['name'], r['hosts'][0]['software']['year'], any('CVE-2003-0161' in n for n in r['hosts'][0]['software']['notes'])")" \
	"sendmail 8.9.3 (AIX 4.3) 1998 True"
is "senders" "$(from_json direct "[s['result'] for s in r['hosts'][0]['sender']]")" "\['accepted', 'accepted', 'accepted'\]"
is "VRFY and EXPN" "$(from_json direct "[s['result'] for s in r['hosts'][0]['disclosure']]")" "\['accepted', 'accepted', 'refused', 'accepted', 'accepted'\]"
is "no message was sent" "$(messages)" 0
is "from an address of choice" "$(audit from --policy "$folder/conf" --from "${client[0]}" --json "${host[0]}") $(from_json from "r['hosts'][0]['client']")" "1 ${client[0]}"
is "from one that is not here" "$(audit from --policy "$folder/conf" --from 192.0.2.9 "${host[0]}") $(verdict from)" "2 Not reviewed"
is "to a port" "$(audit port --policy "$folder/conf" "[${host[1]}]:3000") $(verdict port)" "0 Not a finding"

mailbox=("$folder/4/mailbox" "$folder/6/mailbox")
is "with messages" "$(audit deliver --policy "$folder/conf" --deliver auditor@mine.example --arrived "${mailbox[0]}" --json --label direct "${host[0]}")" 1
is "... all arrive that are for it" "$(from_json deliver "sorted({(x['result']) for x in r['hosts'][0]['relay']}), r['hosts'][0]['messages']") $(messages)" "\['accepted', 'arrived'\] 76 76"
is "... each by its own id" "$(grep -o '^Subject: .*' "${mailbox[0]}" | sort -u | wc -l)" 76
is "... not by what names another mailbox" "$(from_json deliver "sorted(x['id'] for x in r['hosts'][0]['relay'] if x['result'] == 'accepted')")" \
	"\['postmaster', 'route-through', 'second'\]"
is "... to the mailbox, from it" "$(grep -c '^To: <auditor@mine.example>' "${mailbox[0]}") $(grep -c '^From: <auditor@mine.example>' "${mailbox[0]}")" "76 76"

: >"$folder/daemon"
ip netns exec "$id-router" "$relaywall" run "$folder/conf" >"$folder/daemon" 2>&1 &
keeper=$!
started[$keeper]=keeper
wait_for 'serving 1 hosts' "$folder/daemon"
is "through the shield" "$(audit shield --policy "$folder/conf" --label shield --json --html "$folder/shield.html" --all)" 0
is "... both addresses" "$(from_json shield "[(h['status'], h['counts']['refused']) for h in r['hosts']]")" "\[('not-a-finding', $all), ('not-a-finding', $all)\]"
is "... local mail is taken" "$(from_json shield "[c['result'] for c in r['hosts'][0]['control']]")" "\['accepted', 'accepted'\]"
is "... an unqualified sender is not" "$(from_json shield "r['hosts'][0]['sender'][0]['result']")" refused
is "... the journal tells of it" "$(grep -c '"event":"recipient".*"rule":"relay"' "$folder/journal")" "[1-9]*"
is "with messages, through it" "$(audit undelivered --policy "$folder/conf" --deliver auditor@mine.example --arrived "${mailbox[0]}" --json --label shield "${host[0]}")" 0
is "... none is sent" "$(from_json undelivered "r['hosts'][0]['messages']") $(messages)" "0 76"
kill "$keeper"
wait "$keeper" || true
unset "started[$keeper]"

write_conf "network insiders { prefixes = { \"${client[0]}/32\" } }"
is "from who may relay" "$(audit inside --policy "$folder/conf" "${host[0]}") $(verdict inside)" "2 Not reviewed"
is "... which is said" "$(grep -c 'network insiders, which may relay' "$folder/inside.out")" 1

# --- side by side -------------------------------------------------------------

is "joined" "$(audit joined --html "$folder/joined.html" --report "$folder/direct.out" "$folder/shield.out")" 0
is "... a line for each host" "$(sed 's/^.* port 25; //' "$folder/joined.out" | sort -u)" "direct: Finding; shield: Not a finding; in service: Not a finding"
is "... two columns" "$(grep -c '<th>direct</th><th>through the shield</th>' "$folder/joined.html")" "[1-9]*"
is "... in the other order it is the same" "$(audit joined --report "$folder/shield.out" "$folder/direct.out")" 0
is "... a direct run alone is a finding" "$(audit joined --report "$folder/direct.out")" 1
is "... mail that came later is found" "$(sed 's/"arrived"/"taken"/g' "$folder/deliver.out" >"$folder/later.json"
	audit later --json --arrived "${mailbox[0]}" --report "$folder/later.json") $(from_json later "sorted({x['result'] for x in r[0]['hosts'][0]['relay']})")" "1 \['accepted', 'arrived'\]"
is "hosts' markup is a text" "$(audit hostile-page --i-own-this --html "$folder/hostile.html" "${host[0]}:$(port_of hostile)") $(grep -ciE '<(script|img)' "$folder/hostile.html" || true)" "0 0"
is "... and is there" "$(grep -c '&lt;img src=x onerror=alert(1)&gt;' "$folder/hostile.html")" "[1-9]*"
is "... in ASCII" "$(LC_ALL=C grep -c '[^	 -~]' "$folder/hostile.html" || true)" 0

python3 - "$folder" <<'PYTHON'
import json, sys
folder = sys.argv[1]
good = json.load(open(f"{folder}/shield.out"))
def put(name, change):
    report = json.loads(json.dumps(good))
    change(report)
    open(f"{folder}/forged-{name}", "w").write(json.dumps(report))
put("version", lambda r: r.update(v=2))
put("format", lambda r: r.pop("format"))
put("hosts", lambda r: r.update(hosts={}))
put("host", lambda r: r["hosts"].append("x"))
put("rows", lambda r: r["hosts"][0].update(relay=None))
put("status", lambda r: r["hosts"][0]["relay"][0].update(result="accepted"))
put("types", lambda r: r["hosts"][0].update(ehlo=[1, None, {}], software=7, banner=None, control="x", sender=[[]], counts=[]))
put("markup", lambda r: (r.update(label="<script>", tester="<script>\u202e\u001b"), r["hosts"][0].update(host="<script>"),
                         r["hosts"][0]["relay"][0].update(id="<script>", tradition="<script>", source="<script>")))
open(f"{folder}/forged-cut", "w").write(json.dumps(good)[:5000])
open(f"{folder}/forged-empty", "w").close()
PYTHON
for name in version format hosts host rows cut empty none; do
	is "a report that is none: $name" "$(audit forged --report "$folder/forged-$name") $(wc -l <"$folder/forged.err")" "2 1"
done
is "a status is what the answers say" "$(audit forged --report "$folder/forged-status")" 1
is "things of other types are nothing" "$(audit forged --html "$folder/forged.html" --report "$folder/forged-types")" 0
is "markup in a report is a text" "$(audit forged --html "$folder/forged.html" --report "$folder/forged-markup") $(grep -c '<script' "$folder/forged.html" || true)" "0 0"
is "... and no terminal obeys it" "$(LC_ALL=C grep -c '[^ -~]' "$folder/forged.out" || true)" 0

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
