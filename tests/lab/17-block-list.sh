#!/bin/bash
# Goal: a client that a DNS block list names is refused, by the list's name; a list that begins to say no is left out, and mail flows on
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"

LIST=bl.lists.example

# name ADDRESS: as a list holds it.
name() { python3 -c 'import ipaddress, sys; print(ipaddress.ip_address(sys.argv[1]).reverse_pointer.rsplit(".", 2)[0])' "$1"; }
# held ADDRESS: a line of unbound's configuration. For a second, so that a change is seen soon.
held() { echo "local-data: \"$(name "$1").$LIST. 1 IN A 127.0.0.2\""; }
list_dns() {
	box_dns_stop
	box_dns_start "local-zone: \"$LIST.\" $1" "${@:2}"
}
talk() {	# talk LABEL ROLE ADDRESS
	in_ns "$2" "$LAB_SRC/say.py" --token "$(run_id "$1")/mail" "$3" >"$LAB/log/goal-17-$1.out" <<-'SESSION'
		EHLO client.example
		MAIL FROM:<probe@spam.example>
		RCPT TO:<first@local.example>
		DATA
		QUIT
	SESSION
}
recipient() { awk '$1 != "port"' "$LAB/log/goal-17-$1.out" | sed -n 4p; }

list_dns static "$(held 127.0.0.2)" "$(held ::ffff:127.0.0.2)" "$(held "$CLIENT4")" "$(held "$CLIENT6")"
shield_up refuse -e "s/^resolvers.*/& list \"the-list\" { zone = \"$LIST\" }/"
wait_for 5 "the list to be asked" grep -q 'list the-list, IPv6: is asked' "$LAB/log/shield.out"
for family in 4 6; do
	client=HOST$family
	talk "listed$family" client "${!client}"
	expect "listed, IPv$family: $(recipient "listed$family")" "$(recipient "listed$family" | cut -c1-3)" = 554
	n=$(recipient "listed$family" | grep -c "by the-list (.* block-list)" || true)
	expect "listed, IPv$family: the reply names the list" "$n" -eq 1
	talk "trusted$family" trusted "${!client}"
	expect "trusted, IPv$family: $(recipient "trusted$family")" "$(recipient "trusted$family" | cut -c1-3)" = 250
done

# The list's operator does not want to be asked by us any more: every name has the same answer.
list_dns redirect "local-data: \"$LIST. 1 IN A 127.255.255.254\""
sleep 2
for family in 4 6; do
	client=HOST$family
	talk "erring$family" client "${!client}"
	expect "the list errs, IPv$family: $(recipient "erring$family")" "$(recipient "erring$family" | cut -c1-3)" = 250
	n=$(grep -c "list the-list, IPv$family: is not asked: error-answer" "$LAB/log/shield.out" || true)
	expect "the list errs, IPv$family: it is left out, and that is told" "$n" -eq 1
done
shield_down
box_dns_stop
box_dns_start

quiet
for label in listed4 listed6; do
	boxes=$(delivered "$label")
	expect "$label: delivered to ${boxes:-nobody}" -z "$boxes"
done
for label in trusted4 trusted6 erring4 erring6; do
	boxes=$(delivered "$label")
	expect "$label: delivered to ${boxes:-nobody}" "$boxes" = "mail first"
done
goal_end
