/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several writers, several tables, and memory that nobody can be sure of. */
#include "proxy/base/rates.h"

#include "tests/unit/base/tables.h"
#include "tests/unit/suite.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Each writes what it alone would know, and all know it. */
static void
a_count_is_the_sum_over_all_tables(void)
{
	struct rates reader = tables(64, 4, seed_a);
	struct rates all[3] = { writer(&reader, 0), writer(&reader, 1), writer(&reader, 2) };
	struct rates_who who = v4(1, 1), stranger = v4(1, 2);
	static const uint64_t want[RATE_MEASURES] = { 1 + 2 + 3, 10 + 20 + 30, 100 + 200 + 300, 1 + 2 + 3 };

	for (uint32_t w = 0; w < 3; w++) {
		rates_add(&all[w], &who, RATE_CONNECTIONS, w + 1, 0);
		rates_add(&all[w], &who, RATE_RECIPIENTS, 10 * (w + 1), 0);
		rates_add(&all[w], &who, RATE_MESSAGES, 100 * (w + 1), 0);
		for (uint32_t i = 0; i <= w; i++)
			rates_enter(&all[w], &who, 0);
	}
	for (enum rate_measure m = 0; m < RATE_MEASURES; m++) {
		struct rate_limits limits = { 0 }, higher = { 0 };

		limits.most[RATE_ADDRESS][m] = (uint32_t)want[m];
		higher.most[RATE_ADDRESS][m] = (uint32_t)want[m] + 1;
		for (enum rate_scope scope = 0; scope < RATE_SCOPES; scope++) {
			CHECK(rates_count(&reader, &who, scope, m, 0) == want[m], "scope %d, measure %d: reader", scope, m);
			CHECK(rates_count(&all[1], &who, scope, m, 0) == want[m], "scope %d, measure %d: writer", scope, m);
		}
		CHECK(rates_count(&reader, &stranger, RATE_ADDRESS, m, 0) == 0, "measure %d: stranger", m);
		CHECK(rates_exceeded(&reader, &who, &limits, m, 0) == 1 + m, "measure %d: the limit is not reached", m);
		CHECK(rates_exceeded(&reader, &who, &higher, m, 0) == RATE_NONE, "measure %d: a higher limit is reached", m);
	}
	rates_leave(&all[0], &who);
	rates_leave(&all[0], &who);	/* once too often, which is nothing to the other tables */
	CHECK(rates_count(&reader, &who, RATE_ADDRESS, RATE_SESSIONS, 0) == 5, "a session left");
}

/* Ten tables with one each: five are inside when half of the next window has passed, not none in each. */
static void
a_sum_is_rounded_once(void)
{
	struct rates reader = tables(8, 10, seed_a);
	struct rates_who who = v4(1, 1);
	static const struct { uint64_t at, want; } cases[] = {
		{ MINUTE, 10 }, { MINUTE + 1, 9 }, { MINUTE + MINUTE / 2, 5 }, { MINUTE + MINUTE / 2 + 1, 4 }, { 2 * MINUTE - 1, 0 },
	};

	for (uint32_t w = 0; w < 10; w++) {
		struct rates one = writer(&reader, w);

		rates_add(&one, &who, RATE_CONNECTIONS, 1, 0);
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t got = rates_count(&reader, &who, RATE_ADDRESS, RATE_CONNECTIONS, cases[i].at);

		CHECK(got == cases[i].want, "at %" PRIu64 ": got %" PRIu64, cases[i].at, got);
	}
}

/* In each of two tables half a message of clients 1 to 5 is left, which makes one; nothing of the youngest, 6. */
static void
what_is_left_is_kept_though_it_is_less_than_one(void)
{
	struct rates reader = tables(1, 2, seed_a);
	struct rates all[2] = { writer(&reader, 0), writer(&reader, 1) };
	struct rates_who who;
	uint64_t now = HOUR + HOUR / 2, got;

	for (unsigned w = 0; w < 2; w++) {
		for (unsigned i = 1; i <= 6; i++) {
			who = v4(1, i);
			rates_add(&all[w], &who, i < 6 ? RATE_MESSAGES : RATE_CONNECTIONS, 1, i);
		}
		who = v4(1, 11);
		rates_add(&all[w], &who, RATE_CONNECTIONS, 1, now);
		CHECK(all[w].forgotten == 0, "%" PRIu64 " were forgotten", all[w].forgotten);
	}
	for (unsigned i = 1; i <= 5; i++) {
		who = v4(1, i);
		got = rates_count(&reader, &who, RATE_ADDRESS, RATE_MESSAGES, now);
		CHECK(got == 1, "client %u: got %" PRIu64, i, got);
	}
}

/* Somebody dies with sessions open in table 1; table 0 lives on. */
static void
who_takes_a_table_over_keeps_its_windows_and_ends_its_sessions(void)
{
	struct rates reader = tables(1, 2, seed_a);
	struct rates other = writer(&reader, 0), dead = writer(&reader, 1), next;
	struct rates_who who = v4(1, 1), late = v4(1, 11);

	rates_enter(&other, &who, 0);
	rates_add(&other, &who, RATE_MESSAGES, 5, 0);
	for (unsigned i = 1; i <= 7; i++) {	/* one more than it has slots for */
		struct rates_who each = v4(1, i);

		rates_enter(&dead, &each, 0);
		rates_add(&dead, &each, RATE_MESSAGES, i, 0);
	}
	CHECK(dead.untracked > 0 && rates_count(&reader, &who, RATE_PREFIX, RATE_SESSIONS, 0) == 8, "before");
	next = writer(&dead, 1);
	CHECK(next.untracked == 0 && next.forgotten == 0, "%" PRIu64 " not tracked before anything happened", next.untracked);
	CHECK(rates_count(&reader, &who, RATE_ADDRESS, RATE_MESSAGES, 0) == 6, "the window is not kept");
	CHECK(rates_count(&reader, &who, RATE_PREFIX, RATE_MESSAGES, 0) == 5 + 28, "the window of the prefix is not kept");
	CHECK(rates_count(&reader, &who, RATE_ADDRESS, RATE_SESSIONS, 0) == 1, "not the one session of the other");
	CHECK(rates_count(&reader, &who, RATE_PREFIX, RATE_SESSIONS, 0) == 1, "not the one session of the other, by its prefix");
	rates_add(&next, &who, RATE_MESSAGES, 2, 0);
	rates_enter(&next, &who, 0);
	CHECK(rates_count(&reader, &who, RATE_ADDRESS, RATE_MESSAGES, 0) == 8, "it does not go on from there");
	CHECK(rates_count(&reader, &who, RATE_ADDRESS, RATE_SESSIONS, 0) == 2, "its session");
	rates_add(&next, &late, RATE_MESSAGES, 1, 1);	/* nobody's sessions hold the slots any more */
	CHECK(rates_count(&reader, &late, RATE_ADDRESS, RATE_MESSAGES, 1) == 1 && next.untracked == 0, "no slot became free");
}

/* 60 clients in each of three tables, which are cleared one after the other. */
static void
who_only_reads_can_end_the_sessions_of_a_table(void)
{
	struct rates keeper = tables(280, 3, seed_a);
	struct rates all[3] = { writer(&keeper, 0), writer(&keeper, 1), writer(&keeper, 2) };
	struct rates_who who;

	for (unsigned w = 0; w < 3; w++) {
		for (unsigned i = 0; i < 60; i++) {
			who = v4(w, i);
			rates_enter(&all[w], &who, 0);
			rates_add(&all[w], &who, RATE_MESSAGES, 1, 0);
		}
	}
	for (uint32_t cleared = 1; cleared <= 3; cleared++) {
		rates_leave_all(&keeper, cleared - 1);
		for (unsigned w = 0; w < 3; w++) {
			for (unsigned i = 0; i < 60; i++) {
				uint64_t got;

				who = v4(w, i);
				got = rates_count(&keeper, &who, RATE_ADDRESS, RATE_SESSIONS, 0);
				CHECK(got == (w >= cleared), "%u cleared, client %u of table %u: %" PRIu64, cleared, i, w, got);
				got = rates_count(&keeper, &who, RATE_ADDRESS, RATE_MESSAGES, 0);
				CHECK(got == 1, "%u cleared, client %u of table %u: %" PRIu64 " messages", cleared, i, w, got);
			}
		}
	}
}

/* Tables 1 and 2 cannot be touched: they begin where a page does. More clients come than table 0 has slots. */
/* Memory is taken page by page, as clients come: not all of it by who begins. */
static void
who_takes_a_table_that_nobody_had_touches_none_of_it(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), octets = rates_octets(4 * page, 2);
	uint8_t *memory = mmap(NULL, octets, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct rates r;

	if (memory == MAP_FAILED || mprotect(memory + page, octets - page, PROT_NONE) == -1) {
		perror("mmap");
		exit(1);
	}
	rates_init(&r, memory, octets, 2, seed_a);
	rates_take(&r, 1);
	CHECK(*r.used == 2 && r.own != NULL, "%" PRIu64 " used", *r.used);
	munmap(memory, octets);
}

static void
tables_that_nobody_took_are_not_touched(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), buckets = 1, octets;
	struct rates_who who = v4(1, 1);
	struct rate_limits limits;
	uint8_t *memory;
	struct rates r;

	while (rates_octets(8 * buckets, 1) % page != 0)
		buckets++;
	octets = rates_octets(8 * buckets, 3);
	memory = mmap(NULL, octets, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED || mprotect(memory + rates_octets(8 * buckets, 1), octets - rates_octets(8 * buckets, 1), PROT_NONE) == -1) {
		perror("mmap");
		exit(1);
	}
	memset(&limits, 1, sizeof(limits));
	rates_init(&r, memory, octets, 3, seed_a);
	CHECK(rates_exceeded(&r, &who, &limits, RATE_SESSIONS, 0) == RATE_NONE, "somebody was here");
	rates_take(&r, 0);
	for (unsigned i = 0; i < 250; i++) {
		who = v4(2, i);
		rates_enter(&r, &who, i);
		rates_add(&r, &who, RATE_MESSAGES, 1, i);
		CHECK(rates_exceeded(&r, &who, &limits, RATE_MESSAGES, i) == RATE_NONE, "client %u", i);
		rates_leave(&r, &who);
	}
	CHECK(rates_count(&r, &who, RATE_PREFIX, RATE_MESSAGES, 250) == 250, "not all are counted");
	rates_leave_all(&r, 0);
	munmap(memory, octets);
}

/* A limit that is 0 is not counted: all of the memory can be out of reach. */
static void
no_limit_costs_no_look(void)
{
	size_t octets = 1 << 16;
	void *memory = mmap(NULL, octets, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct rates_who who = v4(1, 1);
	struct rate_limits limits = { 0 };
	struct rates r;

	if (memory == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	rates_init(&r, memory, octets, 2, seed_a);
	for (enum rate_measure m = 0; m < RATE_MEASURES; m++)
		CHECK(rates_exceeded(&r, &who, &limits, m, 0) == RATE_NONE, "measure %d", m);
	munmap(memory, octets);
}

/* After the last table comes a page that cannot be touched. */
static void
a_garbage_number_of_used_tables_does_no_harm(void)
{
	static const struct { uint64_t word, want; } cases[] = {
		{ 0, 0 }, { 1, 1 }, { 2, 11 }, { 3, 111 }, { 4, 111 }, { 1000, 111 }, { UINT32_MAX, 111 }, { 1ULL << 32, 111 },
		{ 1ULL << 32 | 1, 111 }, { 1ULL << 63, 111 }, { UINT64_MAX, 111 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rates reader = tables(64, 3, seed_a);
		struct rates all[3] = { writer(&reader, 0), writer(&reader, 1), writer(&reader, 2) };
		struct rates_who who = v4(1, 1);
		uint64_t got;

		for (unsigned w = 0, n = 1; w < 3; w++, n *= 10) {
			rates_add(&all[w], &who, RATE_MESSAGES, n, 0);
			for (unsigned k = 0; k < n; k++)
				rates_enter(&all[w], &who, 0);
		}
		*reader.used = cases[i].word;
		got = rates_count(&reader, &who, RATE_ADDRESS, RATE_MESSAGES, 0);
		CHECK(got == cases[i].want, "%" PRIx64 ": got %" PRIu64 " messages", cases[i].word, got);
		got = rates_count(&reader, &who, RATE_ADDRESS, RATE_SESSIONS, 0);
		CHECK(got == cases[i].want, "%" PRIx64 ": got %" PRIu64 " sessions", cases[i].word, got);
		rates_add(&all[2], &who, RATE_MESSAGES, 1, 0);	/* writers do not ask for it */
		rates_take(&all[2], 2);
		got = rates_count(&reader, &who, RATE_ADDRESS, RATE_MESSAGES, 0);
		CHECK(got == 112, "%" PRIx64 ", and the last is taken: got %" PRIu64, cases[i].word, got);
	}
}

/* Which tables are read after these were taken, as bits; each was written to. */
static void
tables_up_to_the_highest_that_was_taken_are_read(void)
{
	static const struct { const char *taken; uint64_t want; } cases[] = {
		{ "", 0 }, { "0", 1 }, { "1", 3 }, { "2", 7 }, { "20", 7 }, { "01", 3 }, { "102", 7 }, { "3", 15 }, { "33", 15 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rates reader = tables(8, 4, seed_a);
		struct rates_who who = v4(1, 1);
		uint64_t got;

		for (uint32_t t = 0; t < 4; t++) {
			struct rates w = writer(&reader, t);

			rates_add(&w, &who, RATE_MESSAGES, 1U << t, 0);
		}
		*reader.used = 0;
		for (const char *c = cases[i].taken; *c != '\0'; c++)
			writer(&reader, (uint32_t)(*c - '0'));
		got = rates_count(&reader, &who, RATE_ADDRESS, RATE_MESSAGES, 0);
		CHECK(got == cases[i].want, "\"%s\": got %" PRIu64, cases[i].taken, got);
	}
}

/* As in a process that was not forked from the one that counts, and has the memory somewhere else. */
static void
the_memory_means_the_same_wherever_it_is(void)
{
	struct rates r = tables(64, 3, seed_a), w = writer(&r, 2), there;
	size_t octets = rates_octets(64, 3);
	uint64_t *copy = malloc(octets);
	struct rates_who who = v4(1, 1);

	if (copy == NULL)
		exit(1);
	rates_add(&w, &who, RATE_MESSAGES, 7, 0);
	memcpy(copy, r.used, octets);
	rates_init(&there, copy, octets, 3, seed_a);
	*r.used = 0;
	CHECK(rates_count(&there, &who, RATE_ADDRESS, RATE_MESSAGES, 0) == 7, "the copy");
	CHECK(rates_count(&r, &who, RATE_ADDRESS, RATE_MESSAGES, 0) == 0, "the original");
	rates_init(&there, copy, octets, 3, seed_b);
	CHECK(rates_count(&there, &who, RATE_ADDRESS, RATE_MESSAGES, 0) == 0, "another seed finds it");
	free(copy);
}

static void
octets_are_of_all_tables(void)
{
	static uint64_t memory[(64 + 7 * 24 * 72) / sizeof(uint64_t)];

	CHECK(rates_octets(8, 1) == 64 + 8 * 72 && rates_octets(1, 1) == rates_octets(8, 1), "one bucket: %zu", rates_octets(1, 1));
	CHECK(rates_octets(9, 3) == 64 + 3 * 16 * 72, "three tables of two: %zu", rates_octets(9, 3));
	CHECK(rates_octets(SIZE_MAX, 1) == SIZE_MAX, "too many slots: %zu", rates_octets(SIZE_MAX, 1));
	CHECK(rates_octets(SIZE_MAX / 72 / 2, 4) == SIZE_MAX, "too many tables: %zu", rates_octets(SIZE_MAX / 72 / 2, 4));
	for (uint32_t count = 1; count <= 7; count++) {
		for (size_t octets = rates_octets(8, count); octets < rates_octets(24, count); octets++) {
			uint32_t want = octets < rates_octets(16, count) ? 1 : 2;
			struct rates r;

			rates_init(&r, memory, octets, count, seed_a);
			CHECK(r.bucket_count == want && r.table_count == count, "%zu octets, %u tables: %u buckets", octets, count, r.bucket_count);
		}
	}
}

/* Words with the number of a window that is asked for, and without; or some of what was there is left. */
static void
spoil(uint64_t *words, size_t count, bool all, unsigned *seed)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t garbage = (uint64_t)rand_r(seed) << 42 ^ (uint64_t)rand_r(seed) << 21 ^ (uint64_t)rand_r(seed);

		if (all || rand_r(seed) % 2 == 0)
			words[i] = rand_r(seed) % 2 == 0 ? garbage : garbage % 4 << 32 | garbage >> 32;
	}
}

/* Tags that are left and words that are not: readers find a slot and garbage in it. The memory can only be read. */
static void
a_reader_survives_garbage(void)
{
	size_t octets = 1 << 16, page = (size_t)sysconf(_SC_PAGESIZE), used = rates_octets(8 * ((octets - 64) / 3 / 576), 3);
	uint8_t *mapping = mmap(NULL, octets + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t *words = (uint64_t *)(mapping + octets - used);
	unsigned seed = 12, reached = 0;
	struct rate_limits limits;
	struct rates r;

	if (mapping == MAP_FAILED || mprotect(mapping + octets, page, PROT_NONE) == -1) {
		perror("garbage");
		exit(1);
	}
	memset(&limits, 1, sizeof(limits));
	rates_init(&r, words, used, 3, seed_a);
	for (unsigned round = 0; round < 50; round++) {
		struct rates w = writer(&r, round % 3);

		for (unsigned i = 0; i < 250; i++) {
			struct rates_who who = v4(1, i);

			rates_enter(&w, &who, 0);
		}
		spoil(words, used / sizeof(*words), round % 2 == 0, &seed);
		mprotect(mapping, octets, PROT_READ);
		for (unsigned i = 0; i < 250; i++) {
			struct rates_who who = v4(1, i);

			for (enum rate_measure m = 0; m < RATE_MEASURES; m++)
				reached += rates_exceeded(&r, &who, &limits, m, i % 4 * MINUTE) != RATE_NONE;
		}
		mprotect(mapping, octets, PROT_READ | PROT_WRITE);
		memset(words, 0, used);
	}
	CHECK(reached > 1000, "only %u readers found something", reached);
	munmap(mapping, octets + page);
}

/* Whoever takes a table of garbage can write it, and after two windows nothing is left of it. */
static void
a_writer_survives_garbage(void)
{
	struct rates r = tables(400, 2, seed_a);
	size_t count = rates_octets(400, 2) / sizeof(uint64_t);
	unsigned seed = 13;

	for (unsigned round = 0; round < 50; round++) {
		uint64_t now = 1000 * (uint64_t)HOUR;	/* windows that garbage does not have the numbers of */
		struct rates w[2];

		spoil(r.used, count, true, &seed);
		w[0] = writer(&r, 0);
		w[1] = writer(&r, 1);
		for (unsigned i = 0; i < 60; i++) {
			struct rates_who who = v4(i, i);

			rates_add(&w[i % 2], &who, RATE_MESSAGES, 3, now);
			rates_enter(&w[i % 2], &who, now);
			CHECK(rates_count(&r, &who, RATE_ADDRESS, RATE_MESSAGES, now) == 3, "round %u, client %u: messages", round, i);
			CHECK(rates_count(&r, &who, RATE_ADDRESS, RATE_SESSIONS, now) == 1, "round %u, client %u: sessions", round, i);
		}
	}
}

enum { WRITERS = 3, CONCURRENT = 10000 };

/* Everything that a writer of the next test does: a client that stays, and a stream of others that come and go. */
static void
write_much(struct rates r, uint32_t table)
{
	struct rates_who who = v4(1, 1);

	rates_take(&r, table);
	rates_enter(&r, &who, HOUR);	/* so that it is never the one who is pushed out */
	for (unsigned i = 0; i < CONCURRENT; i++) {
		struct rates_who other = v4(2 + i % 200, i / 200 % 256);

		rates_add(&r, &who, RATE_MESSAGES, 1, HOUR);
		rates_add(&r, &other, RATE_MESSAGES, 1, HOUR);
		rates_enter(&r, &other, HOUR);
		rates_leave(&r, &other);
	}
}

static void
one_reads_while_others_write(void)
{
	size_t octets = rates_octets(512, WRITERS);
	void *memory = mmap(NULL, octets, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct rates_who who = v4(1, 1);
	uint64_t last = 0, got;
	struct rates r;
	unsigned running = WRITERS;
	int status;

	if (memory == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	rates_init(&r, memory, octets, WRITERS, seed_a);
	for (uint32_t w = 0; w < WRITERS; w++) {
		pid_t pid = fork();

		if (pid == 0) {
			write_much(r, w);
			_exit(0);
		}
		CHECK(pid > 0, "no writer");
	}
	while (running > 0) {
		pid_t pid = waitpid(-1, &status, WNOHANG);

		CHECK(pid >= 0 && (pid == 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 0)), "a writer died");
		running = pid < 0 ? 0 : running - (pid > 0);
		got = rates_count(&r, &who, RATE_ADDRESS, RATE_MESSAGES, HOUR);
		CHECK(got >= last && got <= WRITERS * CONCURRENT, "%" PRIu64 " after %" PRIu64, got, last);
		last = got;
		got = rates_count(&r, &who, RATE_NETWORK, RATE_SESSIONS, HOUR);
		CHECK(got <= 2 * WRITERS, "%" PRIu64 " sessions", got);
	}
	CHECK(last == WRITERS * CONCURRENT, "in the end %" PRIu64, last);
	for (uint32_t w = 0; w < WRITERS; w++) {
		got = rates_count(&r, &who, RATE_ADDRESS, RATE_SESSIONS, HOUR);
		CHECK(got == WRITERS - w, "%" PRIu64 " sessions after %u were cleared", got, w);
		rates_leave_all(&r, w);
	}
	CHECK(rates_count(&r, &who, RATE_ADDRESS, RATE_SESSIONS, HOUR) == 0, "sessions in the end");
	munmap(memory, octets);
}

static CU_TestInfo tests[] = {
	{ "a count is the sum over all tables", a_count_is_the_sum_over_all_tables },
	{ "a sum is rounded once", a_sum_is_rounded_once },
	{ "what is left is kept though it is less than one", what_is_left_is_kept_though_it_is_less_than_one },
	{ "who takes a table over keeps its windows and ends its sessions", who_takes_a_table_over_keeps_its_windows_and_ends_its_sessions },
	{ "who only reads can end the sessions of a table", who_only_reads_can_end_the_sessions_of_a_table },
	{ "who takes a table that nobody had touches none of it", who_takes_a_table_that_nobody_had_touches_none_of_it },
	{ "tables that nobody took are not touched", tables_that_nobody_took_are_not_touched },
	{ "no limit costs no look", no_limit_costs_no_look },
	{ "a garbage number of used tables does no harm", a_garbage_number_of_used_tables_does_no_harm },
	{ "tables up to the highest that was taken are read", tables_up_to_the_highest_that_was_taken_are_read },
	{ "the memory means the same wherever it is", the_memory_means_the_same_wherever_it_is },
	{ "octets are of all tables", octets_are_of_all_tables },
	{ "a reader survives garbage", a_reader_survives_garbage },
	{ "a writer survives garbage", a_writer_survives_garbage },
	{ "one reads while others write", one_reads_while_others_write },
	CU_TEST_INFO_NULL,
};
SUITE(rates_tables, tests)
