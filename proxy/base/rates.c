/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/base/rates.h"

#include "proxy/base/siphash.h"

#include <assert.h>

enum {
	WAYS = 8,		/* slots that a tag may stand in: their tags fill one cache line */
	V6_CUSTOMER = 8,	/* octets of a /64 */
	V4_BEGIN = 12,		/* of the four octets in the mapped form */
};

static_assert(RATE_LIMITS == 1 + RATE_SCOPES * RATE_MEASURES, "a limit is 1 + scope * RATE_MEASURES + measure");

static const uint32_t window_ms[RATE_SESSIONS] = {	/* all measures but the last have one */
	[RATE_CONNECTIONS] = 60 * 1000,
	[RATE_RECIPIENTS] = 3600 * 1000,
	[RATE_MESSAGES] = 3600 * 1000,
};

/*
 * One scope of one client. A cell has the number of a window in its upper half and what was counted in that window in
 * the lower. Even windows have one cell and odd ones the other, so nothing is moved when a window ends, and a reader
 * that loads a cell never has the count of one window under the number of another.
 */
struct slot {
	uint64_t cells[RATE_SESSIONS][2];
	uint64_t used_ms;	/* last counted in */
	uint64_t sessions;
};

struct rates_bucket {
	uint64_t tags[WAYS];	/* 0 before the first client; one that has 0 is as unlikely as two that have the same */
	struct slot slots[WAYS];
};

/*
 * Each word of the table may be loaded by a reader while it is stored. Nothing orders them: order would still leave a
 * reader with one wrong count if the slot changes hands after it saw the tag.
 */
static uint64_t
load(const uint64_t *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static void
store(uint64_t *word, uint64_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELAXED);
}

/*
 * The name of a scope in the table, the only one: what it was made from is not kept. That is one word to compare and to
 * hand over, and of a thousand million tags no two are likely to be the same.
 */
static uint64_t
tag_of(const struct rates *r, const struct rates_who *who, enum rate_scope scope)
{
	bool v6 = scope != RATE_NETWORK && !ip_is_v4(&who->client);
	uint64_t words[3] = { 0, who->host, (unsigned)scope << 1 | v6 }, *whom = &words[0];

	if (scope == RATE_NETWORK)
		*whom = who->network;
	else if (v6)
		memcpy(whom, who->client.bytes, V6_CUSTOMER);
	else
		memcpy(whom, who->client.bytes + V4_BEGIN, scope == RATE_ADDRESS ? 4 : 3);
	return siphash_octets(r->seed, span_of(words, sizeof(words)));
}

static struct rates_bucket *
bucket_of(const struct rates *r, uint64_t tag)
{
	return &r->buckets[(tag >> 32) * r->bucket_count >> 32];
}

static struct slot *
find(struct rates_bucket *b, uint64_t tag)
{
	for (size_t i = 0; i < WAYS; i++)
		if (load(&b->tags[i]) == tag)
			return &b->slots[i];
	return NULL;
}

/* What was counted in this window. */
static uint64_t
counted(const struct slot *s, size_t measure, uint64_t window)
{
	uint64_t cell = load(&s->cells[measure][window % 2]);

	return cell >> 32 == (uint32_t)window ? (uint32_t)cell : 0;
}

static uint64_t
estimate(const struct slot *s, size_t measure, uint64_t now_ms)
{
	uint64_t length = window_ms[measure], window = now_ms / length;

	/* rounded down: who comes once in 61 seconds does not reach a limit of one a minute */
	return counted(s, measure, window) + counted(s, measure, window - 1) * (length - now_ms % length) / length;
}

/* Would it be the same to forget it? Once that is so, it stays so. */
static bool
is_idle(const struct slot *s, uint64_t now_ms)
{
	for (size_t m = 0; m < RATE_SESSIONS; m++)
		if (estimate(s, m, now_ms) > 0)
			return false;
	return s->sessions == 0;
}

/* Where a newcomer goes. WAYS: nowhere, all have open sessions. */
static size_t
victim(const struct rates_bucket *b, uint64_t now_ms)
{
	size_t oldest = WAYS;

	for (size_t i = 0; i < WAYS; i++) {
		if (is_idle(&b->slots[i], now_ms))
			return i;
		if (b->slots[i].sessions == 0 && (oldest == WAYS || b->slots[i].used_ms < b->slots[oldest].used_ms))
			oldest = i;
	}
	return oldest;
}

static void
hand_over(struct rates_bucket *b, size_t i, uint64_t tag)
{
	struct slot *s = &b->slots[i];

	for (size_t m = 0; m < RATE_SESSIONS; m++) {
		store(&s->cells[m][0], 0);
		store(&s->cells[m][1], 0);
	}
	store(&s->sessions, 0);
	store(&b->tags[i], tag);
}

/* The slot of this scope to be counted in now, or NULL. */
static struct slot *
slot_for(struct rates *r, const struct rates_who *who, enum rate_scope scope, uint64_t now_ms)
{
	uint64_t tag = tag_of(r, who, scope);
	struct rates_bucket *b = bucket_of(r, tag);
	struct slot *s = find(b, tag);

	if (s == NULL) {
		size_t i = victim(b, now_ms);

		if (i == WAYS) {
			r->untracked++;
			return NULL;
		}
		s = &b->slots[i];
		r->forgotten += !is_idle(s, now_ms);
		hand_over(b, i, tag);
	}
	store(&s->used_ms, now_ms);
	return s;
}

size_t
rates_octets(size_t slots)
{
	return (slots + WAYS - 1) / WAYS * sizeof(struct rates_bucket);
}

void
rates_init(struct rates *r, void *memory, size_t octets, const uint64_t seed[2])
{
	size_t count = octets / sizeof(struct rates_bucket);

	assert(count > 0 && (uintptr_t)memory % sizeof(uint64_t) == 0);
	*r = (struct rates){
		.buckets = memory,
		.bucket_count = count < UINT32_MAX ? (uint32_t)count : UINT32_MAX,
		.seed = { seed[0], seed[1] },
	};
	for (size_t k = 0; k < r->bucket_count; k++)
		for (size_t i = 0; i < WAYS; i++)
			hand_over(&r->buckets[k], i, 0);
}

void
rates_add(struct rates *r, const struct rates_who *who, enum rate_measure measure, uint32_t n, uint64_t now_ms)
{
	uint64_t window;

	assert(measure < RATE_SESSIONS);
	window = now_ms / window_ms[measure];
	for (enum rate_scope scope = 0; scope < RATE_SCOPES; scope++) {
		struct slot *s = slot_for(r, who, scope, now_ms);
		uint64_t sum;

		if (s == NULL)
			continue;
		sum = counted(s, measure, window) + n;
		store(&s->cells[measure][window % 2], window << 32 | (sum < UINT32_MAX ? sum : UINT32_MAX));
	}
}

void
rates_enter(struct rates *r, const struct rates_who *who, uint64_t now_ms)
{
	for (enum rate_scope scope = 0; scope < RATE_SCOPES; scope++) {
		struct slot *s = slot_for(r, who, scope, now_ms);

		if (s != NULL)
			store(&s->sessions, s->sessions + 1);
	}
}

void
rates_leave(struct rates *r, const struct rates_who *who)
{
	for (enum rate_scope scope = 0; scope < RATE_SCOPES; scope++) {
		uint64_t tag = tag_of(r, who, scope);
		struct slot *s = find(bucket_of(r, tag), tag);

		if (s != NULL && s->sessions > 0)
			store(&s->sessions, s->sessions - 1);
	}
}

uint64_t
rates_count(const struct rates *r, const struct rates_who *who, enum rate_scope scope,
            enum rate_measure measure, uint64_t now_ms)
{
	uint64_t tag = tag_of(r, who, scope);
	const struct slot *s = find(bucket_of(r, tag), tag);

	if (s == NULL)
		return 0;
	return measure == RATE_SESSIONS ? load(&s->sessions) : estimate(s, measure, now_ms);
}

enum rate_limit
rates_exceeded(const struct rates *r, const struct rates_who *who, const struct rate_limits *limits,
               enum rate_measure measure, uint64_t now_ms)
{
	for (enum rate_scope scope = 0; scope < RATE_SCOPES; scope++) {
		uint32_t most = limits->most[scope][measure];

		if (most > 0 && rates_count(r, who, scope, measure, now_ms) >= most)
			return 1 + scope * RATE_MEASURES + measure;
	}
	return RATE_NONE;
}

const char *
rates_name(enum rate_limit limit)
{
	static const char *const names[RATE_LIMITS] = {
		[RATE_NONE] = "none",
		[RATE_ADDRESS_CONNECTIONS] = "connections-per-minute",
		[RATE_ADDRESS_RECIPIENTS] = "recipients-per-hour",
		[RATE_ADDRESS_MESSAGES] = "messages-per-hour",
		[RATE_ADDRESS_SESSIONS] = "max-connections",
		[RATE_PREFIX_CONNECTIONS] = "prefix-connections-per-minute",
		[RATE_PREFIX_RECIPIENTS] = "prefix-recipients-per-hour",
		[RATE_PREFIX_MESSAGES] = "prefix-messages-per-hour",
		[RATE_PREFIX_SESSIONS] = "prefix-max-connections",
		[RATE_NETWORK_CONNECTIONS] = "network-connections-per-minute",
		[RATE_NETWORK_RECIPIENTS] = "network-recipients-per-hour",
		[RATE_NETWORK_MESSAGES] = "network-messages-per-hour",
		[RATE_NETWORK_SESSIONS] = "network-max-connections",
	};

	return names[limit];
}
