#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 41-update-sick.sh - An update that does not serve, or does not even start: the box comes back to the old one, and stays.
# Set: full
# shellcheck source=tests/firmware/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/firmware/update.sh
. "$here/update.sh"

# sick BUNDLE SAID: and what the console says of it, if somebody is there to say so
sick() {
	local began sick
	sick=$(bundle "$1")
	shield "$kind"
	host_begin
	began=$(date +%s%3N)
	send "$sick"
	is "$1: it is installed, since its signature is good" "$status" 0
	slots_until_healthy || true
	is "... is not healthy" "$boots" "*$2*"
	is "... and $(($(date +%s%3N) - began)) ms after it was sent the old one is back" "$said" "box: healthy slot=a generation=000001 *"
	still_the_old_one
	is "... without a try of the other one" "$boots" ""
	cut_in_boot a
	is "... nor of that one when the power is cut in a boot" "$boots$said" "box: healthy slot=a generation=000001 *"
	host_end
}
sick mute 'unhealthy: '
sick dead ''

send "$(bundle good)"
is "a good one is installed after that" "$status $answer" "0 *"
slots_until_healthy || true
is "... and starts" "$said" "box: healthy slot=b *"
case_end
