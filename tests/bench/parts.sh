# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
#
# parts.sh - what is measured, one function for each part. Sourced, after paths.sh. Wants "rounds", "descriptors".
# What was measured becomes a line in $folder/results: PART PATH ROUND NAME=VALUE..., from which table.py writes
# tables.

record() { echo "$*" >>"$folder/results"; }
# Why a figure is not there: for the reader, in its place.
record_lack() {	# PART PATH WHY...
	echo "bench: $1, $2: ${*:3}" >&2
	echo "lack $1 $2 ${*:3}" >>"$folder/results"
}

load() {	# PATH OPTION...
	at "$1" client taskset -c "$load_cpu" "$programs/bench-load" "${@:2}" "$from" "$to" 25
}
load_behind() {	# PATH OPTION...; its id is $!
	become "$1" client taskset -c "$load_cpu" "$programs/bench-load" "${@:2}" "$from" "$to" 25 &
}

# One kind of load on one path; what is still being written when the last session has ended counts, too.
measure() {	# PART PATH ROUND OPTION...
	local before line
	before=$(cpu_us "$2")
	line=$(load "$2" "${@:4}") || record_lack "$1" "$2" "sessions went otherwise than planned in round $3: $line"
	sleep 0.2
	record "$1 $2 $3 $line cpu_us=$(($(cpu_us "$2") - before))"
}

# --- rounds -------------------------------------------------------------------

# Kinds of load: what each costs a second or two of a proxy that costs as much as HAProxy.
kinds=(sessions kept pipelined refused data bdat rate)
declare -A load_of=(
	[sessions]='-n 5000 -a 8'
	[kept]='-n 16 -m 1000'
	[pipelined]='-n 16 -m 2000 -p'
	[refused]='-n 3000 -a 8 -p -r 10 -x 20'
	[data]='-n 4 -c 4 -m 25 -s 10485760'
	[bdat]='-n 4 -c 4 -m 25 -s 10485760 -b'
	[rate]='-n 2500 -a 8 -R 500 -c 1000'
)

# All paths before the next kind, all kinds before the next round: what else the machine does meets all of them.
part_rounds() {	# KIND...
	local round kind path
	for path in "${all_paths[@]}"; do
		path_up "$path"
		load "$path" -n 500 -a 8 >/dev/null || record_lack warm-up "$path" "sessions went otherwise than planned"
	done
	for round in $(seq "$rounds"); do
		for kind in "$@"; do
			for path in "${all_paths[@]}"; do
				# shellcheck disable=SC2086
				measure "$kind" "$path" "$round" ${load_of[$kind]}
			done
			echo "round $round of $rounds: $kind" >&2
		done
	done
	for path in "${all_paths[@]}"; do path_down "$path"; done
}

# --- memory of sessions that wait -----------------------------------------------

# hold PATH STATE SESSIONS GENERATORS: each holds its share of them, and has said so, or not, when this returns
generators=()
hold() {
	local n
	generators=()
	for n in $(seq "$4"); do
		load_behind "$1" -h "$2" -n $(($3 / $4)) -a 250 -R $((2500 / $4)) -t 60 >"$folder/held$n" 2>&1
		generators+=($!)
	done
	for n in $(seq "$4"); do
		for _ in $(seq 300); do
			grep -q '^held' "$folder/held$n" && break
			kill -0 "${generators[n - 1]}" 2>/dev/null || break
			sleep 0.1
		done
	done
}

# In a fresh net with fresh processes; some sessions first, so that code and libraries are there. The kernel's objects
# are those of both ends, too: a path without a proxy tells how many.
idle_one() {	# PATH STATE SESSIONS [SINKS-AND-GENERATORS]
	local process kernel held
	path_up "$1" "${4-1}"
	load "$1" -n 200 -a 250 >/dev/null || record_lack idle "$1" "sessions went otherwise than planned"
	sleep 0.5
	process=$(process_kb "$1")
	kernel_objects "$folder/slabs"
	hold "$1" "$2" "$3" "${4-1}"
	sleep 1
	held=$(awk '$1 == "held" { n += $2 } END { print n + 0 }' "$folder"/held*)
	if [ "$held" -eq "$3" ]; then
		process=$(($(process_kb "$1") - process))
		kernel_objects "$folder/slabs.held"
		if kernel=$(/usr/bin/python3 "$here/kernel_objects.py" "$folder/slabs" "$folder/slabs.held" "$3"); then
			kernel=" kernel_octets=$kernel"
		else
			record_lack idle "$1" "objects of the kernel: /proc/slabinfo cannot be read"
		fi
		record "idle $1 $2-$3 held=$3 process_kb=$process$kernel"
	else
		record_lack idle "$1" "$held of $3 sessions ($2): $(cat "$folder"/held* | head -n 3 | tr '\n' ' ')"
	fi
	kill "${generators[@]}" 2>/dev/null || true
	wait "${generators[@]}" 2>/dev/null || true
	generators=()
	rm -f "$folder"/held*
	path_down "$1"
	sleep 1	# the kernel takes a net apart behind our back
}

# 20,000 sessions need more than 20,000 descriptors in each of two workers, as the kernel does not share them evenly.
part_idle() {
	local path many=$((descriptors > 21000 ? 20000 : (descriptors - 1000) / 2 * 2))
	for path in forwarding haproxy nginx relaywall; do
		idle_one "$path" greeting 5000
		idle_one "$path" greeting 9900
		idle_one "$path" transaction 5000
	done
	idle_one forwarding greeting "$many" 2
	idle_one relaywall-n greeting "$many" 2
	echo "idle: done" >&2
}

# --- system calls -----------------------------------------------------------------

# One session after the other, and 16 at once; of all processes of a proxy, with what they do of themselves meanwhile.
calls_one() {	# PATH SESSIONS AT-ONCE
	local out=$folder/calls tracer pids line attached=0
	pids=$(processes "$1" | tr '\n' ' ')
	strace -f -c -o "$out" -p "$pids" 2>"$out.err" &
	tracer=$!
	for _ in $(seq 100); do
		attached=$(grep -c attached "$out.err" || true)
		[ "$attached" -lt "$(wc -w <<<"$pids")" ] || break
		sleep 0.05
	done
	line=$(load "$1" -n "$2" -c "$3" -a 8) || record_lack calls "$1" "sessions went otherwise than planned: $line"
	sleep 0.5
	kill -INT $tracer 2>/dev/null || true
	wait $tracer 2>/dev/null || true
	line=$(awk '$NF == "total" { print $4 }' "$out" 2>/dev/null || true)
	if [[ $line =~ ^[0-9]+$ ]] && [ "$attached" -ge "$(wc -w <<<"$pids")" ]; then
		record "calls $1 $3 sessions=$2 calls=$line"
	else
		record_lack calls "$1" "strace: $(head -n 1 "$out.err")"
	fi
}

part_calls() {
	local path
	for path in haproxy nginx relaywall; do
		path_up "$path"
		load "$path" -n 200 -a 8 >/dev/null || record_lack calls "$path" "sessions went otherwise than planned"
		calls_one "$path" 500 1
		calls_one "$path" 1000 16
		path_down "$path"
	done
	echo "calls: done" >&2
}

# --- clients that come again --------------------------------------------------------

# Two addresses with 30,000 ports each: after 60,000 sessions within a minute whoever comes next has been there, and
# the box still remembers the connection (TIME_WAIT). Once for each path: as fast as they go, then 500 a second.
returning_one() {	# PATH
	local line
	path_up "$1"
	at "$1" client sysctl -qw net.ipv4.ip_local_port_range='10000 39999'
	line=$(load "$1" -n 60000 -a 2 -t 50) || record_lack returning "$1" "sessions went otherwise than planned: $line"
	record "returning-before $1 1 $line"
	measure returning "$1" 1 -n 5000 -a 2
	measure returning-rate "$1" 1 -n 2500 -a 2 -R 500 -c 1000
	path_down "$1"
}

part_returning() {
	local path
	for path in "${all_paths[@]}"; do returning_one "$path"; done
	echo "returning: done" >&2
}
