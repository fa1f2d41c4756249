#!/bin/bash
# Goal: by sendmail's own transcript it was asked for the canonical forms of legitimate mail and nothing else
# Server: sendmail
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"

shield_attack

read -r passed rows faults < <(report score --label shield)
expect "scoring rule: $passed of $rows rows" "$passed" -eq "$rows"
expect "nothing else reached sendmail: $faults faults" "$faults" -eq 0
goal_end
