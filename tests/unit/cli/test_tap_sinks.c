/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/tap_sinks.h"

#include "proxy/survey/inventory_file.h"
#include "tests/unit/cli/overheard.h"
#include "tests/unit/site/folder.h"
#include "tests/unit/suite.h"

#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 20 };

static const char digest[] = "0123456789abcdef0123456789abcdef";
static const uint64_t begin_us = UINT64_C(1234567890) * 1000 * 1000;

static struct tap_sinks sinks;

/* All that a file has; valid until the next call. */
static const char *
read_file(const char *path)
{
	static char text[FILE_MAX];
	FILE *f = fopen(path, "r");
	size_t n;

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	return text;
}

/* A session: a banner, a command, an event of the policy, the end. */
static void
hear(struct tap_sinks *s)
{
	static const uint8_t client[4] = { 203, 0, 113, 66 }, host[4] = { 198, 51, 100, 25 };
	struct exchange_session of = { .id = "0123abcd", .ends = { .client = ip_from_v4(client), .host = ip_from_v4(host), .client_port = 40000, .port = 25 },
		.began_us = begin_us, .from_start = true };
	static const struct span names[1] = { { (const uint8_t *)"untrusted", 9 } };
	const struct policy policy = { .network_names = names, .network_count = 1 };
	const struct policy_host protected = { .name = SPAN("mail") };
	const struct session judged = { .id = "0123abcd", .client = of.ends.client, .address = of.ends.host, .client_port = 40000, .port = 25,
		.policy = &policy, .host = &protected };
	const struct event event = { .kind = EVENT_COMMAND, .argument = SPAN("WIZ"), .code = 500, .what = "not-offered" };
	const struct exchange_user user = tap_sinks_user(s);
	const struct event_hooks hooks = tap_sinks_hooks(s);

	of.user = user.began(user.cookie, &of);
	user.exchange(user.cookie, &of, &(struct exchange){ .kind = EXCHANGE_BANNER, .time_us = begin_us, .code = 220, .reply = SPAN("220 mail ESMTP\r\n") });
	s->now_us = begin_us + 7000;
	hooks.report(hooks.cookie, &judged, &event);
	user.exchange(user.cookie, &of, &(struct exchange){ .kind = EXCHANGE_COMMAND, .time_us = begin_us + 7000, .verb = VERB_REFUSED, .line = SPAN("WIZ"),
	    .code = 500 });
	user.exchange(user.cookie, &of, &(struct exchange){ .kind = EXCHANGE_CLOSED, .time_us = begin_us + 8000 });
}

/* Is it the inventory of that session, as JSON? */
static bool
is_inventory(const char *text)
{
	FILE *f = fmemopen((void *)(uintptr_t)text, strlen(text) + (text[0] == '\0'), "r");
	struct inventory *v = inventory_read(f, "inventory", stderr);
	bool is = v != NULL && strstr(text, "\"198.51.100.25\"") != NULL;

	inventory_free(v);
	fclose(f);
	return is;
}

static bool
is_journal(const char *text)
{
	json_t *o = json_loads(text, 0, NULL);
	const char *time = json_string_value(json_object_get(o, "time")), *policy = json_string_value(json_object_get(o, "policy"));
	bool is = time != NULL && strcmp(time, "2009-02-13T23:31:30.007Z") == 0 && policy != NULL && strncmp(digest, policy, strlen(policy)) == 0;

	json_decref(o);
	return is;
}

static unsigned
count_lines(const char *text)
{
	unsigned n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

/* What is heard with these options, and goes to standard output. */
static const char *
hear_with(const struct tap_options *o, bool *well)
{
	const char *said;

	sinks = (struct tap_sinks){ 0 };
	overhear(STDOUT_FILENO);
	*well = tap_sinks_open(&sinks, o, digest) == 0;
	if (*well) {
		hear(&sinks);
		tap_sinks_flush(&sinks);
		tap_sinks_finish(&sinks);
	}
	said = overheard();
	*well &= tap_sinks_close(&sinks) == 0;
	return said;
}

static void
each_goes_where_it_is_meant_to(void)
{
	char *journal = folder_path("journal"), *exchanges = folder_path("exchanges"), *inventory = folder_path("inventory");
	const struct tap_options to_files = { .journal = journal, .exchanges = exchanges, .inventory = inventory };
	const char *said;
	bool well;

	folder_write("inventory", "what was there, which is longer than it seems, and not JSON");
	said = hear_with(&to_files, &well);
	CU_ASSERT(well);
	CHECK(strstr(said, "198.51.100.25") != NULL && said[0] != '{', "%s", said);
	CHECK(is_journal(read_file(journal)) && count_lines(read_file(journal)) == 1, "%s", read_file(journal));
	CHECK(count_lines(read_file(exchanges)) == 3, "%s", read_file(exchanges));
	CHECK(is_inventory(read_file(inventory)), "%s", read_file(inventory));
	said = hear_with(&to_files, &well);
	CHECK(count_lines(read_file(journal)) == 2 && count_lines(read_file(exchanges)) == 6, "%s", read_file(exchanges));	/* added to */
	CHECK(is_inventory(read_file(inventory)), "%s", read_file(inventory));						/* made anew */
	free(journal);
	free(exchanges);
	free(inventory);
}

static void
one_thing_goes_to_standard_output(void)
{
	static const struct { struct tap_options options; char what; } cases[] = {
		{ { 0 }, 't' },
		{ { .json = true }, 'i' },
		{ { .inventory = "-" }, 'i' },
		{ { .journal = "-" }, 'j' },
		{ { .exchanges = "-" }, 'e' },
		{ { .exchanges = "-", .json = true }, 'e' },
		{ { .journal = "/dev/null", .exchanges = "/dev/null", .inventory = "/dev/null" }, 't' },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool well, is;
		const char *said = hear_with(&cases[i].options, &well);

		switch (cases[i].what) {
		case 't': is = said[0] != '{' && strstr(said, "198.51.100.25") != NULL; break;
		case 'i': is = is_inventory(said); break;
		case 'j': is = is_journal(said); break;
		default: is = count_lines(said) == 3 && strstr(said, "\"kind\":\"closed\"") != NULL; break;
		}
		CHECK(well && is, "case %zu: %d: %s", i, well, said);
	}
}

static void
what_cannot_be_opened_is_told_and_what_is_there_stays(void)
{
	static const struct tap_options cases[] = { { .journal = "/nonexistent/x" }, { .exchanges = "/nonexistent/x" }, { .inventory = "/nonexistent/x" },
		{ .journal = "/dev/null", .exchanges = "/dev/null", .inventory = "/" } };
	char *inventory = folder_path("there");
	struct tap_options o = { .inventory = inventory };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *said;

		sinks = (struct tap_sinks){ 0 };
		overhear(STDERR_FILENO);
		CU_ASSERT(tap_sinks_open(&sinks, &cases[i], digest) == -1);
		tap_sinks_close(&sinks);
		said = overheard();
		CHECK(strncmp(said, "relaywall tap: /", 16) == 0 && count_lines(said) == 1, "case %zu: %s", i, said);
	}
	folder_write("there", "something");
	sinks = (struct tap_sinks){ 0 };
	CU_ASSERT(tap_sinks_open(&sinks, &o, NULL) == 0);
	CU_ASSERT_STRING_EQUAL(read_file(inventory), "something");
	CU_ASSERT(tap_sinks_close(&sinks) == 0);
	CU_ASSERT_STRING_EQUAL(read_file(inventory), "something");
	free(inventory);
}

static void
limit_files(rlim_t octets)
{
	struct rlimit limit;

	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = octets;
	CU_ASSERT_FATAL(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

static void
an_inventory_is_whole_again_when_the_disk_has_room(void)
{
	char *inventory = folder_path("full");
	const struct tap_options o = { .inventory = inventory };
	const char *said;

	signal(SIGXFSZ, SIG_IGN);
	sinks = (struct tap_sinks){ 0 };
	overhear(STDERR_FILENO);
	CU_ASSERT_FATAL(tap_sinks_open(&sinks, &o, NULL) == 0);
	hear(&sinks);
	limit_files(100);
	tap_sinks_inventory(&sinks);
	limit_files(RLIM_INFINITY);
	tap_sinks_inventory(&sinks);
	said = overheard();
	CHECK(strstr(said, "/full: File too large\n") != NULL && count_lines(said) == 1, "%s", said);
	CHECK(is_inventory(read_file(inventory)), "%s", read_file(inventory));
	CU_ASSERT(tap_sinks_close(&sinks) == -1);	/* not all could be written */
	free(inventory);
}

static CU_TestInfo tests[] = {
	{ "each goes where it is meant to", each_goes_where_it_is_meant_to },
	{ "one thing goes to standard output", one_thing_goes_to_standard_output },
	{ "what cannot be opened is told, and what is there stays", what_cannot_be_opened_is_told_and_what_is_there_stays },
	{ "an inventory is whole again when the disk has room", an_inventory_is_whole_again_when_the_disk_has_room },
	CU_TEST_INFO_NULL,
};
SUITE(tap_sinks, tests)
