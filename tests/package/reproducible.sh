#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Is the same source the same program? Builds twice, with make and as a package, in folders of other names and depths, at
# other times, with another umask, locale, time zone and number of jobs, and compares every octet.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/package/expect.sh
. tests/package/expect.sh
trap 'rm -rf "$WORK"' EXIT

ONE=$WORK/one/relaywall OTHER=$WORK/another/and-deeper/still
build_program() { make -s -C "$1" -j"$2" all; }
build_package() { (cd "$1" && DEB_BUILD_OPTIONS="nocheck parallel=$2" dpkg-buildpackage -us -uc -b); }

umask 022
tests/package/copy.sh "$ONE" || exit 1
tests/package/copy.sh "$OTHER" || exit 1
find "$OTHER" -exec touch -d '1 year ago' {} +

expect "make" env LC_ALL=C TZ=UTC bash -c "$(declare -f build_program); build_program '$ONE' 2"
expect "make elsewhere" env LC_ALL=C.UTF-8 TZ=Asia/Tokyo bash -c "umask 077; $(declare -f build_program); build_program '$OTHER' 1"
expect "the programs are the same" cmp "$ONE/build/relaywall" "$OTHER/build/relaywall"
for archive in "$ONE"/build/*.a; do
	expect "${archive##*/} is the same" cmp "$archive" "$OTHER/build/${archive##*/}"
done
expect "no folder stands in the program" not grep -qF "$WORK" "$ONE/build/relaywall"
rm -rf "$ONE/build" "$OTHER/build"

expect "dpkg-buildpackage" env LC_ALL=C TZ=UTC bash -c "$(declare -f build_package); build_package '$ONE' 2"
expect "dpkg-buildpackage elsewhere" env LC_ALL=C.UTF-8 TZ=Asia/Tokyo bash -c "$(declare -f build_package); build_package '$OTHER' 1"
PACKAGES=0
for package in "$WORK"/one/*.deb; do
	PACKAGES=$((PACKAGES + 1))
	expect "${package##*/} is the same" cmp "$package" "$(dirname "$OTHER")/${package##*/}"
done
expect "there are packages" test "$PACKAGES" -ge 1

tell_result
