#!/bin/bash
# Goal: a trusted client relays through the shield as it did before
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"

# Rows that an honest client could send: plain relaying, the spellings of it,
# and legitimate local mail.
ROWS='(PLN|LEG|LGX)-|SND-001'

both() {
	attack trusted "trusted-$1" "$HOST4" --rows "$ROWS"
	attack trusted "trusted6-$1" "$HOST6" --rows "$ROWS"
	quiet
}
both without
shield_up refuse
both with
shield_down

# A server may refuse a spelling that the shield mends: never less, perhaps more.
for network in trusted trusted6; do
	before=$(relayed $network-without) after=$(relayed $network-with)
	expect "$network: $before messages relayed without, $after with" "$before" -gt 0 -a "$after" -ge "$before"
	before=$(delivered $network-without | wc -l) after=$(delivered $network-with | wc -l)
	expect "$network: $before messages delivered without, $after with" "$before" -gt 0 -a "$after" -ge "$before"
done
goal_end
