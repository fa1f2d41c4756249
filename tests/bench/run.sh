#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh RELAYWALL [PART...] - what does relaywall cost beside proxies that look at nothing? Tables to standard output, progress to
# standard error. Parts: sessions kept pipelined refused bulk rate idle calls returning; none: all of them, in under 15 minutes on
# two processors that do nothing else.
#
# ROUNDS (5): how often each load is measured on each path. LOAD_CPU (0): processor of load generator and host. PROXY_CPUS (all
# others): of proxies, as for taskset. WORKERS (one for each of these, at least 2): of the second relaywall. KEEP: a folder that
# everything is copied to. Needs root, and the programs bench-load and bench-sink in the folder test beside RELAYWALL. Exit status 1
# if a figure could not be had, or if sessions went otherwise than planned.
set -euo pipefail

[ $# -ge 1 ] || { echo "usage: $0 RELAYWALL [sessions|kept|pipelined|refused|bulk|rate|idle|calls|returning]..." >&2; exit 2; }
relaywall=$(realpath "$1")
programs=$(dirname "$relaywall")/test
shift
here=$(cd "$(dirname "$0")" && pwd)
processors=$(nproc --all)
rounds=${ROUNDS:-5}
load_cpu=${LOAD_CPU:-0}
proxy_cpus=${PROXY_CPUS:-$([ "$processors" -gt 1 ] && echo "1-$((processors - 1))" || echo 0)}
workers=${WORKERS:-$((processors > 3 ? processors - 1 : 2))}

# As many descriptors as can be had: some machines allow no more than they gave.
ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -Hn)"
descriptors=$(ulimit -n)

id=rwb$$
folder=$(mktemp -d)
chmod 755 "$folder"
# shellcheck source=tests/bench/net.sh
. "$here/net.sh"
# shellcheck source=tests/bench/meter.sh
. "$here/meter.sh"
# shellcheck source=tests/bench/paths.sh
. "$here/paths.sh"
# shellcheck source=tests/bench/parts.sh
. "$here/parts.sh"

clean() {
	local path
	set +e
	[ ${#generators[@]} -eq 0 ] || kill "${generators[@]}" 2>/dev/null
	for path in "${all_paths[@]}"; do path_down "$path"; done
	meter_end
	rm -rf "$folder"
}
trap clean EXIT
trap 'exit 1' INT TERM

wanted() {	# PART
	[ ${#parts[@]} -eq 0 ] || [[ " ${parts[*]} " == *" $1 "* ]]
}
parts=("$@")
for part in "${parts[@]}"; do
	[[ " sessions kept pipelined refused bulk rate idle calls returning " == *" $part "* ]] || { echo "$0: no part $part" >&2; exit 2; }
done
chosen=()
for kind in "${kinds[@]}"; do
	case $kind in
	data | bdat) ! wanted bulk || chosen+=("$kind") ;;
	*) ! wanted "$kind" || chosen+=("$kind") ;;
	esac
done

meter_begin
: >"$folder/results"
cat <<-HEAD
	$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $processors processors, Linux $(uname -r)
	$(haproxy -v | head -n 1 | cut -d' ' -f1-3); $(nginx -v 2>&1 | sed 's/.*: //'); relaywall $("$relaywall" version | awk '{ print $NF }')
	load and host on processor $load_cpu, proxies on $proxy_cpus; load average before: $(cut -d' ' -f1-3 /proc/loadavg)
	descriptors of a process: $descriptors; processor time: $meter_says; rounds: $rounds; relaywall-n has $workers workers
HEAD
begin=$(date +%s)
! wanted idle || part_idle
[ ${#chosen[@]} -eq 0 ] || part_rounds "${chosen[@]}"
! wanted calls || part_calls
! wanted returning || part_returning
[ -z "${KEEP-}" ] || cp -r "$folder" "$KEEP"
/usr/bin/python3 "$here/table.py" "$folder/results"
echo
echo "$(($(date +%s) - begin)) seconds; load average after: $(cut -d' ' -f1-3 /proc/loadavg)"
! grep -q '^lack' "$folder/results"
