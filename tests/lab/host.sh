# host.sh - the protected host: a mail server of Debian's in a root of its own. Sourced.
#
# Everything that the host has is below one folder, unpacked anew for each lab:
# the machine's own mail and DNS are not touched, and no server meets the files
# of another. What is about one server alone is in servers/$SERVER.sh, which gives
#
#   SERVER_PACKAGES  its packages, besides those of the base
#   SERVER_RELAYS    families of the corpus that it relays some of
#   SERVER_RETRY_S   seconds between its attempts at mail that it could not get rid of
#   server_build     configure it, in the root that is unpacked
#   server_start     start it, and wait until it listens
#   server_queued    how many messages it still has in its hands
#
# and calls /lda MAILBOX for each message to a local mailbox.
# shellcheck shell=bash

HOST=$LAB/host

# host_run COMMAND...: run it as that machine, with processes, a host name and
# mounts of its own; all of them end with it. The host name must be the full one:
# with a short one sendmail sleeps for a minute at every start. The shell stays as
# process 1: --kill-child's hold on a server is gone once that changes its rights.
# shellcheck disable=SC2016  # expanded inside
HOST_RUN=(unshare --mount --uts --pid --fork --kill-child env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin sh -c '
	set -e
	cd "$0"
	mount -t proc proc proc
	mount -t tmpfs -o mode=755 none dev
	for device in null zero random urandom; do
		: >"dev/$device"
		mount --bind "/dev/$device" "dev/$device"
	done
	hostname mail.local.example
	chroot . "$@"
	exit' "$HOST")
host_run() { "${HOST_RUN[@]}" "$@"; }

# host_mailer NAME FOLDER: a program that the server hands mail to. Each message
# becomes one file, whose first line says for whom it was called. Written aside
# first, so that a file that can be seen is whole.
host_mailer() {
	mkdir -p "$HOST/$2"
	chmod 1777 "$HOST/$2"	# mailers are called with various rights
	cat >"$HOST/$1" <<-SCRIPT
		#!/bin/sh
		umask 022
		file=\$(mktemp "/$2/.XXXXXXXXXX") || exit 75
		{ printf '%s\n' "\$*"; cat; } >"\$file" || exit 75
		mv "\$file" "/$2/m\${file##*/.}"
	SCRIPT
	chmod 755 "$HOST/$1"
}

host_etc() (
	mkdir -p "$HOST/etc"
	cd "$HOST/etc" || exit 1
	printf 'nameserver 127.0.0.1\noptions timeout:2 attempts:2\n' >resolv.conf
	# shellcheck disable=SC2153  # HOST4 is an address, HOST a folder
	printf '%s\n' '127.0.0.1 localhost' "$HOST4 mail.local.example mail" >hosts
	printf '%s\n' 'hosts: files dns' 'passwd: files' 'group: files' >nsswitch.conf
	printf '%s\n' root:x:0:0:root:/:/bin/sh daemon:x:1:1:daemon:/:/bin/false \
		nobody:x:65534:65534:nobody:/:/bin/false >passwd
	printf '%s\n' root:x:0: daemon:x:1: nogroup:x:65534: >group
	echo 'smtp 25/tcp mail' >services
	echo 'tcp 6 TCP' >protocols
	echo mail.local.example >mailname
)

# host_user NAME NUMBER: an account and a group that a server runs as.
host_user() {
	echo "$1:x:$2:$2:$1:/:/bin/sh" >>"$HOST/etc/passwd"
	echo "$1:x:$2:" >>"$HOST/etc/group"
}

host_build() {
	packages_unpack "$HOST"
	mkdir -p "$HOST/proc" "$HOST/dev" "$HOST/log" "$HOST/tmp" "$HOST/run" "$HOST/var" "$HOST/uucp"
	ln -s /run "$HOST/var/run"
	chmod 1777 "$HOST/log" "$HOST/tmp"
	host_etc
	host_mailer lda delivered
	cp "$LAB_SRC/unbound.conf" "$HOST/"
	server_build
}

# host_start COMMAND...: the mail server, which stays in the foreground. host_stop
# ends it, and everything that it started.
host_start() {
	start server host "${HOST_RUN[@]}" "$@"
	wait_for 30 "$SERVER to listen" listens host 25
}

# unshare ignores TERM while it waits, and a server left behind would share the
# queue with the next one: KILL, and --kill-child takes the rest.
host_stop() { stop server KILL; wait_for 5 "port 25 to be free" not_listening; }
not_listening() { ! listens host 25; }

host_dns_start() {
	start unbound host "${HOST_RUN[@]}" unbound -d -c /unbound.conf
	wait_for 10 "unbound to listen" listens host 53
}

# box_dns_start [LINE...]: the box's own resolver, with the same zones, and these lines of unbound's configuration.
box_dns_start() {
	local line
	for line in "include: /unbound.conf" "server:" "$@"; do echo "$line"; done >"$HOST/box.conf"
	start resolver router "${HOST_RUN[@]}" unbound -d -c /box.conf
	wait_for 10 "the box's unbound to listen" listens router 53
}
box_dns_stop() { stop resolver KILL; }

# A DNS block list that the box's resolver knows, and the key that has the shield ask it.
LIST=bl.lists.example
LIST_KEY="list the-list { zone = \"$LIST\" }"
# list_dns_start ADDRESS...: the resolver again, with the list, which holds these. For a second, so that a change is seen soon.
list_dns_start() {
	local lines
	lines=$(python3 - 127.0.0.2 ::ffff:127.0.0.2 "$@" <<-'PYTHON'
		import ipaddress, sys
		for address in sys.argv[1:]:
		    name = ipaddress.ip_address(address).reverse_pointer.rsplit(".", 2)[0]
		    print(f'local-data: "{name}.bl.lists.example. 1 IN A 127.0.0.2"')
	PYTHON
	)
	box_dns_stop
	box_dns_start "local-zone: \"$LIST.\" static" "$lines"
}
list_asked() { wait_for 5 "the list to be asked" grep -q 'list the-list, IPv6: is asked' "$LAB/log/shield.out"; }
list_dns_stop() { box_dns_stop; box_dns_start; }

# In the place of the server: one that takes everything and shows every byte
# that reached it.
host_recorder_start() {
	start recorder host "$LAB_SRC/sink.py" --sessions "$RECORD/recorder.jsonl"
	wait_for 10 "the recorder to listen" listens host 25
}
host_recorder_stop() { stop recorder TERM; wait_for 5 "port 25 to be free" not_listening; }

# shellcheck source=tests/lab/servers/sendmail.sh
. "$LAB_SRC/servers/$SERVER.sh"
