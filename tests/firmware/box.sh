# shellcheck shell=bash disable=SC2154,SC2054,SC2016
# SPDX-License-Identifier: GPL-2.0-or-later
#
# box.sh - the box in a machine: how it is started, gets its first configuration, and is spoken to. Sourced by lib.sh after vm.sh and net.sh.
# The machine is called "box"; its peer in a pair is "peer", and what is said here of the box is done with that one by as_peer.

# What emulation and a busy machine may take: a boot, and a step of it.
SLACK=${SLACK-5}	# factor of all times that are a goal: SLACK=1 on a machine that does nothing else
BOOT_S=${BOOT_S-240}
STEP_S=${STEP_S-120}

machine=box
watchdog=i6300esb	# of the next that is started of board pc: the driver
as_peer() { local machine=peer; "$@"; }

# --- its start ----------------------------------------------------------------

# A KIND of box is "ram", the kernel and its initial RAM disk alone with a disk for /data; "ram-pair" and "ram-peer", the same of board virt-pair; or
# BOARD-LOADER, as virt-bios, the image on a disk. It has $folder/KIND.disk, all that it writes, KIND.hosts, its key for ssh, and KIND.saved, the names of its snapshots.

blank_disk() {	# KIND
	local disk=$folder/$1.disk
	rm -f "$folder/$1".*
	if [[ $1 != ram* ]]; then
		qemu-img create -q -f qcow2 -F raw -b "$firmware/${1%-*}/disk.img" "$disk"
		[ "${1#*-}" != uefi ] || qemu-img convert -O qcow2 /usr/share/OVMF/OVMF_VARS_4M.fd "$disk.vars"
		return
	fi
	truncate -s 64M "$disk.raw"
	echo 'type=linux, name=data' | /sbin/sfdisk -q --label gpt "$disk.raw"
	qemu-img convert -O qcow2 "$disk.raw" "$disk"
	rm "$disk.raw"
}

# box_start KIND ARGUMENT...: power on
box_start() {
	local kind=$1 board=virt model=virtio-net-pci given=(-drive "file=$folder/$1.disk,if=none,id=d0,format=qcow2,discard=unmap")
	shift
	[ -e "$folder/$kind.disk" ] || blank_disk "$kind"
	case $kind in
	pc-*)	# what real machines have
		model=e1000e
		given+=(-device nvme,drive=d0,serial=box -action watchdog=reset)
		case $watchdog in
		i6300esb) given+=(-device i6300esb) ;;
		iTCO_wdt) given+=(-global ICH9-LPC.noreboot=off) ;;	# of Intel's chipsets
		esac
		;;
	*)
		given+=(-device virtio-blk-pci,drive=d0)
		;;
	esac
	case $kind in
	ram*)	# Emulated faster without the guards against neighbours on one processor; and what lies somewhere else each time is translated anew each time.
		[ "$kind" = ram ] || board=virt-pair
		given+=(-kernel "$firmware/$board/vmlinuz" -initrd "$firmware/$board/initrd" -append "$(cat "$firmware/$board/cmdline") mitigations=off norandmaps")
		;;
	*-uefi)
		given+=(-drive if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd
			-drive "if=pflash,unit=1,format=qcow2,file=$folder/$kind.disk.vars")
		;;
	esac
	vm_start "$machine" "$model" "${given[@]}" "$@"
	echo "$kind" >"$folder/vm-$machine/kind"
}

# --- what is waited for -------------------------------------------------------

# The fields of "box: healthy slot=a generation=000001 uptime=12"
box_is_healthy() { box_says "${1-$BOOT_S}" 'healthy|unhealthy|rebooting' && [[ $said == *' healthy '* ]]; }
# box_says SECONDS WORDS: sets said, to what the box says of itself that begins with one of them; the prompt of the console may stand before it
box_says() {
	said=$(vm_wait "$machine" "$1" "box: ($2)") || return 1
	said="box: ${said#*box: }"
}
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
	vm_type "$machine" ''	# the shell waits for that
	vm_wait "$machine" "$STEP_S" '#' >/dev/null
	{
		echo "base64 -d <<END | gzip -d | box-config new -"
		tar -C "$1" -c . | gzip -9 | base64
		echo "END"
		echo "box-config use 1"
	} | while IFS= read -r line; do vm_type "$machine" "$line"; done
	box_says "$STEP_S" 'generation 000001 is in use'
	let_in
}

# --- by ssh -------------------------------------------------------------------

ssh_as() {	# KEY ADDRESS COMMAND...
	in_ns operator ssh -F none -i "$folder/$1" -o IdentitiesOnly=yes -o BatchMode=yes -o ConnectTimeout=20 -o LogLevel=ERROR \
		-o "UserKnownHostsFile=$folder/$(cat "$folder/vm-$machine/kind").hosts" -o StrictHostKeyChecking=accept-new "root@$2" "${@:3}"
}
in_box() { local -n its=$machine; ssh_as key "${its[0]}" "$@"; }
# Init starts what listens for ssh, now and when its address has changed.
let_in() { until_true "$STEP_S" in_box true 2>/dev/null; }
# box_takes FOLDER: a configuration that is in force then
box_takes() {
	tar -C "$1" -c . | in_box 'number=$(box-config new - 2>/dev/null) && box-config use $number 2>/dev/null' >/dev/null
}

# --- a shield, as it was when it had just begun --------------------------------

# shield [KIND [MODE]]: from its snapshot, if there is one. That costs a second, a boot ten.
shield() {
	local kind=${1-ram} mode=${2-routed}
	net_single
	"net_${mode%%-*}"
	if ! grep -qsx "$mode" "$folder/$kind.saved"; then
		first_boot "$kind"
		box_gets "$(configuration "$mode")"
		shield_saved "$mode"
	elif [[ $kind == pc-* ]]; then
		vm_cut "$machine"
		box_start "$kind"
		box_is_healthy && let_in
	else
		vm_cut "$machine"
		box_start "$kind" -loadvm "$mode"
		until_true 20 vm_answers
	fi
}
vm_answers() { vm_ask "$machine" 'info status' 2>/dev/null | grep -q running; }
shield_saved() {
	local kind
	kind=$(cat "$folder/vm-$machine/kind")
	case $kind in
	pc-*) in_box sync ;;	# of NVMe there are no snapshots: what is on the disk has to do
	*) vm_save "$machine" "$1" ;;
	esac
	echo "$1" >>"$folder/$kind.saved"
}
# first_boot KIND: of a disk that was just written, until it says that it wants a configuration
first_boot() {
	vm_cut "$machine"
	blank_disk "$1"
	box_start "$1"
	box_says "$BOOT_S" 'unprovisioned|unhealthy|rebooting'
	[ "$said" = "box: unprovisioned" ] || { echo "$1: $said" >&2; return 1; }
}
