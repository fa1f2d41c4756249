#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 33-pc-uefi.sh - The disk of board pc, by UEFI.
# Set: full
# shellcheck source=tests/firmware/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/firmware/disk.sh
. "$here/disk.sh"

boots_from_disk pc-uefi 30
case_end
