/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/top_sample.h"

#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"

#include <string.h>

static const char before[] = "{\"time\":\"a\",\"counted\":{\"counters\":{\"accepted\":10},\"events\":{\"x.rare\":5,\"x.gone\":100}}}";
static const char now[] = "{\"time\":\"b\",\"healthy\":true,\"now\":{\"sessions\":3},\"counted\":{\"counters\":{\"accepted\":30},"
    "\"events\":{\"x.rare\":7,\"x.gone\":50,\"x.new\":8,\"x.never\":0}}}";
static struct top_refused refused;

static json_t *
sample(void)
{
	json_t *a = json_loads(before, 0, NULL), *b = json_loads(now, 0, NULL), *o = top_sample(a, b, 2., &refused);

	json_decref(a);
	json_decref(b);
	return o;
}

static void
rates_are_of_the_time_between(void)
{
	static const char want[] = "[{\"name\":\"x.new\",\"count\":8,\"rate\":4.0},{\"name\":\"x.rare\",\"count\":7,\"rate\":1.0},"
	    "{\"name\":\"x.gone\",\"count\":50,\"rate\":0.0}]";
	json_t *o, *verdicts = json_loads(want, 0, NULL);

	refused = (struct top_refused){ 0 };
	o = sample();
	CU_ASSERT(json_equal(json_object_get(o, "verdicts"), verdicts));
	CU_ASSERT(json_real_value(json_object_get(json_object_get(o, "rates"), "accepted")) == 10.);
	CU_ASSERT(json_integer_value(json_object_get(json_object_get(o, "now"), "sessions")) == 3 && json_is_true(json_object_get(o, "healthy")));
	json_decref(o);
	json_decref(verdicts);
}

static const struct {
	const char *line, *client, *recipient;	/* counted; NULL: none */
} lines[] = {
	{ "{\"event\":\"recipient\",\"verdict\":\"refuse\",\"client\":\"c\",\"argument\":\"TO:<a@b> SIZE=1\"}", "c", "<a@b>" },
	{ "{\"event\":\"recipient\",\"verdict\":\"drop\",\"client\":\"c\",\"argument\":\"TO:a@b\"}", "c", "TO:a@b" },
	{ "{\"event\":\"recipient\",\"verdict\":\"pass\",\"client\":\"c\",\"argument\":\"TO:<a@b>\"}", NULL, NULL },
	{ "{\"event\":\"sender\",\"verdict\":\"refuse\",\"client\":\"c\",\"argument\":\"FROM:<a@b>\"}", "c", NULL },
	{ "{\"event\":\"admit\",\"client\":\"c\"}", "c", NULL },
	{ "{\"event\":\"rate\",\"code\":421,\"client\":\"c\"}", "c", NULL },
	{ "{\"event\":\"rate\",\"code\":null,\"client\":\"c\"}", NULL, NULL },
	{ "{\"event\":\"message\",\"code\":554,\"client\":\"c\"}", NULL, NULL },
	{ "{}", NULL, NULL },
};

static bool
has(const struct top_k *t, const char *name)
{
	return name == NULL ? t->used == 0 : t->used == 1 && strcmp(t->places[0].name, name) == 0;
}

static void
who_is_refused_is_counted(void)
{
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		json_t *o = json_loads(lines[i].line, 0, NULL);

		refused = (struct top_refused){ 0 };
		top_refused_count(&refused, o);
		CHECK(has(&refused.clients, lines[i].client) && has(&refused.recipients, lines[i].recipient), "%s", lines[i].line);
		json_decref(o);
	}
}

static void
a_sample_is_whole_or_none(void)
{
	json_t *a = json_loads(before, 0, NULL), *b = json_loads(now, 0, NULL), *o;
	struct scarce s;

	refused = (struct top_refused){ 0 };
	top_k_add(&refused.clients, "c");
	SCARCE_EACH(&s) {
		scarce_begin(&s);
		o = top_sample(a, b, 2., &refused);
		scarce_end(&s);
		CHECK((o == NULL) == s.denied, "%s", scarce_run(&s));
		json_decref(o);
	}
	json_decref(a);
	json_decref(b);
}

static CU_TestInfo tests[] = {
	{ "rates are of the time between", rates_are_of_the_time_between },
	{ "who is refused is counted", who_is_refused_is_counted },
	{ "a sample is whole or none", a_sample_is_whole_or_none },
	CU_TEST_INFO_NULL,
};
SUITE(top_sample, tests)
