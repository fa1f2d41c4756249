# sendmail.sh - Debian's sendmail as AIX shipped it. Sourced by host.sh.
#
# See aix.mc for what makes it vulnerable.
# shellcheck shell=bash
# shellcheck disable=SC2034  # read by the files that source this one

SERVER_PACKAGES='sendmail-bin sendmail-cf libldap-2.5-0 liblockfile1 libnsl2 libtirpc3 libsasl2-2 libwrap0
	libgssapi-krb5-2 libkrb5-3 libk5crypto3 libkrb5support0 libcom-err2 libkeyutils1
	libgnutls30 libp11-kit0 libidn2-0 libunistring2 libtasn1-6 libnettle8 libhogweed6 libffi8'
SERVER_RELAYS='plain-foreign percent-hack bang-path quoted-string'
SERVER_RETRY_S=15	# -q15s
# Of every line of every session, by sendmail's own -X.
SERVER_TRANSCRIPT=$HOST/log/transcript

SENDMAIL=/usr/libexec/sendmail/sendmail

server_build() {
	local cf=$HOST/usr/share/sendmail/cf map
	mkdir -p "$HOST/mail"
	mkdir -m 700 "$HOST/mq"
	host_mailer uux uucp
	# The warning about promiscuous_relay is the point of the exercise.
	m4 -D_CF_DIR_="$cf/" "$cf/m4/cf.m4" "$LAB_SRC/servers/aix.mc" >"$HOST/aix.cf" 2>"$LAB/log/m4.out"
	printf '%s\n' local.example mail.local.example >"$HOST/mail/local-host-names"
	: >"$HOST/mail/aliases"
	for map in genericstable mailertable virtusertable domaintable; do
		host_run "${SENDMAIL%/*}/makemap" -C /aix.cf hash "/mail/$map" </dev/null
	done
	host_run "$SENDMAIL" -C /aix.cf -bi >/dev/null
}

server_start() { host_start "$SENDMAIL" -C /aix.cf -bD -q15s -X /log/transcript; }
server_queued() { find "$HOST/mq" -name 'qf*' | wc -l; }
