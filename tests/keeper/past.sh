#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# past.sh RELAYWALL - sessions under one policy and then another: the journal says by which one each was decided, both are
# kept, and each decision is explained by its own. A folder that cannot be written, too many policies, a damaged one. Last
# line: "N passed, N failed". Needs root.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: $0 RELAYWALL" >&2; exit 2; }
relaywall=$(realpath "$1")
cd "$(dirname "$0")"

# shellcheck source=tests/gate/net.sh
. ../gate/net.sh
# shellcheck source=tests/keeper/box.sh
. box.sh

archive="policy-archive = \"$folder/policies\" policy-archive-files = 3"
domains() { printf '%s\n' "$@" >"$folder/domains"; }
# with a domains file, which is what changes
conf() {
	write_conf "${1-$archive}" "${2-}"
	sed -i 's|local-domains = .*|local-domains-file = "domains"|' "$folder/conf"
}
digest() { "$relaywall" check "$folder/conf" 2>/dev/null | sed -n 's/^.*: policy \([0-9a-f]\{64\}\).*/\1/p'; }
in_status() { "$relaywall" status --control "$folder/control" 2>&1 | grep -c "$1" || true; }
# the session of the last verdict about a recipient, its policy
last() { grep '"event":"recipient"' "$folder/journal" | tail -n 1 | sed "s/.*\"$1\":\"\([0-9a-f]*\)\".*/\1/"; }
recipients() { grep -c '"event":"recipient"' "$folder/journal" || true; }
has_more() { [ "$(recipients)" -gt "$1" ]; }
mail() {	# and its lines
	local before
	before=$(recipients)
	in_client one 0 "${client[0]}" "${host[0]}" >/dev/null
	until_true 5 has_more $((before + 1)) || true
}
is_alone() { [ "$(captains)" -eq 1 ]; }
renew() {	# until nobody else is left who would be in the status too
	reload || true
	until_true 10 is_alone || true
}
in_box() { nsenter -t "$keeper" -m "$@"; }
explain() {	# ARGUMENT...: with $folder/conf as today's policy
	local got=0
	"$relaywall" explain --policy "$folder/conf" --journal "$@" >"$folder/out" 2>"$folder/err" || got=$?
	echo "$got"
}
shows() { grep -c -- "$1" "$folder/out" || true; }

# --- one policy, and the next -------------------------------------------------

domains local.example
conf
first=$(digest)
begin
until_true 5 [ -S "$folder/control" ] || true
is "the policy is kept before it serves" "$(cd "$folder/policies" && sha256sum -- *)" "$first  $first"
is "... for the group to read" "$(stat -c %a "$folder/policies/$first")" 640
is "status says which, and where" "$(in_status "digest   $first") $(in_status "archive  $folder/policies\$")" "1 1"
is "the line of the start has all of the digest" "$(grep -c "\"what\":\"start\",.*\"policy\":\"$first\"" "$folder/journal")" 1
mail
one=$(last session)
is "a verdict has how it begins" "$(last policy)" "${first:0:16}"
domains local.example victim.example
second=$(digest)
is "another domains file is another policy" "$([ "$first" != "$second" ] && echo other)" other
renew
mail
two=$(last session)
is "after a reload the journal has the other one" "$(last policy)" "${second:0:16}"
is "... all of it, at the reload" "$(grep -c "\"what\":\"reload\",.*\"policy\":\"$second\"" "$folder/journal")" 1
is "both are kept" "$(ls "$folder/policies" | wc -l)" 2

# --- explained ----------------------------------------------------------------

is "the first session is found" "$(explain "$folder/journal" "$one")" 0
is "... with its policy" "$(shows "policy ${first:0:16}\$")" 1
is "... by which every verdict is the same" "$(shows 'then  *the policy of then says the same') $(shows 'SAYS OTHERWISE')" "3 0"
is "... the relay was foreign then" "$(shows 'percent-hack -> victim.example (foreign)')" 1
cp "$folder/out" "$folder/text"
is "the other one, by its own" "$(explain "$folder/journal" "$two") $(shows "policy ${second:0:16}\$") $(shows 'says the same')" "0 1 3"
is "from standard input" "$(explain - "$one" <"$folder/journal") $(cmp "$folder/out" "$folder/text" && echo same)" "0 same"
is "with a time that is its" "$(explain "$folder/journal" "$one@20") $(cmp "$folder/out" "$folder/text" && echo same)" "0 same"
is "with a time that is not" "$(explain "$folder/journal" "$one@19")" 1
is "as JSON, one object for each decision" "$(explain "$folder/journal" --json "$one") $(shows '"then":{.*"same":true.*"today":{.*"same":true')" "0 3"
domains other.example
is "today's policy would say otherwise" "$(explain "$folder/journal" "$one") $(shows 'says the same') $(shows 'today .*refuse, rule relay (enforce), reason foreign-domain')" "0 3 2"
sed -i 's/"reason":"percent-hack"/"reason":"bang-path"/' "$folder/journal"
is "a journal that was changed is found out" "$(explain "$folder/journal" "$one") $(shows 'SAYS OTHERWISE')" "1 1"
is "... and told" "$(cat "$folder/err")" "*1 of 3 decisions are not those of the policy that was in force"
sed -i 's/"reason":"bang-path"/"reason":"percent-hack"/' "$folder/journal"
{ head -c 100 "$folder/journal"; echo; echo '{"v":2}'; cat "$folder/journal"; } >"$folder/torn"
is "half a line and another version are passed over" "$(explain "$folder/torn" "$one") $(shows 'says the same')" "0 3"
is "... and told" "$(cut -d ' ' -f 3-8 "$folder/err" | xargs)" "1 lines were passed over that 1 lines were passed over that"
is "an id that is none" "$(explain "$folder/journal" 12345)" 2
is "a session that is none" "$(explain "$folder/journal" 00000000) $(cat "$folder/err")" "1 *no session 00000000 in * lines"
is "a journal that is none" "$(explain "$folder/none" "$one")" 2
is "a folder without it" "$(explain "$folder/journal" --archive "$folder" "$one") $(shows 'does not have it') $(shows 'journal .*reason percent-hack')" "0 3 1"

# --- too many, a damaged one, none --------------------------------------------

for i in 1 2 3; do
	domains local.example "more$i.example"
	renew
done
is "of six policies three are kept" "$(ls "$folder/policies" | wc -l)" 3
is "... those of late" "$(ls "$folder/policies/$(digest)")" "$folder/policies/$(digest)"
is "... so the first is explained no more" "$(explain "$folder/journal" "$one") $(shows 'does not have it')" "0 3"
mail
three=$(last session)
current=$(digest)
truncate -s -1 "$folder/policies/$current"
is "a damaged one is no evidence" "$(explain "$folder/journal" "$three") $(shows 'damaged: its SHA-256 is')" "0 3"
renew
is "a reload writes it anew" "$(explain "$folder/journal" "$three") $(shows 'says the same')" "0 3"
mkdir "$folder/small"
in_box mount -t tmpfs -o size=4k tmpfs "$folder/small"
in_box sh -c "head -c 4096 /dev/zero >'$folder/small/full'"
conf "policy-archive = \"$folder/small\""
renew
is "a full disk is told" "$(said 'policy-archive .*/small: No space left on device; this policy is not kept')" 1
is "... and shown" "$(in_status 'archive  .*small: not kept: No space left on device')" 1
is "... and mail goes on" "$(serves && echo serves)" serves
is "... without a half of it left" "$(in_box find "$folder/small" -mindepth 1 | wc -l)" 1
in_box umount "$folder/small"
renew
is "the next reload keeps it" "$(in_status 'archive  .*small$')" 1
conf ""
renew
is "without the key none is kept, and check says so" "$(in_status archive) $("$relaywall" check "$folder/conf" 2>&1 | grep -c 'will not be kept')" "0 1"
end
is "it ended in order" "$status" 0

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
