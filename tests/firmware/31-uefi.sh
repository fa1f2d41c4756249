#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 31-uefi.sh - The disk of board virt, by UEFI: a shield within 25 s, emulated.
# Set: full
# shellcheck source=tests/firmware/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/firmware/disk.sh
. "$here/disk.sh"

boots_from_disk virt-uefi 25
case_end
