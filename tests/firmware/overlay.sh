#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# overlay.sh RELAYWALL - the scripts of the box without a virtual machine: its tree with busybox, nft and the program in a folder, in namespaces
# of its own, where overlay-cases.sh plays them. What only the kernel of the image has (bridge rules of nft) is for the machines. Needs root,
# busybox-static and nftables. Last line: "N passed, N failed".
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: $0 RELAYWALL" >&2; exit 2; }
relaywall=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

export PATIENCE=${PATIENCE-4}
mkdir -p "$root"/{bin,sbin,usr/sbin,usr/lib/systemd/system,usr/lib/tmpfiles.d,usr/share/relaywall,proc,sys,dev,run,tmp,etc,root,data}
cp -a "$top/firmware/rootfs-overlay/." "$root/"
cp "$(command -v busybox)" "$root/bin/busybox"
for applet in $(busybox --list); do [ -e "$root/bin/$applet" ] || ln -s busybox "$root/bin/$applet"; done
# install FILE...: under /usr/sbin, with the libraries that it wants
install_program() {
	local library
	cp -L "$1" "$root/usr/sbin/"
	ldd "$1" | sed -n 's|.* \(/[^ ]*\) (0x.*|\1|p; s|^\t\(/[^ ]*\) (0x.*|\1|p' | while read -r library; do
		mkdir -p "$root${library%/*}"
		cp -Lu "$library" "$root$library"
	done
}
for program in "$relaywall" "$(command -v nft)" "$(command -v ip)"; do install_program "$program"; done
ln -s /usr/sbin/ip "$root/sbin/ip"
ln -s /bin/false "$root/sbin/modprobe"
cp "$top/configs/systemd/relaywall.service" "$root/usr/lib/systemd/system/"
cp "$top/configs/systemd/tmpfiles.conf" "$root/usr/lib/tmpfiles.d/relaywall.conf"
cp "$top/configs/sysctl.conf" "$root/usr/share/relaywall/60-relaywall.conf"
cp "$top/configs/relaywall.conf" "$root/usr/share/box/relaywall.conf"
cp /etc/protocols /etc/services "$root/etc/"
cp "$here/overlay-cases.sh" "$root/"

# shellcheck disable=SC2016  # it is for the shell inside
# The folder goes with its processes and mounts: all of them end with the first one.
unshare -nmp --fork --kill-child sh -euc '
	mount -t proc proc "$1/proc"
	mount --rbind /sys "$1/sys" && mount --make-rslave "$1/sys" && mount -t sysfs sysfs "$1/sys"
	mount --bind /dev "$1/dev"
	mount -t tmpfs run "$1/run"
	mount -t tmpfs data "$1/data"
	exec chroot "$1" /bin/sh /overlay-cases.sh' sh "$root"
