#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The package as dpkg installs, upgrades, removes and purges it, in a layer over this machine's file system.
# install.sh FILE.deb, as root
set -uo pipefail
[ "${2:-}" = --inside ] || exec unshare --mount "$0" "$(realpath "$1")" --inside
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/package/expect.sh
. tests/package/expect.sh
# shellcheck source=tests/package/layer.sh
. tests/package/layer.sh
trap 'umount -R "$WORK/root" "$WORK/memory" 2>/dev/null; rm -rf "$WORK"' EXIT

ROOT=$WORK/root
layer_open "$WORK" || { echo "no layer can be mounted here" >&2; exit 1; }
cp "$1" "$ROOT/root/relaywall.deb"
inside() { chroot "$ROOT" "$@"; }
owner_is() { is "$(stat -c '%U:%G %a' "$ROOT$1")" "$2"; }

expect "dpkg -i" inside dpkg -i /root/relaywall.deb
expect "the program runs" inside relaywall version
expect "the user has no home and no shell" is "$(inside getent passwd relaywall | cut -d : -f 6-)" /:/usr/sbin/nologin
expect "and is no other" not is "$(inside id -u relaywall)" 0
for unit in relaywall relaywall-guard; do
	expect "$unit is not enabled" is "$(inside systemctl is-enabled $unit)" disabled
	expect "$unit.service is well-formed" silent inside systemd-analyze verify "$unit.service"
	expect "$unit.service: systemd-analyze security says less than 3.0" inside systemd-analyze security --offline=true --threshold=29 $unit.service
done
expect "the journal's folder" owner_is /var/log/relaywall "root:adm 2750"
expect "the folder of policies" owner_is /var/lib/relaywall/policies "root:adm 2750"
expect "the configuration" owner_is /etc/relaywall/relaywall.conf "root:root 644"
expect "the configuration is good" inside relaywall check /etc/relaywall/relaywall.conf
expect "the kernel's settings can be compared" inside sh -c 'relaywall check --kernel /usr/share/relaywall/60-relaywall.conf; [ $? != 2 ]'
expect "man finds relaywall(8)" inside man -w 8 relaywall
expect "man finds relaywall.conf(5)" inside man -w 5 relaywall.conf

echo '{}' >"$ROOT/var/log/relaywall/relaywall.jsonl"
expect "logrotate" inside logrotate -f /etc/logrotate.d/relaywall
expect "the journal was put aside" test -s "$ROOT/var/log/relaywall/relaywall.jsonl.1"

echo '# of the operator' >>"$ROOT/etc/relaywall/relaywall.conf"
expect "dpkg -i, once more" inside dpkg -i /root/relaywall.deb
expect "the operator's configuration stays" grep -q '^# of the operator' "$ROOT/etc/relaywall/relaywall.conf"
expect "dpkg -r" inside dpkg -r relaywall
expect "the program is gone" test ! -e "$ROOT/usr/sbin/relaywall"
expect "the configuration is not" test -e "$ROOT/etc/relaywall/relaywall.conf"
expect "nor is the journal" test -e "$ROOT/var/log/relaywall/relaywall.jsonl.1"
expect "dpkg -P" inside dpkg -P relaywall
for path in /etc/relaywall /etc/logrotate.d/relaywall /var/log/relaywall /var/lib/relaywall /usr/share/relaywall /usr/share/doc/relaywall; do
	expect "$path is gone" test ! -e "$ROOT$path"
done

tell_result
