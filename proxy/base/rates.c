/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/base/rates.h"

#include "proxy/base/siphash.h"

#include <assert.h>

enum {
	CACHE_LINE = 64,
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

/* What stands before the tables. It is read with every count and hardly ever written, so it has a cache line for itself. */
struct head {
	uint64_t used;
	uint64_t unused[CACHE_LINE / sizeof(uint64_t) - 1];
};

static_assert(sizeof(struct rates_bucket) % CACHE_LINE == 0, "tags do not fill one cache line");

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

/* The position of its bucket in each table. */
static size_t
place_of(const struct rates *r, uint64_t tag)
{
	return (tag >> 32) * r->bucket_count >> 32;
}

static struct rates_bucket *
table_at(const struct rates *r, uint32_t table)
{
	return &r->buckets[(size_t)table * r->bucket_count];
}

static uint32_t
tables_used(const struct rates *r)
{
	uint64_t used = load(r->used);

	return used < r->table_count ? (uint32_t)used : r->table_count;
}

/* Two may take their first tables at once: the higher number stays. */
static void
use_tables(struct rates *r, uint64_t count)
{
	uint64_t seen = load(r->used);

	while (seen < count && !__atomic_compare_exchange_n(r->used, &seen, count, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
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
open_sessions(const struct rates *r, uint64_t tag)
{
	size_t place = place_of(r, tag);
	uint32_t tables = tables_used(r);
	uint64_t sum = 0;

	for (uint32_t t = 0; t < tables; t++) {
		const struct slot *s = find(&table_at(r, t)[place], tag);

		if (s != NULL)
			sum += load(&s->sessions);
	}
	return sum;
}

static uint64_t
estimate(const struct rates *r, uint64_t tag, enum rate_measure measure, uint64_t now_ms)
{
	uint64_t length = window_ms[measure], window = now_ms / length, in_this = 0, in_last = 0;
	size_t place = place_of(r, tag);
	uint32_t tables = tables_used(r);

	for (uint32_t t = 0; t < tables; t++) {
		const struct slot *s = find(&table_at(r, t)[place], tag);

		if (s == NULL)
			continue;
		in_this += counted(s, measure, window);
		in_last += counted(s, measure, window - 1);
	}
	/*
	 * Rounded down: who comes once in 61 seconds does not reach a limit of one a minute. But the sum, not each part of
	 * it, or who has one in each of many tables would be rid of all as soon as a window ends.
	 */
	return in_this + in_last * (length - now_ms % length) / length;
}

/* Would it be the same to forget it? A share of less than one counts too, with those of other tables. */
static bool
is_idle(const struct slot *s, uint64_t now_ms)
{
	for (size_t m = 0; m < RATE_SESSIONS; m++) {
		uint64_t window = now_ms / window_ms[m];

		if (counted(s, m, window) > 0 || counted(s, m, window - 1) > 0)
			return false;
	}
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
	struct rates_bucket *b = &r->own[place_of(r, tag)];
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
rates_octets(size_t slots, uint32_t tables)
{
	size_t octets;

	if (__builtin_mul_overflow(slots / WAYS + (slots % WAYS > 0), sizeof(struct rates_bucket), &octets) ||
	    __builtin_mul_overflow(octets, tables, &octets) || __builtin_add_overflow(octets, sizeof(struct head), &octets))
		return SIZE_MAX;
	return octets;
}

void
rates_init(struct rates *r, void *memory, size_t octets, uint32_t tables, const uint64_t seed[2])
{
	struct head *head = memory;
	size_t count;

	assert(tables > 0 && tables <= RATES_TABLES_MAX);
	assert(octets >= rates_octets(1, tables) && (uintptr_t)memory % sizeof(uint64_t) == 0);
	count = (octets - sizeof(*head)) / tables / sizeof(struct rates_bucket);
	*r = (struct rates){
		.used = &head->used,
		.buckets = (struct rates_bucket *)(head + 1),
		.bucket_count = count < UINT32_MAX ? (uint32_t)count : UINT32_MAX,
		.table_count = tables,
		.seed = { seed[0], seed[1] },
	};
}

void
rates_take(struct rates *r, uint32_t table)
{
	/* What nobody ever wrote has no sessions, and no memory either until somebody looks. */
	if (table < tables_used(r))
		rates_leave_all(r, table);
	r->own = table_at(r, table);
	r->forgotten = r->untracked = 0;
	use_tables(r, table + 1ULL);
}

void
rates_leave_all(struct rates *r, uint32_t table)
{
	struct rates_bucket *b;

	assert(table < r->table_count);
	b = table_at(r, table);
	for (size_t k = 0; k < r->bucket_count; k++)
		for (size_t i = 0; i < WAYS; i++)
			if (load(&b[k].slots[i].sessions) > 0)
				store(&b[k].slots[i].sessions, 0);
}

void
rates_add(struct rates *r, const struct rates_who *who, enum rate_measure measure, uint32_t n, uint64_t now_ms)
{
	uint64_t window;

	assert(r->own != NULL && measure < RATE_SESSIONS);
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
	assert(r->own != NULL);
	for (enum rate_scope scope = 0; scope < RATE_SCOPES; scope++) {
		struct slot *s = slot_for(r, who, scope, now_ms);

		if (s != NULL)
			store(&s->sessions, s->sessions + 1);
	}
}

void
rates_leave(struct rates *r, const struct rates_who *who)
{
	assert(r->own != NULL);
	for (enum rate_scope scope = 0; scope < RATE_SCOPES; scope++) {
		uint64_t tag = tag_of(r, who, scope);
		struct slot *s = find(&r->own[place_of(r, tag)], tag);

		if (s != NULL && s->sessions > 0)
			store(&s->sessions, s->sessions - 1);
	}
}

uint64_t
rates_count(const struct rates *r, const struct rates_who *who, enum rate_scope scope,
            enum rate_measure measure, uint64_t now_ms)
{
	uint64_t tag = tag_of(r, who, scope);

	return measure == RATE_SESSIONS ? open_sessions(r, tag) : estimate(r, tag, measure, now_ms);
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
