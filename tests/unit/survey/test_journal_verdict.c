/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/journal_verdict.h"

#include "proxy/base/json_line.h"
#include "tests/unit/guard.h"
#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

#define HEAD "{\"v\":1,\"time\":\"2026-11-26T06:45:48.096Z\",\"event\":"
#define WHO "\"session\":\"d0511a18\",\"client\":\"203.0.113.66\",\"client_port\":36894,\"host\":\"aix-mail\",\"address\":\"198.51.100.25\"," \
	"\"network\":\"untrusted\",\"policy\":\"0123456789abcdef\","
#define SAID "\"verdict\":\"refuse\",\"rule\":\"relay\",\"mode\":\"enforce\",\"reason\":\"percent-hack\",\"target\":\"local.example\",\"sent\":null"

static const char recipient[] = HEAD "\"recipient\"," WHO "\"sender\":\"a@c.example\",\"argument\":\"TO:<user%victim.example@local.example>\","
    SAID ",\"code\":550}";

static enum journal_read
read_text(const char *text, struct journal_verdict *v)
{
	static uint8_t memory[1 << 16];

	return journal_verdict_read(span_str(text), v, memory);
}

static bool
is(struct span got, const char *want)
{
	return span_eq(got, span_str(want));
}

static void
a_recipient_is_read_whole(void)
{
	static const uint8_t client[4] = { 203, 0, 113, 66 }, address[4] = { 198, 51, 100, 25 };
	struct ip v4[2] = { ip_from_v4(client), ip_from_v4(address) };
	struct journal_verdict v;

	CU_ASSERT(read_text(recipient, &v) == JOURNAL_READ_VERDICT);
	CU_ASSERT(v.kind == EVENT_RECIPIENT && is(v.event, "recipient") && is(v.time, "2026-11-26T06:45:48.096Z"));
	CHECK(v.time_ms == INT64_C(1795675548096), "time: %lld", (long long)v.time_ms);
	CU_ASSERT(strcmp(v.session, "d0511a18") == 0 && strcmp(v.policy, "0123456789abcdef") == 0);
	CU_ASSERT(ip_eq(&v.client, &v4[0]) && ip_eq(&v.address, &v4[1]) && v.client_port == 36894 && v.code == 550);
	CU_ASSERT(is(v.host, "aix-mail") && is(v.network, "untrusted") && is(v.sender, "a@c.example"));
	CU_ASSERT(is(v.argument, "TO:<user%victim.example@local.example>") && !v.argument_cut);
	CU_ASSERT(is(v.verdict, "refuse") && is(v.rule, "relay") && is(v.mode, "enforce") && is(v.reason, "percent-hack"));
	CU_ASSERT(v.understood && v.as_action == ACTION_REFUSE && v.as_rule == RULE_RELAY && v.as_mode == MODE_ENFORCE &&
	    v.as_reason == REASON_PERCENT_HACK);
	CU_ASSERT(is(v.target, "local.example") && v.list.len == 0 && v.sent.len == 0 && journal_verdict_refuses(&v));
}

static void
a_line_end_changes_nothing(void)
{
	char text[sizeof(recipient) + 2];
	struct journal_verdict v;

	snprintf(text, sizeof(text), "%s\n", recipient);
	CU_ASSERT(read_text(text, &v) == JOURNAL_READ_VERDICT);
}

static void
lines_of_each_kind_are_told_apart(void)
{
	static const struct {
		const char *name, *text;
		enum journal_read want;
		enum event_kind kind;
	} cases[] = {
		{ "hello", HEAD "\"hello\"," WHO "\"argument\":\"x\"," SAID ",\"code\":null}", JOURNAL_READ_VERDICT, EVENT_HELLO },
		{ "sender", HEAD "\"sender\"," WHO "\"argument\":\"FROM:<>\"," SAID ",\"code\":null}", JOURNAL_READ_VERDICT, EVENT_SENDER },
		{ "without a policy, as before", HEAD "\"sender\",\"session\":\"d0511a18\",\"client\":\"2001:db8::1\",\"address\":\"::2\","
		    "\"argument\":\"FROM:<>\"," SAID "}", JOURNAL_READ_VERDICT, EVENT_SENDER },
		{ "auth", HEAD "\"auth\"," WHO "\"what\":null,\"text\":\"\",\"code\":235}", JOURNAL_READ_OTHER, EVENT_AUTH },
		{ "of the kernel", HEAD "\"admit\",\"session\":\"kernel\",\"client\":\"203.0.113.7\",\"what\":\"drop\",\"code\":null}",
		    JOURNAL_READ_OTHER, EVENT_ADMIT },
		{ "service", HEAD "\"service\",\"what\":\"start\",\"text\":\"/etc/x\"}", JOURNAL_READ_OTHER, EVENT_COUNT },
		{ "an event of tomorrow", HEAD "\"tomorrow\"," WHO "\"code\":null}", JOURNAL_READ_OTHER, EVENT_COUNT },
		{ "version 2", "{\"v\":2,\"time\":17}", JOURNAL_READ_VERSION, EVENT_COUNT },
		{ "no version", "{\"event\":\"auth\"}", JOURNAL_READ_BAD, EVENT_COUNT },
		{ "a version of another type", "{\"v\":\"1\"}", JOURNAL_READ_BAD, EVENT_COUNT },
		{ "an array", "[1]", JOURNAL_READ_BAD, EVENT_COUNT },
		{ "nothing", "", JOURNAL_READ_BAD, EVENT_COUNT },
		{ "two objects", "{\"v\":1}{\"v\":1}", JOURNAL_READ_BAD, EVENT_COUNT },
		{ "a key twice", "{\"v\":1,\"v\":1}", JOURNAL_READ_BAD, EVENT_COUNT },
		{ "no event", "{\"v\":1,\"time\":\"2026-11-26T06:45:48.096Z\"}", JOURNAL_READ_BAD, EVENT_COUNT },
		{ "no time", "{\"v\":1,\"event\":\"service\"}", JOURNAL_READ_BAD, EVENT_COUNT },
		{ "half a time", "{\"v\":1,\"time\":\"2026-11-26T06:45\",\"event\":\"service\"}", JOURNAL_READ_BAD, EVENT_COUNT },
		{ "a month too many", "{\"v\":1,\"time\":\"2026-13-26T06:45:48.096Z\",\"event\":\"service\"}", JOURNAL_READ_BAD, EVENT_COUNT },
		{ "a session of the kernel's that was judged", HEAD "\"sender\",\"session\":\"kernel\",\"client\":\"::1\",\"address\":\"::2\","
		    "\"argument\":\"FROM:<>\"," SAID "}", JOURNAL_READ_BAD, EVENT_COUNT },
		{ "a verdict without a session", HEAD "\"sender\",\"client\":\"::1\",\"address\":\"::2\",\"argument\":\"FROM:<>\"," SAID "}",
		    JOURNAL_READ_BAD, EVENT_COUNT },
		{ "a session that is none", HEAD "\"auth\",\"session\":\"d0511a1\"}", JOURNAL_READ_BAD, EVENT_COUNT },
		{ "a client that is none", HEAD "\"auth\",\"session\":\"d0511a18\",\"client\":\"203.0.113\"}", JOURNAL_READ_BAD, EVENT_COUNT },
		{ "a port too high", HEAD "\"auth\",\"session\":\"d0511a18\",\"client_port\":65536}", JOURNAL_READ_BAD, EVENT_COUNT },
		{ "a code below zero", HEAD "\"auth\",\"session\":\"d0511a18\",\"code\":-1}", JOURNAL_READ_BAD, EVENT_COUNT },
		{ "a code of another type", HEAD "\"auth\",\"session\":\"d0511a18\",\"code\":\"550\"}", JOURNAL_READ_BAD, EVENT_COUNT },
		{ "a digest that is too short", HEAD "\"auth\",\"session\":\"d0511a18\",\"policy\":\"0123\"}", JOURNAL_READ_BAD, EVENT_COUNT },
		{ "no argument", HEAD "\"sender\"," WHO SAID "}", JOURNAL_READ_BAD, EVENT_COUNT },
		{ "an argument that is null", HEAD "\"sender\"," WHO "\"argument\":null," SAID "}", JOURNAL_READ_BAD, EVENT_COUNT },
		{ "a backslash that begins no escape", HEAD "\"sender\"," WHO "\"argument\":\"\\\\q\"," SAID "}", JOURNAL_READ_BAD, EVENT_COUNT },
		{ "no verdict", HEAD "\"sender\"," WHO "\"argument\":\"x\",\"rule\":\"relay\",\"mode\":\"off\",\"reason\":\"list\"}", JOURNAL_READ_BAD,
		    EVENT_COUNT },
		{ "a recipient without a sender", HEAD "\"recipient\"," WHO "\"argument\":\"x\"," SAID "}", JOURNAL_READ_BAD, EVENT_COUNT },
		{ "a target of another type", HEAD "\"auth\"," WHO "\"what\":17}", JOURNAL_READ_BAD, EVENT_COUNT },
	};
	struct journal_verdict v;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum journal_read got = read_text(cases[i].text, &v);

		CHECK(got == cases[i].want, "%s: got %d", cases[i].name, got);
		CHECK(got > JOURNAL_READ_OTHER || v.kind == cases[i].kind, "%s: kind %d", cases[i].name, v.kind);
	}
}

static void
octets_come_back_as_they_were_sent(void)
{
	static const uint8_t octets[] = "TO:<\0\r\n\t\\\"\xff@x>";
	struct span sent = span_of(octets, sizeof(octets) - 1);
	char memory[1024];
	struct journal_verdict v;
	struct json_line l;
	struct span line;

	json_line_begin(&l, memory, sizeof(memory));
	json_line_number(&l, "v", 1);
	json_line_text(&l, "time", "2026-11-26T06:45:48.096Z");
	json_line_text(&l, "event", "sender");
	json_line_text(&l, "session", "d0511a18");
	json_line_text(&l, "client", "203.0.113.66");
	json_line_text(&l, "address", "198.51.100.25");
	json_line_bytes(&l, "argument", sent);
	json_line_text(&l, "verdict", "refuse");
	json_line_text(&l, "rule", "syntax");
	json_line_text(&l, "mode", "enforce");
	json_line_text(&l, "reason", "nul-byte");
	line = json_line_end(&l);
	memory[line.len] = '\0';
	CU_ASSERT(read_text(memory, &v) == JOURNAL_READ_VERDICT);
	CU_ASSERT(span_eq(v.argument, sent) && !v.argument_cut);
}

/* A line with an argument of so many letters, as the journal writes it. */
static enum journal_read
read_long(size_t letters, const char *unit, struct journal_verdict *v)
{
	static char octets[3 * JSON_LINE_TEXT], text[3 * JSON_LINE_TEXT + 1024];
	struct json_line l;
	struct span line;

	for (size_t i = 0; i < letters; i++)
		octets[i] = unit[i % strlen(unit)];
	json_line_begin(&l, text, sizeof(text));
	json_line_number(&l, "v", 1);
	json_line_text(&l, "time", "2026-11-26T06:45:48.096Z");
	json_line_text(&l, "event", "hello");
	json_line_text(&l, "session", "d0511a18");
	json_line_text(&l, "client", "203.0.113.66");
	json_line_text(&l, "address", "198.51.100.25");
	json_line_bytes(&l, "argument", span_of(octets, letters));
	json_line_text(&l, "verdict", "refuse");
	json_line_text(&l, "rule", "syntax");
	json_line_text(&l, "mode", "enforce");
	json_line_text(&l, "reason", "hello-name");
	line = json_line_end(&l);
	text[line.len] = '\0';
	return read_text(text, v);
}

static void
an_argument_that_was_cut_is_known_to_be(void)
{
	struct journal_verdict v;

	for (size_t n = JSON_LINE_TEXT - 5; n < JSON_LINE_TEXT + 5; n++) {
		CU_ASSERT(read_long(n, "a", &v) == JOURNAL_READ_VERDICT);
		CHECK(v.argument_cut == (n > JSON_LINE_TEXT), "%zu letters", n);
	}
	for (size_t n = 1000; n < 1050; n++) {	/* whatever stands where it is cut */
		CU_ASSERT(read_long(n, "\xff", &v) == JOURNAL_READ_VERDICT);
		CHECK(v.argument_cut == (4 * n > JSON_LINE_TEXT), "%zu octets", n);
	}
	for (size_t n = 1800; n < 1840; n++) {	/* nine characters for each four octets */
		CU_ASSERT(read_long(n, "\xff\ta\\", &v) == JOURNAL_READ_VERDICT);
		CHECK(v.argument_cut == (n / 4 * 9 + (n % 4 > 0) * 4 + (n % 4 > 1) * 2 + (n % 4 > 2) > JSON_LINE_TEXT), "%zu of several kinds", n);
	}
	CU_ASSERT(read_long(10, "..........", &v) == JOURNAL_READ_VERDICT && !v.argument_cut);
}

static void
a_word_of_tomorrow_stays_a_word(void)
{
	struct journal_verdict v;

	CU_ASSERT(read_text(HEAD "\"sender\"," WHO "\"argument\":\"FROM:<>\",\"verdict\":\"delay\",\"rule\":\"relay\",\"mode\":\"enforce\","
	    "\"reason\":\"local-domain\"}", &v) == JOURNAL_READ_VERDICT);
	CU_ASSERT(!v.understood && is(v.verdict, "delay") && is(v.reason, "local-domain") && !journal_verdict_refuses(&v));
}

static void
every_cut_of_a_line_is_bad_and_needs_no_more_memory_than_it_has(void)
{
	struct journal_verdict v;

	for (size_t n = 0; n < sizeof(recipient) - 1; n++) {
		uint8_t *memory = guard_room(n);

		CHECK(journal_verdict_read(span_of(recipient, n), &v, memory) == JOURNAL_READ_BAD, "%zu octets", n);
	}
	CU_ASSERT(journal_verdict_read(span_str(recipient), &v, guard_room(sizeof(recipient) - 1)) == JOURNAL_READ_VERDICT);
}

static void
a_line_too_long_is_bad(void)
{
	char *text = malloc(40000);

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	memset(text, ' ', 39999);
	text[39999] = '\0';
	memcpy(text, recipient, sizeof(recipient) - 1);
	CU_ASSERT(read_text(text, &(struct journal_verdict){ 0 }) == JOURNAL_READ_BAD);
	free(text);
}

static void
without_memory_a_line_is_bad_or_whole(void)
{
	struct journal_verdict v;
	struct scarce s;

	SCARCE_EACH(&s) {
		enum journal_read got;

		scarce_begin(&s);
		got = read_text(recipient, &v);
		scarce_end(&s);
		CHECK(s.denied || got == JOURNAL_READ_VERDICT, "%s", scarce_run(&s));
		CHECK(got == JOURNAL_READ_BAD || (got == JOURNAL_READ_VERDICT && is(v.argument, "TO:<user%victim.example@local.example>")),
		    "%s: got %d", scarce_run(&s), got);
	}
}

static CU_TestInfo tests[] = {
	{ "a recipient is read whole", a_recipient_is_read_whole },
	{ "a line end changes nothing", a_line_end_changes_nothing },
	{ "lines of each kind are told apart", lines_of_each_kind_are_told_apart },
	{ "octets come back as they were sent", octets_come_back_as_they_were_sent },
	{ "an argument that was cut is known to be", an_argument_that_was_cut_is_known_to_be },
	{ "a word of tomorrow stays a word", a_word_of_tomorrow_stays_a_word },
	{ "every cut of a line is bad, and needs no more memory than it has", every_cut_of_a_line_is_bad_and_needs_no_more_memory_than_it_has },
	{ "a line too long is bad", a_line_too_long_is_bad },
	{ "without memory a line is bad or whole", without_memory_a_line_is_bad_or_whole },
	CU_TEST_INFO_NULL,
};
SUITE(journal_verdict, tests)
