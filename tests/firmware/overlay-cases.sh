# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# overlay-cases.sh - what overlay.sh plays, in the box's own tree and by its own shell.
# shellcheck disable=SC2086,SC2154  # paths without blanks, from common
set -u

export PATH=/usr/sbin:/usr/bin:/sbin:/bin BOX_CONSOLE=/run/box/console BOX_SCREEN=/run/box/screen BOX_CMDLINE=/run/box/cmdline BOX_REBOOT=false
mkdir -p /run/box
: >$BOX_CONSOLE >$BOX_SCREEN
echo 'quiet fw.slot=b' >$BOX_CMDLINE
# shellcheck source=firmware/rootfs-overlay/usr/lib/box/common
. /usr/lib/box/common
passed=0 failed=0

is() {	# NAME GOT WANTED, a pattern
	# shellcheck disable=SC2254  # a pattern
	case $2 in
	$3) passed=$((passed + 1)) ;;
	*) failed=$((failed + 1)); echo "FAIL $1: \"$2\", wanted \"$3\"" ;;
	esac
}
until_true() {
	end=$(($(box_uptime) + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(box_uptime)" -lt $end ] || return 1
		sleep 0.2
	done
}

# --- who stands before it is told, wherever there is a console or a screen
is 'the console that there is' "$(box_screen=/none box_say one; tail -n 1 $BOX_CONSOLE)" 'box: one'
is 'a screen beside a console that takes nothing' "$(set -e; box_console=/dev/full box_say two 2>&1; tail -n 1 $BOX_SCREEN)" 'box: two'
is 'neither' "$(set -e; box_console=/dev/full box_screen=/none box_say three 2>&1; echo goes on)" 'goes on'

# A folder with a configuration: folder NAME LINE-OF-SED
key='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDg9BvQKRfXFiQuKhhSeQk0t6vJ3pYx0QmYc1cTnQ5aZ'
folder() {
	rm -rf "/tmp/$1"
	mkdir -p "/tmp/$1"
	sed "${2-}" /usr/share/box/box.conf >"/tmp/$1/box.conf"
	sed 's|^policy-archive.*||' /usr/share/box/relaywall.conf >"/tmp/$1/relaywall.conf"
	echo "$key operator" >"/tmp/$1/authorized_keys"
}

# --- a box.conf that is faulty is told with line and reason; the example is good
folder new
is 'the example is good' "$(/usr/lib/box/check /tmp/new 2>&1 | grep -v warning)" ''
while IFS='|' read -r name edit wanted; do
	[ -n "$name" ] || continue
	folder new "$edit"
	is "$name" "$(/usr/lib/box/check /tmp/new 2>&1 | grep -v warning)" "$wanted"
done <<'EOF'
a mode that there is not|s/^MODE=.*/MODE=wire/|*box.conf:[0-9]*: MODE is routed or bridge*
a key that there is not|s/^MODE=.*/&\nWIFI=on/|*WIFI: there is no such key*
a key twice|s/^MODE=.*/&\n&/|*MODE: line [0-9]* says that, too*
no mode|/^MODE=/d|*MODE is missing*
no address of management|/^MANAGEMENT_A/d|*MANAGEMENT_ADDRESSES is missing*
one NIC for two|s/^WAN=.*/WAN=eth0/|*box.conf:[0-9]*: WAN and LAN are one NIC, eth0*
a NIC that is left out is the usual one|s/^WAN=.*//;s/^LAN=.*/LAN=eth1/|*are one NIC, eth1*
an address without a length|s/^WAN_A.*/WAN_ADDRESSES=203.0.113.1/|*"203.0.113.1" is no address with a length*
an octet too large|s/203.0.113.1.24/203.0.113.256\/24/|*is no address with a length*
a length too large|s/203.0.113.1.24/203.0.113.1\/33/|*is no address with a length*
a group too many|s/2001:db8:66::1.64/1:2:3:4:5:6:7:8:9\/64/|*is no address with a length*
a route to nowhere|s/^ROUTES=.*/ROUTES="default"/|*leads nowhere*
a route by a NIC that is no role|s/^ROUTES=.*/ROUTES="default dev eth1"/|*"dev eth1" in "default dev eth1" is not understood: PREFIX|default *
a command in a value|s/^HOSTNAME=.*/HOSTNAME="$(reboot)"/|*there is a character in it that no value has*
no assignment|s/^HOSTNAME=.*/HOSTNAME relaywall/|*is no KEY=VALUE*
no end of a quote|s/^ROUTES=.*/ROUTES="default dev wan/|*is no KEY=VALUE*: a quote is missing
a file of Windows|s/$/\r/|*box.conf:[0-9]*: ends with CR*alone here
a bridge with addresses of a router|s/^MODE=.*/MODE=bridge/|*box.conf:[0-9]*: WAN_ADDRESSES: MODE=bridge has BRIDGE_ADDRESSES, no others*
a bridge that nothing leads from|s/^MODE=.*/MODE=bridge/;/^[LW]AN_A/d;/^ROUTES/d|*wants ROUTES*
a bridge without an address|s/^MODE=.*/MODE=bridge/;/^[LW]AN_A/d|
a NIC by its address|s/^LAN=.*/LAN=52:54:00:12:34:56/|
addresses that move without a peer|s/^MODE=.*/&\nVRRP_LAN_ADDRESSES=198.51.100.9\/24/|*want MODE=routed, VRRP_ID and PEER*
a pair on two sides, and one address of the other box|s/^MODE=.*/&\nPEER=198.51.100.3\nVRRP_ID=1\nVRRP_LAN_ADDRESSES=198.51.100.9\/24\nVRRP_WAN_ADDRESSES=203.0.113.9\/24/|*box.conf:[0-9]*: PEER: *both are wanted*
EOF
is 'VRRP without keepalived' "$(folder new 's/^MODE=.*/&\nVRRP_ID=1/'; /usr/lib/box/check /tmp/new 2>&1)" '*box.conf:[0-9]*: warning: VRRP_*no keepalived*'

# --- keys: what is none is told, before nobody gets in
while IFS='|' read -r name line status wanted; do
	[ -n "$name" ] || continue
	echo "$line" >/tmp/new/authorized_keys
	is "$name" "$(/usr/lib/box/check-keys /tmp/new 2>&1; echo $?)" "$wanted$status"
done <<EOF
a key|$key me|0|
two words before it|no-pty,command="box-health --x" $key|0|
nothing|# nobody|0|*warning: there is no key in it*
one that is cut off|ssh-rsa AAAA|1|*authorized_keys:1: is no public key*
a private one|-----BEGIN OPENSSH PRIVATE KEY-----|1|*authorized_keys:1: is a private key*
EOF
is 'no file' "$(rm /tmp/new/authorized_keys; /usr/lib/box/check-keys /tmp/new 2>&1; echo $?)" '*warning: without authorized_keys*0'

# --- generations
mkdir -p "$box_config" /data/ssh
folder one
is 'a first one' "$(box-config new /tmp/one 2>/dev/null)" 000001
is 'and it is for root alone' "$(stat -c %a /data/config/000001 /data/config/000001/box.conf | paste -s -d ' ')" '700 600'
is 'by tar' "$(tar c -C /tmp/one box.conf relaywall.conf authorized_keys | box-config new - 2>/dev/null)" 000002
is 'with a folder in it that all may read' "$(chmod 755 /tmp/one; tar c -C /tmp/one . | box-config new - 2>/dev/null; stat -c %a /data/config/000003)" "000003
700"
rm -r /data/config/000003
is 'no tar' "$(echo hello | box-config new - 2>&1)" '*no tar file*'
mkdir /data/config/000008
is 'the number behind the last' "$(box-config new /tmp/one 2>/dev/null)" 000009
rm -r /data/config/00000[89]
folder bad
ln -s /data/ssh /tmp/bad/keys
is 'a link in it' "$(box-config new /tmp/bad 2>&1)" '*keys is no file*'
folder bad
echo 'protect "x" {' >>/tmp/bad/relaywall.conf
is 'a policy that is faulty, by its own name' "$(box-config new /tmp/bad 2>&1)" 'relaywall.conf:*the box cannot run with it*'
folder bad
echo 'ssh-rsa AAAA' >/tmp/bad/authorized_keys
is 'a key that is none' "$(box-config new /tmp/bad 2>&1)" '*authorized_keys:1: *box-config: the box cannot run with it'
echo WIFI=on >>/tmp/bad/box.conf
is 'and whatever else is wrong' "$(box-config new /tmp/bad 2>&1)" '*box.conf:*WIFI*authorized_keys:1: *'
folder bad
rm /tmp/bad/relaywall.conf
is 'no policy' "$(box-config new /tmp/bad 2>&1 | tail -n 2)" 'there is no relaywall.conf*'
is 'what was refused leaves nothing' "$(cd /data/config && echo .[n]* [0-9]*)" '.?n?\* 000001 000002'
is 'the one that there is not' "$(box-config use 7 2>&1)" '*there is no generation 7*'
is 'a number that is none' "$(box-config use ../1 2>&1)" '*there is no generation*'

# --- what decides the next boot
box_keep 000001
is 'this slot boots with it' "$(cat /data/config/slot-b)" 000001
is 'the other one does not' "$(box_slot_generation a)" ''
echo 9 >/data/config/slot-a
is 'a number of one that is gone counts as none' "$(box_slot_generation a)" ''
box_keep 000002
is 'the one before is known' "$(box_slot_generation b before)" 000001
echo torn >/data/config/slot-b.new
is 'what a power cut left is not read' "$(box_slot_generation b)" 000002
is 'no slot is the first' "$(BOX_CMDLINE=/dev/null box_slot)" a
rm /data/config/slot-*

# --- versions
while read -r version minimum wanted; do
	echo "$minimum" >/data/minimum-version
	RAUC_MF_VERSION=$version /usr/lib/box/install-check 2>/dev/null && got=may || got=not
	is "version $version, at least $minimum" "$got" "$wanted"
done <<'EOF'
1.0 1.0 may
1.0.1 1.0 may
1.10 1.9 may
1.9 1.10 not
0.9 1.0 not
2 1.9.9 may
1.0~rc1 1.0 may
x 1.0 not
1.0 one not
1.0 1.0~rc1 may
EOF
rm /data/minimum-version
mkdir -p /etc/rauc
printf '[system]\ncompatible=relaywall-virt\n' >/etc/rauc/system.conf
for board in virt pc; do
	RAUC_MF_COMPATIBLE=relaywall-$board RAUC_MF_VERSION=1 /usr/lib/box/install-check 2>/dev/null && got=may || got=not
	is "a bundle for board $board on virt" "$got" "$([ $board = virt ] && echo may || echo not)"
done
rm -r /etc/rauc

# --- it runs: three cables, and init's part played by loops
touch $box_run/ready
for number in 0 1 2; do
	ip link add eth$number type veth peer name far$number
	ip link set far$number up
done
ip link set lo up
mkfifo $box_run/said
mkdir -p /var/log/relaywall
/etc/init.d/30-sysctls 2>/dev/null
(while :; do cat $box_run/said >>/run/log; done) &
(while :; do box-serve; sleep 0.5; done) 2>/dev/null &
(while :; do box-watch; sleep 0.5; done) 2>/dev/null &
sed -i 's/198.51.100.25/198.51.100.77/' /tmp/one/relaywall.conf
box-config new /tmp/one >/dev/null 2>&1
folder far 's/^HOSTNAME=.*/HOSTNAME=far/;s/192.0.2.1/192.0.2.9/'
box-config new /tmp/far >/dev/null 2>&1	# 4: another address of management
folder gone 's/^LAN=.*/LAN=eth7/'
box-config new /tmp/gone >/dev/null 2>&1	# 5: a NIC that there is not

has() { /sbin/ip -o address show dev eth2 to "$1" | grep -q .; }
serves() { nft list set inet relaywall protected4 | grep -q "$1"; }
# "far" has no hardware behind it, so nothing here needs carrier
is 'the first is used' "$(if box-config use 1 >/dev/null 2>/run/use; then echo used; else cat /run/use; fi)" used
is 'it serves' "$(serves 198.51.100.25 && has 192.0.2.1 && echo yes)" yes
is 'it boots with it' "$(cat /data/config/slot-b)" 000001
is 'health, check by check' "$(box-health | grep -c ^good)" 8
is 'the rules of the box itself' "$(nft list chain inet box input | grep -c 'policy drop')" 1
keeper=$(cat $box_run/keeper)
box-config use 3 >/dev/null 2>&1
is 'another policy, the same process' "$(serves 198.51.100.77 && cat $box_run/keeper)" "$keeper"
box-config rollback >/dev/null 2>&1
is 'and back' "$(serves 198.51.100.25 && cat /data/config/slot-b)" 000001

is 'a box that would lack a NIC' "$(box-config use 5 2>&1)" '*there is no NIC*generation 000005 does not work: the box goes on with 000001*'
is 'goes on' "$(serves 198.51.100.25 && has 192.0.2.1 && cat /data/config/slot-b)" 000001

box-config commit-confirm 4 3 >/dev/null 2>&1
is 'for a while' "$(has 192.0.2.9 && box-config list | grep '^000004')" '*runs, not confirmed yet*'
is 'a reboot would take it back' "$(cat /data/config/slot-b)" 000001
is 'nobody confirmed' "$(until_true 20 has 192.0.2.1 && ! has 192.0.2.9 && echo back)" back
until_true 5 [ ! -e $box_run/unconfirmed ]
is 'the console was told' "$(tail -n 1 $BOX_CONSOLE)" '*generation 000001 is in use again*'
box-config commit-confirm 4 60 >/dev/null 2>&1
waits=$(cat $box_run/unconfirmed)
is 'a next one that does not work' "$(box-config commit-confirm 5 60 2>&1)" '*the box goes on with 000004*'
is 'does not confirm this one' "$(cat $box_run/unconfirmed)" "$waits"
box-config confirm >/dev/null 2>&1
is 'confirmed' "$(has 192.0.2.9 && cat /data/config/slot-b)" 000004
is 'nothing more to confirm' "$(box-config confirm 2>&1)" '*nothing to confirm*'

# a bridge has the address of its first port, which may be known by it
/sbin/ip link add br0 type bridge
/sbin/ip link set br0 address "$(cat /sys/class/net/eth0/address)"
is 'a NIC by its address, beside its bridge' "$(
	mkdir -p /tmp/by && echo "LAN=$(cat /sys/class/net/eth0/address)" >/tmp/by/box.conf
	box_run=/tmp/run && mkdir -p $box_run && ln -sfn /tmp/by $box_run/config && box_nics && echo $lan)" eth0
/sbin/ip link delete br0

# who waits is told for whom
sleep 100 &
ln -sfn $! $box_run/lock
is 'a lock that somebody has' "$(timeout 4 box-config confirm 2>&1)" "box-config: waits for process $!: sleep 100 "
kill $!
wait $! 2>/dev/null
is 'and nobody any more' "$(box-config confirm 2>&1)" '*nothing to confirm*'

# an address that is leased, and who waits at the old ones; then the same once more
leased() {	# EVENT: sets ended to 9 if whoever listens for ssh was ended, else 0
	sh -c 'trap "exit 9" TERM; sleep 3 & wait' &
	echo $! >$box_run/ssh
	interface=lo ip=192.0.2.77 mask=32 /usr/lib/box/leased "$1"
	wait $!
	ended=$?
}
leased bound
is 'an address by DHCP' "$(ip -o address show dev lo)" '*192.0.2.77/32*'
is 'is told' "$(tail -n 1 $BOX_CONSOLE)" 'box: management address 192.0.2.77'
is 'and ssh begins anew' $ended 9
leased renew
is 'but not for the same address' $ended 0
rm $box_run/ssh

# --- a journal that has grown is put aside; of those the oldest go
mount -t tmpfs -o size=8m log /var/log/relaywall
grown() { dd if=/dev/zero bs=64k count=$2 2>/dev/null | tr '\0' x >/var/log/relaywall/$1; }
logs() { (cd /var/log/relaywall && ls | sed 's/-2.*[0-9]$/-WHEN/; s/-2.*[0-9].gz$/-WHEN.gz/' | paste -s -d ' '); }
grown relaywall.jsonl 10
/usr/lib/box/rotate
is 'a small one stays' "$(logs)" relaywall.jsonl
grown relaywall.jsonl 20
/usr/lib/box/rotate
is 'a large one is put aside, and relaywall begins another' "$(until_true 5 test -e /var/log/relaywall/relaywall.jsonl; logs)" 'relaywall.jsonl relaywall.jsonl-WHEN'
grown relaywall.jsonl 20
sleep 1
/usr/lib/box/rotate
is 'the one before is compressed then' "$(until_true 5 test -e /var/log/relaywall/relaywall.jsonl; logs)" 'relaywall.jsonl relaywall.jsonl-WHEN.gz relaywall.jsonl-WHEN'
grown relaywall.jsonl-20200101-000000.gz 60
touch -d 2020-01-01 /var/log/relaywall/relaywall.jsonl-2020*
/usr/lib/box/rotate
is 'the oldest go' "$(ls /var/log/relaywall | grep -c 2020)$(logs)" '0relaywall.jsonl relaywall.jsonl-WHEN.gz relaywall.jsonl-WHEN'
umount -l /var/log/relaywall

kill -STOP "$(cat $box_run/keeper)"
keeper=$(cat $box_run/keeper)
another() { [ "$(cat $box_run/keeper)" != "$keeper" ] && relaywall status; }
is 'a keeper that hangs is replaced' "$(until_true $((45 * ${PATIENCE-1})) another && echo yes)" yes

# --- the rescue: its operator finds it where it was, also after a try that failed
folder ways 's/^ROUTES=.*/ROUTES="10.0.0.0\/8 via 192.0.2.254 dev management; default via 203.0.113.254"/'
ways=$(box-config new /tmp/ways 2>/dev/null)
box-config use $ways >/dev/null 2>&1
echo 'quiet fw.slot=b fw.rescue=1' >$BOX_CMDLINE
relaywall stop --now >/dev/null 2>&1
rm $box_run/config
/etc/init.d/45-configuration
/usr/lib/box/links
way() { /sbin/ip route show 10.0.0.0/8 | grep -q 'via 192.0.2.254 dev eth2' && has 192.0.2.1; }
is 'the way to who manages it' "$(way && echo there)" there
is 'one that does not work' "$(box-config use 5 2>&1)" '*the hosts are closed*'
is 'does not shut him out' "$(way && readlink $box_run/rescued)" $box_config/$ways
is 'the hosts are closed' "$(nft list chain inet relaywall guard | grep -c 'protected4.*dport 25')" '[1-9]*'
is 'one that does' "$(if box-config use 1 >/dev/null 2>/run/use; then ls $box_run/rescued 2>&1; else cat /run/use; fi)" '*No such file*'

# --- a rescue that nobody comes to ends by itself
watched() { BOX_RESCUE_MAX=0 timeout 3 box-watch 2>/dev/null; tail -n 1 $BOX_CONSOLE; }
: >$BOX_CONSOLE
is 'a rescue in which somebody is' "$(: >$box_run/attended; watched)" ''
is 'and one that nobody came to' "$(rm $box_run/attended; watched)" 'box: rebooting: nobody has come to the rescue *'

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
