#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The Debian package: built from a clean copy of the tree, looked at, installed, booted, and built again elsewhere. Nothing
# is changed on this machine. Wants root.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/package/expect.sh
. tests/package/expect.sh
trap 'rm -rf "$WORK"' EXIT

# --- build --------------------------------------------------------------------

SOURCE=$WORK/source/relaywall
build() { (cd "$SOURCE" && DEB_BUILD_OPTIONS=parallel=$(nproc) dpkg-buildpackage -us -uc -b); }
tests/package/copy.sh "$SOURCE" || exit 1
expect "dpkg-buildpackage -us -uc -b" build
[ "$FAILED" = 0 ] || { tell_result; exit 1; }
VERSION=$(sed -n 's/^VERSION  *:= //p' Makefile)
DEB=$(echo "$WORK"/source/relaywall_"$VERSION"_*.deb)
expect "lintian finds nothing" silent lintian --allow-root --fail-on error,warning --display-level '>=warning' "$WORK"/source/*.changes
expect "cleaning leaves the tree as it was" bash -c "cd '$SOURCE' && dpkg-buildpackage -T clean && find . -type f | sort >'$WORK/left'"
tests/package/copy.sh "$WORK/fresh"
expect "nothing is left of the build" diff <(cd "$WORK/fresh" && find . -type f | sort) "$WORK/left"

# --- what is in it --------------------------------------------------------------

FILES=$WORK/files
dpkg-deb -x "$DEB" "$FILES"
dpkg-deb -e "$DEB" "$WORK/control"
for file in usr/sbin/relaywall etc/relaywall/relaywall.conf etc/logrotate.d/relaywall lib/systemd/system/relaywall.service \
	lib/systemd/system/relaywall-guard.service usr/lib/sysusers.d/relaywall.conf usr/lib/tmpfiles.d/relaywall.conf \
	usr/share/relaywall/60-relaywall.conf usr/share/bash-completion/completions/relaywall usr/share/man/man8/relaywall.8.gz \
	usr/share/man/man5/relaywall.conf.5.gz usr/share/doc/relaywall/README.Debian usr/share/doc/relaywall/copyright \
	usr/share/doc/relaywall/examples/example.conf usr/share/doc/relaywall/examples/example.recipients; do
	expect "/$file is there" test -s "$FILES/$file"
done
expect "all pages are there" is "$(find "$FILES/usr/share/man" -type f | wc -l)" "$(echo docs/man/*.[58] | wc -w)"
expect "no kernel setting is put in force" test ! -e "$FILES/usr/lib/sysctl.d" -a ! -e "$FILES/etc/sysctl.d"
expect "its configuration is the operator's" grep -qx /etc/relaywall/relaywall.conf "$WORK/control/conffiles"
expect "the program is hardened" bash -c "readelf -lWd '$FILES/usr/sbin/relaywall' | grep -c 'GNU_RELRO\|BIND_NOW\|Type:.*DYN\|FLAGS_1.*NOW.*PIE' | grep -qx '[3-9]'"
expect "its texts are right" tests/package/texts.sh "$FILES/usr/sbin/relaywall"
for conf in etc/relaywall/relaywall.conf $(cd "$FILES" && echo usr/share/doc/relaywall/examples/*.conf); do
	expect "/$conf is a good configuration" "$FILES/usr/sbin/relaywall" check "$FILES/$conf"
done
expect "its configuration protects addresses of documentation only" is "$("$FILES/usr/sbin/relaywall" rules "$FILES/etc/relaywall/relaywall.conf" |
	grep -oE '[0-9]+(\.[0-9]+){3}' | grep -vE '^(127\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.)' | sort -u)" ""

# --- installed, booted, built again ----------------------------------------------

# whole WHAT SCRIPT ARGUMENT...: what it says at its end, and its faults if there are any.
whole() {
	local what=$1 last; shift
	"$@" >"$WORK/whole" 2>&1 || FAILED=$((FAILED + 1))
	last=$(tail -1 "$WORK/whole")
	echo "$what: $last"
	grep -q '^[1-9][0-9]* passed, 0 failed$' <<<"$last" && PASSED=$((PASSED + ${last%% *})) || cat "$WORK/whole"
}
whole "installed" tests/package/install.sh "$DEB"
whole "a newcomer's first steps" tests/package/quickstart.sh "$DEB"
whole "booted" tests/package/boot.sh "$DEB"
whole "reproducible" tests/package/reproducible.sh

tell_result
