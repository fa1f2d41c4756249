# packages.sh - what the lab needs from Debian, and how it gets it. Sourced.
# shellcheck shell=bash

# Tools that are harmless to have are installed: "command package".
TOOLS='
ip iproute2
nft nftables
iptables iptables
m4 m4
python3 python3
nmap nmap
swaks swaks
tcpdump tcpdump
openssl openssl
perl perl
unshare util-linux
setsid util-linux
'

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

# In the host's root: a shell and what the mailer scripts call, and the resolver. Libraries that
# more than one server wants are here too.
BASE_PACKAGES='libc6 dash coreutils libacl1 libattr1 libgmp10 libselinux1 libpcre2-8-0 libgcc-s1 libcrypt1
	unbound libevent-2.1-7 libfstrm0 libnghttp2-14 libprotobuf-c1 libpython3.11 libssl3 libsystemd0 libexpat1
	zlib1g libcap2 libgcrypt20 libgpg-error0 liblzma5 libzstd1 liblz4-1 libdb5.3'

# The mail server and the resolver are only downloaded, and unpacked into the host's
# root: installed, they would replace the machine's mail system and start a DNS
# server on it. All that they run with comes along.
packages_download() {
	local package missing=''
	mkdir -p "$PACKAGES"
	for package in $BASE_PACKAGES $SERVER_PACKAGES; do
		compgen -G "$PACKAGES/${package}_*.deb" >/dev/null || missing+=" $package"
	done
	[ -n "$missing" ] || return 0
	say "lab: downloading$missing"
	apt_update
	# The sandbox user of apt cannot write here, and need not.
	# shellcheck disable=SC2086  # a list of names
	(cd "$PACKAGES" && apt -o APT::Sandbox::User=root download $missing)
}

# packages_unpack FOLDER: into a root with the links that Debian's packages leave to it.
packages_unpack() {
	local root=$1 folder package
	for folder in bin sbin lib lib64; do
		mkdir -p "$root/usr/$folder"
		ln -s "usr/$folder" "$root/$folder"
	done
	for package in $BASE_PACKAGES $SERVER_PACKAGES; do
		dpkg -x "$PACKAGES/${package}"_*.deb "$root"
	done
}
