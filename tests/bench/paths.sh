# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
#
# paths.sh - the ways from client to host that are compared, each in a net of its own, with a host at its end. Sourced,
# after net.sh and meter.sh. Wants "relaywall", "programs", "folder", "load_cpu", "proxy_cpus", "workers",
# "descriptors".
#
# All proxies keep the client's address and port towards the host, on the same kind of rules. relaywall judges every
# recipient by its default policy and writes its journal; the others copy, and log nothing.

all_paths=(forwarding haproxy nginx relaywall relaywall-n)
declare -A proxies=()	# PATH: process id
declare -A sinks=()	# PATH: process ids

# path_up PATH [SINKS]: with so many processes at its end (1), each of which has the descriptors of one; may be called
# again after path_down
path_up() {
	local sink
	net_up "$1"
	for sink in $(seq "${2-1}"); do
		become "$1" host taskset -c "$load_cpu" "$programs/bench-sink" "$to" 25 >"$folder/$1.sink$sink" 2>&1 &
		sinks[$1]+=" $!"
		await ready "$folder/$1.sink$sink"
	done
	meter_open "$1"
	case $1 in
	haproxy) haproxy_up ;;
	nginx) nginx_up ;;
	relaywall) relaywall_up relaywall 1 ;;
	relaywall-n) relaywall_up relaywall-n "$workers" ;;
	esac
}

path_down() {
	local pid
	if [ -n "${proxies[$1]-}" ]; then
		kill "${proxies[$1]}" 2>/dev/null || true
		for _ in $(seq 100); do
			kill -0 "${proxies[$1]}" 2>/dev/null || break
			sleep 0.05
		done
	fi
	for pid in $(processes "$1" 2>/dev/null || true); do kill -KILL "$pid" 2>/dev/null || true; done
	[ -z "${proxies[$1]-}" ] || wait "${proxies[$1]}" 2>/dev/null || true
	for pid in ${sinks[$1]-}; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	unset "proxies[$1]" "sinks[$1]"
	meter_close "$1"
	net_down "$1"
}

await() {	# WORD FILE
	for _ in $(seq 500); do
		grep -q "$1" "$2" 2>/dev/null && return 0
		sleep 0.02
	done
	echo "bench: no \"$1\" in time:" >&2
	cat "$2" >&2
	exit 1
}

# proxy_run PATH COMMAND...: on the processors for proxies, in the path's cgroup
proxy_run() {
	metered "$1" ip netns exec "$id-$1-router" taskset -c "$proxy_cpus" "${@:2}" >"$folder/$1.proxy" 2>&1 &
	proxies[$1]=$!
}
# Somebody listens where the rules divert to.
await_listener() {
	for _ in $(seq 250); do
		[ -z "$(at "$1" router ss -Hltn 'sport = 2525')" ] || return 0
		sleep 0.02
	done
	echo "bench: $1 does not listen:" >&2
	cat "$folder/$1.proxy" >&2
	exit 1
}

# What relaywall tells the kernel of its own (`relaywall rules`), without its guard and counters: for the others, in the
# same order.
divert() {
	at "$1" router ip rule add pref 25 fwmark 0x2525 lookup 2525
	at "$1" router ip route add local default dev lo table 2525
	at "$1" router nft -f - <<-RULES
		table inet bench {
			chain untrack_prerouting {
				type filter hook prerouting priority raw;
				tcp dport 25 ip daddr $to notrack
				tcp sport 25 ip saddr $to notrack
			}
			chain untrack_output {
				type filter hook output priority raw;
				tcp dport 25 ip daddr $to notrack
				tcp sport 25 ip saddr $to notrack
			}
			chain divert {
				type filter hook prerouting priority mangle;
				tcp flags & (fin | syn | rst | ack) == syn ip daddr $to tcp dport 25 tproxy ip to 127.0.0.1:2525 meta mark set 0x2525 accept
				tcp sport 25 ip saddr $to socket transparent 1 meta mark set 0x2525 accept
				tcp dport 25 ip daddr $to socket transparent 1 meta mark set 0x2525 accept
				ip daddr $to tcp dport 25 tproxy ip to 127.0.0.1:2525 meta mark set 0x2525 accept
			}
		}
	RULES
}

haproxy_up() {
	# It stays root: this version gives up the right to bind as a client together with that.
	cat >"$folder/haproxy.conf" <<-CONF
		global
			nbthread 1
			maxconn $(((descriptors - 100) / 2))
		defaults
			mode tcp
			timeout connect 30s
			timeout client 10m
			timeout server 10m
		frontend smtp
			bind 127.0.0.1:2525 transparent
			default_backend host
		backend host
			source 0.0.0.0 usesrc client
			server host $to:25
	CONF
	divert haproxy
	proxy_run haproxy haproxy -db -f "$folder/haproxy.conf"
	await_listener haproxy
}

nginx_up() {
	cat >"$folder/nginx.conf" <<-CONF
		load_module /usr/lib/nginx/modules/ngx_stream_module.so;
		user www-data;
		daemon off;
		worker_processes 1;
		worker_rlimit_nofile $descriptors;
		pid $folder/nginx.pid;
		error_log stderr crit;
		events { worker_connections $((descriptors - 100)); }
		stream {
			server {
				listen 127.0.0.1:2525;
				proxy_pass $to:25;
				proxy_bind \$remote_addr:\$remote_port transparent;
				proxy_timeout 10m;
			}
		}
	CONF
	divert nginx
	proxy_run nginx /usr/bin/python3 "$here/transparent.py" 127.0.0.1 2525 nginx -c "$folder/nginx.conf" -e stderr
	await_listener nginx
	sleep 0.3	# its worker takes the listener over from who made it
}

# relaywall_up PATH WORKERS: defaults, but for the offer of BDAT, and for as many sessions as the bench holds at once
relaywall_up() {
	mkdir -p "$folder/$1.run"
	cat >"$folder/$1.conf" <<-CONF
		journal = "$folder/$1.run/journal"
		control = "$folder/$1.run/control"
		on-stop = remove
		workers = $2
		max-sessions = $([ "$2" -eq 1 ] && echo 10000 || echo 25000)
		protect "mail" {
			addresses = { "$to" }
			hostname = "mail.local.example"
			local-domains = { "local.example" }
			offer = { "pipelining", "enhancedstatuscodes", "chunking" }
		}
	CONF
	proxy_run "$1" "$relaywall" run "$folder/$1.conf"
	await 'serving 1 hosts' "$folder/$1.proxy"
}
