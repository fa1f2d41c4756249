/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions that c-ares ends while another one is sent, as versions behind 1.18 do when the server is found dead. */
#include "proxy/driver/resolver/resolver.h"
#include "tests/unit/suite.h"

#include <ares.h>

static const struct ip server = { .bytes = { [10] = 0xff, 0xff, 127, 0, 0, 53 } };
static const struct resolver_conf conf = { .servers = &server, .server_count = 1, .timeout_ms = 300, .questions_max = 10, .cache_places = 64 };

static bool is_dead;	/* the server: a question waits until the next one is sent */
static struct {
	ares_callback callback;	/* NULL: nothing waits */
	void *arg;
} waiting;

void __real_ares_query(ares_channel channel, const char *name, int class, int type, ares_callback callback, void *arg);
void __wrap_ares_query(ares_channel channel, const char *name, int class, int type, ares_callback callback, void *arg);

static void
end_waiting(void)
{
	ares_callback callback = waiting.callback;

	waiting.callback = NULL;
	if (callback != NULL)
		callback(waiting.arg, ARES_ECONNREFUSED, 0, NULL, 0);
}

void
__wrap_ares_query(ares_channel channel, const char *name, int class, int type, ares_callback callback, void *arg)
{
	if (!is_dead) {
		__real_ares_query(channel, name, class, type, callback, arg);
		return;
	}
	end_waiting();
	waiting.callback = callback;
	waiting.arg = arg;
}

static void
on_answer(void *cookie, const struct answer *a)
{
	unsigned *told = cookie;

	CU_ASSERT(a->outcome == ANSWER_FAILED);
	++*told;
}

static struct resolver_question *
ask(struct resolver *r, unsigned *told)
{
	struct answer a;

	return resolver_ask_afresh(r, SPAN("a.example"), ANSWER_A, on_answer, told, &a);
}

static struct resolver *
begin(struct ev_loop *loop)
{
	const char *what;
	struct resolver *r = resolver_new(loop, &conf, &what);

	CU_ASSERT_PTR_NOT_NULL_FATAL(r);
	is_dead = true;
	return r;
}

static void
end(struct resolver *r)
{
	resolver_free(r);
	is_dead = false;
}

/* Else the turn of one session would begin in that of another. */
static void
who_waits_is_told_in_a_turn_of_its_own(void)
{
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	struct resolver *r = begin(loop);
	unsigned told[2] = { 0 };

	CU_ASSERT_PTR_NOT_NULL(ask(r, &told[0]));
	CU_ASSERT_PTR_NOT_NULL(ask(r, &told[1]));
	CHECK(told[0] == 0 && told[1] == 0, "told %u and %u inside", told[0], told[1]);
	ev_run(loop, EVRUN_ONCE);
	CHECK(told[0] == 1 && told[1] == 0, "told %u and %u in the next turn", told[0], told[1]);
	end_waiting();
	CHECK(told[0] == 1 && told[1] == 1, "told %u and %u, when nobody asks", told[0], told[1]);
	end(r);
	ev_loop_destroy(loop);
}

static void
who_gave_up_before_that_turn_is_told_nothing(void)
{
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	struct resolver *r = begin(loop);
	struct resolver_question *q;
	unsigned told[2] = { 0 };

	CU_ASSERT_PTR_NOT_NULL_FATAL(q = ask(r, &told[0]));
	CU_ASSERT_PTR_NOT_NULL(ask(r, &told[1]));
	resolver_give_up(q);
	ev_run(loop, EVRUN_ONCE);
	CHECK(told[0] == 0 && resolver_counters(r)->dns_given_up == 1, "told %u", told[0]);
	end_waiting();
	end(r);
	ev_loop_destroy(loop);
}

static void
nobody_is_told_when_all_ends_before_that_turn(void)
{
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	struct resolver *r = begin(loop);
	unsigned told[2] = { 0 };

	CU_ASSERT_PTR_NOT_NULL(ask(r, &told[0]));
	CU_ASSERT_PTR_NOT_NULL(ask(r, &told[1]));
	end_waiting();
	end(r);
	CHECK(told[0] == 0 && told[1] == 1, "told %u and %u", told[0], told[1]);
	ev_loop_destroy(loop);
}

static CU_TestInfo tests[] = {
	{ "who waits is told in a turn of its own", who_waits_is_told_in_a_turn_of_its_own },
	{ "who gave up before that turn is told nothing", who_gave_up_before_that_turn_is_told_nothing },
	{ "nobody is told when all ends before that turn", nobody_is_told_when_all_ends_before_that_turn },
	CU_TEST_INFO_NULL,
};

SUITE(late, tests)
