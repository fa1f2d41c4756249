#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/fuzz/faults.sh SECONDS: can the fuzzer of sessions find anything at all?
#
# Plants one fault at a time in a copy of the tree and gives the fuzzer so many
# seconds. Fails if it does not find one, or if a fault can no longer be planted.
set -eu
cd "$(dirname "$0")/../.."
seconds=$1
top=$PWD
work=build/fuzz/faults
missed=0

# plant NAME FILE FROM TO: TO in place of FROM, a fixed string that stands once in FILE
plant() {
	rm -rf "$work/$1"
	mkdir -p "$work/$1/tests"
	cp -R classifier proxy "$work/$1"
	cp -R tests/fuzz tests/unit tests/corpus "$work/$1/tests"
	python3 - "$work/$1/$2" "$3" "$4" <<-'PYTHON'
		import pathlib, sys
		path, old, new = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
		text = path.read_text(encoding="utf-8")
		if text.count(old) != 1:
		    sys.exit(f"faults: {old!r} stands {text.count(old)} times in {path}")
		path.write_text(text.replace(old, new), encoding="utf-8")
	PYTHON
}

hunt() {
	cd "$work/$1"
	began=$(date +%s)
	if tests/fuzz/run.sh "$seconds" dialogue >log 2>&1; then
		echo "$1: not found in $seconds s"
		missed=$((missed + 1))
	elif ! grep -q '^tests/fuzz/.*: .*: ' log; then
		echo "$1: the fuzzer did not run"
		tail -5 log
		missed=$((missed + 1))
	else
		echo "$1: found in $(($(date +%s) - began)) s, with the build: $(sed -n 's|^tests/fuzz/\(.*\)$|\1|p' log | head -n 1 | cut -c1-160)"
	fi
	cd "$top"
}

plant bare-lf-ends-a-message proxy/smtp/body.c "case '\\n':
			return BODY_BARE_LF;" "case '\\n':
			*used = i += 1;
			b->column = 0;
			if (b->segment == SEGMENT_DOT)
				return BODY_END;
			b->segment = SEGMENT_EMPTY;
			continue;"
hunt bare-lf-ends-a-message

plant refused-chunk-is-not-consumed proxy/engine/message.c "refuse(d, code, enhanced, text, what);
	d->errors++;
	discard(d, now_ms);" "refuse(d, code, enhanced, text, what);
	d->errors++;
	end_discard(d, now_ms);"
hunt refused-chunk-is-not-consumed

plant refused-data-is-taken-for-accepted proxy/engine/replies.c "if (r->code == 354)
		message_begin(d, now_ms);" "if (r->code != 250)
		message_begin(d, now_ms);"
hunt refused-data-is-taken-for-accepted

plant refusal-overtakes-a-row proxy/engine/row.c "	d->row.waits = !taken;
	return taken;" "	if (!taken)
		answer(d, 550, \"5.7.1\", \"no\");
	return true;"
hunt refusal-overtakes-a-row

plant text-goes-to-nobody proxy/engine/replies.c "if (r->code == 354 && (d->recipients == 0 || !d->in_transaction)) {" "if (false) {"
hunt text-goes-to-nobody

plant reply-to-what-is-not-sent proxy/engine/row.c "? d->row.sent > 0 :" "? true :"
hunt reply-to-what-is-not-sent

plant begin-of-a-long-line-is-forgotten proxy/engine/dialogue.c "d->line = before;" "(void)before;"
hunt begin-of-a-long-line-is-forgotten

exit "$missed"
