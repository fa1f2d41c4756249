/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/resolver/lists.h"

#include <stdlib.h>

enum {
	FAMILIES = 2,
	FAILURES_MOST = 5,	/* in a row: then a list is not asked before its test points are answered again */
};

static const double test_s = 3600, retest_s = 60;

/* One list, for one family. */
struct member {
	struct lists *lists;
	size_t index;
	enum blocklist_family family;
	bool tested, healthy;
	unsigned failures;		/* answers that did not come, in a row */
	ev_timer again;
	struct resolver_question *asked[2];	/* of the test points: must not be held, must be held */
	struct answer answers[2];
	unsigned waiting;
};

struct lists {
	struct ev_loop *loop;
	struct lists_conf conf;
	struct lists_counters counters;
	struct member members[];	/* by list and family */
};

/* A question of a look about one list. */
struct vote {
	struct lists_look *look;
	size_t index;
	struct resolver_question *asked;	/* NULL: answered, or not asked */
};

struct lists_look {
	struct lists *lists;
	enum blocklist_family family;
	lists_told *told;
	void *cookie;
	struct blocklist_votes votes;
	bool asking;			/* not all are asked yet: an answer ends nothing */
	struct vote of[BLOCKLISTS_MAX];
};

static void test(struct member *m);

static struct blocklist_answer
as_codes(const struct answer *a)
{
	static const enum blocklist_outcome outcomes[] = {
		[ANSWER_FAILED] = BLOCKLIST_DNS_FAILED,
		[ANSWER_FOUND] = BLOCKLIST_DNS_ANSWER,
		[ANSWER_NO_DATA] = BLOCKLIST_DNS_NODATA,
		[ANSWER_NO_NAME] = BLOCKLIST_DNS_NXDOMAIN,
	};

	return (struct blocklist_answer){ .outcome = outcomes[a->outcome], .addresses = a->address, .count = a->addresses };
}

static const struct blocklist *
list_of(const struct member *m)
{
	return &m->lists->conf.set->list[m->index];
}

/* Found so, by a test or by an answer: tell if that is news, and when to test again. */
static void
find(struct member *m, enum blocklist_health health)
{
	struct lists *l = m->lists;
	bool healthy = health == BLOCKLIST_HEALTHY, news = !m->tested || m->healthy != healthy;
	double normal = l->conf.test_s > 0 ? l->conf.test_s : test_s, soon = l->conf.retest_s > 0 ? l->conf.retest_s : retest_s;

	if (!m->tested)
		l->counters.lists_broken += !healthy;
	else if (m->healthy != healthy)
		l->counters.lists_broken += healthy ? UINT64_MAX : 1;
	m->tested = true;
	m->healthy = healthy;
	m->failures = 0;
	ev_timer_stop(l->loop, &m->again);
	ev_timer_set(&m->again, healthy ? normal : soon, 0.);
	ev_timer_start(l->loop, &m->again);
	if (news)
		l->conf.report(l->conf.cookie, list_of(m), m->family, health);
}

static void
end_test(struct member *m)
{
	struct blocklist_answer none = as_codes(&m->answers[0]), held = as_codes(&m->answers[1]);

	find(m, blocklist_health(&held, &none));
}

static void
point_told(struct member *m, size_t held, const struct answer *a)
{
	m->asked[held] = NULL;
	m->answers[held] = *a;
	if (--m->waiting == 0)
		end_test(m);
}

static void
held_told(void *cookie, const struct answer *a)
{
	point_told(cookie, 1, a);
}

static void
not_held_told(void *cookie, const struct answer *a)
{
	point_told(cookie, 0, a);
}

static void
test(struct member *m)
{
	static resolver_told *const told[2] = { not_held_told, held_told };
	char name[BLOCKLIST_NAME_MAX + 1];

	m->waiting = 2;
	for (size_t held = 0; held < 2; held++) {
		size_t len = blocklist_test_name(list_of(m), m->family, held == 1, name);

		m->asked[held] = resolver_ask_afresh(m->lists->conf.resolver, span_of(name, len), ANSWER_A, told[held], m, &m->answers[held]);
		m->waiting -= m->asked[held] == NULL;
	}
	if (m->waiting == 0)
		end_test(m);
}

static void
on_again(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct member *m = w->data;

	(void)loop, (void)revents;
	if (m->waiting == 0)
		test(m);
}

static struct member *
member_of(struct lists *l, size_t index, enum blocklist_family family)
{
	return &l->members[index * FAMILIES + family];
}

struct lists *
lists_new(struct ev_loop *loop, const struct lists_conf *conf)
{
	size_t count = conf->set->count * FAMILIES;
	struct lists *l = calloc(1, sizeof(*l) + count * sizeof(l->members[0]));

	if (l == NULL)
		return NULL;
	l->loop = loop;
	l->conf = *conf;
	for (size_t i = 0; i < count; i++) {
		struct member *m = &l->members[i];

		m->lists = l;
		m->index = i / FAMILIES;
		m->family = (enum blocklist_family)(i % FAMILIES);
		ev_timer_init(&m->again, on_again, 0., 0.);
		m->again.data = m;
		test(m);
	}
	return l;
}

void
lists_free(struct lists *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < l->conf.set->count * FAMILIES; i++) {
		struct member *m = &l->members[i];

		ev_timer_stop(l->loop, &m->again);
		resolver_give_up(m->asked[0]);
		resolver_give_up(m->asked[1]);
	}
	free(l);
}

/* An error that an answer proves ends a list's use at once; one that may be the way's, when it comes again and again. */
static void
note_error(struct member *m, const struct answer *a)
{
	m->lists->counters.lists_errors++;
	if (a->outcome != ANSWER_FAILED)
		find(m, BLOCKLIST_ERROR_ANSWER);
	else if (++m->failures >= FAILURES_MOST)
		find(m, BLOCKLIST_NO_ANSWER);
}

static void
take(struct lists_look *look, size_t index, const struct answer *a, bool was_asked)
{
	struct member *m = member_of(look->lists, index, look->family);
	struct blocklist_answer codes = as_codes(a);
	enum blocklist_state state = blocklist_judge(list_of(m), &codes);

	blocklist_vote(&look->votes, index, state);
	if (state != BLOCKLIST_ERROR)
		m->failures = 0;
	else if (was_asked || a->outcome != ANSWER_FAILED)	/* else too many questions are in flight: no fault of the list's */
		note_error(m, a);
}

void
lists_give_up(struct lists_look *look)
{
	if (look == NULL)
		return;
	for (size_t i = 0; i < BLOCKLISTS_MAX; i++)
		resolver_give_up(look->of[i].asked);
	free(look);
}

static void
on_answer(void *cookie, const struct answer *a)
{
	struct vote *v = cookie;
	struct lists_look *look = v->look;
	struct lists *l = look->lists;
	lists_told *told = look->told;
	void *teller = look->cookie;
	struct blocklist_verdict verdict;

	v->asked = NULL;
	take(look, v->index, a, true);
	if (look->asking)
		return;
	verdict = blocklists_decide(l->conf.set, &look->votes);
	if (!verdict.final)
		return;
	l->counters.lists_refused += verdict.refuse;
	lists_give_up(look);
	told(teller, &verdict);
}

static void
ask(struct lists_look *look, size_t index, const struct ip *client)
{
	struct lists *l = look->lists;
	char name[BLOCKLIST_NAME_MAX + 1];
	size_t len = blocklist_name(&l->conf.set->list[index], client, name);
	struct vote *v = &look->of[index];
	struct answer a;

	*v = (struct vote){ .look = look, .index = index };
	blocklist_vote(&look->votes, index, BLOCKLIST_PENDING);
	v->asked = resolver_ask(l->conf.resolver, span_of(name, len), ANSWER_A, on_answer, v, &a);
	if (v->asked == NULL)
		take(look, index, &a, false);
}

struct lists_look *
lists_look(struct lists *l, const struct ip *client, lists_told *told, void *cookie, struct blocklist_verdict *verdict)
{
	struct lists_look *look = calloc(1, sizeof(*look));

	*verdict = (struct blocklist_verdict){ .final = true };
	if (look == NULL)
		return NULL;
	*look = (struct lists_look){ .lists = l, .family = ip_is_v4(client) ? BLOCKLIST_IPV4 : BLOCKLIST_IPV6, .told = told, .cookie = cookie, .asking = true };
	l->counters.lists_asked++;
	for (size_t i = 0; i < l->conf.set->count; i++)
		if (member_of(l, i, look->family)->healthy)
			ask(look, i, client);
	look->asking = false;
	*verdict = blocklists_decide(l->conf.set, &look->votes);
	if (!verdict->final)
		return look;
	l->counters.lists_refused += verdict->refuse;
	lists_give_up(look);
	return NULL;
}

const struct lists_counters *
lists_counters(const struct lists *l)
{
	return &l->counters;
}
