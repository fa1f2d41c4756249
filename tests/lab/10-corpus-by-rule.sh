#!/bin/bash
# Goal: every row of the corpus by the scoring rule, against a host that takes everything
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"

# Whatever happens, the server is back in its place at the end.
trap 'shield_down; host_recorder_stop; server_start' EXIT

host_stop
host_recorder_start
shield_up refuse
attack client corpus "$HOST4"
attack client corpus6 "$HOST6"
shield_down

rows=$(($(wc -l <"$CORPUS") - 1))
for label in corpus corpus6; do
	case $label in *6) option=(--ipv6) ;; *) option=() ;; esac
	read -r passed sent faults < <(report score --recorder --label "$label" "${option[@]}")
	expect "$label: $passed of $rows rows pass (sent $sent)" "$passed" -eq "$rows"
	expect "$label: $faults faults in what the host got" "$faults" -eq 0
done
goal_end
