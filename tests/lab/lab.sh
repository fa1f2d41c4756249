#!/bin/bash
# lab.sh - a vulnerable mail server, its attackers and its victim in network
# namespaces of this machine, with the shield between them or without.
#
#   lab.sh deps   install and download what is needed (only what is missing)
#   lab.sh up     leave the lab standing, to play in
#   lab.sh down   remove all of it
#   lab.sh run    deps, up, every goal in order, the table, down
#
# SERVER names the mail server, one of tests/lab/servers (sendmail).
# RELAYWALL_LAB_DIR moves the lab, RELAYWALL names another program than build/relaywall.

PATH=$PATH:/usr/sbin:/sbin
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/lab/packages.sh
. "$LAB_SRC/packages.sh"
# shellcheck source=tests/lab/net.sh
. "$LAB_SRC/net.sh"

need_root() { [ "$(id -u)" = 0 ] || die "needs root (namespaces, TPROXY)"; }

lab_deps() {
	mkdir -p "$LAB_DIR"
	packages_install
	packages_download
}

lab_up() {
	umask 022
	mkdir -p "$LAB/pid" "$LAB/log" "$RECORD"
	echo "$SERVER" >"$LAB/server"
	echo "$$" >"$LAB/id"
	net_up
	host_build
	: >"$RECORD/sink.jsonl"
	start sink victim "$LAB_SRC/sink.py" --messages "$RECORD/sink.jsonl"
	host_dns_start
	box_dns_start
	server_start
	wait_for 10 "the sink to listen" listens victim 25
}

lab_down() {
	local pid
	lab_stands || return 0
	shield_down
	for pid in "$LAB"/pid/*; do
		[ -e "$pid" ] || continue
		stop "$(basename "$pid")" KILL
	done
	net_down
	rm -rf "$LAB"
}

lab_hints() {
	local ns
	ns=rwl$(lab_id)
	cat <<-HINTS
		The lab stands. The victim's sink writes one line a message to
		    $RECORD/sink.jsonl
		and what $SERVER says of itself is in
		    $HOST/log

		Relay through the bare server, from the untrusted client (then look into the sink):
		    ip netns exec $ns-client swaks --server $HOST4 --ehlo client.example --from probe@spam.example --to user@victim.example
		    ip netns exec $ns-client swaks --server $HOST4 --ehlo client.example --from probe@spam.example --to user%victim.example@local.example
		    ip netns exec $ns-client nmap -Pn -n -p25 --script smtp-open-relay $HOST4
		Local mail, which is filed in $HOST/delivered:
		    ip netns exec $ns-client swaks --server $HOST4 --ehlo client.example --from probe@spam.example --to user@local.example
	HINTS
	if [ -x "$RELAYWALL" ]; then
		shield_conf refuse "$LAB/play.conf"
		cat <<-HINTS
			Put the shield in between, in another terminal, and try the same again:
			    ip netns exec $ns-router $RELAYWALL run $LAB/play.conf
			    tail -f $RECORD/journal.jsonl
			Take its kernel rules away again:
			    ip netns exec $ns-router $RELAYWALL rules --remove $LAB/play.conf
		HINTS
	else
		echo "The shield is not built ($RELAYWALL is missing): this is the open relay alone."
	fi
	echo "Remove everything:"
	echo "    $LAB_SRC/lab.sh down"
}

# Every goal is a program of its own. One that dies does not stop the others.
# One that is about a single server says so.
lab_goals() {
	local goal server passed=0 failed=0 began
	for goal in "$LAB_SRC"/[0-9][0-9]-*.sh; do
		server=$(sed -n 's/^# Server: //p' "$goal")
		[ "${server:-$SERVER}" = "$SERVER" ] || continue
		began=$SECONDS
		echo "$(basename "$goal" .sh): $(sed -n 's/^# Goal: //p' "$goal")"
		if "$goal"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
		echo "  ($((SECONDS - began)) s)"
	done
	report table --server "$SERVER"
	echo "records of this run: $LAB_DIR/last"
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ]
}

# What was recorded outlives the lab, for whoever has to find out why.
lab_end() {
	rm -rf "$LAB_DIR/last"
	mkdir -p "$LAB_DIR/last"
	cp -r "$LAB/record" "$LAB/log" "$LAB_DIR/last/"
	cp -r "$HOST/log" "$LAB_DIR/last/host"
	lab_down
}

lab_run() {
	[ -x "$RELAYWALL" ] || die "$RELAYWALL is missing: run make first"
	! lab_stands || die "a lab stands already ($LAB, id $(lab_id)); 'lab.sh down' removes it"
	lab_deps
	# From here on, however it ends, nothing is left standing.
	trap lab_end EXIT
	trap 'exit 130' INT TERM
	lab_up
	lab_goals
}

lab_play() {
	lab_deps
	! lab_stands || die "a lab stands already ($LAB, id $(lab_id)); 'lab.sh down' removes it"
	trap 'say "lab: it is not complete; logs are in $LAB/log, lab.sh down removes it"' EXIT
	lab_up
	trap - EXIT
	lab_hints
}

need_root
case ${1:-} in
deps) lab_deps ;;
up) lab_play ;;
down) lab_down ;;
run) lab_run ;;
*) sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
