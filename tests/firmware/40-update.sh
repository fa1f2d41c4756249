#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 40-update.sh - A good update: the other slot runs, with a generation of its own, and again after a reboot.
# Set: full
# shellcheck source=tests/firmware/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/firmware/update.sh
. "$here/update.sh"

shield "$kind"
host_begin
began=$(date +%s%3N)
send "$(bundle good)"
is "it is installed" "$status $answer" "0 *"
slots_until_healthy || true
took=$(($(date +%s%3N) - began))
is "... and healthy $took ms after it was sent" "$said" "box: healthy slot=b generation=000002 *"
is "... at the first try" "$(grep -c 'unhealthy\|failed' <<<"$boots" || true)" 0
is "it has the key that the operator knows, and shields" "$(in_box box-health >/dev/null && mail_one 0 "${client[0]}" "${host[0]}")" "*delivered"
is "... as the version that was sent" "$(in_box relaywall version >/dev/null && echo yes)" yes
in_box reboot
slots_until_healthy || true
is "after a reboot it is the new one again" "$said" "box: healthy slot=b generation=000002 *"

send "$(bundle good)"
is "the next one is installed" "$status $answer" "0 *"
slots_until_healthy || true
is "the next update goes to the first slot" "$said" "box: healthy slot=a generation=000003 *"
case_end
