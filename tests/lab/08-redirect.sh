#!/bin/bash
# Goal: with relay-action = redirect a relayed message is in the trap mailbox, and the client saw 250
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"

shield_up redirect
attack client trap "$HOST4" --rows 'SND-001$'
attack client trapped "$HOST4"
quiet
shield_down

reply=$(sed -n 's/.*"rcpt": "\([^"]*\)".*/\1/p' "$RECORD/attack-trap.jsonl")
expect "RCPT TO:<user@victim.example>: client saw $reply" "${reply%% *}" = 250
n=$(count trap '"data_code": 250')
expect "and 250 for the message: $n of 1" "$n" -eq 1
boxes=$(delivered trap)
expect "it is in: ${boxes:-no mailbox}" "$boxes" = "SND-001 trap"
n=$(relayed trap)
expect "messages relayed: $n" "$n" -eq 0
n=$(relayed trapped)
expect "the whole corpus, redirected: $n messages relayed" "$n" -eq 0
# Redirecting must not touch who gets legitimate mail.
lost=$(comm -23 <(delivered shield | grep '^LE[GN]-' | sort) <(delivered trapped | sort))
expect "legitimate mail is where it is without redirection${lost:+; not: $lost}" -z "$lost"
goal_end
