/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/base/rates.h"

#include "tests/unit/base/tables.h"
#include "tests/unit/suite.h"

#include <inttypes.h>
#include <stdlib.h>

static void
a_window_slides_over_what_was_counted(void)
{
	static const struct {
		const char *name;
		enum rate_measure measure;
		struct { uint64_t at; uint32_t n; } adds[3];
		uint64_t ask, want;
	} cases[] = {
		{ "nothing", RATE_CONNECTIONS, { { 0 } }, 0, 0 },
		{ "at once", RATE_CONNECTIONS, { { 0, 10 } }, 0, 10 },
		{ "time stands still", RATE_CONNECTIONS, { { 7, 1 }, { 7, 1 }, { 7, 1 } }, 7, 3 },
		{ "to the end of its window", RATE_CONNECTIONS, { { 0, 10 } }, MINUTE - 1, 10 },
		{ "all of the window before", RATE_CONNECTIONS, { { 0, 10 } }, MINUTE, 10 },
		{ "not quite all of it", RATE_CONNECTIONS, { { 0, 10 } }, MINUTE + 1, 9 },
		{ "half of it", RATE_CONNECTIONS, { { 0, 10 } }, MINUTE + MINUTE / 2, 5 },
		{ "a tenth of it", RATE_CONNECTIONS, { { MINUTE - 1, 10 } }, MINUTE + MINUTE * 9 / 10, 1 },
		{ "less than one is none", RATE_CONNECTIONS, { { MINUTE - 1, 10 } }, MINUTE + MINUTE * 9 / 10 + 1, 0 },
		{ "gone", RATE_CONNECTIONS, { { MINUTE - 1, 10 } }, 2 * MINUTE, 0 },
		{ "gone for good", RATE_CONNECTIONS, { { 0, 1000 } }, 1000 * (uint64_t)HOUR, 0 },
		{ "this and half of the one before", RATE_CONNECTIONS, { { 0, 10 }, { MINUTE, 3 } }, MINUTE + MINUTE / 2, 8 },
		{ "not two before", RATE_CONNECTIONS, { { 0, 10 }, { MINUTE, 4 }, { 2 * MINUTE, 1 } }, 2 * MINUTE + MINUTE / 2, 3 },
		{ "two later is no sum", RATE_CONNECTIONS, { { 0, 10 }, { 2 * MINUTE, 1 } }, 2 * MINUTE, 1 },
		{ "a jump", RATE_CONNECTIONS, { { 0, 10 }, { 999 * MINUTE, 2 } }, 999 * MINUTE, 2 },
		{ "an hour of recipients", RATE_RECIPIENTS, { { 0, 100 } }, HOUR - 1, 100 },
		{ "a quarter of them", RATE_RECIPIENTS, { { 0, 100 } }, HOUR + HOUR / 4 * 3, 25 },
		{ "recipients are gone", RATE_RECIPIENTS, { { 0, 100 } }, 2 * HOUR, 0 },
		{ "an hour of messages", RATE_MESSAGES, { { 5, 3 }, { HOUR - 1, 4 } }, HOUR - 1, 7 },
		{ "half of them", RATE_MESSAGES, { { 5, 4 }, { HOUR, 4 } }, HOUR + HOUR / 2, 6 },
		{ "messages are gone", RATE_MESSAGES, { { HOUR - 1, 100 } }, 2 * HOUR, 0 },
		{ "as much as there is room for", RATE_MESSAGES, { { 0, UINT32_MAX }, { 1, 9 } }, 2, UINT32_MAX },
		{ "and all of that before", RATE_MESSAGES, { { 0, UINT32_MAX }, { HOUR, UINT32_MAX } }, HOUR, UINT32_MAX * 2ULL },
	};
	/* hours at which the clock may stand: even, odd, weeks later, and where the number of a minute passes 32 bits */
	static const uint64_t starts[] = { 0, 1, 2, 1001, (1ULL << 32) / 60, (1ULL << 32) / 60 + 1 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t k = 0; k < sizeof(starts) / sizeof(starts[0]); k++) {
			struct rates r = table(8, seed_a);
			struct rates_who who = v4(1, 1);

			for (size_t a = 0; a < 3; a++)
				if (cases[i].adds[a].n > 0)
					rates_add(&r, &who, cases[i].measure, cases[i].adds[a].n, starts[k] * HOUR + cases[i].adds[a].at);
			for (enum rate_scope scope = 0; scope < RATE_SCOPES; scope++) {
				uint64_t got = rates_count(&r, &who, scope, cases[i].measure, starts[k] * HOUR + cases[i].ask);

				CHECK(got == cases[i].want, "%s, hour %" PRIu64 ": got %" PRIu64, cases[i].name, starts[k], got);
			}
		}
	}
}

static void
measures_do_not_mix(void)
{
	struct rates r = table(8, seed_a);
	struct rates_who who = v4(1, 1);

	rates_add(&r, &who, RATE_CONNECTIONS, 1, 0);
	rates_add(&r, &who, RATE_RECIPIENTS, 20, 0);
	rates_add(&r, &who, RATE_MESSAGES, 300, 0);
	for (unsigned i = 0; i < 4; i++)
		rates_enter(&r, &who, 0);
	for (enum rate_measure m = 0; m < RATE_MEASURES; m++) {
		static const uint64_t want[RATE_MEASURES] = { 1, 20, 300, 4 };
		uint64_t got = rates_count(&r, &who, RATE_ADDRESS, m, 0);

		CHECK(got == want[m], "measure %d: got %" PRIu64, m, got);
	}
}

/* 203.0.113.66 of network 1 did one thing with host 1. Who else is counted to have done it? */
static void
a_count_is_of_one_host_and_its_scopes(void)
{
	static const struct {
		const char *name;
		struct ip client;
		uint64_t host, network;
		uint64_t want[RATE_SCOPES];
	} cases[] = {
#define V4(a, b, c, d) { { [10] = 0xff, [11] = 0xff, a, b, c, d } }
		{ "itself", V4(203, 0, 113, 66), 1, 1, { 1, 1, 1 } },
		{ "its neighbour", V4(203, 0, 113, 67), 1, 1, { 0, 1, 1 } },
		{ "the last of its /24", V4(203, 0, 113, 255), 1, 1, { 0, 1, 1 } },
		{ "the /24 beside it", V4(203, 0, 112, 66), 1, 1, { 0, 0, 1 } },
		{ "far off, but of its network", V4(10, 0, 0, 1), 1, 1, { 0, 0, 1 } },
		{ "an IPv6 address of its network", { { 0x20, 1, 0xd, 0xb8 } }, 1, 1, { 0, 0, 1 } },
		{ "with the same octets in IPv6", { { 203, 0, 113, 66 } }, 1, 1, { 0, 0, 1 } },
		{ "another network", V4(10, 0, 0, 1), 1, 0, { 0, 0, 0 } },
		{ "itself, elsewhere", V4(203, 0, 113, 66), 0, 1, { 0, 0, 0 } },
		{ "itself, elsewhere again", V4(203, 0, 113, 66), 2, 1, { 0, 0, 0 } },
		{ "a host that differs at the top", V4(203, 0, 113, 66), 1ULL << 63 | 1, 1, { 0, 0, 0 } },
		{ "a network that differs at the top", V4(203, 0, 113, 66), 1, 1ULL << 63 | 1, { 1, 1, 0 } },
		{ "the address of its /24", V4(203, 0, 113, 0), 1, 1, { 0, 1, 1 } },
		{ "the key of its network", V4(1, 0, 0, 0), 1, 2, { 0, 0, 0 } },
#undef V4
	};

	for (enum rate_measure m = 0; m < RATE_MEASURES; m++) {
		struct rates r = table(64, seed_a);
		struct rates_who did = v4(113, 66);

		did.host = did.network = 1;
		if (m == RATE_SESSIONS)
			rates_enter(&r, &did, 0);
		else
			rates_add(&r, &did, m, 1, 0);
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			struct rates_who who = { cases[i].client, cases[i].host, cases[i].network };

			for (enum rate_scope scope = 0; scope < RATE_SCOPES; scope++) {
				uint64_t got = rates_count(&r, &who, scope, m, 0);

				CHECK(got == cases[i].want[scope], "%s, scope %d, measure %d: got %" PRIu64, cases[i].name, scope, m, got);
			}
		}
	}
}

static void
a_64_of_ipv6_is_one_client_and_its_own_prefix(void)
{
	struct rates r = table(64, seed_a);
	struct rates_who one = { .client = { { 0x20, 1, 0xd, 0xb8, 0, 1, 0, 2, [15] = 1 } } };
	struct rates_who same = { .client = { { 0x20, 1, 0xd, 0xb8, 0, 1, 0, 2, 0x80, [15] = 2 } } };
	struct rates_who other = { .client = { { 0x20, 1, 0xd, 0xb8, 0, 1, 0, 3, [15] = 1 } } };	/* of the same /48 */

	rates_add(&r, &one, RATE_CONNECTIONS, 2, 0);
	rates_add(&r, &same, RATE_CONNECTIONS, 3, 0);
	for (enum rate_scope scope = 0; scope <= RATE_PREFIX; scope++) {
		uint64_t got = rates_count(&r, &one, scope, RATE_CONNECTIONS, 0);

		CHECK(got == 5, "scope %d: got %" PRIu64, scope, got);
		got = rates_count(&r, &other, scope, RATE_CONNECTIONS, 0);
		CHECK(got == 0, "scope %d of the other: got %" PRIu64, scope, got);
	}
}

/* Steps: + enters, - leaves; capitals of the neighbour in its /24. */
static void
sessions_are_those_that_entered_and_did_not_leave(void)
{
	static const struct { const char *steps; uint64_t address, prefix; } cases[] = {
		{ "", 0, 0 }, { "+", 1, 1 }, { "+-", 0, 0 }, { "+++-", 2, 2 }, { "+++---", 0, 0 },
		{ "-", 0, 0 }, { "---", 0, 0 }, { "--+", 1, 1 }, { "+--+", 1, 1 }, { "+---++", 2, 2 },
		{ "+P", 1, 2 }, { "PP", 0, 2 }, { "+PM", 1, 1 }, { "P-", 0, 0 }, { "+M", 1, 0 }, { "+M-", 0, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rates r = table(8, seed_a);
		struct rates_who who = v4(1, 1), neighbour = v4(1, 2);
		uint64_t address, prefix;

		for (const char *c = cases[i].steps; *c != '\0'; c++) {
			if (*c == '+' || *c == 'P')
				rates_enter(&r, *c == '+' ? &who : &neighbour, 5);
			else
				rates_leave(&r, *c == '-' ? &who : &neighbour);
		}
		address = rates_count(&r, &who, RATE_ADDRESS, RATE_SESSIONS, 1000 * (uint64_t)HOUR);
		prefix = rates_count(&r, &who, RATE_PREFIX, RATE_SESSIONS, 1000 * (uint64_t)HOUR);
		CHECK(address == cases[i].address && prefix == cases[i].prefix, "\"%s\": got %" PRIu64 " and %" PRIu64,
		    cases[i].steps, address, prefix);
	}
}

/* One bucket of eight slots: six addresses of one /24, their prefix, their network. */
static void
the_slot_used_longest_ago_is_forgotten(void)
{
	static const unsigned order[] = { 3, 1, 6, 2, 5, 4 };
	struct rates r = table(1, seed_a);
	struct rates_who who;

	for (unsigned i = 1; i <= 6; i++) {
		who = v4(1, i);
		rates_add(&r, &who, RATE_MESSAGES, i, i);
	}
	for (unsigned i = 0; i < 6; i++) {
		who = v4(1, order[i]);
		rates_add(&r, &who, RATE_RECIPIENTS, 1, 100 + i);
	}
	CHECK(r.forgotten == 0 && r.untracked == 0, "eight slots: %" PRIu64 " were forgotten", r.forgotten);
	for (unsigned i = 0; i < 6; i++) {
		who = v4(1, 11 + i);
		rates_add(&r, &who, RATE_MESSAGES, 1, 200 + i);
		CHECK(r.forgotten == i + 1, "newcomer %u: %" PRIu64 " were forgotten", i, r.forgotten);
		CHECK(rates_count(&r, &who, RATE_ADDRESS, RATE_RECIPIENTS, 200 + i) == 0, "newcomer %u has what another did", i);
		for (unsigned k = 0; k < 6; k++) {
			struct rates_who old = v4(1, order[k]);
			uint64_t got = rates_count(&r, &old, RATE_ADDRESS, RATE_MESSAGES, 200 + i);

			CHECK(got == (k <= i ? 0 : order[k]), "newcomer %u, client %u: got %" PRIu64, i, order[k], got);
		}
	}
	CHECK(rates_count(&r, &who, RATE_PREFIX, RATE_MESSAGES, 300) == 27, "the /24 was forgotten");
	CHECK(rates_count(&r, &who, RATE_NETWORK, RATE_MESSAGES, 300) == 27, "the network was forgotten");
	CHECK(r.untracked == 0, "%" PRIu64 " were not tracked", r.untracked);
}

static void
a_slot_that_holds_nothing_any_more_goes_first(void)
{
	struct rates r = table(1, seed_a);
	struct rates_who who;
	uint64_t got;

	for (unsigned i = 1; i <= 6; i++) {	/* the connection of 6 is the youngest of all, and is gone after two minutes */
		who = v4(1, i);
		rates_add(&r, &who, i < 6 ? RATE_MESSAGES : RATE_CONNECTIONS, 1, i);
	}
	who = v4(1, 11);
	rates_add(&r, &who, RATE_MESSAGES, 1, 3 * MINUTE);
	CHECK(r.forgotten == 0, "%" PRIu64 " were forgotten", r.forgotten);
	for (unsigned i = 1; i <= 5; i++) {
		who = v4(1, i);
		got = rates_count(&r, &who, RATE_ADDRESS, RATE_MESSAGES, 3 * MINUTE);
		CHECK(got == 1, "client %u: got %" PRIu64, i, got);
	}
	who = v4(1, 12);
	rates_add(&r, &who, RATE_MESSAGES, 1, 2 * (uint64_t)HOUR);
	CHECK(r.forgotten == 0, "after two hours: %" PRIu64 " were forgotten", r.forgotten);
	who = v4(1, 11);
	CHECK(rates_count(&r, &who, RATE_PREFIX, RATE_MESSAGES, 2 * (uint64_t)HOUR) == 1, "the prefix");
}

static void
a_slot_with_open_sessions_stays(void)
{
	struct rates r = table(1, seed_a);
	struct rates_who who, late = v4(1, 11), later = v4(1, 12);

	for (unsigned i = 1; i <= 6; i++) {
		who = v4(1, i);
		rates_enter(&r, &who, i);
	}
	rates_add(&r, &late, RATE_MESSAGES, 1, HOUR);
	CHECK(r.untracked == 1 && r.forgotten == 0, "%" PRIu64 " not tracked, %" PRIu64 " forgotten", r.untracked, r.forgotten);
	CHECK(rates_count(&r, &late, RATE_ADDRESS, RATE_MESSAGES, HOUR) == 0, "it is tracked");
	CHECK(rates_count(&r, &late, RATE_PREFIX, RATE_MESSAGES, HOUR) == 1, "its prefix is not");
	rates_enter(&r, &late, HOUR);
	CHECK(r.untracked == 2 && rates_count(&r, &late, RATE_PREFIX, RATE_SESSIONS, HOUR) == 7, "its session");
	rates_leave(&r, &late);
	for (unsigned i = 1; i <= 6; i++) {
		who = v4(1, i);
		CHECK(rates_count(&r, &who, RATE_ADDRESS, RATE_SESSIONS, HOUR) == 1, "client %u lost its session", i);
	}
	who = v4(1, 4);
	rates_leave(&r, &who);
	rates_add(&r, &late, RATE_MESSAGES, 1, HOUR);
	CHECK(r.untracked == 2 && r.forgotten == 0, "%" PRIu64 " not tracked, %" PRIu64 " forgotten", r.untracked, r.forgotten);
	CHECK(rates_count(&r, &late, RATE_ADDRESS, RATE_MESSAGES, HOUR) == 1, "there is room and it is not tracked");
	rates_add(&r, &later, RATE_MESSAGES, 1, HOUR);	/* the one slot without a session changes hands again */
	CHECK(r.untracked == 2 && r.forgotten == 1, "%" PRIu64 " not tracked, %" PRIu64 " forgotten", r.untracked, r.forgotten);
	CHECK(rates_count(&r, &later, RATE_ADDRESS, RATE_MESSAGES, HOUR) == 1, "the last is not tracked");
}

/* Each name, and that its limit is the one that is reached by the third. */
static void
a_limit_is_reached_where_one_more_would_be_too_much(void)
{
	static const struct { const char *name; enum rate_scope scope; enum rate_measure measure; enum rate_limit want; } cases[] = {
		{ "connections-per-minute", RATE_ADDRESS, RATE_CONNECTIONS, RATE_ADDRESS_CONNECTIONS },
		{ "recipients-per-hour", RATE_ADDRESS, RATE_RECIPIENTS, RATE_ADDRESS_RECIPIENTS },
		{ "messages-per-hour", RATE_ADDRESS, RATE_MESSAGES, RATE_ADDRESS_MESSAGES },
		{ "max-connections", RATE_ADDRESS, RATE_SESSIONS, RATE_ADDRESS_SESSIONS },
		{ "prefix-connections-per-minute", RATE_PREFIX, RATE_CONNECTIONS, RATE_PREFIX_CONNECTIONS },
		{ "prefix-recipients-per-hour", RATE_PREFIX, RATE_RECIPIENTS, RATE_PREFIX_RECIPIENTS },
		{ "prefix-messages-per-hour", RATE_PREFIX, RATE_MESSAGES, RATE_PREFIX_MESSAGES },
		{ "prefix-max-connections", RATE_PREFIX, RATE_SESSIONS, RATE_PREFIX_SESSIONS },
		{ "network-connections-per-minute", RATE_NETWORK, RATE_CONNECTIONS, RATE_NETWORK_CONNECTIONS },
		{ "network-recipients-per-hour", RATE_NETWORK, RATE_RECIPIENTS, RATE_NETWORK_RECIPIENTS },
		{ "network-messages-per-hour", RATE_NETWORK, RATE_MESSAGES, RATE_NETWORK_MESSAGES },
		{ "network-max-connections", RATE_NETWORK, RATE_SESSIONS, RATE_NETWORK_SESSIONS },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rates r = table(64, seed_a);
		struct rate_limits limits = { 0 }, others;
		struct rates_who who = v4(1, 1);

		memset(&others, 1, sizeof(others));	/* far above three */
		limits.most[cases[i].scope][cases[i].measure] = others.most[cases[i].scope][cases[i].measure] = 3;
		for (unsigned n = 0; n < 5; n++) {
			enum rate_limit want = n < 3 ? RATE_NONE : cases[i].want;

			for (enum rate_measure m = 0; m < RATE_MEASURES; m++) {
				enum rate_limit got = rates_exceeded(&r, &who, &limits, m, 0);

				CHECK(got == (m == cases[i].measure ? want : RATE_NONE), "%s after %u: got %s", cases[i].name, n, rates_name(got));
			}
			CHECK(rates_exceeded(&r, &who, &others, cases[i].measure, 0) == want, "%s after %u, among others", cases[i].name, n);
			if (cases[i].measure == RATE_SESSIONS)
				rates_enter(&r, &who, 0);
			else
				rates_add(&r, &who, cases[i].measure, 1, 0);
		}
		CHECK(strcmp(rates_name(cases[i].want), cases[i].name) == 0, "%s: %s", cases[i].name, rates_name(cases[i].want));
	}
	CHECK(strcmp(rates_name(RATE_NONE), "none") == 0, "%s", rates_name(RATE_NONE));
}

static void
the_narrowest_limit_is_named_first(void)
{
	static const struct { uint32_t most[RATE_SCOPES]; enum rate_limit want; } cases[] = {
		{ { 0, 0, 0 }, RATE_NONE }, { { 6, 6, 6 }, RATE_NONE }, { { 5, 5, 5 }, RATE_ADDRESS_MESSAGES },
		{ { 6, 5, 5 }, RATE_PREFIX_MESSAGES }, { { 0, 1, 5 }, RATE_PREFIX_MESSAGES }, { { 6, 0, 5 }, RATE_NETWORK_MESSAGES },
	};
	struct rates r = table(64, seed_a);
	struct rates_who who = v4(1, 1);

	rates_add(&r, &who, RATE_MESSAGES, 5, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rate_limits limits = { 0 };
		enum rate_limit got;

		for (enum rate_scope scope = 0; scope < RATE_SCOPES; scope++)
			limits.most[scope][RATE_MESSAGES] = cases[i].most[scope];
		got = rates_exceeded(&r, &who, &limits, RATE_MESSAGES, 0);
		CHECK(got == cases[i].want, "case %zu: got %s", i, rates_name(got));
	}
}

static unsigned
some(unsigned *seed, unsigned below)
{
	return (unsigned)rand_r(seed) % below;
}

/* Every event, by whom and when; windows are counted over the whole list. */
struct model {
	struct { struct rates_who who; enum rate_measure measure; uint32_t n; uint64_t at; } events[400];
	size_t count;
};

static bool
is_of(enum rate_scope scope, const struct rates_who *a, const struct rates_who *b)
{
	if (a->host != b->host || scope == RATE_NETWORK)
		return a->host == b->host && a->network == b->network;
	if (ip_is_v4(&a->client) != ip_is_v4(&b->client))
		return false;
	if (!ip_is_v4(&a->client))
		return memcmp(a->client.bytes, b->client.bytes, 8) == 0;
	return memcmp(a->client.bytes, b->client.bytes, scope == RATE_ADDRESS ? 16 : 15) == 0;
}

static uint64_t
model_count(const struct model *m, const struct rates_who *who, enum rate_scope scope, enum rate_measure measure,
            uint64_t window)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < m->count; i++)
		if (m->events[i].measure == measure && is_of(scope, &m->events[i].who, who) &&
		    m->events[i].at / (measure == RATE_CONNECTIONS ? MINUTE : HOUR) == window)
			sum += m->events[i].n;
	return sum;
}

static struct rates_who
somebody(unsigned *seed)
{
	struct rates_who who = v4(some(seed, 2), some(seed, 3));

	if (some(seed, 3) == 0)
		who.client = (struct ip){ { 0x20, 1, [7] = (uint8_t)some(seed, 2), [15] = (uint8_t)some(seed, 2) } };
	who.network = some(seed, 2);
	who.host = some(seed, 2);
	return who;
}

/* Every scope and measure of somebody against the model; whether one of the estimates lies between the bounds. */
static bool
check_bounds(const struct rates *r, const struct model *m, const struct rates_who *who, uint64_t now, bool may_forget)
{
	bool between = false;

	for (enum rate_scope scope = 0; scope < RATE_SCOPES; scope++) {
		for (enum rate_measure measure = 0; measure < RATE_SESSIONS; measure++) {
			uint64_t window = now / (measure == RATE_CONNECTIONS ? MINUTE : HOUR);
			uint64_t least = model_count(m, who, scope, measure, window);
			uint64_t most = least + (window == 0 ? 0 : model_count(m, who, scope, measure, window - 1));
			uint64_t got = rates_count(r, who, scope, measure, now);

			CHECK((got >= least || may_forget) && got <= most,
			    "scope %d, measure %d at %" PRIu64 ": got %" PRIu64 ", not %" PRIu64 " to %" PRIu64, scope, measure, now,
			    got, least, most);
			between = between || (got > least && got < most);
		}
	}
	return between;
}

/*
 * For tables that hold everybody and tables that do not: these may forget, but make nothing up. Three write in turns that
 * nobody knows, and read what all wrote.
 */
static void
an_estimate_lies_between_this_window_and_both(void)
{
	unsigned seed = 11, between = 0, forgetful = 0;

	for (unsigned round = 0; round < 150; round++) {
		static struct model m;
		bool small = round % 3 == 0;
		struct rates none = tables(small ? 8 : 280, 3, seed_a);
		struct rates all[3] = { writer(&none, 0), writer(&none, 1), writer(&none, 2) };
		uint64_t now = some(&seed, 3) * HOUR, forgotten;

		m.count = 0;
		while (m.count < sizeof(m.events) / sizeof(m.events[0])) {
			struct rates_who who = somebody(&seed);
			enum rate_measure measure = (enum rate_measure)some(&seed, RATE_SESSIONS);
			uint32_t n = 1 + some(&seed, 20);

			now += some(&seed, some(&seed, 20) == 0 ? HOUR : some(&seed, 2) == 0 ? 1 : MINUTE);
			rates_add(&all[some(&seed, 3)], &who, measure, n, now);
			m.events[m.count].who = who;
			m.events[m.count].measure = measure;
			m.events[m.count].n = n;
			m.events[m.count++].at = now;
			who = somebody(&seed);
			between += check_bounds(&all[some(&seed, 3)], &m, &who, now, small);
		}
		forgotten = all[0].forgotten + all[1].forgotten + all[2].forgotten;
		CHECK(small || forgotten == 0, "round %u: %" PRIu64 " of a big table were forgotten", round, forgotten);
		forgetful += forgotten > 0;
	}
	CHECK(between > 1000, "only %u estimates", between);
	CHECK(forgetful == 50, "only %u small tables forgot somebody", forgetful);
}

/* Which of many clients a full table still knows, one bit for each. */
static uint64_t
survivors(const uint64_t seed[2])
{
	struct rates r = table(32, seed);
	uint64_t known = 0;

	for (unsigned i = 0; i < 64; i++) {
		struct rates_who who = v4(1, i);

		rates_add(&r, &who, RATE_MESSAGES, 1, i);
	}
	for (unsigned i = 0; i < 64; i++) {
		struct rates_who who = v4(1, i);

		known |= rates_count(&r, &who, RATE_ADDRESS, RATE_MESSAGES, 64) << i;
	}
	return known;
}

static void
who_pushes_whom_out_depends_on_the_seed(void)
{
	uint64_t a = survivors(seed_a), b = survivors(seed_b);

	CHECK(a == survivors(seed_a), "the same seed, others survive");
	CHECK(a != b, "the same survive");
	for (unsigned i = 0; i < 2; i++) {
		int n = __builtin_popcountll(i == 0 ? a : b);

		CHECK(n > 20 && n <= 30, "%d of 64 survive in 32 slots, two of them for prefix and network", n);
	}
}

static CU_TestInfo tests[] = {
	{ "a window slides over what was counted", a_window_slides_over_what_was_counted },
	{ "measures do not mix", measures_do_not_mix },
	{ "a count is of one host and its scopes", a_count_is_of_one_host_and_its_scopes },
	{ "a /64 of IPv6 is one client and its own prefix", a_64_of_ipv6_is_one_client_and_its_own_prefix },
	{ "sessions are those that entered and did not leave", sessions_are_those_that_entered_and_did_not_leave },
	{ "the slot used longest ago is forgotten", the_slot_used_longest_ago_is_forgotten },
	{ "a slot that holds nothing any more goes first", a_slot_that_holds_nothing_any_more_goes_first },
	{ "a slot with open sessions stays", a_slot_with_open_sessions_stays },
	{ "a limit is reached where one more would be too much", a_limit_is_reached_where_one_more_would_be_too_much },
	{ "the narrowest limit is named first", the_narrowest_limit_is_named_first },
	{ "an estimate lies between this window and both", an_estimate_lies_between_this_window_and_both },
	{ "who pushes whom out depends on the seed", who_pushes_whom_out_depends_on_the_seed },
	CU_TEST_INFO_NULL,
};
SUITE(rates, tests)
