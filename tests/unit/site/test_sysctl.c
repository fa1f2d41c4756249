/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/sysctl.h"

#include "tests/unit/site/folder.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

/* The kernel of these tests: the test's own folder. Its name stands in the keys for "net". */
static char *root, *net;

static void
make_kernel(void)
{
	char *at;

	folder_write("one", "1\n");
	folder_write("two", "2\t\n");
	folder_write("three", "10\t20\n");
	net = folder_path("x");
	*strrchr(net, '/') = '\0';
	root = strdup(net);
	CU_ASSERT_PTR_NOT_NULL_FATAL(root);
	at = strrchr(root, '/');
	*at = '\0';
	memmove(net, at + 1, strlen(at + 1) + 1);
}

/* Compare with text, "@" being the folder; what was written to out and errors, one behind the other. */
static int
compare(const char *text, char **said)
{
	char *file = folder_path("sysctl.conf"), *with_net;
	size_t len;
	FILE *f = open_memstream(&with_net, &len);
	int result;

	for (const char *at = text; *at != '\0'; at++)
		*at == '@' ? fputs(net, f) : fputc(*at, f);
	fclose(f);
	folder_write("sysctl.conf", with_net);
	f = open_memstream(said, &len);
	result = sysctl_check(root, file, f, f);
	fclose(f);
	free(with_net);
	free(file);
	return result;
}

static void
what_differs_is_told_with_its_line(void)
{
	static const struct { const char *text; int different; const char *says; } cases[] = {
		{ "", 0, "" }, { "# a\n\n ; b\n", 0, "" }, { "@.one = 1\n@.two=2", 0, "" }, { "@.three = 10\t20\n", 0, "" },
		{ "\n@.one = 0\n", 1, ".one = 1, wanted 0 (" }, { "\n@.one = 0\n", 1, ":2)" }, { "@.none = 1\n", 1, ".none is not there, wanted 1 (" },
		{ "@.t* = 2\n", 1, ".three = 10\t20, wanted 2 (" }, { "@.one = 2\n@.two = 1\n", 2, ".two = 2, wanted 1" },
		{ "@.one\n", -1, ":1: found no setting, expected as" }, { "@.one =\n", -1, ":1: found no setting" }, { "= 1\n", -1, ":1: found no setting" },
		{ "@.one = 1\n@..one = 1\n", -1, ":2: found no setting" }, { "@/one = 1\n", -1, ":1: found no setting" }, { ".@.one = 1\n", -1, ":1: found no setting" },
	};

	char *said_of_none;
	size_t len;
	FILE *none;

	make_kernel();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *said;
		int got = compare(cases[i].text, &said);

		CHECK(got == cases[i].different, "%zu: %d differ: %s", i, got, said);
		CHECK(cases[i].says[0] == '\0' ? said[0] == '\0' : strstr(said, cases[i].says) != NULL, "%zu: said %s", i, said);
		free(said);
	}
	none = open_memstream(&said_of_none, &len);
	CU_ASSERT(sysctl_check(root, "/no/such/file", none, none) == -1);
	fclose(none);
	CHECK(strcmp(said_of_none, "/no/such/file: cannot read: No such file or directory\n") == 0, "said %s", said_of_none);
	free(said_of_none);
	free(net);
	free(root);
}

static CU_TestInfo tests[] = {
	{ "what differs is told with its line", what_differs_is_told_with_its_line },
	CU_TEST_INFO_NULL,
};
SUITE(sysctl, tests)
