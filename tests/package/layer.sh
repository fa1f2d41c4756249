# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# To be sourced, in a mount namespace of its own: a throw-away layer over this machine's file system, in memory. What is
# installed there is not installed here.

# layer_open FOLDER: its root is FOLDER/root afterwards. It goes with the namespace.
layer_open() {
	mkdir -p "$1/memory" "$1/root" && mount -t tmpfs tmpfs "$1/memory" && mkdir "$1/memory/upper" "$1/memory/work" &&
		mount -t overlay overlay -o "lowerdir=/,upperdir=$1/memory/upper,workdir=$1/memory/work" "$1/root" &&
		mount -t proc proc "$1/root/proc" && mount -t tmpfs tmpfs "$1/root/run" &&
		mount -t tmpfs -o mode=755 tmpfs "$1/root/dev" && layer_devices "$1/root/dev"
}

# layer_devices FOLDER: the few that are nobody's.
layer_devices() {
	local name
	for name in null zero full random urandom tty; do
		touch "$1/$name" && mount --bind "/dev/$name" "$1/$name" || return 1
	done
	mkdir "$1/pts" "$1/shm" && mount -t devpts -o newinstance,ptmxmode=666 devpts "$1/pts" && ln -s pts/ptmx "$1/ptmx"
}
