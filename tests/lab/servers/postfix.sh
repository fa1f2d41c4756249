# postfix.sh - Postfix that trusts everybody. Sourced by host.sh.
#
# It relays what it can make sense of: the percent hack and the swap of bang
# paths are on, and every client is of its own networks.
# shellcheck shell=bash
# shellcheck disable=SC2034  # read by the files that source this one

SERVER_PACKAGES='postfix libicu72 libnsl2 libtirpc3 libsasl2-2 libgssapi-krb5-2 libkrb5-3 libk5crypto3 libkrb5support0
	libcom-err2 libkeyutils1 libstdc++6'
SERVER_RELAYS='plain-foreign percent-hack bang-path quoted-string'
SERVER_RETRY_S=5

server_build() {
	local spool=$HOST/var/spool/postfix
	host_user postfix 101
	host_user postdrop 102
	cp "$LAB_SRC/servers/postfix-main.cf" "$HOST/etc/postfix/main.cf"
	postfix_services >"$HOST/etc/postfix/master.cf"
	# What Debian's package makes when it is installed. maildrop is for mail
	# from the machine itself, of which there is none.
	mkdir -p "$spool"/{pid,maildrop,public} "$HOST/var/lib/postfix"
	mkdir -m 700 "$spool"/{active,bounce,corrupt,defer,deferred,flush,hold,incoming,private,saved,trace}
	chown 101:101 "$spool"/*/ "$HOST/var/lib/postfix"
	chown root:root "$spool/pid"
	chown 101:102 "$spool/public" "$spool/maildrop"
}

# master.cf: name, type, private, unprivileged, chroot, wake-up, processes, program.
# shellcheck disable=SC2016  # Postfix expands it
postfix_services() {
	local name
	echo 'smtp inet n - n - - smtpd'
	echo 'pickup unix n - n 60 1 pickup'
	echo 'cleanup unix n - n - 0 cleanup'
	echo 'qmgr unix n - n 5 1 qmgr'
	echo 'postlog unix-dgram n - n - 1 postlogd'
	echo 'showq unix n - n - - showq'
	echo 'flush unix n - n 1000? 0 flush'
	echo 'proxymap unix - - n - - proxymap'
	echo 'rewrite unix - - n - - trivial-rewrite'
	for name in bounce defer trace; do echo "$name unix - - n - 0 bounce"; done
	for name in smtp relay; do echo "$name unix - - n - - smtp"; done
	for name in anvil scache tlsmgr error discard; do echo "$name unix - - n - 1 $name"; done
	echo 'retry unix - - n - - error'
	echo 'lda unix - n n - - pipe user=nobody argv=/lda ${mailbox}'
}

server_start() { host_start /usr/lib/postfix/sbin/master -d; }
server_queued() { find "$HOST"/var/spool/postfix/{incoming,active,deferred} -type f | wc -l; }
