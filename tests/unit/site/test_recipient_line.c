/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/recipient_line.h"

#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

static const struct {
	const char *line;
	enum recipient_line kind;
	const char *text;
	size_t at;
	bool goes_on;
} lines[] = {
#define NONE RECIPIENT_LINE_NONE, "", 0, false
#define INDENTED RECIPIENT_LINE_INDENTED, "", 0, false
#define QUOTES RECIPIENT_LINE_QUOTES, "", 0, false
#define ENTRY(text, at, goes_on) RECIPIENT_LINE_ENTRY, text, at, goes_on
	/* nothing */
	{ "", NONE }, { " ", NONE }, { "\t \t", NONE }, { "#", NONE }, { "# john", NONE }, { "\t# john", NONE }, { "#john@a.example", NONE },
	/* a list */
	{ "john", ENTRY("john", 4, false) }, { "john@a.example", ENTRY("john@a.example", 4, false) }, { "@a.example", ENTRY("@a.example", 0, false) },
	{ "John@A.Example", ENTRY("john@a.example", 4, false) }, { "john ", ENTRY("john", 4, false) }, { "john#x # y", ENTRY("john#x", 6, true) },
	{ "john@a@b", ENTRY("john@a@b", 4, false) }, { "@", ENTRY("@", 0, false) }, { "john@", ENTRY("john@", 4, false) },
	/* a table: what stands behind is not read */
	{ "john@a.example\tOK", ENTRY("john@a.example", 4, true) }, { "@a.example %1@b.example", ENTRY("@a.example", 0, true) },
	{ "john error:nouser 550 none", ENTRY("john", 4, true) }, { "john \"", ENTRY("john", 4, true) },
	/* aliases */
	{ "john: ann", ENTRY("john", 4, true) }, { "john : ann", ENTRY("john", 4, true) }, { "john:", ENTRY("john", 4, true) },
	{ "john:ann@b.example", ENTRY("john", 4, true) }, { "john@a.example: x", ENTRY("john@a.example", 4, true) }, { ":", ENTRY("", 0, true) },
	{ "\"john smith\": john", ENTRY("john smith", 10, true) }, { "\"John Smith\"@a.example x", ENTRY("john smith@a.example", 10, true) },
	{ "\"john\"", ENTRY("john", 4, false) }, { "\"a\\\"b\\\\c\":", ENTRY("a\"b\\c", 5, true) }, { "\"a:b@c\" x", ENTRY("a:b@c", 5, true) },
	{ "\"john", QUOTES }, { "\"", QUOTES }, { "\"john\\", QUOTES }, { "\"john\\\"", QUOTES }, { "\"john\"x", QUOTES }, { "\"john\"\"x\"", QUOTES },
	{ "\"\"", QUOTES }, { "\"\"@a.example", QUOTES }, { "john\"x\"", ENTRY("john\"x\"", 7, false) },
	{ " john", INDENTED }, { "\tann, joe", INDENTED }, { " \"|prog\"", INDENTED },
	/* passwd */
	{ "root:x:0:0::/root:/bin/sh", ENTRY("root", 4, true) },
#undef NONE
#undef INDENTED
#undef QUOTES
#undef ENTRY
};

static void
a_line_begins_with_its_entry(void)
{
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct recipient_entry e = { 0 };
		struct span line = span_str(lines[i].line);
		enum recipient_line kind = recipient_line_read(guard_end(line), guard_room(line.len), &e);

		CHECK(kind == lines[i].kind, "\"%s\": %d", lines[i].line, (int)kind);
		if (kind == RECIPIENT_LINE_ENTRY)
			CHECK(span_eq(e.text, span_str(lines[i].text)) && e.at == lines[i].at && e.goes_on == lines[i].goes_on,
			    "\"%s\": \"%.*s\", at %zu, %d", lines[i].line, (int)e.text.len, (const char *)e.text.at, e.at, e.goes_on);
	}
}

static void
a_line_may_be_read_in_its_own_place(void)
{
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct recipient_entry e = { 0 };
		size_t len = strlen(lines[i].line);
		uint8_t *place = guard_room(len);

		memcpy(place, lines[i].line, len);
		if (recipient_line_read(span_of(place, len), place, &e) == RECIPIENT_LINE_ENTRY)
			CHECK(span_eq(e.text, span_str(lines[i].text)), "\"%s\": \"%.*s\"", lines[i].line, (int)e.text.len, (const char *)e.text.at);
	}
}

/* Of the octets that mean something here, every line of up to six. */
static void
an_entry_is_never_longer_than_its_line(void)
{
	static const char octets[] = "aB@:\" \\#";
	unsigned entries = 0;

	for (unsigned n = 0; n < 1u << 18; n++) {
		struct recipient_entry e = { 0 };
		size_t len = 1 + n % 6;
		uint8_t text[6], *out = guard_room(len);

		for (size_t i = 0; i < len; i++)
			text[i] = (uint8_t)octets[n >> 3 * i & 7];
		if (recipient_line_read(span_of(text, len), out, &e) != RECIPIENT_LINE_ENTRY)
			continue;
		CHECK(e.text.at == out && e.text.len <= len && e.at <= e.text.len, "%.*s", (int)len, (const char *)text);
		CHECK(e.at == e.text.len || e.text.at[e.at] == '@', "%.*s: at %zu", (int)len, (const char *)text, e.at);
		entries++;
	}
	CHECK(entries > 10000, "only %u entries", entries);
}

static CU_TestInfo tests[] = {
	{ "a line begins with its entry", a_line_begins_with_its_entry },
	{ "a line may be read in its own place", a_line_may_be_read_in_its_own_place },
	{ "an entry is never longer than its line", an_entry_is_never_longer_than_its_line },
	CU_TEST_INFO_NULL,
};
SUITE(recipient_line, tests)
