#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# copy.sh FOLDER: a clean copy of the tree there, of what is or would be committed, without what was built.
set -eu
cd "$(dirname "$0")/../.."
mkdir -p "$1"
git ls-files -z --cached --others --exclude-standard | tar -c --null --ignore-failed-read -T - 2>/dev/null | tar -x -C "$1"
test -s "$1/debian/control"
