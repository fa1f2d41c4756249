#!/bin/bash
# Goal: the three faults that AIX shipped (CVE-2003-0285) are open without the shield, and two are closed with it
# Server: sendmail
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"

faults() { CORPUS=$LAB_SRC/faults.tsv attack client "faults-$1" "$HOST6"; }

faults bare
shield_up refuse
faults shield
quiet
shield_down

n=$(count faults-bare '"data_code": 250')
expect "without: messages through the faults are taken: $n of 3" "$n" -eq 3
# The sender's domain is asked for in DNS by a later version of the shield.
n=$(relayed faults-shield)
expect "with: promiscuous_relay: $n messages relayed" "$n" -eq 0
n=$(delivered faults-shield | grep -c accept_unqualified_senders || true)
expect "with: accept_unqualified_senders: $n messages taken" "$n" -eq 0
goal_end
