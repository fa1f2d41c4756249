/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/base/json_line.h"

#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

/* All kinds of fields, in room[cap]. */
static struct span
write_all(char *room, size_t cap)
{
	struct json_line l;

	json_line_begin(&l, room, cap);
	json_line_number(&l, "zero", 0);
	json_line_number(&l, "most", UINT64_MAX);
	json_line_text(&l, "word", "relay");
	json_line_text(&l, "nothing", NULL);
	json_line_bytes(&l, "empty", (struct span){ 0 });
	json_line_bytes(&l, "path", SPAN("a\"b\\c\r\n\x80"));
	return json_line_end(&l);
}

static const char all[] = "{\"zero\":0,\"most\":18446744073709551615,\"word\":\"relay\",\"nothing\":null,\"empty\":\"\","
    "\"path\":\"a\\\"b\\\\\\\\c\\\\r\\\\n\\\\x80\"}\n";

static void
fields_are_written_as_json_has_them(void)
{
	char room[256];
	struct span line = write_all(room, sizeof(room));

	CHECK(span_eq(line, span_str(all)), "%.*s", (int)line.len, (const char *)line.at);
}

static void
what_does_not_fit_is_no_line(void)
{
	size_t whole = sizeof(all) - 1;

	for (size_t cap = 0; cap < whole; cap++)
		CHECK(write_all((char *)guard_room(cap), cap).len == 0, "in %zu octets", cap);
	CU_ASSERT(write_all((char *)guard_room(whole), whole).len == whole);
}

static void
bytes_of_a_peer_are_cut_where_json_cannot_notice(void)
{
	static const char octets[] = { 'a', '"', '\\', '\n', '\x01' };
	static char many[JSON_LINE_TEXT * 2], room[JSON_LINE_TEXT * 3];

	for (size_t i = 0; i < sizeof(octets); i++) {
		struct json_line l;
		struct span line;

		memset(many, octets[i], sizeof(many));
		json_line_begin(&l, room, sizeof(room));
		json_line_bytes(&l, "x", span_of(many, sizeof(many)));
		line = json_line_end(&l);
		CHECK(line.len > JSON_LINE_TEXT && line.len <= 2 * JSON_LINE_TEXT + 9, "%02x: %zu octets", octets[i], line.len);
		CHECK(memcmp(line.at + line.len - 6, "...\"}\n", 6) == 0, "%02x: another end", octets[i]);
	}
}

static CU_TestInfo tests[] = {
	{ "fields are written as JSON has them", fields_are_written_as_json_has_them },
	{ "what does not fit is no line", what_does_not_fit_is_no_line },
	{ "bytes of a peer are cut where JSON cannot notice", bytes_of_a_peer_are_cut_where_json_cannot_notice },
	CU_TEST_INFO_NULL,
};
SUITE(json_line, tests)
