/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* memfd_create() */
#include "proxy/keeper/process/handover.h"

#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define HEAD "relaywall-keeper 1\n"
#define LEAST HEAD "file /c\ngeneration 7\n"

static const char whole[] = HEAD "file /etc/relay wall.conf\nprogram /usr/sbin/relaywall\ngeneration 7\norphan 3\nreload\nupgrade\n"
    "user 997 998\ncaptain 4711 9 draining 6 1 old\ncaptain 4712 10 serving 7 0 current\nhold 12 listener4:2525:0\nhold 13 rates:64:16\nend\n";

static struct handover h;
static char why[HANDOVER_WHY];

/* In memory of exactly this size, so that one octet too far is seen. */
static int
parse(const char *text, size_t len)
{
	char *copy = malloc(len == 0 ? 1 : len);
	int result;

	memcpy(copy, text, len);
	why[0] = '\0';
	result = handover_parse(&h, copy, len, why);
	free(copy);
	return result;
}

static int
parse_text(const char *text)
{
	return parse(text, strlen(text));
}

static void
what_was_written_is_read(void)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	CHECK(parse_text(whole) == 0, "%s", why);
	CU_ASSERT(strcmp(h.file, "/etc/relay wall.conf") == 0 && strcmp(h.program, "/usr/sbin/relaywall") == 0 && h.generation == 7);
	CU_ASSERT(h.reload && h.upgrade && h.orphaned[3] && !h.orphaned[2] && h.captain_count == 2 && h.store.count == 2);
	CU_ASSERT(h.user.uid == 997 && h.user.gid == 998);
	CU_ASSERT(h.captains[0].pid == 4711 && h.captains[0].wire == 9 && h.captains[0].state == CAPTAIN_DRAINING);
	CU_ASSERT(h.captains[0].generation == 6 && h.captains[0].group == 1 && h.captains[0].role == HANDOVER_OLD);
	CU_ASSERT(h.captains[1].state == CAPTAIN_SERVING && h.captains[1].role == HANDOVER_CURRENT);
	CU_ASSERT(store_find(&h.store, "listener4:2525:0") == 12 && store_find(&h.store, "rates:64:16") == 13);
	CU_ASSERT(handover_print(&h, out) == 0);
	fclose(out);
	CHECK(strcmp(text, whole) == 0, "%s", text);
	free(text);
}

static void
every_state_and_role_comes_back(void)
{
	for (enum captain_state s = 0; s < CAPTAIN_STATES; s++) {
		for (enum handover_role r = HANDOVER_OLD; r <= HANDOVER_NEXT; r++) {
			struct handover one = { .file = "/c", .captain_count = 1, .captains = { { .pid = 1, .wire = 3, .state = s, .role = r } } };
			char text[256] = "";
			FILE *out = fmemopen(text, sizeof(text), "w");

			CU_ASSERT(handover_print(&one, out) == 0);
			fclose(out);
			CHECK(parse_text(text) == 0 && h.captains[0].state == s && h.captains[0].role == r, "%s: %s", text, why);
		}
	}
}

static void
what_is_cut_anywhere_is_refused(void)
{
	for (size_t len = 0; len < sizeof(whole) - 1; len++)
		CHECK(parse(whole, len) == -1 && why[0] != '\0', "the first %zu octets", len);
}

static void
unknown_words_are_ignored(void)
{
	static const char *const lines[] = { "tide", "tide 3 high", "a-word-that-is-longer-than-any-of-ours 1", "captains 1", "hol 3 x" };
	char text[256];

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(text, sizeof(text), LEAST "%s\nend\n", lines[i]);
		CHECK(parse_text(text) == 0 && h.generation == 7 && h.captain_count == 0 && h.store.count == 0, "%s: %s", lines[i], why);
	}
}

static void
what_cannot_be_is_refused(void)
{
	static const char *const texts[] = {
		"", "\n", "end\n", "relaywall-keeper 2\nfile /c\ngeneration 7\nend\n", "relaywall-keeper\nfile /c\ngeneration 7\nend\n",
		HEAD "file /c\nend\n", HEAD "generation 7\nend\n", HEAD "file \ngeneration 7\nend\n", HEAD "file /c\nfile /d\ngeneration 7\nend\n",
		LEAST "end\nend\n", LEAST "end\ntide\n", LEAST "end 1\n", LEAST "\nend\n", LEAST " tide\nend\n", LEAST "generation 8\nend\n",
		HEAD "file /c\ngeneration 4294967296\nend\n", HEAD "file /c\ngeneration -1\nend\n", HEAD "file /c\ngeneration 7 8\nend\n",
		LEAST "program /a\nprogram /b\nend\n", LEAST "orphan 8\nend\n", LEAST "orphan\nend\n", LEAST "orphan 1 2\nend\n",
		LEAST "reload 1\nend\n", LEAST "upgrade now\nend\n",
		LEAST "user\nend\n", LEAST "user 997\nend\n", LEAST "user 997 998 999\nend\n", LEAST "user 0 998\nend\n",
		LEAST "user 997 0\nend\n", LEAST "user 4294967295 998\nend\n", LEAST "user 997 998\nuser 997 998\nend\n",
		LEAST "captain\nend\n", LEAST "captain 0 9 serving 7 0 current\nend\n", LEAST "captain 1 2 serving 7 0 current\nend\n",
		LEAST "captain 1 9 sleeping 7 0 current\nend\n", LEAST "captain 1 9 serving 7 8 current\nend\n",
		LEAST "captain 1 9 serving 7 0 last\nend\n", LEAST "captain 1 9 serving 7 0\nend\n", LEAST "captain 4294967297 9 serving 7 0 old\nend\n",
		LEAST "captain 1 9 serving 7 0 old\ncaptain 1 8 serving 6 1 old\nend\n",
		LEAST "captain 1 9 serving 7 0 old\ncaptain 2 9 serving 6 1 old\nend\n",
		LEAST "captain 1 9 serving 7 0 old\ncaptain 2 8 serving 7 1 old\nend\n",
		LEAST "captain 1 9 serving 7 0 old\ncaptain 2 8 serving 6 0 old\nend\n",
		LEAST "captain 1 9 serving 7 0 current\ncaptain 2 8 serving 6 1 current\nend\n",
		LEAST "captain 1 9 serving 7 0 next\ncaptain 2 8 serving 6 1 next\nend\n",
		LEAST "hold 12\nend\n", LEAST "hold 2 x\nend\n", LEAST "hold x 12\nend\n", LEAST "hold 12 x\nhold 13 x\nend\n",
		LEAST "hold 12 x\nhold 12 y\nend\n", LEAST "captain 1 9 serving 7 0 old\nhold 9 x\nend\n",
		LEAST "hold 9 x\ncaptain 1 9 serving 7 0 old\nend\n",
	};
	static const char nul[] = HEAD "file /c\0d\ngeneration 7\nend\n";

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		CHECK(parse_text(texts[i]) == -1 && why[0] != '\0', "%s", texts[i]);
	CHECK(parse(nul, sizeof(nul) - 1) == -1, "a NUL in a line");
	CHECK(parse_text(LEAST "end\n") == 0, "beside these the least that can be is read: %s", why);
}

/* More than there is room for, by one. */
static void
what_does_not_fit_is_refused(void)
{
	static char text[128 * 1024];
	size_t len;

	len = (size_t)snprintf(text, sizeof(text), LEAST);
	for (int i = 0; i < HANDOVER_CAPTAINS; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "captain %d %d draining %d %d old\n", i + 1, i + 3, i + 1, i);
	snprintf(text + len, sizeof(text) - len, "end\n");
	CHECK(parse_text(text) == 0 && h.captain_count == HANDOVER_CAPTAINS, "%s", why);
	snprintf(text + len, sizeof(text) - len, "captain 100 100 draining 100 0 old\nend\n");
	CU_ASSERT(parse_text(text) == -1);

	len = (size_t)snprintf(text, sizeof(text), LEAST);
	for (int i = 0; i < STORE_MAX; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "hold %d item%d\n", i + 3, i);
	snprintf(text + len, sizeof(text) - len, "end\n");
	CHECK(parse_text(text) == 0 && h.store.count == STORE_MAX, "%s", why);
	snprintf(text + len, sizeof(text) - len, "hold %d more\nend\n", STORE_MAX + 3);
	CU_ASSERT(parse_text(text) == -1);
}

static void
names_of_two_lines_are_not_written(void)
{
	struct handover two = { .file = "/c\nend" };

	CU_ASSERT(handover_save(&two) == -1 && errno == EINVAL);
	two = (struct handover){ .file = "/c", .program = "a\nb" };
	CU_ASSERT(handover_save(&two) == -1 && errno == EINVAL);
	two = (struct handover){ .file = "/c" };
	CU_ASSERT(store_put(&two.store, "a\nb", 12) == 0);
	CU_ASSERT(handover_save(&two) == -1 && errno == EINVAL);
}

static void
it_travels_in_a_descriptor(void)
{
	struct handover *got;
	int fd, empty = memfd_create("empty", 0), large = memfd_create("large", 0);

	CU_ASSERT(parse_text(whole) == 0);
	fd = handover_save(&h);
	CU_ASSERT_FATAL(fd > STDERR_FILENO);
	CU_ASSERT((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	for (int i = 0; i < 2; i++) {		/* it can be read more than once: by who tries, and by who goes on */
		got = handover_load(fd, why);
		CHECK(got != NULL && memcmp(got, &h, sizeof(h)) == 0, "%s", why);
		handover_free(got);
	}
	CU_ASSERT(handover_load(empty, why) == NULL);
	CU_ASSERT(ftruncate(large, HANDOVER_OCTETS_MAX + 1) == 0 && handover_load(large, why) == NULL);
	close(fd);
	CU_ASSERT(handover_load(fd, why) == NULL);
	close(empty);
	close(large);
}

static int
count_descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

static void
who_finds_no_memory_says_so(void)
{
	int before = count_descriptors();
	struct scarce s;

	CU_ASSERT(parse_text(whole) == 0);
	SCARCE_EACH(&s) {
		struct handover *got = NULL;
		int fd;

		why[0] = '\0';
		scarce_begin(&s);
		fd = handover_save(&h);
		if (fd != -1)
			got = handover_load(fd, why);
		scarce_end(&s);
		CHECK(got != NULL || s.denied, "%s: %d, %s", scarce_run(&s), fd, why);	/* a stream without memory does without */
		CHECK(got == NULL || memcmp(got, &h, sizeof(h)) == 0, "%s", scarce_run(&s));
		CHECK(fd == -1 || got != NULL || why[0] != '\0', "%s: not said", scarce_run(&s));
		handover_free(got);
		if (fd != -1)
			close(fd);
		CHECK(count_descriptors() == before, "%s: a descriptor is left", scarce_run(&s));
	}
}

static CU_TestInfo tests[] = {
	{ "what was written is read", what_was_written_is_read },
	{ "every state and role comes back", every_state_and_role_comes_back },
	{ "what is cut anywhere is refused", what_is_cut_anywhere_is_refused },
	{ "unknown words are ignored", unknown_words_are_ignored },
	{ "what cannot be is refused", what_cannot_be_is_refused },
	{ "what does not fit is refused", what_does_not_fit_is_refused },
	{ "names of two lines are not written", names_of_two_lines_are_not_written },
	{ "it travels in a descriptor", it_travels_in_a_descriptor },
	{ "who finds no memory says so", who_finds_no_memory_says_so },
	CU_TEST_INFO_NULL,
};
SUITE(handover, tests)
