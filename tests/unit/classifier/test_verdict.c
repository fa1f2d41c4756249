/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/verdict.h"

#include "tests/unit/suite.h"

static bool
is_word(const char *s)
{
	return s != NULL && s[0] != '\0' && s[0] != '-' && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(s);
}

static void
every_name_is_one_word_and_no_two_are_alike(void)
{
	for (enum reason i = 0; i < REASON_COUNT; i++) {
		CHECK(is_word(reason_name(i)), "reason %d: %s", (int)i, reason_name(i));
		for (enum reason k = 0; k < i; k++)
			CHECK(strcmp(reason_name(i), reason_name(k)) != 0, "%s twice", reason_name(i));
	}
	for (enum rule i = 0; i < RULE_COUNT; i++) {
		CHECK(is_word(rule_name(i)), "rule %d", (int)i);
		for (enum rule k = 0; k < i; k++)
			CHECK(strcmp(rule_name(i), rule_name(k)) != 0, "%s twice", rule_name(i));
	}
}

/* They stand in journals and configurations of others. */
static void
names_do_not_change(void)
{
	static const char *const rules[] = { "syntax", "relay", "unqualified-recipient", "unknown-recipient", "unqualified-sender",
		"forged-local-sender", "unsafe-sender", "unresolvable-sender", "hello-syntax", "forged-hello", "block-list", "rate" };


	CHECK(strcmp(action_name(ACTION_PASS), "pass") == 0 && strcmp(action_name(ACTION_REWRITE), "rewrite") == 0 &&
	    strcmp(action_name(ACTION_REFUSE), "refuse") == 0 && strcmp(action_name(ACTION_DROP), "drop") == 0, "actions");
	CHECK(strcmp(mode_name(MODE_OFF), "off") == 0 && strcmp(mode_name(MODE_COUNT), "count") == 0 &&
	    strcmp(mode_name(MODE_ENFORCE), "enforce") == 0, "modes");
	CHECK(RULE_COUNT == sizeof(rules) / sizeof(rules[0]), "%d rules", RULE_COUNT);
	for (enum rule i = 0; i < RULE_COUNT; i++)
		CHECK(strcmp(rule_name(i), rules[i]) == 0, "rule %d: %s", (int)i, rule_name(i));
	CHECK(strcmp(reason_name(REASON_PERCENT_HACK), "percent-hack") == 0 && strcmp(reason_name(REASON_FOREIGN), "foreign-domain") == 0 &&
	    strcmp(reason_name(REASON_RECHECK), "recheck") == 0 && strcmp(reason_name(REASON_LOCAL), "local-domain") == 0, "reasons");
}

static void
a_reason_has_a_reply_of_rfc_5321_and_rfc_3463(void)
{
	for (enum reason i = 0; i < REASON_COUNT; i++) {
		unsigned code = reason_code(i), class, subject, detail;
		char rest;

		CHECK(code == 250 || (code >= 450 && code <= 459) || (code >= 500 && code <= 559), "%s: %u", reason_name(i), code);
		CHECK((code == 250) == (i <= REASON_HELLO_OK), "%s: %u", reason_name(i), code);
		CHECK(sscanf(reason_enhanced(i), "%1u.%1u.%2u%c", &class, &subject, &detail, &rest) == 3 && class == code / 100, "%s: %s",
		    reason_name(i), reason_enhanced(i));
		CHECK(subject <= 7, "%s: %s", reason_name(i), reason_enhanced(i));
		CHECK(strlen(reason_text(i)) > 0 && strlen(reason_text(i)) < 60, "%s: %s", reason_name(i), reason_text(i));
		for (const char *c = reason_text(i); *c != '\0'; c++)
			CHECK(*c >= 0x20 && *c < 0x7f, "%s: 0x%02x", reason_name(i), (unsigned)*c);
	}
}

static void
a_line_that_is_full_stays_full(void)
{
	struct sent line = { .len = 0 };
	uint8_t text[SENT_MAX];

	memset(text, 'x', sizeof(text));
	sent_add(&line, span_of(text, SENT_MAX - 1));
	CHECK(line.len == SENT_MAX - 1 && !line.overflow, "one left");
	sent_add_byte(&line, 'y');
	CHECK(line.len == SENT_MAX && !line.overflow, "full");
	sent_add(&line, SPAN(""));
	CHECK(!line.overflow, "nothing fits");
	sent_add_byte(&line, 'z');
	CHECK(line.len == SENT_MAX && line.overflow, "one too much");
	line.len = 0;
	sent_add_byte(&line, 'a');
	CHECK(line.len == 0 && line.overflow, "overflow sticks");
}

static CU_TestInfo tests[] = {
	{ "every name is one word and no two are alike", every_name_is_one_word_and_no_two_are_alike },
	{ "names do not change", names_do_not_change },
	{ "a reason has a reply of RFC 5321 and RFC 3463", a_reason_has_a_reply_of_rfc_5321_and_rfc_3463 },
	{ "a line that is full stays full", a_line_that_is_full_stays_full },
	CU_TEST_INFO_NULL,
};
SUITE(verdict, tests)
