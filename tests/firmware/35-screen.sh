#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# 35-screen.sh - A machine without a serial port: the box stays up, and obeys who comes with a screen and a keyboard that was not there before.
# Set: full
# shellcheck disable=SC2034
# shellcheck source=tests/firmware/lib.sh
. "$(dirname "$0")/lib.sh"

answers() { [[ $(in_ns operator timeout 1 bash -c "exec 3<>/dev/tcp/$1/9" 2>&1) == *refused* ]]; }
net_single
net_routed
in_ns operator ip address replace 169.254.1.1/16 dev "$(end_of operator)"
vm_cut box
blank_disk pc-bios
FW_SERIAL=none
box_start pc-bios -device VGA -device qemu-xhci,id=usb -machine i8042=off -action reboot=shutdown
is "it is there, without a configuration" "$(until_true "$BOOT_S" answers 169.254.25.25 && echo there)" there
sleep 30
is "... and does not start again" "$(vm_runs box && echo stays)" stays
vm_ask box 'device_add usb-kbd,bus=usb.0'
sleep 5
vm_keys box ''
sleep 2
vm_keys box 'ip address add 192.0.2.77/24 dev eth2'
is "there is a shell on the screen" "$(until_true 30 answers 192.0.2.77 && echo obeys)" obeys
vm_cut box
blank_disk pc-bios
case_end
