# packages.sh - what the lab needs from Debian, and how it gets it. Sourced.
# shellcheck shell=bash

# Tools that are harmless to have are installed: "command package".
TOOLS='
ip iproute2
nft nftables
m4 m4
python3 python3
nmap nmap
swaks swaks
openssl openssl
perl perl
unshare util-linux
setsid util-linux
'

# The mail server and the resolver are only downloaded and unpacked into a root
# of their own: installed, they would replace the machine's mail system and
# start a DNS server on it. Their libraries come along.
UNPACKED='sendmail-bin sendmail-cf unbound
	libdb5.3 libevent-2.1-7 libfstrm0 libldap-2.5-0 liblockfile1 libnghttp2-14
	libnsl2 libprotobuf-c1 libpython3.11 libsasl2-2 libsigsegv2 libsystemd0
	libtirpc3 libwrap0 libexpat1'

library_path() {
	local triplet
	triplet=$(basename "$(echo "$ROOT"/usr/lib/*-linux-gnu*)")
	echo "$ROOT/usr/lib/$triplet:$ROOT/lib/$triplet"
}

apt() {
	DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" >>"$LAB_DIR/apt.log" 2>&1 </dev/null ||
		{ tail -n 20 "$LAB_DIR/apt.log" >&2; die "apt-get $1 failed"; }
}

# apt_update: at most once a run, and only when something is missing.
apt_update() { [ -n "${APT_FRESH:-}" ] || apt update; APT_FRESH=1; }

packages_install() {
	local command package missing=''
	while read -r command package; do
		[ -z "$command" ] || command -v "$command" >/dev/null || missing+=" $package"
	done <<<"$TOOLS"
	# swaks can do without it, but not TLS.
	perl -MNet::SSLeay -e1 2>/dev/null || missing+=' libnet-ssleay-perl'
	[ -n "$missing" ] || return 0
	say "lab: installing$missing"
	apt_update
	# shellcheck disable=SC2086  # a list of names
	apt install --no-install-recommends $missing
}

packages_unpack() {
	local deb
	[ ! -e "$ROOT/.complete" ] || return 0
	say "lab: downloading sendmail and unbound into $PACKAGES"
	rm -rf "$ROOT"
	mkdir -p "$PACKAGES/deb" "$ROOT"
	apt_update
	# The sandbox user of apt cannot write here, and need not.
	# shellcheck disable=SC2086  # a list of names
	(cd "$PACKAGES/deb" && apt -o APT::Sandbox::User=root download $UNPACKED)
	for deb in "$PACKAGES"/deb/*.deb; do
		dpkg -x "$deb" "$ROOT"
	done
	# Set-group-id programs ignore LD_LIBRARY_PATH.
	chmod 755 "$ROOT/usr/libexec/sendmail/sendmail"
	for command in usr/libexec/sendmail/sendmail usr/sbin/unbound; do
		if LD_LIBRARY_PATH=$(library_path) ldd "$ROOT/$command" | grep 'not found' >&2; then
			die "$command lacks a library: is this Debian 12?"
		fi
	done
	touch "$ROOT/.complete"
}
