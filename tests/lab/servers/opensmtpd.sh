# opensmtpd.sh - OpenSMTPD that matches anybody to anybody. Sourced by host.sh.
# shellcheck shell=bash
# shellcheck disable=SC2034  # read by the files that source this one

SERVER_PACKAGES='opensmtpd libpam0g libaudit1 libcap-ng0'
SERVER_RELAYS='plain-foreign source-route'
SERVER_RETRY_S=15

server_build() {
	host_user opensmtpd 101
	host_user opensmtpq 102
	mkdir -p "$HOST/var/spool/smtpd"
	chmod 711 "$HOST/var/spool" "$HOST/var/spool/smtpd"
	cp "$LAB_SRC/servers/smtpd.conf" "$HOST/etc/smtpd.conf"
}

server_start() { host_start smtpd -d; }
# Envelopes: a file for each recipient, beside the message.
server_queued() { find "$HOST/var/spool/smtpd/queue" -type f ! -name message | wc -l; }
