#!/bin/bash
# Goal: one refused recipient among good ones: the others get the message, pipelined or not
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"

talk() {	# talk LABEL ADDRESS [OPTION]
	local label=$1 address=$2; shift 2
	in_ns client "$LAB_SRC/say.py" "$@" --token "$(run_id "$label")/mail" "$address" <<-'SESSION'
		EHLO client.example
		MAIL FROM:<probe@spam.example>
		RCPT TO:<first@local.example>
		RCPT TO:<user@victim.example>
		RCPT TO:<second@local.example>
		RCPT TO:<user%victim.example@local.example>
		DATA
		QUIT
	SESSION
}

# Codes of banner, EHLO, MAIL, four RCPT, DATA, the message, QUIT.
IN_ORDER='220 250 250 250 550 250 550 354 250 221'
shield_up refuse
for label in waiting pipelined waiting6 pipelined6; do
	case $label in *6) address=$HOST6 ;; *) address=$HOST4 ;; esac
	case $label in pipelined*) option=(--pipeline) ;; *) option=() ;; esac
	talk "$label" "$address" "${option[@]}" >"$LAB/log/goal-09-$label.out"
	# Any 5xx will do for the percent form; what counts is which command got it.
	codes=$(awk '$1 != "port" { print substr($1, 1, 3) }' "$LAB/log/goal-09-$label.out" |
		sed 's/^55[0-9]$/550/' | tr '\n' ' ')
	expect "$label: codes $codes" "${codes% }" = "$IN_ORDER"
done
quiet
shield_down
for label in waiting pipelined waiting6 pipelined6; do
	boxes=$(delivered "$label")
	expect "$label: delivered to ${boxes:-nobody}" "$boxes" = "mail first second"
	n=$(relayed "$label")
	expect "$label: $n messages relayed" "$n" -eq 0
done
goal_end
