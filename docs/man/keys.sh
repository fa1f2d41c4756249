#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# keys.sh PROGRAM PAGE: write what `relaywall help keys` says into relaywall.conf(5), between its two marks.
#
# The page is kept as it comes out: to build the package runs no program that was just built, which could be one for
# another processor. That page and program agree is tested (tests/package/texts.sh).
set -eu
program=$1
page=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$program" help keys >"$work/keys"
awk -v keys="$work/keys" '
# As text of mdoc: nothing in it is a request, an escape or an end of an argument.
function plain(text) {
	gsub(/\\/, "\\e", text)
	gsub(/"/, "\\(dq", text)
	gsub(/-/, "\\-", text)
	return text
}
# A paragraph in lines of 78 columns and a new one for each sentence, none of which begins as a request.
function fold(text,    words, n, i, line) {
	n = split(text, words, " ")
	for (i = 1; i <= n; i++) {
		if (line != "" && (length(line) + length(words[i]) > 77 || line ~ /\.$/)) {
			print line
			line = ""
		}
		if (line == "")
			line = (words[i] ~ /^[.\x27]/ ? "\\&" : "") words[i]
		else
			line = line " " words[i]
	}
	print line
}
# Of "  name = values [default]" the name is a word of the file. No other word is a macro.
function item(text,    words, n, i, line) {
	n = split(text, words, " ")
	line = ".It Cm " plain(words[1]) " No"
	for (i = 2; i <= n; i++)
		line = line " \\&" plain(words[i])
	print line
}
function put_keys(    line, open) {
	while ((getline line <keys) > 0) {
		if (line ~ /^      /) {
			fold(plain(line))
		} else if (line ~ /^  /) {
			item(line)
		} else {
			if (open)
				print ".El"
			sub(/:$/, "", line)
			print ".Ss \\&" plain(line)
			print ".Bl -tag -width Ds"
			open = 1
		}
	}
	print ".El"
}
/^\.\\" keys: end/ { inside = 0 }
!inside { print }
/^\.\\" keys: begin/ { inside = 1; put_keys() }
' "$page" >"$work/page"
cat "$work/page" >"$page"
