#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Install the Debian packages for the purposes given: build, check, fuzz, faults, package, page, soak, bench, bench-tap, firmware, emulator.
# Silent and quick where all are there.
set -eu

packages=
for purpose in "$@"; do
	case $purpose in
	build)
		packages="$packages gcc libc6-dev make libev-dev libgnutls28-dev libc-ares-dev libnftables-dev libmnl-dev"
		packages="$packages libnetfilter-queue-dev libpcap-dev libconfuse-dev libjansson-dev libcap-ng-dev libseccomp-dev libmicrohttpd-dev libncurses-dev"
		;;
	check)
		packages="$packages clang clang-tidy libclang-rt-dev cppcheck libcunit1-dev"
		packages="$packages iproute2 nftables iptables python3 procps openssl mandoc curl systemd tshark tcpdump jq zstd libcap2-bin"
		;;
	faults | soak)
		packages="$packages iproute2 nftables iptables python3 procps"
		;;
	bench)
		packages="$packages iproute2 nftables python3 procps util-linux strace haproxy nginx libnginx-mod-stream"
		;;
	bench-tap)
		packages="$packages python3 tshark tcpflow"
		;;
	package)
		packages="$packages debhelper dpkg-dev lintian binutils git man-db systemd logrotate mandoc iproute2 nftables python3 curl"
		packages="$packages libcap-ng-dev libseccomp-dev libncurses-dev libnftnl-dev libmicrohttpd-dev libcunit1-dev"
		;;
	firmware)
		packages="$packages debian-archive-keyring squashfs-tools zstd cpio kmod binutils jq openssl dpkg-dev autoconf automake libtool pkg-config flex bison"
		packages="$packages libglib2.0-dev libssl-dev genimage mtools dosfstools grub-common grub-pc-bin grub-efi-amd64-bin"
		;;
	page)
		packages="$packages chromium fonts-dejavu-core"
		;;
	emulator)
		packages="$packages qemu-system-x86 qemu-utils ovmf fdisk openssh-client openssl iproute2 python3 procps busybox-static nftables"
		;;
	fuzz)
		packages="$packages clang libclang-rt-dev"
		;;
	*)
		echo "deps: unknown purpose $purpose" >&2
		exit 2
		;;
	esac
done

missing=
for package in $packages; do
	state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
	[ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
	echo "deps: these packages are missing, and only root can install them:$missing" >&2
	exit 1
fi
echo "deps: installing$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# Servers are installed to be run by a test alone: they are not started, now or at boot. A policy that is there is the operator's.
if [ ! -e /usr/sbin/policy-rc.d ]; then
	trap 'rm -f /usr/sbin/policy-rc.d' EXIT
	trap 'exit 1' INT TERM
	printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
	chmod 755 /usr/sbin/policy-rc.d
fi
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null
for server in haproxy nginx; do
	case " $missing " in
	*" $server "*) systemctl --quiet disable "$server" >/dev/null 2>&1 || true ;;
	esac
done
