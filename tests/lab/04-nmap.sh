#!/bin/bash
# Goal: nmap's smtp-open-relay finds an open relay without the shield and none with it
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"

# It wants local parts as `from` and `to` and adds the domain itself. It goes by
# reply codes; that nothing arrives is for the other goals.
scan() {
	in_ns client nmap -Pn -n -p25 --script smtp-open-relay --script-args \
		'smtp-open-relay.from=probe,smtp-open-relay.to=user,smtp-open-relay.domain=victim.example' \
		"$HOST4" >"$LAB/log/nmap-$1.out"
	sed -n 's/^|_*\(smtp-open-relay: \)*//p' "$LAB/log/nmap-$1.out" | tr '\n' ' '
}

found=$(scan without)
n=$(sed -n 's|.*(\([0-9]*\)/16 tests).*|\1|p' <<<"$found")
expect "without: $found" "${n:-0}" -gt 0

shield_up refuse
found=$(scan with)
shield_down
expect "with: $found" "${found#*"doesn't seem to be an open relay"}" != "$found"
goal_end
