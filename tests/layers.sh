#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Do includes point one way? A layer may include itself and what stands above
# it in the list; drivers never know each other. Prints each include that does
# not, and every include that is not written from the root.
set -eu
cd "$(dirname "$0")/.."

# folder, then the folders that it may include
allowed='
classifier classifier
proxy/base classifier proxy/base
proxy/smtp classifier proxy/base proxy/smtp
proxy/engine classifier proxy/base proxy/smtp proxy/engine
proxy/driver/tls classifier proxy/driver/tls
proxy/driver/resolver classifier proxy/base proxy/driver/resolver
proxy/driver/stream classifier proxy/base proxy/smtp proxy/engine proxy/driver/tls proxy/driver/resolver proxy/driver/stream
proxy/driver/gate classifier proxy/base proxy/smtp proxy/engine proxy/driver/resolver proxy/driver/gate
proxy/driver/tap classifier proxy/base proxy/smtp proxy/engine proxy/driver/tap
proxy/site classifier proxy/base proxy/smtp proxy/engine proxy/driver/tls proxy/driver/resolver proxy/driver/stream proxy/driver/gate proxy/site
proxy/survey classifier proxy/base proxy/smtp proxy/engine proxy/driver/tap proxy/site proxy/survey
proxy/audit classifier proxy/base proxy/smtp proxy/site proxy/audit
proxy/keeper/process classifier proxy/base proxy/smtp proxy/engine proxy/driver/tls proxy/driver/resolver proxy/driver/stream proxy/driver/gate proxy/site proxy/keeper/process
proxy/keeper/scribe classifier proxy/base proxy/smtp proxy/engine proxy/driver/tls proxy/driver/resolver proxy/driver/stream proxy/driver/gate proxy/site proxy/keeper/process proxy/keeper/scribe
proxy/keeper/gate classifier proxy/base proxy/smtp proxy/engine proxy/driver/tls proxy/driver/resolver proxy/driver/stream proxy/driver/gate proxy/site proxy/keeper/process proxy/keeper/gate
proxy/keeper/worker classifier proxy/base proxy/smtp proxy/engine proxy/driver/tls proxy/driver/resolver proxy/driver/stream proxy/driver/gate proxy/site proxy/keeper/process proxy/keeper/worker
proxy/keeper/captain classifier proxy/base proxy/smtp proxy/engine proxy/driver/tls proxy/driver/resolver proxy/driver/stream proxy/driver/gate proxy/site proxy/keeper/process proxy/keeper/scribe proxy/keeper/gate proxy/keeper/worker proxy/keeper/captain
proxy/keeper/desk classifier proxy/base proxy/smtp proxy/engine proxy/driver/tls proxy/driver/resolver proxy/driver/stream proxy/driver/gate proxy/site proxy/keeper/process proxy/keeper/desk
proxy/keeper/board classifier proxy/base proxy/smtp proxy/engine proxy/driver/tls proxy/driver/resolver proxy/driver/stream proxy/driver/gate proxy/site proxy/keeper/process proxy/keeper/gate proxy/keeper/worker proxy/keeper/board
proxy/keeper classifier proxy/base proxy/smtp proxy/engine proxy/driver/tls proxy/driver/resolver proxy/driver/stream proxy/driver/gate proxy/site proxy/keeper/process proxy/keeper/desk proxy/keeper/board proxy/keeper
proxy/cli classifier proxy/base proxy/smtp proxy/engine proxy/driver/tls proxy/driver/resolver proxy/driver/stream proxy/driver/gate proxy/driver/tap proxy/site proxy/survey proxy/audit proxy/keeper/process proxy/keeper/captain proxy/keeper proxy/cli
'
bad=0
seen=0
for file in $(find classifier proxy -name '*.[ch]' | sort); do
	folder=$(dirname "$file")
	may=$(printf '%s\n' "$allowed" | sed -n "s|^$folder ||p")
	if [ -z "$may" ]; then
		echo "layers: $folder is in no row of the table"
		bad=1
		continue
	fi
	for header in $(sed -n 's/^#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$file"); do
		seen=$((seen + 1))
		case " $may " in
		*" $(dirname "$header") "*) ;;
		*)
			echo "layers: $file may not include \"$header\""
			bad=1
			;;
		esac
	done
	# the engine and all above it do no I/O: no header that could
	case $folder in
	classifier)
		pattern='assert|stdbool|stddef|stdint|string'
		;;
	proxy/base | proxy/smtp | proxy/engine)
		pattern='assert|stdarg|stdbool|stddef|stdint|stdio|string'
		[ "$file" != proxy/base/clock.h ] || pattern='stdint|time'	# tests/pure.sh sees who uses it
		[ "$file" != proxy/base/ip_text.c ] || pattern="$pattern|arpa/inet"	# inet_ntop()
		[ "$file" != proxy/smtp/plain.c ] || pattern="$pattern|immintrin"
		;;
	*)
		continue
		;;
	esac
	for header in $(sed -n 's/^#[[:space:]]*include[[:space:]]*<\([^>]*\)>.*/\1/p' "$file"); do
		if ! printf '%s\n' "$header" | grep -qE "^($pattern)\\.h\$"; then
			echo "layers: $file may not include <$header>"
			bad=1
		fi
	done
done
[ "$seen" -gt 0 ] || { echo "layers: no include was found, this check looks in the wrong place"; bad=1; }
[ "$bad" -eq 0 ] && echo "layers: $seen includes point one way"
exit "$bad"
