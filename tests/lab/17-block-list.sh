#!/bin/bash
# Goal: a client that a DNS block list names is refused, by the list's name; a list that begins to say no is left out, and mail flows on
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"

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

list_dns_start "$CLIENT4" "$CLIENT6"
shield_up refuse -e "s/^resolvers.*/& $LIST_KEY/"
list_asked
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
box_dns_stop
box_dns_start "local-zone: \"$LIST.\" redirect" "local-data: \"$LIST. 1 IN A 127.255.255.254\""
sleep 2
for family in 4 6; do
	client=HOST$family
	talk "erring$family" client "${!client}"
	expect "the list errs, IPv$family: $(recipient "erring$family")" "$(recipient "erring$family" | cut -c1-3)" = 250
	n=$(grep -c "list the-list, IPv$family: is not asked: error-answer" "$LAB/log/shield.out" || true)
	expect "the list errs, IPv$family: it is left out, and that is told" "$n" -eq 1
done
shield_down
list_dns_stop

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
