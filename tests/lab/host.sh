# host.sh - the protected host: Debian's sendmail as AIX shipped it. Sourced.
#
# It runs from a private root with a configuration of its own; the machine's
# mail setup is not touched. See aix.mc for what makes it vulnerable.
# shellcheck shell=bash

HOST=$LAB/host
SENDMAIL=$ROOT/usr/libexec/sendmail/sendmail

# The programs that sendmail hands mail to. Each message becomes one file, whose
# first line says for whom it was called. Written aside first, so that a file
# that can be seen is whole.
host_mailers() {
	local name folder
	for name in lda:delivered uux:uucp; do
		folder=$HOST/${name#*:} name=$HOST/${name%:*}
		mkdir -p "$folder"
		chmod 1777 "$folder"	# sendmail calls its mailers with various rights
		cat >"$name" <<-SCRIPT
			#!/bin/sh
			umask 022
			file=\$(mktemp "$folder/.XXXXXXXXXX") || exit 75
			{ printf '%s\n' "\$*"; cat; } >"\$file" || exit 75
			mv "\$file" "$folder/m\${file##*/.}"
		SCRIPT
		chmod 755 "$name"
	done
}

host_maps() {
	local map
	printf '%s\n' local.example mail.local.example >"$HOST/mail/local-host-names"
	: >"$HOST/mail/aliases"
	for map in genericstable mailertable virtusertable domaintable; do
		"${SENDMAIL%/*}/makemap" -C "$HOST/aix.cf" hash "$HOST/mail/$map" </dev/null
	done
	"${IN_HOST[@]}" "$SENDMAIL" -C "$HOST/aix.cf" -bi >/dev/null
}

# IN_HOST: prefix of what runs as that machine. The host name must be the full
# one: with a short one sendmail sleeps for a minute at every start.
# shellcheck disable=SC2016  # expanded inside
IN_HOST=(unshare --mount --uts --pid --fork --kill-child --mount-proc sh -c '
	mount --bind "$0/etc" /etc || exit 1
	hostname mail.local.example
	exec "$@"' "$HOST")

# The host's whole /etc, bound over the system's in its own mount namespace: a
# small Debian lacks some of these, and ours must not be asked.
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
)

host_build() {
	local cf=$ROOT/usr/share/sendmail/cf
	mkdir -p "$HOST/mail" "$HOST/mq"
	chmod 700 "$HOST/mq"
	host_mailers
	sed "s|@HOST@|$HOST|" "$LAB_SRC/aix.mc" >"$HOST/aix.mc"
	# The warning about promiscuous_relay is the point of the exercise.
	m4 -D_CF_DIR_="$cf/" "$cf/m4/cf.m4" "$HOST/aix.mc" >"$HOST/aix.cf" 2>"$LAB/log/m4.out"
	sed "s|@HOST@|$HOST|" "$LAB_SRC/unbound.conf.in" >"$HOST/unbound.conf"
	host_etc
	LD_LIBRARY_PATH=$(library_path) host_maps
}

# -X records every line of every session.
host_sendmail_start() {
	start sendmail host env LD_LIBRARY_PATH="$(library_path)" "${IN_HOST[@]}" \
		"$SENDMAIL" -C "$HOST/aix.cf" -bD -q15s -X "$RECORD/sendmail.transcript"
	wait_for 20 "sendmail to listen" listens host 25
}

# unshare ignores TERM while it waits, and a server left behind would share the
# queue with the next one: KILL, and --kill-child takes the rest.
host_sendmail_stop() { stop sendmail KILL; wait_for 5 "port 25 to be free" not_listening; }
not_listening() { ! listens host 25; }

host_dns_start() {
	start unbound host env LD_LIBRARY_PATH="$(library_path)" \
		"$ROOT/usr/sbin/unbound" -d -c "$HOST/unbound.conf"
	wait_for 10 "unbound to listen" listens host 53
}

# In the place of sendmail: a server that takes everything and shows every byte
# that reached it.
host_recorder_start() {
	start recorder host "$LAB_SRC/sink.py" --sessions "$RECORD/recorder.jsonl"
	wait_for 10 "the recorder to listen" listens host 25
}
host_recorder_stop() { stop recorder TERM; wait_for 5 "port 25 to be free" not_listening; }
