/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/shown.h"

#include "tests/unit/suite.h"

#include <stdlib.h>
#include <string.h>

static void
no_octet_is_a_terminals_to_obey(void)
{
	char all[257], *out;

	for (int i = 0; i < 256; i++)
		all[i] = (char)(i == 0 ? ' ' : i);
	all[256] = '\0';
	out = strdup(shown(all));
	for (const char *c = out; *c != '\0'; c++)
		CHECK(*c >= ' ' && *c <= '~', "octet %d", *c);
	CU_ASSERT(strncmp(out, " \\x01\\x02", 9) == 0 && strstr(out, "~\\x7f\\x80") != NULL && strstr(out, "[\\]") != NULL);
	free(out);
}

static void
long_texts_are_cut(void)
{
	char text[5000];
	const char *out;

	memset(text, '\033', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	out = shown(text);
	CU_ASSERT(strlen(out) > 2000 && strlen(out) < 2048 && strcmp(out + strlen(out) - 7, "\\x1b...") == 0);
}

static void
durations_have_a_unit_that_says_something(void)
{
	static const struct {
		int64_t seconds;
		const char *want;
	} cases[] = { { -5, "0 s" }, { 0, "0 s" }, { 119, "119 s" }, { 120, "2 min" }, { 7199, "119 min" }, { 7200, "2 h" }, { 172799, "47 h" },
		{ 172800, "2 days" }, { INT64_MAX, "106751991167300 days" } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK(strcmp(shown_duration(cases[i].seconds), cases[i].want) == 0, "%lld: %s", (long long)cases[i].seconds, shown_duration(cases[i].seconds));
}

static void
times_are_rfc_3339_in_utc(void)
{
	static const struct {
		const char *text;
		int64_t want;
	} cases[] = { { "1970-01-01T00:00:01Z", 1 }, { "2026-11-26T11:05:26Z", 1795691126 }, { "2026-11-26T11:05:26.123Z", 1795691126 },
		{ "2026-11-26T11:05:26", -1 }, { "2026-11-26T11:05:26+01:00", -1 }, { "2026-11-26", -1 }, { "", -1 }, { "yesterday", -1 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK(shown_time(cases[i].text) == cases[i].want, "%s: %lld", cases[i].text, (long long)shown_time(cases[i].text));
}

static CU_TestInfo tests[] = {
	{ "no octet is a terminal's to obey", no_octet_is_a_terminals_to_obey },
	{ "long texts are cut", long_texts_are_cut },
	{ "durations have a unit that says something", durations_have_a_unit_that_says_something },
	{ "times are RFC 3339, in UTC", times_are_rfc_3339_in_utc },
	CU_TEST_INFO_NULL,
};
SUITE(shown, tests)
