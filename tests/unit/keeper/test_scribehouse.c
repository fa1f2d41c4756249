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
	{ "a file that cannot be opened is told", a_file_that_cannot_be_opened_is_told },
	{ "without memory it does not begin, or it works", without_memory_it_does_not_begin_or_it_works },
	CU_TEST_INFO_NULL,
};
SUITE(scribehouse, tests)
