#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every test, in the order in which a failure is cheapest to find. Stops at the
# first that fails. Called by `make check`, which has installed what is needed.
set -eu
cd "$(dirname "$0")/.."

jobs=-j$(nproc)
export WERROR=1 PATIENCE=6	# of tests/wait.sh
passed=0
step() {
	echo
	echo "==== $1"
	shift
	began=$(date +%s)
	if "$@"; then
		echo "---- $(($(date +%s) - began)) s"
		passed=$((passed + 1))
	else
		echo
		echo "$passed passed, 1 failed"
		exit 1
	fi
}

# Steps from standard input, "WHAT | COMMAND" a line, so many at a time.
together() {
	steps=$(cat)
	lock=$(mktemp)
	if printf '%s\n' "$steps" | xargs -d '\n' -P "$1" -n 1 tests/step.sh "$lock"; then
		passed=$((passed + $(printf '%s\n' "$steps" | wc -l)))
		rm -f "$lock"
	else
		rm -f "$lock"
		echo
		echo "$passed passed, 1 failed"
		exit 1
	fi
}

step "includes point one way" tests/layers.sh
step "gcc: program and tests, warnings are errors" make $jobs all tests
step "the pure layers ask nothing of the outside" tests/pure.sh build
together 2 <<STEPS
gcc: unit tests and fuzzer seeds | make check-units
ASan, UBSan: program and tests, unit tests and fuzzer seeds | make $jobs SAN=1 all tests && make SAN=1 check-units
clang: program and tests, warnings are errors, unit tests and fuzzer seeds | make $jobs CC=clang BUILD=build/clang all tests && make CC=clang BUILD=build/clang check-units
STEPS
# These wait more than they compute, but for the first, which gets the time that they leave. The long ones come first.
together 4 <<'STEPS'
clang-tidy, cppcheck | chrt --idle 0 tests/lint.sh
gate: who is let in, and by whom if it is dead, with ASan, UBSan | tests/gate/gate.sh build/san/relaywall
keeper: reloads, and the death of each process, with ASan, UBSan | tests/keeper/processes.sh build/san/relaywall
stream with ASan, UBSan | tests/stream/run.sh build/san/test/serve
faults: what becomes of mail, the quick rows, with ASan, UBSan | env FAULTS="control-* kill-keeper kill-captain kill-worker kill-gate kill-all stop-worker fds-workers disk nft-flush-often ip-rule host-dead" tests/faults/run.sh build/san/relaywall
stream: real sockets, bad clients and bad hosts | tests/stream/run.sh build/test/serve
upgrade: another program takes over or cannot, with ASan, UBSan | tests/keeper/upgrade.sh build/san/relaywall build/san/test/relaywall-next build/san/test/relaywall-alien build/san/test/relaywall-blind
what is shown by HTTP, to who asks well and badly, with ASan, UBSan | tests/keeper/metrics.sh build/san/relaywall
scenarios and corpus of dialogues through sockets, with ASan, UBSan | tests/stream/scenarios.sh build/san
dead man: what is met when nobody serves, with ASan, UBSan | tests/keeper/deadman.sh build/san/relaywall build/san/test/deadman-probe
health: said of a box that is well and only then, and noticed by nobody, with ASan, UBSan | tests/keeper/health.sh build/san/relaywall
commands, against what is well, hangs, or is not there, with ASan, UBSan | tests/keeper/control.sh build/san/relaywall
what was decided once, by the policy of then, with ASan, UBSan | tests/keeper/past.sh build/san/relaywall
command line | env RELAYWALL=build/relaywall tests/cli/run.sh
tap, draft, replay of captures: what they say, write, and how they end | env RELAYWALL=build/relaywall tests/cli/tap.sh
draft: two open relays and their mail, and the policy for it | tests/tap/draft.sh build/relaywall
tap: what it hears is what tshark sees, with ASan, UBSan | tests/tap/readers.sh build/san/relaywall
replay: journals under other policies | env RELAYWALL=build/relaywall tests/cli/replay.sh
manual pages, completion and version say what the program says | tests/package/texts.sh build/relaywall
a newcomer's first steps are as the document says | tests/package/quickstart.sh
gate: a queue of the kernel | tests/gate/queue.sh build/test/queue-probe
gate with ASan, UBSan | tests/gate/queue.sh build/san/test/queue-probe
audit: servers that relay, that do not, and that hold, with ASan, UBSan | tests/audit/run.sh build/san/relaywall
scribe: full disks, lost folders, stuck and restarted syslogs, kills, with ASan, UBSan | tests/keeper/scribe.sh build/san/relaywall build/san/test/scribe-run
evidence: what was said, as tshark sees it and as the journal says, full disks, kills, with ASan, UBSan | tests/keeper/evidence.sh build/san/relaywall
resolver: a DNS server that answers well and badly | tests/resolver/run.sh build/test/resolve build/test/ask-lists
resolver with ASan, UBSan | tests/resolver/run.sh build/san/test/resolve build/san/test/ask-lists
keeper: what its children cannot do, and what they can | tests/keeper/sandbox.sh build/test/confined
keeper's children with ASan, UBSan, whose reports are not lost | tests/keeper/sandbox.sh build/san/test/confined
STEPS
# It computes: beside those that wait it would make them wait longer than they can.
step "tap: its verdicts are those of the shield in the same attack" tests/tap/proof.sh build/relaywall

echo
echo "$passed passed, 0 failed"
