/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/history.h"

#include "tests/unit/scarce.h"
#include "tests/unit/text_unpacker.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

/* A line of a session: hour, minute, port, event. */
#define LINE(day, time, id, port, event) "{\"v\":1,\"time\":\"2026-11-" day "T" time ":00.000Z\",\"event\":\"" event "\",\"session\":\"" id "\"," \
	"\"client\":\"203.0.113.66\",\"client_port\":" port ",\"host\":\"h\",\"address\":\"192.0.2.1\",\"network\":\"untrusted\",\"what\":\"x\"," \
	"\"text\":\"4f2a91c0\",\"code\":null}\n"

static const char journal[] =
    LINE("26", "10:00", "4f2a91c0", "1", "tls")
    LINE("26", "10:00", "ffffffff", "1", "tls")		/* another one, with the id in its text */
    LINE("26", "10:01", "4f2a91c0", "2", "limit")	/* another port */
    "{\"v\":1,\"time\":\"2026-11-26T10:0\n"		/* torn */
    "{\"v\":2,\"session\":\"4f2a91c0\"}\n"
    LINE("26", "10:02", "4f2a91c0", "1", "auth")
    LINE("28", "10:00", "4f2a91c0", "1", "tls")		/* two days later */
    LINE("29", "09:00", "4f2a91c0", "1", "auth")
    "no JSON, the last one, without an end";

static int
read_text(struct history *h, const char *text)
{
	struct unpacker *source = text_unpacker(text, strlen(text));
	int result = history_read(h, source);

	unpacker_close(source);
	return result;
}

static const struct history_session *
session(const struct history *h, size_t i)
{
	return (const struct history_session *)h->sessions.at + i;
}

static void
lines_of_one_id_are_of_as_many_sessions_as_they_can_be(void)
{
	struct history h;

	CU_ASSERT(history_init(&h, "4f2a91c0") == 0 && read_text(&h, journal) == 0);
	CHECK(h.sessions.count == 3, "%zu sessions", h.sessions.count);
	CU_ASSERT_FATAL(h.sessions.count == 3);
	CU_ASSERT(session(&h, 0)->lines.count == 2 && session(&h, 1)->lines.count == 1 && session(&h, 2)->lines.count == 2);
	CHECK(h.lines == 9 && h.bad == 2 && h.version == 1 && h.more == 0, "%u lines, %u bad, %u of another version", (unsigned)h.lines,
	    (unsigned)h.bad, (unsigned)h.version);
	for (size_t i = 0; i < 3; i++)
		CU_ASSERT(history_is_wanted(&h, session(&h, i)));
	history_done(&h);
}

static void
a_time_chooses_one_of_them(void)
{
	static const struct {
		const char *wanted;
		bool is[3];
	} cases[] = {
		{ "4f2a91c0@2026-11-26", { true, true, false } },
		{ "4f2a91c0@2026-11-26T10:01", { false, true, false } },
		{ "4f2a91c0@2026-11-29", { false, false, true } },	/* a later line of it */
		{ "4f2a91c0@2027", { false, false, false } },
		{ "4f2a91c0@", { true, true, true } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct history h;

		CU_ASSERT(history_init(&h, cases[i].wanted) == 0 && read_text(&h, journal) == 0);
		for (size_t k = 0; k < 3; k++)
			CHECK(history_is_wanted(&h, session(&h, k)) == cases[i].is[k], "%s: %zu", cases[i].wanted, k);
		history_done(&h);
	}
}

static void
what_is_no_id_is_refused(void)
{
	static const char *const cases[] = { "", "4f2a91c", "4f2a91c00", "4F2A91C0", "4f2a91c0 ", "kernel", "@2026" };
	struct history h;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK(history_init(&h, cases[i]) == -1, "%s", cases[i]);
}

static void
lines_that_are_too_many_are_counted(void)
{
	static const char line[] = LINE("26", "10:00", "4f2a91c0", "1", "tls");
	enum { MORE = 3, OCTETS = sizeof(line) - 1 };
	char *text = malloc((size_t)(HISTORY_LINES + MORE) * OCTETS + 1);
	struct history h;

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	for (size_t i = 0; i < HISTORY_LINES + MORE; i++)
		memcpy(text + i * OCTETS, line, OCTETS + 1);
	CU_ASSERT(history_init(&h, "4f2a91c0") == 0 && read_text(&h, text) == 0);
	CHECK(h.kept == HISTORY_LINES && h.more == MORE, "%zu kept, %u more", h.kept, (unsigned)h.more);
	history_done(&h);
	free(text);
}

static void
without_memory_it_is_told_and_nothing_is_lost(void)
{
	struct scarce s;

	SCARCE_EACH(&s) {
		struct unpacker *source = text_unpacker(journal, strlen(journal));
		struct history h;
		int result;

		CU_ASSERT(history_init(&h, "4f2a91c0") == 0);
		scarce_begin(&s);
		result = history_read(&h, source);
		scarce_end(&s);
		unpacker_close(source);
		CHECK(result == 0 || s.denied, "%s", scarce_run(&s));
		CHECK(result == -1 || h.bad > 2 || h.kept == 5, "%s: %zu lines", scarce_run(&s), h.kept);
		history_done(&h);
	}
}

static CU_TestInfo tests[] = {
	{ "lines of one id are of as many sessions as they can be", lines_of_one_id_are_of_as_many_sessions_as_they_can_be },
	{ "a time chooses one of them", a_time_chooses_one_of_them },
	{ "what is no id is refused", what_is_no_id_is_refused },
	{ "lines that are too many are counted", lines_that_are_too_many_are_counted },
	{ "without memory it is told, and nothing is lost", without_memory_it_is_told_and_nothing_is_lost },
	CU_TEST_INFO_NULL,
};
SUITE(history, tests)
