#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The services under a real systemd: booted as the first process of namespaces of its own, in a layer over this machine's
# file system, where the package is installed. What is then looked at: booted.sh. boot.sh FILE.deb, as root
set -uo pipefail
SECONDS_MAX=120
cd "$(dirname "$0")/../.." || exit 1

if [ "${1:-}" != --inside ]; then
	WORK=$(mktemp -d)
	GROUP=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)/relaywall-boot-$$
	trap 'find "$GROUP" -depth -type d -exec rmdir {} + ; rm -rf "$WORK"' EXIT
	mkdir "$GROUP" "$WORK/result" || exit 1
	cp "$1" "$WORK/relaywall.deb"
	# Its control group is the root of those that this systemd sees.
	(
		echo "$BASHPID" >"$GROUP/cgroup.procs" &&
			exec timeout --signal=KILL "$SECONDS_MAX" unshare --mount --pid --fork --kill-child --net --uts --ipc --cgroup \
				tests/package/boot.sh --inside "$WORK"
	) >"$WORK/log" 2>&1
	if [ -s "$WORK/result/booted" ] && tail -1 "$WORK/result/booted" | grep -q passed; then
		cat "$WORK/result/booted"
		tail -1 "$WORK/result/booted" | grep -q ', 0 failed$'
		exit
	fi
	cat "$WORK/log" "$WORK/result/booted"
	echo "systemd did not come as far as the end of booted.sh"
	exit 1
fi

# shellcheck source=tests/package/layer.sh
. tests/package/layer.sh
ROOT=$2/root
layer_open "$2" && mount -t sysfs sysfs "$ROOT/sys" && mount -t cgroup2 cgroup2 "$ROOT/sys/fs/cgroup" || exit 1
mkdir "$ROOT/root/result" && mount --bind "$2/result" "$ROOT/root/result" || exit 1
cp "$2/relaywall.deb" tests/package/expect.sh tests/package/booted.sh "$ROOT/root/"
rm -f "$ROOT/usr/sbin/policy-rc.d"	# where this machine is a container: no package may start anything
chroot "$ROOT" dpkg -i /root/relaywall.deb && chroot "$ROOT" systemctl enable relaywall || exit 1
# Not the services of this machine: what a boot needs, then the guard, by sysinit.target, and the test.
cat >"$ROOT/etc/systemd/system/booted.service" <<UNIT
[Unit]
DefaultDependencies=no
After=sysinit.target systemd-journald.service
Requires=sysinit.target
[Service]
Type=oneshot
StandardOutput=file:/root/result/booted
StandardError=inherit
ExecStart=/root/booted.sh
ExecStopPost=/bin/systemctl --no-block exit
UNIT
exec env -i container=lxc PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$ROOT" /lib/systemd/systemd --system --unit=booted.service \
	--log-target=journal
