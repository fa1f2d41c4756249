/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/verdict.h"

static const struct {
	const char *name;
	unsigned code;
	const char *enhanced, *text;
} reasons[REASON_COUNT] = {
#define X(id, name, code, enhanced, text) { name, code, enhanced, text },
	REASONS(X)
#undef X
};

const char *
action_name(enum action a)
{
	static const char *const names[] = { "pass", "rewrite", "refuse", "drop" };

	return names[a];
}

const char *
mode_name(enum mode m)
{
	static const char *const names[] = { "off", "count", "enforce" };

	return names[m];
}

const char *
rule_name(enum rule r)
{
	static const char *const names[RULE_COUNT] = {
		[RULE_SYNTAX] = "syntax",
		[RULE_RELAY] = "relay",
		[RULE_UNQUALIFIED_RECIPIENT] = "unqualified-recipient",
		[RULE_UNKNOWN_RECIPIENT] = "unknown-recipient",
		[RULE_UNQUALIFIED_SENDER] = "unqualified-sender",
		[RULE_FORGED_LOCAL_SENDER] = "forged-local-sender",
		[RULE_UNSAFE_SENDER] = "unsafe-sender",
		[RULE_UNRESOLVABLE_SENDER] = "unresolvable-sender",
		[RULE_HELLO_SYNTAX] = "hello-syntax",
		[RULE_FORGED_HELLO] = "forged-hello",
		[RULE_BLOCK_LIST] = "block-list",
		[RULE_RATE] = "rate",
	};

	return names[r];
}

const char *
reason_name(enum reason r)
{
	return reasons[r].name;
}

unsigned
reason_code(enum reason r)
{
	return reasons[r].code;
}

const char *
reason_enhanced(enum reason r)
{
	return reasons[r].enhanced;
}

const char *
reason_text(enum reason r)
{
	return reasons[r].text;
}
