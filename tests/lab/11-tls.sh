#!/bin/bash
# Goal: STARTTLS ends at the shield, which relays no more inside it, and certificates change under running sessions
# Server: sendmail
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"

TLS=$LAB/tls

# certificate NAME: a certificate of the host's and its key, and its fingerprint as secure.py prints it.
certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=mail.local.example \
		-addext subjectAltName=DNS:mail.local.example -keyout "$TLS/$1.key" -out "$TLS/$1.pem" 2>>"$LAB/log/openssl.out"
	openssl x509 -in "$TLS/$1.pem" -outform DER | sha256sum | cut -d ' ' -f 1
}

# use NAME: put that pair where the configuration says it is.
use() { mv "$TLS/$1.key" "$TLS/host.key"; mv "$TLS/$1.pem" "$TLS/host.pem"; }

# reload: SIGHUP, and wait until the keeper says what came of it.
reload() {
	local before
	before=$(reloads)
	kill -s HUP "$(cat "$LAB/pid/shield")"
	wait_for 10 "the configuration to be loaded, or not" reloaded_since "$before"
	grep 'loaded: captain' "$LAB/log/shield.out" | tail -n 1
}
reloads() { grep -c 'loaded: captain' "$LAB/log/shield.out" || true; }
reloaded_since() { [ "$(reloads)" -gt "$1" ]; }

# received LABEL: the Received line that the host wrote into that message.
received() { grep -lr "$(run_of "$1")/mail" "$HOST/delivered" | xargs -r sed -n 2p; }
run_of() { cat "$RECORD/run-$1"; }

# TLS 1.3 hands its tickets out behind the handshake, so there must be a session for them to come with.
s_client() {	# s_client NAME OPTION...
	local out=$LAB/log/s_client-$1.out; shift
	printf 'EHLO client.example\r\nquit\r\n' | in_ns client timeout 10 openssl s_client -starttls smtp \
		-connect "$HOST4:25" -servername mail.local.example -ign_eof -nocommands "$@" 2>&1 | tr -d '\r' >"$out" || true
}

expect_tls() {	# expect_tls VERSION OPTION...: and the session's ticket begins the next one
	local version=$1 out=$LAB/log/s_client-$1.out session protocol cipher n; shift
	s_client "$version" "$@" -sess_out "$TLS/session"
	session=$(sed -n '/^SSL-Session:/,/0000 - /p' "$out" | awk '{ print } /0000 - / { exit }' |
		grep -E '(Protocol|Cipher) *:|ticket|0000 -' || true)
	awk '{ sub(/^ */, "        "); print }' <<<"$session"
	protocol=$(sed -n 's/^ *Protocol *: //p' <<<"$session")
	cipher=$(sed -n 's/^ *Cipher *: //p' <<<"$session")
	expect "$version: ${protocol:-nothing} is spoken, ${cipher:-no cipher}" "$protocol" = "$version" -a -n "$cipher"
	expect "$version: there is a session ticket" -n "$(sed -n 's/^ *0000 - //p' <<<"$session")"
	expect "$version: what is said inside is answered" "$(grep -c '^221 ' "$out")" -eq 1
	n=$(grep -c '^250-STARTTLS' "$out" || true)
	expect "$version: STARTTLS is offered inside $n times" "$n" -eq 0
	s_client "$version-again" "$@" -sess_in "$TLS/session"
	session=$(handshake "$version-again")
	expect "$version: the next session with the ticket: $session" "${session%%,*}" = Reused
}
# handshake NAME: "New, TLSv1.3, ..." or "Reused, ...".
handshake() { grep -E '^(New|Reused), ' "$LAB/log/s_client-$1.out" || true; }

# A message by swaks: into the mailbox, and the host saw the client itself.
expect_delivery() {
	local box line
	in_ns client swaks --tls --server "$HOST4" --ehlo client.example --from probe@spam.example --to user@local.example \
		--header "X-Relaywall-Lab: $(run_id tls-swaks)/mail" >"$LAB/log/tls-swaks.out" 2>&1 || true
	quiet
	expect "swaks: $(grep 'TLS started' "$LAB/log/tls-swaks.out" || echo 'no TLS')" \
		"$(grep -c 'TLS started' "$LAB/log/tls-swaks.out")" -eq 1
	box=$(delivered tls-swaks)
	expect "swaks: the message is in ${box:-no mailbox}" "$box" = "mail user"
	line=$(received tls-swaks)
	expect "swaks: $line" "${line#*"$CLIENT4]"}" != "$line"
}

# The corpus inside TLS, by the same rule as in plain text.
ROWS='(PLN|PCT|BNG|QUO|RTE|DAT|LEG)-'
expect_corpus() {
	local n passed rows faults
	attack client tls-corpus "$HOST4" --tls --rows "$ROWS"
	quiet
	n=$(relayed tls-corpus)
	expect "the corpus inside TLS: $n messages relayed" "$n" -eq 0
	read -r passed rows faults < <(report score --label tls-corpus)
	expect "scoring rule at sendmail: $passed of $rows rows, $faults faults" "$passed" -eq "$rows" -a "$faults" -eq 0
	n=$(grep -c '"rcpt": "55[0-9].*relaying denied' "$RECORD/attack-tls-corpus.jsonl")
	expect "$n recipients were refused as relaying" "$n" -gt 0
}

# Commands in the segment of STARTTLS: nothing of them may be done, in plain text or inside TLS.
expect_no_injection() {
	local before n codes
	before=$(injections)
	in_ns client "$LAB_SRC/say.py" --pipeline --token "$(run_id tls-injected)/mail" "$HOST4" \
		>"$LAB/log/tls-injected.out" <<-SESSION
			EHLO mail.$(run_of tls-injected).example
			STARTTLS
			MAIL FROM:<probe@spam.example>
			RCPT TO:<user@local.example>
			DATA
	SESSION
	codes=$(awk '$1 != "port" { print substr($1, 1, 3) }' "$LAB/log/tls-injected.out" | tr '\n' ' ')
	expect "plain text behind STARTTLS: $codes" "${codes% }" = "220 250 421 clo clo clo"
	n=$(reached tls-injected)
	expect "recipients of it that reached the host: $n" "$n" -eq 0
	n=$(($(injections) - before))
	expect "the journal says starttls-injection: $n" "$n" -eq 1
}
injections() { grep -c '"starttls-injection"' "$RECORD/journal.jsonl" || true; }

# New files and SIGHUP while a session is in TLS.
expect_reload() {
	local old=$LAB/log/tls-old.out talk again
	mkfifo "$TLS/old"
	in_ns client "$LAB_SRC/secure.py" --token "$(run_id tls-old)/mail" "$HOST4" <"$TLS/old" >"$old" 2>&1 &
	talk=$!
	exec 3>"$TLS/old"
	wait_for 10 "the old session" grep -q '^certificate' "$old"
	printf '%s\n' 'EHLO client.example' 'MAIL FROM:<probe@spam.example>' >&3
	wait_for 10 "its MAIL to be answered" grep -q '^250 .*ender ok' "$old"

	use second
	echo "        $(reload)"
	expect "the session from before has the first certificate" "$(shown "$old")" = "$FIRST"
	echo QUIT | in_ns client "$LAB_SRC/secure.py" "$HOST4" >"$LAB/log/tls-new.out"
	expect "a new session has the second: $(shown "$LAB/log/tls-new.out" | cut -c 1-16)..." \
		"$(shown "$LAB/log/tls-new.out")" = "$SECOND"
	s_client old-ticket -tls1_2 -sess_in "$TLS/session"
	again=$(handshake old-ticket)
	expect "a ticket from before is not taken: $again" "${again%%,*}" = New

	printf '%s\n' 'RCPT TO:<user@local.example>' DATA QUIT >&3
	exec 3>&-
	wait "$talk"
	quiet
	expect "the session from before goes on, and its message is in $(delivered tls-old)" \
		"$(delivered tls-old)" = "mail user"

	echo 'no certificate' >"$TLS/host.pem"
	echo "        $(reload)"
	echo QUIT | in_ns client "$LAB_SRC/secure.py" "$HOST4" >"$LAB/log/tls-kept.out"
	expect "a file that is none changes nothing" "$(shown "$LAB/log/tls-kept.out")" = "$SECOND"
}
shown() { awk '$1 == "certificate" { print $2 }' "$1"; }

rm -rf "$TLS"
mkdir "$TLS"
FIRST=$(certificate first)
SECOND=$(certificate second)
use first
shield_up refuse -e "/hostname/a tls-certificate = \"$TLS/host.pem\"" -e "/hostname/a tls-key = \"$TLS/host.key\"" \
	-e '/from untrusted/a starttls = terminate'
expect_tls TLSv1.3
expect_tls TLSv1.2 -tls1_2
expect_delivery
expect_corpus
expect_no_injection
expect_reload
shield_down
goal_end
