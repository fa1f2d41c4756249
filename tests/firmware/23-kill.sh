#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 23-kill.sh - Each process of the shield is killed under mail: nothing is lost or relayed, and all is well again.
# Set: quick
# shellcheck source=tests/firmware/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/firmware/fault.sh
. "$here/fault.sh"

shield
host_begin
heading
for who in keeper captain worker gate hand scribe desk; do
	fault "$who" KILL 1.5 5000
done
case_end
