/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/exchange_line.h"

#include "classifier/ascii.h"
#include "proxy/smtp/text.h"
#include "tests/unit/suite.h"

#include <jansson.h>

static char memory[EXCHANGE_LINE];

static struct exchange_session
the_session(void)
{
	static const uint8_t client[4] = { 203, 0, 113, 66 };

	return (struct exchange_session){ .id = "0123abcd", .ends = { .client = ip_from_v4(client), .host = { { 0x20, 1, 0x0d, 0xb8, [15] = 0x25 } },
		.client_port = 40000, .port = 25 }, .began_us = 1 };
}

/* The line as JSON, one line of printable ASCII; NULL if it is none. To be released. */
static json_t *
line_of(const struct exchange *e, const char *name)
{
	const struct exchange_session s = the_session();
	struct span line = exchange_line(memory, &s, e);
	json_error_t error;
	json_t *o;

	CHECK(line.len > 0 && line.len <= EXCHANGE_LINE && line.at[line.len - 1] == '\n', "%s: %zu octets", name, line.len);
	CHECK(ascii_all(span_cut(line, 0, line.len - 1), ASCII_GRAPH | ASCII_BLANK), "%s: %.*s", name, (int)line.len, (const char *)line.at);
	o = json_loadb((const char *)line.at, line.len, JSON_REJECT_DUPLICATES, &error);
	CHECK(o != NULL, "%s: %s: %.*s", name, error.text, (int)line.len, (const char *)line.at);
	return o;
}

static const struct judgement refused = { .known = true, .judged = true, .action = ACTION_REFUSE, .rule = RULE_RELAY, .mode = MODE_COUNT,
	.code = 550, .what = "percent-hack" };

/* want: what follows the fields of all: time, session, client, client_port, address, port. */
static const struct { const char *name; struct exchange e; const char *want; } cases[] = {
	{ "banner", { .kind = EXCHANGE_BANNER, .code = 220 }, "\"kind\":\"banner\",\"code\":220" },
	{ "command", { .kind = EXCHANGE_COMMAND, .verb = VERB_RCPT, .line = { (const uint8_t *)"RCPT TO:<\"\\\x01\xff>", 14 }, .code = 250,
	    .faults = 1u << TEXT_BARE_LF }, "\"kind\":\"command\",\"verb\":\"RCPT\",\"line\":\"RCPT TO:<\\\"\\\\\\\\\\\\x01\\\\xff>\",\"faults\":\"bare-lf\",\"code\":250" },
	{ "command, judged", { .kind = EXCHANGE_COMMAND, .verb = VERB_UNKNOWN, .line = { (const uint8_t *)"XX", 2 }, .judged = { { .known = true,
	    .judged = true, .action = ACTION_REFUSE, .rule = RULE_RELAY, .mode = MODE_COUNT, .code = 550, .what = "percent-hack" } } },
	    "\"kind\":\"command\",\"verb\":\"?\",\"line\":\"XX\",\"code\":0,\"would\":\"refuse\",\"rule\":\"relay\",\"mode\":\"count\",\"reason\":\"percent-hack\",\"would_code\":550" },
	{ "command, known and not judged", { .kind = EXCHANGE_COMMAND, .verb = VERB_NOOP, .line = { (const uint8_t *)"NOOP", 4 }, .code = 250,
	    .judged = { { .known = true, .action = ACTION_PASS } } }, "\"kind\":\"command\",\"verb\":\"NOOP\",\"line\":\"NOOP\",\"code\":250,\"would\":\"pass\"" },
	{ "command, of the second policy nothing", { .kind = EXCHANGE_COMMAND, .verb = VERB_NOOP, .line = { (const uint8_t *)"NOOP", 4 }, .code = 250,
	    .judged = { [1] = { .known = true, .action = ACTION_REFUSE, .code = 550 } } }, "\"kind\":\"command\",\"verb\":\"NOOP\",\"line\":\"NOOP\",\"code\":250" },
	{ "message", { .kind = EXCHANGE_MESSAGE, .accepted = 3, .octets = INT64_MAX, .code = 250, .faults = (1u << TEXT_FAULTS) - 2 },
	    "\"kind\":\"message\",\"recipients\":3,\"octets\":9223372036854775807,"
	    "\"faults\":\"bare-cr bare-lf nul long-line ambiguous-dot header-block mime-header\",\"code\":250" },
	{ "secret", { .kind = EXCHANGE_SECRET, .verb = VERB_AUTH, .line = { (const uint8_t *)"c2VjcmV0", 8 }, .code = 535 }, "\"kind\":\"secret\",\"code\":535" },
	{ "opaque", { .kind = EXCHANGE_OPAQUE, .code = 220 }, "\"kind\":\"opaque\",\"code\":220" },
	{ "missing", { .kind = EXCHANGE_MISSING, .from = SIDE_HOST, .octets = 1460 }, "\"kind\":\"missing\",\"side\":\"host\",\"octets\":1460" },
	{ "differs", { .kind = EXCHANGE_DIFFERS, .from = SIDE_CLIENT, .octets = 1 }, "\"kind\":\"differs\",\"side\":\"client\",\"octets\":1" },
	{ "closed", { .kind = EXCHANGE_CLOSED, .end = FLOW_CLOSED }, "\"kind\":\"closed\",\"end\":\"closed\"" },
	{ "reset", { .kind = EXCHANGE_CLOSED, .end = FLOW_RESET }, "\"kind\":\"closed\",\"end\":\"reset\"" },
	{ "idle", { .kind = EXCHANGE_CLOSED, .end = FLOW_IDLE }, "\"kind\":\"closed\",\"end\":\"idle\"" },
	{ "evicted", { .kind = EXCHANGE_CLOSED, .end = FLOW_EVICTED }, "\"kind\":\"closed\",\"end\":\"evicted\"" },
	{ "stopped", { .kind = EXCHANGE_CLOSED, .end = FLOW_STOPPED }, "\"kind\":\"closed\",\"end\":\"stopped\"" },
};

static void
each_kind_has_its_fields(void)
{
	static const char head[] = "{\"time\":\"2009-02-13T23:31:30.000007Z\",\"session\":\"0123abcd\",\"client\":\"203.0.113.66\",\"client_port\":40000,"
	    "\"address\":\"2001:db8::25\",\"port\":25,";

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct exchange e = cases[i].e;
		char want[1024];
		json_t *o;

		e.time_us = UINT64_C(1234567890000007);
		o = line_of(&e, cases[i].name);
		snprintf(want, sizeof(want), "%s%s}\n", head, cases[i].want);
		CHECK(strncmp(memory, want, strlen(want)) == 0, "%s:\n%s%s", cases[i].name, memory, want);
		json_decref(o);
	}
}

/* Whatever a client sends: octets that have the longest escapes, in a longer line than is ever told. */
static void
the_longest_texts_fit(void)
{
	static uint8_t octets[8192];

	for (int c = 0; c < 256; c++) {
		struct exchange e = { .kind = EXCHANGE_COMMAND, .time_us = INT64_MAX, .verb = VERB_STARTTLS, .line = span_of(octets, sizeof(octets)), .code = 999,
			.faults = (1u << TEXT_FAULTS) - 2, .judged = { refused } };
		json_t *o;

		e.judged[0].code = 999;
		memset(octets, c, sizeof(octets));
		o = line_of(&e, "the longest");
		CHECK(json_string_length(json_object_get(o, "line")) > 4000, "octet %d: %zu", c, json_string_length(json_object_get(o, "line")));
		json_decref(o);
	}
}

static CU_TestInfo tests[] = {
	{ "each kind has its fields", each_kind_has_its_fields },
	{ "the longest texts fit", the_longest_texts_fit },
	CU_TEST_INFO_NULL,
};
SUITE(exchange_line, tests)
