#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 32-pc.sh - The disk of board pc, by BIOS, as NVMe, with NICs e1000e and a watchdog i6300esb: a shield within 25 s, emulated.
# Set: full
# shellcheck source=tests/firmware/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/firmware/disk.sh
. "$here/disk.sh"

boots_from_disk pc-bios 25
case_end
