#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Does docs/QUICKSTART.md lead where it says? Each command of it is given, on a router with a mail host and a client of the
# test's own at the addresses of the document, in a layer over this machine's file system, once for each way to start.
# quickstart.sh [FILE.deb], as root; without a package `make install` puts the program there.
set -euo pipefail
[ "${1-}" = --inside ] || exec unshare --mount "$(realpath "$0")" --inside ${1:+"$(realpath "$1")"}
cd "$(dirname "$0")/../.."

# shellcheck source=tests/gate/net.sh
. tests/gate/net.sh
# shellcheck source=tests/package/layer.sh
. tests/package/layer.sh
root=$folder/root
end_box() {
	for pid in $(ip netns pids "$id-router" 2>/dev/null); do kill -9 "$pid" 2>/dev/null || true; done
}
leave() {
	end_box
	umount -R -l "$root" "$folder/memory" 2>/dev/null || true
	clean
}
trap leave EXIT
layer_open "$folder" || { echo "no layer can be mounted here" >&2; exit 1; }

# --- the program in the layer --------------------------------------------------

inside() { chroot "$root" env -C /root "$@"; }
if [ -n "${2-}" ]; then
	cp "$2" "$root/root/"
	skip=()
else
	make -s install PREFIX=/usr UNITDIR=/lib/systemd/system DESTDIR="$root" >/dev/null
	inside systemd-sysusers relaywall.conf 2>/dev/null
	inside systemd-tmpfiles --create relaywall.conf
	skip=(package)
fi
# No systemd runs in the layer (boot.sh boots one): what is behind these words is what the unit starts, until it serves.
cat >"$root/usr/local/sbin/systemctl" <<'UNIT'
#!/bin/sh
[ "$*" = "enable --now relaywall" ] || exit 1
$(sed -n 's/^ExecStart=//p' /lib/systemd/system/relaywall.service) >/root/daemon 2>&1 &
until relaywall status >/dev/null 2>&1; do kill -0 $! || { cat /root/daemon; exit 1; }; sleep 0.1; done
UNIT
chmod +x "$root/usr/local/sbin/systemctl"

# --- the host, and the document --------------------------------------------------

: >"$folder/host"
ip netns exec "$id-host" /usr/bin/python3 tests/keeper/mail.py host "$folder/delivered" 198.51.100.25 >"$folder/host" 2>&1 &
started[$!]=host
wait_for ready "$folder/host"

router="ip netns exec $id-router chroot $root env -C /root PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive bash"
client="ip netns exec $id-client bash"
for way in systemd foreground; do
	rm -f "$root/var/log/relaywall/relaywall.jsonl"
	status=0
	/usr/bin/python3 tests/package/quickstart.py docs/QUICKSTART.md "$way" "$router" "$client" "${skip[@]}" >"$folder/way" || status=$?
	cat "$folder/way"
	is "$way: every step leads where it says" "$status" 0
	is "$way: the host got the mail that may be relayed, and no other" "$(cut -d ' ' -f 1,2 "$folder/delivered" | xargs)" \
		"X-Relayed: TO:<user%victim.example@local.example> hello 203.0.113.66"
	: >"$folder/delivered"
	is "$way: nothing runs after the last one" "$(ip netns pids "$id-router")" ""
	end_box
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
