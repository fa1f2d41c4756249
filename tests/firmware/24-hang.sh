#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 24-hang.sh - Each process of the shield hangs under mail: nothing is lost or relayed, and all is well again.
# Set: full
# shellcheck source=tests/firmware/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/firmware/fault.sh
. "$here/fault.sh"

host_begin
heading
for who in captain worker gate hand scribe desk keeper; do
	shield	# what hangs may leave something behind
	fault "$who" STOP 8 30000
done
case_end
