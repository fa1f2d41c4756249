# lib.sh - names, addresses and helpers shared by lab.sh and the goals. Sourced, never run.
# shellcheck shell=bash
# shellcheck disable=SC2034  # most of these are read by the files that source this one

set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1	# no caches in the source tree

LAB_SRC=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TREE=$(cd "$LAB_SRC/../.." && pwd)
CORPUS=$TREE/tests/corpus/recipients.tsv
RELAYWALL=${RELAYWALL:-$TREE/build/relaywall}

# Not /run, which Debian mounts noexec.
LAB_DIR=${RELAYWALL_LAB_DIR:-/var/lib/relaywall-lab}
PACKAGES=$LAB_DIR/packages	# downloaded; survives `down`
LAB=$LAB_DIR/standing		# everything of the one standing lab
RECORD=$LAB/record		# what was sent, what arrived, what was delivered

# The addresses of the corpus's fixed policy, and networks for the others.
HOST4=198.51.100.25		HOST6=2001:db8:25::25
CLIENT4=203.0.113.66		CLIENT6=2001:db8:66::66
TRUSTED4=10.0.0.10		TRUSTED6=2001:db8:10::10
VICTIM4=192.0.2.80		VICTIM6=2001:db8:80::80

say() { printf '%s\n' "$*" >&2; }
die() { say "lab: $*"; exit 1; }

# --- the standing lab -------------------------------------------------------

lab_stands() { [ -e "$LAB/id" ]; }
lab_id() { cat "$LAB/id"; }

# The mail server of the lab: of the one that stands, else of the one to be made.
if lab_stands; then SERVER=$(cat "$LAB/server"); else SERVER=${SERVER:-sendmail}; fi
[ -e "$LAB_SRC/servers/$SERVER.sh" ] ||
	die "no server $SERVER: there are $(basename -s .sh "$LAB_SRC"/servers/*.sh | tr '\n' ' ')"

# in_ns ROLE COMMAND...: run it in that namespace. As the last command of a
# background job it keeps its process id, since `ip` executes into it.
in_ns() { local role=$1; shift; ip netns exec "rwl$(lab_id)-$role" "$@"; }

# start NAME ROLE COMMAND...: a lab process in the background, pid recorded.
start() {
	local name=$1 role=$2; shift 2
	local ns
	ns=rwl$(lab_id)-$role
	: >"$LAB/log/$name.out"	# here and now: nobody may read the last one's words
	setsid ip netns exec "$ns" "$@" </dev/null >"$LAB/log/$name.out" 2>&1 &
	echo $! >"$LAB/pid/$name"
	disown	# no word from the shell when it is killed
}

# stop NAME [SIGNAL]: by its recorded pid, and wait until it is gone.
stop() {
	local file=$LAB/pid/$1 pid tries
	[ -e "$file" ] || return 0
	pid=$(cat "$file")
	rm -f "$file"
	kill -s "${2:-TERM}" "$pid" 2>/dev/null || return 0
	for ((tries = 0; tries < 100; tries++)); do
		gone "$pid" && return 0
		sleep 0.05
	done
	say "lab: $1 (process $pid) does not stop, killing it"
	kill -s KILL "$pid" 2>/dev/null || true
}

# A zombie is gone too: its parent, this shell, reaps it when it ends.
gone() {
	local state
	state=$(awk '/^State:/ { print $2 }' "/proc/$1/status" 2>/dev/null) || return 0
	[ -z "$state" ] || [ "$state" = Z ]
}

# wait_for SECONDS WHAT COMMAND...: poll, die with WHAT when time is up.
wait_for() {
	local tries=$(($1 * 20)) what=$2; shift 2
	until "$@"; do
		((tries-- > 0)) || die "waited in vain for $what"
		sleep 0.05
	done
}

listens() { in_ns "$1" ss -Hltn "sport = :$2" | grep -q .; }

# --- what arrived -----------------------------------------------------------

delivered_count() { find "$LAB/host/delivered" "$LAB/host/uucp" -type f | wc -l; }
progress() { echo "$(wc -l <"$RECORD/sink.jsonl") $(delivered_count) $(server_queued)"; }

# quiet: wait until the host has nothing left to do. A fixed time would be too
# short for a slow machine and too long for the others. Mail that the host
# cannot get rid of stays queued, so after two of its queue runs without any
# change the queue is taken as it is.
quiet() {
	local last='' now still=0 need
	for ((t = 0; t < 120; t++)); do
		now=$(progress)
		if [ "$now" = "$last" ]; then still=$((still + 1)); else still=0; last=$now; fi
		if [ "${now##* }" = 0 ]; then need=3; else need=$((2 * SERVER_RETRY_S + 1)); fi
		[ "$still" -lt "$need" ] || return 0
		sleep 1
	done
	say "lab: not quiet after two minutes: $last"
}

# report WHAT [OPTION...]: a question about the records; see report.py.
report() {
	local what=$1; shift
	"$LAB_SRC/report.py" "$what" --lab "$LAB" --corpus "$CORPUS" --transcript "${SERVER_TRANSCRIPT:-}" "$@"
}
# relayed LABEL: messages of that attack that arrived at the victim or left by uucp.
relayed() { report relayed --label "$1"; }
# reached LABEL: recipients of that attack that the server was asked for, by its own transcript.
reached() { report reached --label "$1"; }
# delivered LABEL: lines "row mailbox..." of what was filed in local mailboxes.
delivered() { report delivered --label "$1"; }

# --- the shield -------------------------------------------------------------

# shield_conf ACTION FILE: the configuration with `relay-action = ACTION`.
shield_conf() {
	sed -e "s|@ACTION@|$1|" -e "s|@JOURNAL@|$RECORD/journal.jsonl|" \
		"$LAB_SRC/relaywall.conf.in" >"$2"
}

shield_serves() { grep -q serving "$LAB/log/shield.out" || gone "$(cat "$LAB/pid/shield")"; }

# shield_up ACTION [SED-OPTION...]: run relaywall in the router and wait until it
# serves. What sed is told changes the configuration: for keys that one goal wants.
shield_up() {
	local action=$1; shift
	[ -x "$RELAYWALL" ] || die "$RELAYWALL is missing: run make first"
	shield_conf "$action" "$LAB/relaywall.conf"
	[ $# = 0 ] || sed -i "$@" "$LAB/relaywall.conf"
	"$RELAYWALL" check "$LAB/relaywall.conf" >"$LAB/log/check.out" 2>&1 || {
		cat "$LAB/log/check.out" >&2
		die "relaywall does not take $LAB/relaywall.conf"
	}
	start shield router "$RELAYWALL" run "$LAB/relaywall.conf"
	wait_for 10 "relaywall to serve" shield_serves
	if gone "$(cat "$LAB/pid/shield")"; then
		cat "$LAB/log/shield.out" >&2
		die "relaywall ended at once"
	fi
}

# descendants PID: itself, and all processes that it and they have started.
descendants() {
	local child children=()
	echo "$1"
	read -ra children 2>/dev/null <"/proc/$1/task/$1/children" || true
	for child in "${children[@]}"; do descendants "$child"; done
}

# shield_down: stop the daemon and take its kernel rules away, so that the next
# goal starts from a bare router. Does nothing where there is no shield.
shield_down() {
	stop shield TERM
	[ -e "$LAB/relaywall.conf" ] || return 0
	in_ns router "$RELAYWALL" rules --remove "$LAB/relaywall.conf" >>"$LAB/log/rules.out" || true
	rm "$LAB/relaywall.conf"
}

# --- attacks and goals ------------------------------------------------------

# run_id LABEL: token of this goal's attack of that name. Two labs within the
# same second must not count each other's mail, nor a goal that is run again its
# own: so it holds both process ids. report.py finds it on record.
run_id() {
	local id
	id=r$(lab_id)-$$-$1
	echo "$id" >"$RECORD/run-$1"
	echo "$id"
}

# attack ROLE LABEL ADDRESS [OPTION...]: corpus rows over the wire.
attack() {
	local role=$1 label=$2 address=$3; shift 3
	in_ns "$role" "$LAB_SRC/attack.py" --run "$(run_id "$label")" --corpus "$CORPUS" \
		--target "$address" --out "$RECORD/attack-$label.jsonl" "$@" >>"$LAB/log/attack.out"
}

# The attack on the bare host, and through the shield, that later goals look at; once a lab.
bare_attack() {
	[ ! -e "$RECORD/attack-bare.jsonl" ] || return 0
	attack client bare "$HOST4"
	quiet
}
shield_attack() {
	[ ! -e "$RECORD/attack-shield.jsonl" ] || return 0
	shield_up refuse
	attack client shield "$HOST4"
	quiet
	shield_down
}

# count LABEL PATTERN: answers in an attack's record that match.
count() { grep -Ec "$2" "$RECORD/attack-$1.jsonl" || true; }

# A goal is a row of expectations; each prints one line, and `goal_end` gives
# the total and the exit status. One that breaks off leaves no shield behind.
case ${0##*/} in
[0-9][0-9]-*)
	lab_stands || die "no lab stands; 'lab.sh up' makes one"
	trap shield_down EXIT
	;;
esac
GOAL_OK=0 GOAL_BAD=0
expect() {	# expect WHAT TEST-ARGUMENTS...: expect "relayed 0 (got $n)" "$n" -eq 0
	local what=$1; shift
	if [ "$@" ]; then
		GOAL_OK=$((GOAL_OK + 1)); echo "  ok    $what"
	else
		GOAL_BAD=$((GOAL_BAD + 1)); echo "  FAIL  $what"
	fi
}
goal_end() {
	echo "  $GOAL_OK passed, $GOAL_BAD failed"
	[ "$GOAL_BAD" = 0 ]
}

# shellcheck source=tests/lab/host.sh
. "$LAB_SRC/host.sh"
