/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The resolver, looks at domains and lists when each allocation fails in turn, those of c-ares among them. */
#include "proxy/driver/resolver/cache.h"
#include "proxy/driver/resolver/domain.h"
#include "proxy/driver/resolver/lists.h"
#include "tests/unit/net.h"
#include "tests/unit/resolver/dns.h"
#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"

/* libev ends the process without memory. */
static const char *const spared[] = { "libev.so", NULL };

static const struct ip server = { .bytes = { [10] = 0xff, 0xff, 127, 0, 0, 53 } };
static const struct resolver_conf conf = { .servers = &server, .server_count = 1, .timeout_ms = 300, .questions_max = 10, .cache_places = 64 };

static struct ev_loop *loop;

/* False: there can be no server here. */
static bool
begin(void)
{
	if (!net_own())
		return false;
	if (loop == NULL) {
		loop = ev_loop_new(EVFLAG_AUTO);
		CU_ASSERT_PTR_NOT_NULL_FATAL(loop);
		dns_serve(loop, &server);
	}
	scarce_spare(spared);
	return true;
}

static void
a_cache_is_there_or_not(void)
{
	struct scarce s;

	SCARCE_EACH(&s) {
		struct cache *c;

		scarce_begin(&s);
		c = cache_new(64, 1);
		scarce_end(&s);
		CHECK((c == NULL) == s.denied, "%s", scarce_run(&s));
		cache_free(c);
	}
}

/* What is told, and that it is told once. */
struct told {
	unsigned times;
	enum domain_truth truth;
	bool refuse;
};

static void
on_truth(void *cookie, enum domain_truth truth)
{
	struct told *t = cookie;

	t->times++;
	t->truth = truth;
	ev_break(loop, EVBREAK_ALL);
}

/* Open, ask, wait; false: not opened. */
static bool
look(struct resolver **r, struct span domain, struct told *t)
{
	const char *what;

	*r = resolver_new(loop, &conf, &what);
	if (*r == NULL)
		return false;
	if (domain_look(*r, domain, on_truth, t, &t->truth) == NULL)
		t->times++;
	else
		ev_run(loop, 0);
	return true;
}

static void
a_look_at_a_domain_is_told_once_and_no_want_of_memory_is_an_answer(void)
{
	static const struct { const char *domain; enum domain_truth truth; } cases[] = {
		{ "mail.a.invalid", DOMAIN_RESOLVES }, { "a.none.invalid", DOMAIN_UNKNOWN }, { "listed.a.invalid", DOMAIN_UNKNOWN },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]) && begin(); i++) {
		struct scarce s;

		SCARCE_EACH(&s) {
			struct told t = { 0 };
			struct resolver *r;
			bool opened;

			scarce_begin(&s);
			opened = look(&r, span_str(cases[i].domain), &t);
			scarce_end(&s);
			CHECK(opened || s.denied, "%s: not opened", scarce_run(&s));
			CHECK(!opened || t.times == 1, "%s: told %u times", scarce_run(&s), t.times);
			CHECK(!opened || t.truth == cases[i].truth || (s.denied && t.truth == DOMAIN_UNSURE), "%s, %s: %d", cases[i].domain, scarce_run(&s), (int)t.truth);
			CHECK(!opened || resolver_counters(r)->dns_in_flight == 0, "%s", scarce_run(&s));
			resolver_free(r);
		}
		scarce_spare(NULL);
	}
}

static void
on_verdict(void *cookie, const struct blocklist_verdict *verdict)
{
	struct told *t = cookie;

	t->times++;
	t->refuse = verdict->refuse;
	ev_break(loop, EVBREAK_ALL);
}

/* How each list was found, by family. */
static enum blocklist_health found[2];
static unsigned reports;

static void
on_health(void *cookie, const struct blocklist *list, enum blocklist_family family, enum blocklist_health health)
{
	(void)cookie, (void)list;
	found[family] = health;
	if (++reports == 2)
		ev_break(loop, EVBREAK_ALL);
}

/* Open lists and wait for how they are, then ask about a client; false: not opened. */
static bool
ask_lists(struct lists **l, struct lists_conf *c, const struct ip *client, struct told *t)
{
	struct blocklist_verdict verdict = { .refuse = true };
	const char *what;

	*l = NULL;
	reports = 0;
	c->resolver = resolver_new(loop, &conf, &what);
	if (c->resolver != NULL)
		*l = lists_new(loop, c);
	if (*l == NULL)
		return false;
	if (reports < 2)
		ev_run(loop, 0);
	if (lists_look(*l, client, on_verdict, t, &verdict) != NULL) {
		ev_run(loop, 0);
	} else {
		t->times++;
		t->refuse = verdict.refuse;
	}
	return true;
}

/* Both clients are asked about while lists cannot: one is listed, the other is never refused. */
static void
who_is_not_listed_is_not_refused_for_want_of_memory(void)
{
	static const struct blocklist one = { .name = { (const uint8_t *)"l", 1 }, .zone = { (const uint8_t *)"bl.invalid", 10 }, .weight = 1 };
	static const struct blocklists set = { .list = &one, .count = 1, .threshold = 1 };
	static const struct ip clients[] = { { .bytes = { [10] = 0xff, 0xff, 203, 0, 113, 66 } }, { .bytes = { [10] = 0xff, 0xff, 127, 0, 0, 2 } } };

	for (size_t i = 0; i < 2 && begin(); i++) {
		struct scarce s;

		SCARCE_EACH(&s) {
			struct lists_conf c = { .set = &set, .report = on_health };
			struct told t = { 0 };
			struct lists *l;
			bool opened;

			scarce_begin(&s);
			opened = ask_lists(&l, &c, &clients[i], &t);
			scarce_end(&s);
			CHECK(opened || s.denied, "%s: not opened", scarce_run(&s));
			CHECK(!opened || (reports == 2 && t.times == 1), "%s: %u reports, %u times told", scarce_run(&s), reports, t.times);
			CHECK(!t.refuse || i == 1, "%s: refused", scarce_run(&s));
			CHECK(s.denied || t.refuse == (i == 1), "%s: refuse %d, health %d", scarce_run(&s), t.refuse, (int)found[0]);
			lists_free(l);
			resolver_free(c.resolver);
		}
		scarce_spare(NULL);
	}
}

static CU_TestInfo tests[] = {
	{ "a cache is there or not", a_cache_is_there_or_not },
	{ "a look at a domain is told once, and no want of memory is an answer",
	    a_look_at_a_domain_is_told_once_and_no_want_of_memory_is_an_answer },
	{ "who is not listed is not refused for want of memory", who_is_not_listed_is_not_refused_for_want_of_memory },
	CU_TEST_INFO_NULL,
};

SUITE(no_memory, tests)
