# shellcheck shell=bash disable=SC2154,SC2030,SC2031
# SPDX-License-Identifier: GPL-2.0-or-later
#
# vm.sh - virtual machines. Sourced by lib.sh; wants folder, id, tapexec. A machine NAME has $folder/vm-NAME: its process in "process", all
# that its console ever said in "log", how far that was waited for in "mark". What is waited for has a limit, always.

# The node may be there and useless: who knows better says so.
FW_ACCEL=${FW_ACCEL-tcg,thread=multi}
# Without what a kernel uses because it is fast, and which emulated is slow: "rep movsb", which is done octet by octet, a fifth level of
# page tables, and checks at each entry.
FW_CPU=${FW_CPU-max,erms=off,fsrm=off,la57=off,smap=off,smep=off,umip=off}
started_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

# vm_start NAME MODEL ARGUMENT...: with NICs of that model at host, client and operator; "peer" is the other one of a pair
vm_start() {
	local name=$1 model=$2 at=$folder/vm-$1 number=0 role taps=() nics=() tap=t unit=0
	shift 2
	[ "$name" != peer ] || tap=u unit=1
	mkdir -p "$at"
	if [ -e "$at/log" ]; then
		vm_mark "$name"
	else
		echo 0 >"$at/mark"
		mkfifo "$at/type.in"	# a socket forgets what was typed and not yet read when the typist goes
		ln -s /dev/null "$at/type.out"
	fi
	for role in host client operator; do
		taps+=("$id-$role:$tap-$role:$((20 + number))")
		nics+=(-netdev "tap,id=n$number,fd=$((20 + number))")
		nics+=(-device "$model,netdev=n$number,mac=52:54:00:00:0$unit:0$((number + 1)),romfile=")
		number=$((number + 1))
	done
	setsid "$tapexec" "${taps[@]}" -- qemu-system-x86_64 -accel "$FW_ACCEL" -machine q35 -cpu "$FW_CPU" -smp 1 -m "${FW_MEMORY-256}" \
		-nodefaults -no-user-config -display none -device virtio-rng-pci "${nics[@]}" \
		-chardev "pipe,id=c0,path=$at/type,logfile=$at/log,logappend=on" -serial "${FW_SERIAL-chardev:c0}" \
		-qmp "unix:$at/monitor,server=on,wait=off" "$@" </dev/null >>"$at/said" 2>&1 &
	echo "$! $(started_at $!)" >"$at/process"
	disown
	net_forget
}

# Is it its process yet, and no other that has got the number since?
vm_runs() {
	local pid when
	read -r pid when 2>/dev/null <"$folder/vm-$1/process" || return 1
	[ "$(started_at "$pid")" = "$when" ]
}

# vm_used NAME: ms of a processor. It says the same of a boot on a machine that is busy with other things.
vm_used() {
	local pid
	read -r pid _ <"$folder/vm-$1/process"
	sed 's/.*) //' "/proc/$pid/stat" | awk -v tick="$(getconf CLK_TCK)" '{ printf "%d\n", ($12 + $13) * 1000 / tick }'
}

# vm_cut NAME: the power
vm_cut() {
	local pid
	read -r pid _ 2>/dev/null <"$folder/vm-$1/process" || return 0
	! vm_runs "$1" || kill -9 "$pid"
	while vm_runs "$1"; do sleep 0.02; done
	rm -f "$folder/vm-$1/process"
}

# vm_wait NAME SECONDS PATTERN: for a line of the console after the last that was waited for; prints it
vm_wait() {
	local at=$folder/vm-$1 end=$((SECONDS + $2)) found mark
	mark=$(cat "$at/mark")
	until found=$(tail -c +$((mark + 1)) "$at/log" 2>/dev/null | grep -a -b -m 1 -E "$3"); do
		if [ "$SECONDS" -ge "$end" ] || ! vm_runs "$1"; then
			echo "no \"$3\" from $1 within $2 s; its last words:" >&2
			tail -n 12 "$at/log" "$at/said" >&2
			return 1
		fi
		sleep 0.1
	done
	echo $((mark + ${found%%:*} + $(LC_ALL=C; found=${found#*:}; echo ${#found}))) >"$at/mark"
	found=${found#*:}
	echo "${found%$'\r'}"
}

# vm_mark NAME: only what comes from now on counts
vm_mark() { stat -c %s "$folder/vm-$1/log" >"$folder/vm-$1/mark"; }

# vm_type NAME TEXT...: each a line, on its console
vm_type() { printf '%s\r' "${@:2}" 1<>"$folder/vm-$1/type.in"; }

# vm_keys NAME TEXT: a line, on its keyboard
vm_keys() {
	local text=$2 key i
	for ((i = 0; i < ${#text}; i++)); do
		key=${text:i:1}
		case $key in ' ') key=spc ;; /) key=slash ;; .) key=dot ;; -) key=minus ;; esac
		vm_ask "$1" "sendkey $key 20"
		sleep 0.05
	done
	vm_ask "$1" 'sendkey ret 20'
}

# vm_ask NAME COMMAND: of its monitor; has said something if it failed
vm_ask() { /usr/bin/python3 "$here/monitor.py" "$folder/vm-$1/monitor" "$2"; }

# The whole machine, memory and disks (qcow2, one at least), under a TAG. It comes back by -loadvm TAG of a new process: for one that runs, time would
# go on from where it is (QEMU's counter never goes back), and the guest's watchdog would find that nobody fed it.
vm_save() {
	local said
	said=$(vm_ask "$1" "savevm $2")
	[ -z "$said" ] || { echo "$1: savevm $2: $said" >&2; return 1; }
}
