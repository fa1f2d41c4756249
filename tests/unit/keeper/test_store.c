/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/process/store.h"

#include "tests/unit/suite.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static struct store s;

static int
descriptor(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static bool
is_open(int fd)
{
	return fcntl(fd, F_GETFD) != -1;
}

static void
a_name_has_one_descriptor(void)
{
	int a = descriptor(), b = descriptor(), c = descriptor();

	CU_ASSERT(store_find(&s, "a") == -1);
	CU_ASSERT(store_put(&s, "a", a) == 0 && store_put(&s, "c", c) == 0 && store_find(&s, "a") == a);
	CU_ASSERT(store_put(&s, "a", b) == 0 && store_find(&s, "a") == b && !is_open(a) && s.count == 2);
	store_drop(&s, "a");
	CU_ASSERT(store_find(&s, "a") == -1 && !is_open(b) && store_find(&s, "c") == c && s.count == 1);
	store_drop(&s, "a");
	CU_ASSERT(s.count == 1);
	CU_ASSERT(store_take(&s, "a") == -1 && store_take(&s, "c") == c && is_open(c) && s.count == 0);
	CU_ASSERT(store_put(&s, "c", c) == 0);
	store_done(&s);
	CU_ASSERT(!is_open(c) && s.count == 0);
}

static void
what_does_not_fit_stays_the_callers(void)
{
	char name[STORE_NAME + 1];
	int fd = descriptor();

	memset(name, 'x', STORE_NAME);
	name[STORE_NAME] = '\0';
	CU_ASSERT(store_put(&s, name, fd) == -1 && store_put(&s, "", fd) == -1 && is_open(fd));
	name[STORE_NAME - 1] = '\0';
	CU_ASSERT(store_put(&s, name, fd) == 0 && store_find(&s, name) == fd);
	store_done(&s);
}

static void
a_full_store_takes_no_more(void)
{
	char name[16];
	int fd = descriptor();

	for (int i = 0; i < STORE_MAX; i++) {
		snprintf(name, sizeof(name), "%d", i);
		CU_ASSERT_FATAL(store_put(&s, name, dup(fd)) == 0);
	}
	CU_ASSERT(store_put(&s, "one more", fd) == -1 && is_open(fd));
	CU_ASSERT(store_put(&s, "7", fd) == 0 && store_find(&s, "7") == fd);
	store_done(&s);
}

static CU_TestInfo tests[] = {
	{ "a name has one descriptor", a_name_has_one_descriptor },
	{ "what does not fit stays the caller's", what_does_not_fit_stays_the_callers },
	{ "a full store takes no more", a_full_store_takes_no_more },
	CU_TEST_INFO_NULL,
};
SUITE(store, tests)
