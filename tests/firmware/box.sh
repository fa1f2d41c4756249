# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
#
# box.sh - the box in a machine: how it is started, gets its first configuration, and is spoken to. Sourced by lib.sh after vm.sh and net.sh.
# The machine is called "box".

# What emulation and a busy machine may take: a boot, and a step of it.
SLACK=${SLACK-1}	# factor of all times that are a goal
BOOT_S=${BOOT_S-120}
STEP_S=${STEP_S-40}

# --- its start ----------------------------------------------------------------

# As is told with the kernel and its initial RAM disk alone, and a disk for /data, whose partition is of this label.
data_disk() {	# FILE
	truncate -s 64M "$1.raw"
	echo 'type=linux, name=data' | /usr/sbin/sfdisk -q --label gpt "$1.raw"
	qemu-img convert -O qcow2 "$1.raw" "$1"
	rm "$1.raw"
}
box_from_ram() {
	[ -e "$folder/data.qcow2" ] || data_disk "$folder/data.qcow2"
	# Without the guards against neighbours on one processor it is emulated half as long.
	vm_start box virtio-net-pci -kernel "$firmware/virt/vmlinuz" -initrd "$firmware/virt/initrd" \
		-append "console=ttyS0 quiet panic=10 mitigations=off" -drive "file=$folder/data.qcow2,if=virtio,format=qcow2,discard=unmap"
}

# disk_of BOARD FILE: the image as it would be written to a disk; what the box writes goes to FILE
disk_of() { qemu-img create -q -f qcow2 -F raw -b "$firmware/$1/disk.img" "$2"; }
# box_from_disk BOARD FILE bios|uefi
box_from_disk() {
	local model=virtio-net-pci drive=(-drive "file=$2,if=none,id=d0,format=qcow2") loader=()
	if [ "$1" = pc ]; then	# what real machines have
		model=e1000e
		drive+=(-device nvme,drive=d0,serial=box -device i6300esb -action watchdog=reset)
	else
		drive+=(-device virtio-blk-pci,drive=d0)
	fi
	if [ "$3" = uefi ]; then
		[ -e "$2.vars" ] || qemu-img convert -O qcow2 /usr/share/OVMF/OVMF_VARS_4M.fd "$2.vars"
		loader=(-drive if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd
			-drive "if=pflash,unit=1,format=qcow2,file=$2.vars")
	fi
	vm_start box "$model" "${drive[@]}" "${loader[@]}"
}

# --- what is waited for -------------------------------------------------------

# The fields of "box: healthy slot=a generation=000001 uptime=12"
box_is_healthy() { said=$(vm_wait box "${1-$BOOT_S}" '^box: (healthy|unhealthy|rebooting)') && [[ $said == *' healthy '* ]]; }
field() { sed -n "s/.*\b$1=\([^ ]*\).*/\1/p" <<<"$said"; }

# --- its configuration --------------------------------------------------------

# configuration MODE [SED-OPTION...]: a folder with one, whose name it prints; sed changes the policy
configuration() {
	local made=$folder/configuration
	rm -rf "$made"
	mkdir "$made"
	cp "$here/config/$1.conf" "$made/box.conf"
	sed -e '' "${@:2}" "$here/config/relaywall.conf" >"$made/relaywall.conf"
	cp "$folder/key.pub" "$made/authorized_keys"
	echo "$made"
}

# By hand, on the console: the box has no key of an operator yet.
box_gets() {	# FOLDER
	vm_type box ''	# the shell waits for that
	vm_wait box "$STEP_S" '#' >/dev/null
	{
		echo "base64 -d <<END | gzip -d | box-config new -"
		tar -C "$1" -c . | gzip -9 | base64
		echo "END"
		echo "box-config use 1; reboot"
	} | while IFS= read -r line; do vm_type box "$line"; done
}

# --- by ssh -------------------------------------------------------------------

ssh_as() {	# KEY ADDRESS COMMAND...
	in_ns operator ssh -F none -i "$folder/$1" -o IdentitiesOnly=yes -o BatchMode=yes -o ConnectTimeout=20 -o LogLevel=ERROR \
		-o "UserKnownHostsFile=$folder/known_hosts" -o StrictHostKeyChecking=accept-new "root@$2" "${@:3}"
}
in_box() { ssh_as key "${box[0]}" "$@"; }
# box_takes FOLDER: a configuration that is in force then
box_takes() {
	local number
	number=$(tar -C "$1" -c . | in_box box-config new -)
	in_box box-config use "${number##* }"
}

# --- a shield, as it was when it had just begun --------------------------------

# From the snapshot, if there is one of this mode. It costs half a second, a boot ten.
shield() {	# [MODE]
	local mode=${1-routed}
	"net_$mode"
	if vm_runs box && grep -qx "$mode" "$folder/saved" 2>/dev/null; then
		vm_load box "$mode"
		return
	fi
	box_blank
	box_from_ram
	vm_wait box "$BOOT_S" '^box: unprovisioned' >/dev/null
	box_gets "$(configuration "$mode")"
	box_is_healthy || { echo "$said" >&2; return 1; }
	shield_saved "$mode"
}
shield_saved() {
	vm_save box "$1"
	echo "$1" >>"$folder/saved"
}
# Nothing is left of the box that was: no machine, no disk, no host key.
box_blank() {
	vm_cut box
	rm -rf "$folder/vm-box" "$folder/data.qcow2" "$folder/saved" "$folder/known_hosts"
}
