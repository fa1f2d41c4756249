/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/captain/scribehouse.h"

#include "proxy/base/clock.h"
#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WRITERS = 3 };

static char file[32];
static char told[500];

static int
make_file(void)
{
	int fd;

	memcpy(file, "/tmp/relaywall-test-XXXXXX", sizeof("/tmp/relaywall-test-XXXXXX"));
	fd = mkstemp(file);
	return fd == -1 ? -1 : close(fd);
}

static long long
file_octets(void)
{
	struct stat st;

	return stat(file, &st) == -1 ? -1 : (long long)st.st_size;
}

/* The tests are for whoever runs them; whether the sandbox holds is tested as root, in tests/keeper. Linked with --wrap. */
int __wrap_confine_enter(const struct confine *c, enum sandbox_profile profile, const char *name);

int
__wrap_confine_enter(const struct confine *c, enum sandbox_profile profile, const char *name)
{
	(void)c, (void)profile, (void)name;
	return 0;
}

static int
open_house(struct scribehouse *s, const char *path, FILE *errors)
{
	return scribehouse_open(s, &(struct scribe_home){ .file = path, .procid = getpid() }, WRITERS, ev_default_loop(0), errors);
}

/* One line of each writer. Octets that they put into their rings. */
static size_t
write_lines(const struct scribehouse *s)
{
	size_t octets = 0;

	for (size_t i = 0; i < WRITERS; i++) {
		struct journal j;

		journal_init(&j, scribehouse_outlet(s, i), "0123456789abcdef", stderr, clock_ms());
		octets += ring_room(&j.outlet->ring);
		journal_service(&j, "start", "text");
		octets -= ring_room(&j.outlet->ring);
	}
	return octets;
}

static void
what_all_writers_said_is_in_the_file_at_the_end(void)
{
	struct scribehouse s;
	size_t octets;

	CU_ASSERT_FATAL(make_file() == 0 && open_house(&s, file, stderr) == 0);
	octets = write_lines(&s);
	scribehouse_close(&s);
	CHECK(octets > 0 && file_octets() == (long long)octets, "%zu octets, in the file %lld", octets, file_octets());
	scribehouse_close(&s);		/* does nothing */
	unlink(file);
}

/* Nobody runs the loop, which would start another one. */
static void
a_scribe_that_died_just_before_the_end_loses_nothing(void)
{
	struct scribehouse s;
	size_t octets;

	CU_ASSERT_FATAL(make_file() == 0 && open_house(&s, file, stderr) == 0);
	child_end(&s.child);
	octets = write_lines(&s);
	CU_ASSERT(file_octets() == 0);
	scribehouse_close(&s);
	CHECK(octets > 0 && file_octets() == (long long)octets, "%zu octets, in the file %lld", octets, file_octets());
	unlink(file);
}

/* --- evidence --- */

static const struct span network = { (const uint8_t *)"untrusted", 9 };
static const struct policy_host host = { .name = { (const uint8_t *)"aix", 3 } };
static const struct policy policy = { .network_names = &network, .network_count = 1, .hosts = &host, .host_count = 1 };
static char kept[64];

static int
open_house_with_evidence(struct scribehouse *s)
{
	const struct scribe_home conf = { .file = file, .procid = getpid(),
		.evidence = { .folder = kept, .files = 2, .file_octets = 1 << 20, .policy = &policy, .digest = "0123456789abcdef" } };

	if (make_file() == -1)
		return -1;
	snprintf(kept, sizeof(kept), "%s.kept", file);
	return scribehouse_open(s, &conf, WRITERS, ev_default_loop(0), stderr);
}

static long long
kept_octets(void)
{
	char path[128];
	struct stat st;

	snprintf(path, sizeof(path), "%s/evidence-000001.pcapng", kept);
	return stat(path, &st) == -1 ? -1 : (long long)st.st_size;
}

static void
remove_all(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/evidence-000001.pcapng", kept);
	unlink(path);
	rmdir(kept);
	unlink(file);
}

static struct exhibit_head
good_head(void)
{
	return (struct exhibit_head){ .octets = sizeof(struct exhibit_head), .id = "d0511a18" };
}

static void
put_exhibit(const struct scribehouse *s, size_t writer, const struct exhibit_head *head, size_t octets)
{
	uint8_t memory[2 * sizeof(*head)] = { 0 };

	memcpy(memory, head, sizeof(*head));
	CU_ASSERT(ring_put(scribehouse_exhibits(s, writer), span_of(memory, octets)) == 0);
}

static void
evidence_of_all_writers_is_kept_at_the_end_and_told(void)
{
	const struct exhibit_head head = good_head();
	struct scribehouse s;

	CU_ASSERT_FATAL(open_house_with_evidence(&s) == 0);
	CU_ASSERT(scribehouse_exhibits(&s, 0) != scribehouse_exhibits(&s, 1));
	child_end(&s.child);		/* and one that died before leaves it to the next */
	for (size_t i = 0; i < WRITERS; i++)
		put_exhibit(&s, i, &head, sizeof(head));
	CU_ASSERT(kept_octets() == -1);	/* no file without any */
	scribehouse_close(&s);
	CHECK(kept_octets() > WRITERS * 3 * 80 && file_octets() > WRITERS * 200, "%lld octets, in the journal %lld", kept_octets(), file_octets());
	remove_all();
	CU_ASSERT_FATAL(make_file() == 0 && open_house(&s, file, stderr) == 0);
	CU_ASSERT(scribehouse_exhibits(&s, 0) == NULL);
	scribehouse_close(&s);
	unlink(file);
}

/* What a worker that is no longer itself may put there. Behind what has a length the next one is found. */
static void
nonsense_is_counted_and_nothing_else_is_lost(void)
{
	enum { KINDS = 9 };
	const size_t octets = sizeof(struct exhibit_head);
	struct exhibit_head bad[KINDS];
	struct scribehouse s;

	for (size_t i = 0; i < KINDS; i++)
		bad[i] = good_head();
	bad[0].host = 1;
	bad[1].network = 1;
	bad[2].id[0] = 'x';
	bad[3].id[8] = 'x';
	memset(bad[4].why, 'x', sizeof(bad[4].why));
	bad[5].client.bytes[10] = bad[5].client.bytes[11] = 0xff;
	bad[6].octets++;		/* half a piece; from here on with what follows */
	bad[7].octets = 0;
	bad[8].octets = UINT32_MAX;
	for (size_t i = 0; i < KINDS; i++) {
		const struct exhibit_head good = good_head();

		CU_ASSERT_FATAL(open_house_with_evidence(&s) == 0);
		child_end(&s.child);	/* so that it finds all at once */
		put_exhibit(&s, 0, &bad[i], i == 6 ? octets + 1 : octets);
		put_exhibit(&s, 0, &good, octets);
		put_exhibit(&s, 1, &good, octets);
		put_exhibit(&s, 2, &good, octets - 1);
		scribehouse_close(&s);
		CHECK(kept_octets() > 3 * 80 * (i < 7 ? 2 : 1), "kind %zu: %lld octets are kept", i, kept_octets());
		CHECK(kept_octets() < 3 * 80 * (i < 7 ? 2 : 1) + 400, "kind %zu: %lld octets are kept", i, kept_octets());
		remove_all();
	}
}

static void
a_file_that_cannot_be_opened_is_told(void)
{
	FILE *errors = fmemopen(told, sizeof(told), "w");
	struct scribehouse s;

	CU_ASSERT_PTR_NOT_NULL_FATAL(errors);
	CU_ASSERT(open_house(&s, "/no/such/folder/file", errors) == -1);
	scribehouse_close(&s);
	fclose(errors);
	CHECK(strcmp(told, "relaywall: journal /no/such/folder/file: No such file or directory\n") == 0, "told: %s", told);
}

/* libev ends the process without memory. Of an allocation that fails in the scribe itself, its end is what is seen here. */
static void
without_memory_it_does_not_begin_or_it_works(void)
{
	static const char *const libraries[] = { "libev.so", NULL };
	FILE *errors = fopen("/dev/null", "w");
	struct scarce scarce;

	CU_ASSERT_PTR_NOT_NULL_FATAL(errors);
	setvbuf(errors, NULL, _IONBF, 0);	/* its buffer would be of the first run that fails */
	scarce_spare(libraries);
	SCARCE_EACH(&scarce) {
		struct scribehouse s;
		size_t octets = 0;
		int result;

		CU_ASSERT_FATAL(make_file() == 0);
		scarce_begin(&scarce);
		result = open_house(&s, file, errors);
		scarce_end(&scarce);
		if (result == 0)
			octets = write_lines(&s);
		scribehouse_close(&s);
		CHECK(scarce.denied ? result == -1 : result == 0 || scarce.nth > 0, "%s: %d", scarce_run(&scarce), result);
		CHECK(file_octets() == (long long)octets, "%s: %zu octets, in the file %lld", scarce_run(&scarce), octets, file_octets());
		unlink(file);
	}
	scarce_spare(NULL);
	fclose(errors);
}

static CU_TestInfo tests[] = {
	{ "what all writers said is in the file at the end", what_all_writers_said_is_in_the_file_at_the_end },
	{ "a scribe that died just before the end loses nothing", a_scribe_that_died_just_before_the_end_loses_nothing },
	{ "evidence of all writers is kept at the end, and told", evidence_of_all_writers_is_kept_at_the_end_and_told },
	{ "nonsense is counted, and nothing else is lost", nonsense_is_counted_and_nothing_else_is_lost },
	{ "a file that cannot be opened is told", a_file_that_cannot_be_opened_is_told },
	{ "without memory it does not begin, or it works", without_memory_it_does_not_begin_or_it_works },
	CU_TEST_INFO_NULL,
};
SUITE(scribehouse, tests)
