# courier.sh - Courier with RELAYCLIENT for everybody. Sourced by host.sh.
# shellcheck shell=bash
# shellcheck disable=SC2034  # read by the files that source this one

SERVER_PACKAGES='courier-mta courier-base courier-authdaemon courier-authlib libcourier-unicode4 libgdbm6 libidn12
	libstdc++6 libltdl7 libpam0g libaudit1 libcap-ng0 libpam-modules'
SERVER_RELAYS='plain-foreign'
SERVER_RETRY_S=5

server_build() {
	local etc=$HOST/etc/courier name
	host_user courier 101
	# Who may do what, as Debian's packages settle it when they are installed.
	mkdir "$HOST/var/lib/courier/sts"
	chown -R 101:101 "$HOST/var/lib/courier"
	chown 101:101 "$HOST/usr/lib/courier/courier/submitmkdir"
	chmod 4755 "$HOST/usr/lib/courier/courier/submitmkdir"
	chown -R root:101 "$etc"
	# Without these the listener ends and says nothing.
	mkdir -p "$HOST/run/courier/authdaemon"
	chown -R 101:101 "$HOST/run/courier"

	: >"$HOST/etc/environment"
	echo mail.local.example >"$etc/me"
	echo local.example >"$etc/defaultdomain"
	printf '%s\n' local.example mail.local.example | tee "$etc/locals" >"$etc/esmtpacceptmailfor"
	# Every mailbox exists and is filed under the name that it came with.
	# shellcheck disable=SC2016  # Courier's shell expands it
	echo '| exec /lda "$LOCAL"' >"$etc/aliasdir/.courier-default"
	# What cannot be sent is given up soon.
	echo 15s >"$etc/queuetime"
	for name in alpha gamma; do echo 5s >"$etc/retry$name"; done
	courier_start >"$HOST/start"
}

# The accounts' daemon, the queue's, and a listener that gives everybody RELAYCLIENT.
courier_start() {
	cat <<-'SCRIPT'
		set -a
		. /etc/courier/authdaemonrc
		/usr/lib/courier/courier-authlib/authdaemond &
		. /etc/courier/courierd
		/usr/lib/courier/courier/courierd &
		. /etc/courier/esmtpd
		RELAYCLIENT= BOFHCHECKDNS=0 TARPIT=0
		/usr/sbin/couriertcpd -noidentlookup -maxprocs=100 -maxperc=100 -maxperip=100 -user=courier -group=courier \
			25 /usr/sbin/courieresmtpd
	SCRIPT
}

server_start() { host_start sh /start; }
server_queued() { find "$HOST/var/lib/courier/msgs" -name 'C*' | wc -l; }
