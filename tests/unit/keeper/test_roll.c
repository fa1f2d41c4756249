/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/process/roll.h"

#include "tests/unit/suite.h"

#include <stdlib.h>
#include <unistd.h>

#define REST "\"client\":\"192.0.2.1\",\"client_port\":1,\"host\":\"h\",\"address\":\"192.0.2.2\",\"network\":\"untrusted\",\"state\":\"body\"," \
	"\"tls\":false,\"authenticated\":true,\"age_ms\":2,\"recipients_taken\":3,\"recipients_refused\":4,\"octets_to_host\":5,\"octets_to_client\":6"
#define GOOD(id) "{\"id\":\"" id "\",\"last\":\"percent-hack\"," REST "}"

static struct roll roll;

static int
roll_of(const char *text)
{
	int fd = roll_new();

	CU_ASSERT_FATAL(fd != -1 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	return fd;
}

static bool
next_is(const char *id)
{
	json_t *o = roll_next(&roll);
	bool is = o != NULL && strcmp(json_string_value(json_object_get(o, "id")), id) == 0 && json_object_size(o) == 15;

	json_decref(o);
	return is;
}

static void
sessions_are_read_and_nothing_else_of_them(void)
{
	int fd = roll_of(GOOD("00000001") "\n{\"id\":\"00000002\",\"last\":\"\",\"more\":{\"x\":1}," REST "}\n");

	roll_begin(&roll, fd);
	CU_ASSERT(next_is("00000001") && next_is("00000002"));
	CU_ASSERT(roll_next(&roll) == NULL && !roll.torn);
	close(fd);
}

/* More than fits at once, so that lines lie over every seam. */
static void
many_are_read_to_the_end(void)
{
	enum { MANY = 500 };
	char id[16];
	int fd = roll_new();

	CU_ASSERT_FATAL(fd != -1);
	for (unsigned i = 0; i < MANY; i++) {
		char line[ROLL_LINE];

		snprintf(line, sizeof(line), "{\"id\":\"%08u\",\"last\":\"%.*s\"," REST "}\n", i, (int)(i % 200), GOOD("") GOOD(""));
		for (char *c = strstr(line, "\"last\":\"") + 8, *end = c + i % 200; c < end; c++)
			*c = *c == '"' || *c == '\\' ? 'x' : *c;
		CU_ASSERT_FATAL(write(fd, line, strlen(line)) == (ssize_t)strlen(line));
	}
	roll_begin(&roll, fd);
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(id, sizeof(id), "%08u", i);
		CHECK(next_is(id), "session %u", i);
	}
	CU_ASSERT(roll_next(&roll) == NULL);
	close(fd);
}

static void
what_is_no_session_ends_it_and_is_told(void)
{
	static char long_line[3 * ROLL_LINE];
	static const char *const texts[] = {
		"", "\n", GOOD("x"), "nonsense\n", "[]\n", "{}\n", "{\"id\":7,\"last\":\"\"," REST "}\n", "{\"last\":\"\"," REST "}\n",
		"{\"id\":\"x\",\"id\":\"y\",\"last\":\"\"," REST "}\n", "{\"id\":\"x\",\"last\":\"\xff\"," REST "}\n", long_line,
	};

	memset(long_line, 'a', sizeof(long_line) - 2);
	long_line[sizeof(long_line) - 2] = '\n';
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int fd = roll_of(texts[i]);

		roll_begin(&roll, fd);
		CHECK(roll_next(&roll) == NULL && roll.torn == (texts[i][0] != '\0'), "%.100s", texts[i]);
		close(fd);
	}
}

static void
its_memory_does_not_change_its_size(void)
{
	int fd = roll_new();

	CU_ASSERT(ftruncate(fd, ROLL_OCTETS + 1) == -1 && ftruncate(fd, 0) == -1);
	CU_ASSERT(lseek(fd, ROLL_OCTETS, SEEK_SET) == ROLL_OCTETS && write(fd, "x", 1) == -1);
	close(fd);
}

static CU_TestInfo tests[] = {
	{ "sessions are read, and nothing else of them", sessions_are_read_and_nothing_else_of_them },
	{ "many are read to the end", many_are_read_to_the_end },
	{ "what is no session ends it, and is told", what_is_no_session_ends_it_and_is_told },
	{ "its memory does not change its size", its_memory_does_not_change_its_size },
	CU_TEST_INFO_NULL,
};
SUITE(roll, tests)
