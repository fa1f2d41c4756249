#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 43-cut-first-boot.sh - The power is cut while a good update boots for the first time: the old one starts. Of one that was good: that one.
# Set: full
# shellcheck source=tests/firmware/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/firmware/update.sh
. "$here/update.sh"

shield "$kind"
host_begin
send "$(bundle good)" --stay
is "an update is installed" "$status" 0
cut_in_boot b
is "cut in its first boot: the old one starts" "$boots$said" "box: healthy slot=a generation=000001 *"
still_the_old_one

send "$(bundle good)"
is "sent once more it is installed" "$status $answer" "0 *"
slots_until_healthy || true
is "... and starts" "$said" "box: healthy slot=b generation=000003 *"
cut_in_boot b
is "cut in its second boot: it starts again" "$boots$said" "box: healthy slot=b generation=000003 *"
case_end
