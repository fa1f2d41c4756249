#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Do manual pages, completion and version say what the program says of itself?
# texts.sh PROGRAM

set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
PROGRAM=$(realpath "$1")
# shellcheck source=tests/package/expect.sh
. tests/package/expect.sh
trap 'rm -rf "$WORK"' EXIT

# "check [-v] FILE | ...": what help has behind the program's name, one command a line.
usages() { "$PROGRAM" help | sed -n 's/^  relaywall //p'; }
rendered() { mandoc -T ascii "$1" | sed 's/.\x08//g'; }

# --- manual pages -------------------------------------------------------------

# The page shows each option of a usage.
page_has_options() {
	local option missing=0 text
	text=$(rendered "$1")	# grep -q reads no pipe to its end
	for option in $(grep -oE -- '--?[a-z][a-z-]*' <<<"$2"); do
		grep -qE -- "^ {5}$option( |\$)" <<<"$text" || { echo "$1 does not tell of $option"; missing=1; }
	done
	return $missing
}
# And no option that the command has not.
page_has_no_others() {
	local option others=0
	for option in $(rendered "$1" | sed -n 's/^ \{5\}\(--\{0,1\}[a-z][a-z-]*\).*/\1/p'); do
		grep -qE -- "[[ {]$option( |]|\||\$)" <<<" $2" || { echo "$1 tells of $option, which is none"; others=1; }
	done
	return $others
}
# Those that ask the one that runs may find none; the others cannot.
page_has_exits() {
	local want="0 1 2"
	[[ $2 != *--control* ]] || want="0 1 2 3"
	is "$(rendered "$1" | sed -n '/^EXIT STATUS/,/^[A-Z]/s/^ \{5\}\([0-9]\) .*/\1/p' | xargs)" "$want"
}
page_refers_to() { sed -n '/^\.Sh SEE ALSO/,$p' docs/man/relaywall.8 | grep -qE "^\.Xr relaywall-$1 8( ,)?\$"; }
pages_are_of_commands() {
	local page
	for page in docs/man/relaywall-*.8; do
		page=${page##*/relaywall-}
		usages | grep -q "^${page%.8} " || { echo "no command ${page%.8}"; return 1; }
	done
}
keys_are_those_of_the_program() {
	cp docs/man/relaywall.conf.5 "$WORK/conf.5" && docs/man/keys.sh "$PROGRAM" "$WORK/conf.5" &&
		diff docs/man/relaywall.conf.5 "$WORK/conf.5" || { echo "run: make man"; return 1; }
}
key_is_in_page() { grep -q "^     $1 = " "$WORK/conf.text" || { echo "no $1"; return 1; }; }

for page in docs/man/*.[58]; do
	expect "$page is good mdoc" silent mandoc -T lint -W warning "$page"
done
COMMANDS=0
while read -r command usage; do
	COMMANDS=$((COMMANDS + 1))
	expect "relaywall(8) has $command" grep -q "^\\.It Cm $command\$" docs/man/relaywall.8
	case $command in
	help | version) continue ;;
	esac
	expect "$command has a page" test -s "docs/man/relaywall-$command.8"
	expect "$command: its options" page_has_options "docs/man/relaywall-$command.8" "$usage"
	expect "$command: no others" page_has_no_others "docs/man/relaywall-$command.8" "$usage"
	expect "$command: its exit statuses" page_has_exits "docs/man/relaywall-$command.8" "$usage"
	expect "relaywall(8) leads to $command" page_refers_to "$command"
done < <(usages)
expect "help has commands" test "$COMMANDS" -ge 14
expect "relaywall(8) has the exit statuses that help has" page_has_exits docs/man/relaywall.8 --control
expect "no page is of a command that is none" pages_are_of_commands
expect "relaywall.conf(5) has the keys as the program tells them" keys_are_those_of_the_program
rendered docs/man/relaywall.conf.5 >"$WORK/conf.text"
KEYS=0
for key in $("$PROGRAM" help keys | sed -n 's/^  \([a-z][a-z-]*\) = .*/\1/p'); do
	KEYS=$((KEYS + 1))
	expect "relaywall.conf(5) shows $key" key_is_in_page "$key"
done
expect "help keys has keys" test "$KEYS" -ge 80

# --- completion ---------------------------------------------------------------

# completes WORDS... = RESULT...: what bash would offer for the last word.
completes() {
	local words=() word
	while [ "$1" != = ]; do words+=("$1"); shift; done
	shift
	word=$(bash -c '
		. configs/completion/relaywall.bash
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_relaywall
		echo "${COMPREPLY[*]}"' bash "$PROGRAM" "${words[@]}")
	is "$word" "$*"
}
# shellcheck disable=SC2046
expect "completion: commands" completes "" = $(usages | cut -d ' ' -f 1)
expect "completion: the begin of one" completes exp = explain
expect "completion: options" completes explain - = --policy --client --host --mail-from --json --stdin --journal --archive
expect "completion: the begin of an option" completes rules --g = --guard
expect "completion: an option of one letter" completes check - = -v --kernel
expect "completion: a file" completes run configs/sysc = configs/sysctl.conf
expect "completion: a file behind an option" completes check -v configs/sysc = configs/sysctl.conf
expect "completion: a file that an option wants" completes check --kernel configs/sysc = configs/sysctl.conf
expect "completion: a folder" completes explain --archive configs/sysc = configs/sysctl.conf
expect "completion: no file for an address" completes explain --client configs/sysc =
expect "completion: no file where none is wanted" completes explain --json configs/sysc =
expect "completion: options of those that ask" completes status - = --json --control
expect "completion: options of many kinds" completes tail - = --host --client --event --verdict -n -f --json --control
expect "completion: a configuration behind an option" completes health --json configs/sysc = configs/sysctl.conf
expect "completion: options behind a bar" completes sessions --e = --end
expect "completion: a socket" completes reload --control configs/sysc = configs/sysctl.conf
expect "completion: no file for those that ask" completes status configs/sysc =
expect "completion: but for a journal" completes tail -n 5 configs/sysc = configs/sysctl.conf
expect "completion: no file for a number" completes tail -n configs/sysc =
expect "completion: a policy or journal" completes replay --json configs/sysc = configs/sysctl.conf
expect "completion: options of a replay" completes replay - = --as-written --fail-on --filter --json --port
expect "completion: options of a tap" completes tap - = --policy --journal --exchanges --inventory --json --port --filter --interface --seconds --no-promiscuous
expect "completion: a capture" completes tap --json configs/sysc = configs/sysctl.conf
expect "completion: a file that a tap writes" completes tap --journal configs/sysc = configs/sysctl.conf
expect "completion: no file for a port" completes draft --port configs/sysc =
expect "completion: a capture or an inventory" completes draft configs/sysc = configs/sysctl.conf
expect "completion: options of an audit" completes audit --t = --target --timeout --total
expect "completion: a report of an audit" completes audit --report configs/sysc = configs/sysctl.conf
expect "completion: a page of an audit" completes audit --html configs/sysc = configs/sysctl.conf
expect "completion: no file for a mailbox" completes audit --target configs/sysc =
expect "completion: a word" completes help "" = keys
expect "completion: nothing" completes version "" =
expect "completion: no command" completes 'r.*' "" =

# --- version ------------------------------------------------------------------

VERSION=$(sed -n 's/^VERSION  *:= //p' Makefile)
expect "the program has the Makefile's version" is "$("$PROGRAM" version)" "relaywall $VERSION"
expect "so has debian/changelog" is "$(sed -n '1s/^relaywall (\(.*\)) .*/\1/p' debian/changelog)" "$VERSION"

tell_result
