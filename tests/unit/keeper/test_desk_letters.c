/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/desk/letters.h"
#include "proxy/keeper/process/roll.h"
#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"

#include <unistd.h>

#define SESSION(id) "{\"id\":\"" id "\",\"client\":\"192.0.2.1\",\"client_port\":1,\"host\":\"h\",\"address\":\"192.0.2.2\"," \
	"\"network\":\"untrusted\",\"state\":\"body\",\"tls\":false,\"authenticated\":true,\"age_ms\":2,\"recipients_taken\":3," \
	"\"recipients_refused\":4,\"last\":\"\",\"octets_to_host\":5,\"octets_to_client\":6}\n"

/* One captain that serves, with one worker, which says this. */
static struct inquiry
asked(const char *text)
{
	struct inquiry q = { .named = true, .count = 1 };
	struct inquiry_captain *c = &q.captains[0];

	*c = (struct inquiry_captain){ .generation = 1, .state = "serving", .answered = true, .roll_count = 1, .listed = { true } };
	c->rolls[0] = roll_new();
	CU_ASSERT_FATAL(c->rolls[0] != -1 && write(c->rolls[0], text, strlen(text)) == (ssize_t)strlen(text));
	return q;
}

static size_t
sessions_in(const json_t *o)
{
	return json_array_size(json_object_get(o, "sessions"));
}

/* What a letter says, made anew; NULL: nothing. */
static json_t *
said(const struct letter *a)
{
	return a == NULL || a->text == NULL ? NULL : json_loadb(a->text, a->len, JSON_REJECT_DUPLICATES, NULL);
}

static void
sessions_that_are_left_out_are_told_of(void)
{
	static const struct {
		const char *text;
		size_t most, sessions;
		bool more;
	} rows[] = {
		{ "", SESSIONS_OCTETS, 0, false },
		{ SESSION("00000001") SESSION("00000002"), SESSIONS_OCTETS, 2, false },
		{ SESSION("00000001") SESSION("00000002"), 500, 1, true },
		{ SESSION("00000001") "more\n", SESSIONS_OCTETS, 1, true },
		{ SESSION("00000001") "{\"id\":", SESSIONS_OCTETS, 1, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct inquiry q = asked(rows[i].text);
		struct letter *a = letters_sessions(&q, rows[i].most, NULL, NULL);
		json_t *o = said(a);

		CHECK(sessions_in(o) == rows[i].sessions, "row %zu: %zu sessions", i, sessions_in(o));
		CHECK(json_is_true(json_object_get(o, "more")) == rows[i].more, "row %zu", i);
		json_decref(o);
		letter_release(a);
		close(q.captains[0].rolls[0]);
	}
}

/* All sessions, or fewer and told, or no answer. */
static void
without_memory_none_is_left_out_silently(void)
{
	struct inquiry q = asked(SESSION("00000001") SESSION("00000002") SESSION("00000003"));
	struct scarce s;

	SCARCE_EACH(&s) {
		struct letter *a;
		json_t *o;

		scarce_begin(&s);
		a = letters_sessions(&q, SESSIONS_OCTETS, NULL, NULL);
		scarce_end(&s);
		o = said(a);
		CHECK(o != NULL || s.denied, "%s: no answer", scarce_run(&s));
		CHECK(o == NULL || sessions_in(o) == 3 || json_is_true(json_object_get(o, "more")), "%s: %zu", scarce_run(&s), sessions_in(o));
		json_decref(o);
		letter_release(a);
	}
	close(q.captains[0].rolls[0]);
}

static void
without_memory_nobody_is_well(void)
{
	struct inquiry q = asked("");
	struct desk_home home = { .keeper = 1, .since = "2026-11-26T11:05:26Z" };
	struct scarce s;

	q.captains[0].answered = false;
	SCARCE_EACH(&s) {
		json_t *o;

		scarce_begin(&s);
		o = letters_status(&q, &home);
		scarce_end(&s);
		CHECK(o == NULL || json_is_false(json_object_get(o, "healthy")), "%s", scarce_run(&s));
		CHECK(o != NULL || s.denied, "%s", scarce_run(&s));
		json_decref(o);
	}
	close(q.captains[0].rolls[0]);
}

/* Both, or no document. */
static void
a_list_that_errs_is_a_fault_and_its_cause_is_elsewhere(void)
{
	struct inquiry q = asked("");
	struct desk_home home = { .keeper = 1, .since = "2026-11-26T11:05:26Z" };
	struct scarce s;

	q.captains[0].report = json_pack("{s:{s:i}, s:[{s:b}]}", "now", "lists_broken", 2, "workers", "well", 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(q.captains[0].report);
	SCARCE_EACH(&s) {
		json_t *o;
		const json_t *faults, *elsewhere;

		scarce_begin(&s);
		o = letters_status(&q, &home);
		scarce_end(&s);
		faults = json_object_get(o, "faults");
		elsewhere = json_object_get(o, "elsewhere");
		CHECK(o != NULL || s.denied, "%s", scarce_run(&s));
		CHECK(o == NULL || (json_array_size(faults) == 2 && json_array_size(elsewhere) == 1 &&
		    json_equal(json_array_get(faults, 1), json_array_get(elsewhere, 0))), "%s", scarce_run(&s));
		json_decref(o);
	}
	json_decref(q.captains[0].report);
	close(q.captains[0].rolls[0]);
}

static CU_TestInfo tests[] = {
	{ "sessions that are left out are told of", sessions_that_are_left_out_are_told_of },
	{ "without memory none is left out silently", without_memory_none_is_left_out_silently },
	{ "without memory nobody is well", without_memory_nobody_is_well },
	{ "a list that errs is a fault, and its cause is elsewhere", a_list_that_errs_is_a_fault_and_its_cause_is_elsewhere },
	CU_TEST_INFO_NULL,
};

SUITE(desk_letters, tests)
