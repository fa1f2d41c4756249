#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 33-pc-uefi.sh - The disk of board pc, by UEFI, with the 384 MB that the loader wants (with 256 it is out of memory): a shield within 25 s, emulated.
# Set: full
# shellcheck source=tests/firmware/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/firmware/disk.sh
. "$here/disk.sh"

FW_MEMORY=384
boots_from_disk pc-uefi 25
case_end
