/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/scribe/shelf.h"

#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char base[40], folder[80];

static void
begin(void)
{
	snprintf(base, sizeof(base), "/tmp/relaywall-test-XXXXXX");
	CU_ASSERT_FATAL(mkdtemp(base) != NULL);
	snprintf(folder, sizeof(folder), "%s/kept", base);
}

static void
path_of(const char *name, char out[200])
{
	snprintf(out, 200, "%s/%s", folder, name);
}

static void
make(const char *name)
{
	char path[200];
	int fd;

	path_of(name, path);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	CHECK(fd != -1, "%s: %s", path, strerror(errno));
	close(fd);
}

static bool
is_there(const char *name)
{
	char path[200];

	path_of(name, path);
	return access(path, F_OK) == 0;
}

/* Files alone are in it. */
static void
end(void)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir != NULL)
		closedir(dir);
	rmdir(folder);
	unlink(folder);
	CHECK(rmdir(base) == 0, "%s: %s", base, strerror(errno));
}

/* The number of the next file, which is there then, and nobody else's; 0 and errno: there is none. */
static unsigned
next(unsigned files)
{
	unsigned number = 0;
	char name[SHELF_NAME];
	struct stat st;
	int fd = shelf_next(folder, files, &number);

	if (fd == -1)
		return 0;
	shelf_name(number, name);
	CHECK(is_there(name) && fstat(fd, &st) == 0 && st.st_size == 0 && (st.st_mode & 07777 & ~0640U) == 0, "%s", name);
	CHECK((fcntl(fd, F_GETFL) & (O_APPEND | O_ACCMODE)) == (O_APPEND | O_WRONLY) && fcntl(fd, F_GETFD) == FD_CLOEXEC, "%s", name);
	close(fd);
	return number;
}

static void
files_are_numbered_and_the_oldest_goes(void)
{
	begin();
	for (unsigned i = 1; i <= 10; i++) {
		CHECK(next(3) == i, "file %u", i);
		for (unsigned k = 1; k <= i; k++) {
			char name[SHELF_NAME];

			shelf_name(k, name);
			CHECK(is_there(name) == (k + 3 > i), "%u files were made: %s", i, name);
		}
	}
	CU_ASSERT(next(2) == 11 && is_there("evidence-000010.pcapng") && !is_there("evidence-000009.pcapng"));	/* fewer are wanted now */
	end();
}

static void
what_is_not_its_own_is_left_alone_and_not_counted(void)
{
	static const char *const others[] = { "evidence-000000.pcapng.gz", "evidence-3.pcapng", "evidence-0000003.pcapng", "evidence-4294967297.pcapng",
		"notes", "evidence-.pcapng", "evidence--00001.pcapng" };

	begin();
	CU_ASSERT(next(2) == 1);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		make(others[i]);
	for (unsigned i = 2; i < 6; i++)
		CHECK(next(2) == i, "file %u", i);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		CHECK(is_there(others[i]), "%s", others[i]);
	end();
}

static void
it_goes_on_behind_the_highest_that_is_there(void)
{
	begin();
	CU_ASSERT(next(3) == 1);
	make("evidence-000050.pcapng");
	CU_ASSERT(next(3) == 51 && is_there("evidence-000001.pcapng"));
	CU_ASSERT(next(3) == 52 && !is_there("evidence-000001.pcapng") && is_there("evidence-000050.pcapng"));
	make("evidence-1000001.pcapng");
	CU_ASSERT(next(5) == 1000002);
	end();
}

static void
a_folder_that_cannot_be_is_told(void)
{
	int fd;

	begin();
	fd = open(folder, O_WRONLY | O_CREAT, 0600);
	close(fd);
	CU_ASSERT(next(3) == 0 && errno == ENOTDIR);
	unlink(folder);
	snprintf(folder, sizeof(folder), "%s/no/such", base);
	CU_ASSERT(next(3) == 0 && errno == ENOENT);
	end();
}

/* A folder of that name cannot be removed as a file: none is made then, or there would be too many. */
static void
what_cannot_be_removed_keeps_the_next_from_being_made(void)
{
	char path[200];

	begin();
	CU_ASSERT(next(2) == 1);
	path_of("evidence-000000.pcapng", path);
	CU_ASSERT(mkdir(path, 0700) == 0);
	CU_ASSERT(next(2) == 0 && errno != 0 && !is_there("evidence-000002.pcapng"));
	rmdir(path);
	CU_ASSERT(next(2) == 2);
	end();
}

static void
without_memory_nothing_is_made_or_removed(void)
{
	struct scarce s;

	begin();
	CU_ASSERT(next(3) == 1);
	SCARCE_EACH(&s) {
		unsigned number;
		int fd;

		scarce_begin(&s);
		fd = shelf_next(folder, 50, &number);
		scarce_end(&s);
		CHECK((fd == -1) == s.denied, "%s", scarce_run(&s));
		if (fd != -1)
			close(fd);
		CU_ASSERT(is_there("evidence-000001.pcapng"));
	}
	end();
}

static CU_TestInfo tests[] = {
	{ "files are numbered, and the oldest goes", files_are_numbered_and_the_oldest_goes },
	{ "what is not its own is left alone, and not counted", what_is_not_its_own_is_left_alone_and_not_counted },
	{ "it goes on behind the highest that is there", it_goes_on_behind_the_highest_that_is_there },
	{ "a folder that cannot be is told", a_folder_that_cannot_be_is_told },
	{ "what cannot be removed keeps the next from being made", what_cannot_be_removed_keeps_the_next_from_being_made },
	{ "without memory nothing is made or removed", without_memory_nothing_is_made_or_removed },
	CU_TEST_INFO_NULL,
};
SUITE(shelf, tests)
