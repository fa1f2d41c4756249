# exim.sh - Exim that trusts everybody and follows the percent hack. Sourced by host.sh.
# shellcheck shell=bash
# shellcheck disable=SC2034  # read by the files that source this one

SERVER_PACKAGES='exim4-daemon-light libgnutls-dane0 libgnutls30 libidn12 libidn2-0 libnsl2 libtirpc3 libp11-kit0
	libunistring2 libtasn1-6 libnettle8 libhogweed6 libffi8 libunbound8 libgssapi-krb5-2 libkrb5-3 libk5crypto3
	libkrb5support0 libcom-err2 libkeyutils1'
SERVER_RELAYS='plain-foreign percent-hack'
SERVER_RETRY_S=5

server_build() {
	host_user Debian-exim 101
	mkdir -p "$HOST/etc/exim4" "$HOST/var/spool/exim4/input"
	chown -R 101:101 "$HOST/var/spool/exim4"
	# At the path that is built in: with -C its delivery processes would not keep root.
	cp "$LAB_SRC/servers/exim.conf" "$HOST/etc/exim4/exim4.conf"
}

server_start() { host_start /usr/sbin/exim4 -bdf -q5s; }
server_queued() { find "$HOST/var/spool/exim4/input" -name '*-H' | wc -l; }
