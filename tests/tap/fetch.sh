#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# fetch.sh [--all] FOLDER - the captures of captures.tsv, out of Debian's source packages, into FOLDER. Each is compared with its
# SHA-256. --all: also every other capture in these packages and in some more, as FOLDER/other/PACKAGE/NAME: nobody speaks SMTP in
# them, and a reader of captures has to live through them.
#
# The release alone, without its security updates: these change no captures, and not every mirror has their sources.
# Nothing of the system's apt is changed: lists and sources are put in a folder of this script's own, made from what apt reads
# packages from (so "apt-get update" must have been run once). Exit status 1, and which, if something could not be had.
set -euo pipefail

usage() { echo "usage: $0 [--all] FOLDER" >&2; exit 2; }
all=
[ "${1-}" != --all ] || { all=yes; shift; }
case $#${1-} in 1-* | [!1]*) usage ;; esac
here=$(cd "$(dirname "$0")" && pwd)
table=$here/captures.tsv
mkdir -p "$1"
into=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# Where captures of all kinds of links and protocols are
others="tcpdump libpcap gopacket python-dpkt python-libtrace nfstrace tcpflow termshark pktanon ladvd"
failed=0
lack() { echo "fetch: $*" >&2; failed=1; }

sources_of_apt() {
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' | sort -u |
		awk '$2 !~ /-/' |
		sed 's/^/deb-src [signed-by=\/usr\/share\/keyrings\/debian-archive-keyring.gpg] /'
}

apt() {
	apt-get -q -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$work/lists" \
		-o Dir::Cache="$work/cache" -o APT::Sandbox::User=root -o APT::Get::List-Cleanup=0 "$@" >"$work/said" 2>&1
}

download() {	# PACKAGE: its tarballs, into $work/PACKAGE
	mkdir -p "$work/$1"
	(cd "$work/$1" && apt source --download-only --tar-only "$1") || {
		lack "source package $1 cannot be had: $(grep '^E:' "$work/said" | head -n 1)"
		return 1
	}
}

# Without their first folder, which has the version in its name
unpack() {	# PACKAGE
	local tarball
	mkdir -p "$work/$1/tree"
	for tarball in "$work/$1"/*.orig*.tar.*; do
		case $tarball in *.asc) continue ;; esac
		tar -xf "$tarball" -C "$work/$1/tree" --strip-components=1 --no-same-owner
	done
}

take() {	# PACKAGE PATH SHA256
	local file=$work/$1/tree/$2 name sum
	name=$(basename "${2%.gz}")
	[ -f "$file" ] || { lack "$1 has no $2 any more"; return; }
	case $2 in
	*.gz) gzip -dc "$file" >"$into/$name" ;;
	*) cp "$file" "$into/$name" ;;
	esac
	sum=$(sha256sum <"$into/$name" | cut -d' ' -f1)
	[ "$sum" = "$3" ] || { lack "$1: $2 is another one: SHA-256 $sum, not $3"; rm -f "$into/$name"; }
}

sources_of_apt >"$work/sources.list"
[ -s "$work/sources.list" ] || { lack "apt knows no Debian packages: run apt-get update"; exit 1; }
mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
apt update || { lack "apt-get update: $(grep -E '^(E|W):' "$work/said" | head -n 1)"; exit 1; }

packages=$(tail -n +2 "$table" | cut -f1 | sort -u)
for package in $packages ${all:+$others}; do
	download "$package" || continue
	unpack "$package"
	while IFS=$'\t' read -r of _ path sum _; do
		[ "$of" != "$package" ] || take "$package" "$path" "$sum"
	done < <(tail -n +2 "$table")
	[ -z "$all" ] || /usr/bin/python3 "$here/pick.py" "$work/$package/tree" "$into/other/$package" "$table"
	rm -rf "${work:?}/$package"
done
[ $failed -eq 0 ] && echo "fetch: $(find "$into" -type f | wc -l) captures in $into"
exit $failed
