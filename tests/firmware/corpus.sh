# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
#
# corpus.sh - the attack of the lab and its score, here through a box. Sourced after lib.sh.

lab=$(realpath "$here/../lab")
corpus=$(realpath "$here/../corpus/recipients.tsv")
record=$folder/record
rm -rf "$record"
mkdir "$record"

recorder_begin() {
	ip netns exec "$id-host" /usr/bin/python3 "$lab/sink.py" --sessions "$record/recorder.jsonl" >"$folder/recorder" 2>&1 &
	recorder=$!
	started[$recorder]=recorder
	until_true 20 listening
}
listening() { [ "$(in_ns host ss -Hltn 'sport = :25' | wc -l)" -eq 2 ]; }

# attack LABEL FROM TO [OPTION...]: sends the rows
attack() {
	echo "r$$-$1" >"$record/run-$1"
	in_ns client /usr/bin/python3 "$lab/attack.py" --run "r$$-$1" --corpus "$corpus" --source "$2" --target "$3" --out "$record/attack-$1.jsonl" "${@:4}"
}

# score LABEL [OPTION...]: sets right, sent, wrong: rows as they must be, of how many, and all that is wrong with what the host got
score() {
	read -r right sent wrong < <(/usr/bin/python3 "$lab/report.py" score --recorder --lab "$folder" --corpus "$corpus" --label "$@")
}
