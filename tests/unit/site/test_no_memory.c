/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the small things of the site do when each allocation fails in turn. A site as a whole: test_no_memory_site.c. */
#include "proxy/site/arena.h"
#include "proxy/site/cert.h"
#include "proxy/site/journal.h"
#include "proxy/site/names.h"
#include "proxy/site/source.h"
#include "proxy/site/sysctl.h"
#include "proxy/site/table_watch.h"
#include "proxy/site/vec.h"
#include "tests/unit/scarce.h"
#include "tests/unit/site/folder.h"
#include "tests/unit/suite.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void
an_arena_says_that_there_is_no_memory(void)
{
	struct scarce s;

	SCARCE_EACH(&s) {
		struct arena a = { 0 };
		const uint8_t *small;
		const uint32_t *large;
		struct span copy;

		scarce_begin(&s);
		small = arena_alloc(&a, 100);
		large = arena_array(&a, 1 << 15, sizeof(*large));
		copy = arena_copy(&a, SPAN("name"));
		scarce_end(&s);
		CHECK(s.denied == (small == NULL || large == NULL || copy.at == NULL), "%s", scarce_run(&s));
		CHECK(small == NULL || (small[0] == 0 && small[99] == 0), "%s", scarce_run(&s));
		CHECK(large == NULL || large[(1 << 15) - 1] == 0, "%s", scarce_run(&s));
		CHECK(copy.at == NULL || span_eq(copy, SPAN("name")), "%s", scarce_run(&s));
		arena_done(&a);
	}
}

static void
a_vector_keeps_its_items_when_it_cannot_grow(void)
{
	struct scarce s;

	SCARCE_EACH(&s) {
		struct vec v = { 0 };
		size_t pushed = 0;

		scarce_begin(&s);
		for (size_t i = 0; i < 100; i++) {
			size_t *item = vec_push(&v, sizeof(*item));

			if (item != NULL)
				*item = pushed++;
		}
		scarce_end(&s);
		CHECK(v.count == pushed && (pushed == 100 || s.denied), "%s: %zu of %zu", scarce_run(&s), v.count, pushed);
		for (size_t i = 0; i < v.count; i++)
			CHECK(((const size_t *)v.at)[i] == i, "%s: item %zu", scarce_run(&s), i);
		vec_done(&v);
	}
}

static void
names_that_found_no_room_are_not_there_and_the_others_are(void)
{
	static char text[200][8];
	struct scarce s;

	for (size_t i = 0; i < 200; i++)
		snprintf(text[i], sizeof(text[i]), "n%zu", i);
	SCARCE_EACH(&s) {
		struct names n = { 0 };
		bool added[200];

		scarce_begin(&s);
		for (uint32_t i = 0; i < 200; i++)
			added[i] = names_add(&n, span_str(text[i]), i) == 0;
		scarce_end(&s);
		for (uint32_t i = 0; i < 200; i++)
			CHECK(names_find(&n, span_str(text[i])) == (added[i] ? i : NAMES_NONE) && (added[i] || s.denied), "%s: %s", scarce_run(&s), text[i]);
		names_done(&n);
	}
}

static void
a_source_is_read_whole_or_not(void)
{
	char *path = folder_path("source"), *text = malloc(200 * 1000);
	struct scarce s;

	memset(text, ' ', 200 * 1000);
	strcpy(text + 199 * 1000, "a { b { } }");
	folder_write("source", text);
	SCARCE_EACH(&s) {
		struct source source;
		int read, scanned = -1, error;

		scarce_begin(&s);
		read = source_read(&source, path);
		error = errno;
		if (read == 0)
			scanned = source_scan(&source);
		scarce_end(&s);
		CHECK(s.denied == (scanned == -1), "%s: %d, %d", scarce_run(&s), read, scanned);
		CHECK(read == 0 || error == ENOMEM, "%s: errno %d", scarce_run(&s), error);
		CHECK(scanned == 0 || read == -1 || (source.fault_line == 0 && source.fault[0] == '\0'), "%s: %s", scarce_run(&s), source.fault);
		CHECK(scanned == -1 || source.head_count == 2, "%s: %zu", scarce_run(&s), source.head_count);
		source_done(&source);
	}
	free(path);
	free(text);
}

/* Two settings of which one is not as wanted: whoever does not read the second line says that all is well. */
static void
settings_of_the_kernel_are_compared_all_or_it_is_told(void)
{
	char *file = folder_path("sysctl.conf"), *root = folder_path("sys"), *key = folder_path("sys/one");
	struct scarce s;

	mkdir(root, 0700);
	folder_write("sys/one", "1\n");
	folder_write("sysctl.conf", "one = 1\none = 2\n");
	SCARCE_EACH(&s) {
		char said[500] = "", faults[500] = "";
		FILE *out = fmemopen(said, sizeof(said), "w"), *errors = fmemopen(faults, sizeof(faults), "w");
		int result;

		setbuf(out, NULL);
		setbuf(errors, NULL);
		scarce_begin(&s);
		result = sysctl_check(root, file, out, errors);
		scarce_end(&s);
		fclose(out);
		fclose(errors);
		CHECK(result != 0, "%s: told that all is well: %s%s", scarce_run(&s), said, faults);
		CHECK(result != -1 || (s.denied && strstr(faults, "Cannot allocate memory") != NULL), "%s: %s%s", scarce_run(&s), said, faults);
		CHECK(strstr(said, "not there") == NULL, "%s: %s", scarce_run(&s), said);
	}
	unlink(key);
	rmdir(root);
	free(file);
	free(root);
	free(key);
}

static void
the_watch_of_the_table_begins_or_does_not(void)
{
	struct scarce s;

	SCARCE_EACH(&s) {
		struct table_watch *w;
		int error;

		scarce_begin(&s);
		w = table_watch_new();
		error = errno;
		scarce_end(&s);
		CHECK((w == NULL) == s.denied && (w != NULL || error == ENOMEM), "%s: errno %d", scarce_run(&s), error);
		table_watch_free(w);
	}
}

/* It is made for every command that is judged, also where there is no memory. */
static void
a_line_of_the_journal_needs_no_memory(void)
{
	static const char host[] = WITH_DNS "protect \"h\" { addresses = { \"192.0.2.1\" } hostname = \"h.example\" local-domains = { \"h.example\" } }\n";
	const struct event event = { .kind = EVENT_LIMIT, .what = "tls-handshake", .argument = SPAN("a text \"with\" quotes"), .code = 421 };
	static _Alignas(64) uint8_t memory[sizeof(struct ring_shared) + 4096];
	static struct journal j;
	struct scarce all_fail = { .nth = 1, .lasting = true, .stride = 1 };
	const uint64_t nothing = 0;
	struct journal_outlet outlet = { .beats = &nothing, .failing = &nothing, .alive = -1 };
	char *said;
	struct site *site = folder_load(host, &said);
	struct session session;

	CU_ASSERT_PTR_NOT_NULL_FATAL(site);
	free(said);
	session = (struct session){ .id = "4f2a91c0", .client = site->policy.hosts[0].addresses[0], .address = site->policy.hosts[0].addresses[0],
		.policy = &site->policy, .host = site->policy.hosts };
	ring_init(&outlet.ring, memory, sizeof(memory) - sizeof(struct ring_shared));
	journal_init(&j, &outlet, "0123456789abcdef", stdout, 0);
	journal_report(&j, &session, &event);	/* libc reads the time zone once */
	scarce_begin(&all_fail);
	journal_report(&j, &session, &event);
	scarce_end(&all_fail);
	CHECK(!all_fail.denied && j.written == 2, "%llu written", (unsigned long long)j.written);
	site_free(site);
}

/* Neither half of a path, nor a word without a cause. */
static void
a_certificate_that_is_not_there_is_told(void)
{
	static const char host[] = WITH_DNS "protect \"h\" { addresses = { \"192.0.2.1\" } hostname = \"h.example\" local-domains = { \"h.example\" } "
	    "tls-certificate = \"none.pem\" tls-key = \"none.key\" }\n";
	char *said;
	struct site *site = folder_load(host, &said);
	struct scarce s;

	CU_ASSERT_PTR_NOT_NULL_FATAL(site);
	free(said);
	SCARCE_EACH(&s) {
		char told[500] = "";
		FILE *out = fmemopen(told, sizeof(told), "w");
		struct tls_creds *creds;
		int result;

		setbuf(out, NULL);
		scarce_begin(&s);
		result = cert_load(site, 0, &creds, out);
		scarce_end(&s);
		fclose(out);
		CHECK(result == -1 && creds == NULL && strstr(told, "tls-certificate: ") != NULL, "%s: %s", scarce_run(&s), told);
		CHECK(s.denied || strstr(told, "none.pem: No such file") != NULL, "%s: %s", scarce_run(&s), told);
	}
	site_free(site);
}

static CU_TestInfo tests[] = {
	{ "an arena says that there is no memory", an_arena_says_that_there_is_no_memory },
	{ "a vector keeps its items when it cannot grow", a_vector_keeps_its_items_when_it_cannot_grow },
	{ "names that found no room are not there, and the others are", names_that_found_no_room_are_not_there_and_the_others_are },
	{ "a source is read whole or not", a_source_is_read_whole_or_not },
	{ "settings of the kernel are compared all, or it is told", settings_of_the_kernel_are_compared_all_or_it_is_told },
	{ "the watch of the table begins, or does not", the_watch_of_the_table_begins_or_does_not },
	{ "a line of the journal needs no memory", a_line_of_the_journal_needs_no_memory },
	{ "a certificate that is not there is told", a_certificate_that_is_not_there_is_told },
	CU_TEST_INFO_NULL,
};

SUITE(no_memory, tests)
