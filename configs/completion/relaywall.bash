# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Completion of relaywall in bash. Commands, options and where a file is wanted come from `relaywall help` of the very
# program that is in the command line, so it knows what that program knows.

_relaywall() {
	local program=${COMP_WORDS[0]} command=${COMP_WORDS[1]} word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local usage wanted

	COMPREPLY=()
	usage=$("$program" help 2>/dev/null | sed -n 's/^  relaywall //p')
	if [ "$COMP_CWORD" = 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(cut -d ' ' -f 1 <<<"$usage")" -- "$word")
		return
	fi
	usage=$(awk -v command="$command" '$1 == command { $1 = ""; print }' <<<"$usage")
	if [[ $word = -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(grep -oE -- '[[ {]--?[a-z][a-z-]*' <<<"$usage" | tr -d '[ {' | awk '!seen[$0]++')" -- "$word")
		return
	fi
	# What the option wants that was just written; if it wants nothing, what is wanted without one.
	wanted=
	[[ $before != -* ]] || wanted=$(grep -oE -- "$before [A-Z.]+" <<<"$usage")
	[ -n "$wanted" ] || wanted=$(sed -E 's/--?[a-z-]+ [A-Z.]+//g; s/--?[a-z-]+//g' <<<"$usage")
	if grep -qE '\<(FILE|FOLDER|PATH|POLICY|INPUT|[A-Z]+\.CONF)\>' <<<"$wanted"; then
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
	else
		mapfile -t COMPREPLY < <(compgen -W "$(grep -oE '\<[a-z]+\>' <<<"$wanted")" -- "$word")	# "[keys]"
	fi
}
complete -F _relaywall relaywall
