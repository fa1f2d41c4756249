# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# lib.sh - what the cases stand on. Each sources it first, and is run by run.sh, which has exported folder (of this run), id (of its namespaces),
# firmware (the folder of what was built), relaywall (the program for this machine) and tapexec. What a case starts and does not end, run.sh ends.
set -euo pipefail

[ -n "${folder-}" ] || { echo "run.sh runs it" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# shellcheck source=tests/firmware/net.sh
. "$here/net.sh"
# shellcheck source=tests/firmware/vm.sh
. "$here/vm.sh"
# shellcheck source=tests/firmware/box.sh
. "$here/box.sh"
both=("${client[0]}" "${host[0]}" "${client[1]}" "${host[1]}")
PATIENCE=${PATIENCE-4}	# a machine is emulated beside whoever is waited for
# shellcheck source=tests/wait.sh
. "$here/../wait.sh"
# shellcheck source=tests/faults/mail.sh
. "$here/../faults/mail.sh"

export PYTHONDONTWRITEBYTECODE=1
declare -A started=()	# processes of this case
# The namespaces are ours, and so is whatever is in one; machines are not.
clean() {
	local role
	exec 2>/dev/null	# the shell would say of each that it was killed
	for role in host client operator; do ip netns pids "$id-$role" | xargs -r kill -9; done
	wait
}
trap clean EXIT
trap 'exit 1' INT TERM

passed=0
failed=0
is() {	# NAME GOT WANTED, a pattern
	# shellcheck disable=SC2053
	if [[ $2 == $3 ]]; then
		passed=$((passed + 1))
		echo "ok   $1"
	else
		failed=$((failed + 1))
		echo "FAIL $1: \"$2\", wanted \"$3\""
	fi
}
# in_time NAME MS GOAL-MS: within the goal, or what SLACK makes of it (box.sh)
in_time() { is "$1: $2 ms, the goal is $3 ms$([ "$SLACK" = 1 ] || echo " times $SLACK here")" "$(($2 <= $3 * SLACK))" 1; }
# knock MS FROM TO: what a client gets that only connects
knock() { in_ns client /usr/bin/python3 "$here/../gate/ends.py" knock "$@"; }
mail_one() { in_ns client /usr/bin/python3 "$here/../keeper/mail.py" one "$@"; }	# PORT FROM TO

# A case that breaks off has not passed, whatever it had found until then.
case_end() {
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ]
}
