/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/board/answers.h"

#include "proxy/keeper/board/page.h"
#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"

#include <stdlib.h>
#include <string.h>

#define HOSTILE "\"><script>alert('1')</script>&\\\n"

static const char *const paths[] = { "/", "/health", "/metrics", "/status.json", "/nothing", "", "/ " };
static const unsigned codes[] = { 200, 503, 200, 200, 404, 404, 404 };

static struct series past;

/* What no process of ours says, in each place where there is a text. */
static void
speak_evil(struct documents *d)
{
	static const char h[] = HOSTILE;

	*d = (struct documents){ .desk = -1 };
	d->of[0].o = json_pack("{s:s, s:b, s:[s], s:{s:s, s:s}, s:[{s:i, s:s, s:s, s:s, s:[{s:b}], s:{s:b}, s:[{s:s, s:[s]}],"
	    " s:{s:[{s:s, s:s, s:s, s:s, s:s}]}}], s:{s:i}, s:{s:{s:i}, s:{s:i, s:i}, s:{s:{s:i, s:{s:i}, s:{s:i}}}}}",
	    "time", h, "healthy", 0, "faults", "fault " HOSTILE, "keeper", "version", h, "since", h,
	    "captains", "generation", 3, "state", h, "since", h, "file", h, "workers", "well", 1, "gate", "well", 0,
	    "hosts", "name", h, "addresses", h,
	    "unenforced", "rows", "host", h, "network", h, "rule", h, "mode", h, "since", h,
	    "now", "sessions", 1,
	    "counted", "counters", "accepted", 7, "events", "admit." HOSTILE, 3, HOSTILE, 4,
	    "hosts", h, "messages", 5, "refused_by", h, 6, "counted_by", h, 8);
	d->of[1].o = json_pack("{s:[{s:s, s:s, s:i, s:s, s:s, s:s, s:i, s:s}]}", "sessions", "id", h, "client", h, "client_port", 1,
	    "network", h, "host", h, "state", h, "age_ms", 1, "last", h);
	CU_ASSERT_FATAL(d->of[0].o != NULL && d->of[1].o != NULL);
}

static void
hush(struct documents *d)
{
	json_decref(d->of[0].o);
	json_decref(d->of[1].o);
}

static size_t
times(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *at = text; (at = strstr(at, what)) != NULL; at += strlen(what))
		n++;
	return n;
}

/* The only tags of a script are our own, whatever stands in the documents; and each of the texts is there. */
static void
a_text_is_a_text_in_the_page(void)
{
	struct documents d;
	struct http_answer a;

	speak_evil(&d);
	answers_make("/", &d, &past, &a);
	CU_ASSERT_FATAL(a.text != NULL);
	CHECK(times(a.text, "<script") == 1 && times(a.text, "</script") == 1, "%zu scripts", times(a.text, "<script"));
	CHECK(times(a.text, "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;\\") == 22, "%zu times",
	    times(a.text, "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;\\"));
	CHECK(times(a.text, "{{") == 0, "a part that nobody writes: %s", strstr(a.text, "{{"));
	free(a.text);
	hush(&d);
}

static void
a_text_is_a_text_in_a_label(void)
{
	static const char label[] = "{host=\"\\\"><script>alert('1')</script>&\\\\\\n\"";
	struct documents d;
	struct http_answer a;
	char *line, *rest = NULL;

	speak_evil(&d);
	answers_make("/metrics", &d, &past, &a);
	CU_ASSERT_FATAL(a.text != NULL);
	CHECK(strstr(a.text, label) != NULL, "not there: %s", label);
	for (line = strtok_r(a.text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
		CHECK(strncmp(line, "relaywall_", 10) == 0 || strncmp(line, "# HELP relaywall_", 17) == 0 || strncmp(line, "# TYPE relaywall_", 17) == 0,
		    "a line of its own: %s", line);
	free(a.text);
	hush(&d);
}

static void
each_path_has_its_answer(void)
{
	struct documents d;

	speak_evil(&d);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct http_answer a;

		answers_make(paths[i], &d, &past, &a);
		CHECK(a.code == codes[i] && a.text != NULL && a.len == strlen(a.text), "%s: %u", paths[i], a.code);
		CHECK((answers_need(paths[i]) == DOCUMENTS_NONE) == (codes[i] == 404), "%s: needs %u", paths[i], answers_need(paths[i]));
		free(a.text);
	}
	hush(&d);
}

static void
without_documents_that_is_said(void)
{
	struct documents none = { .desk = -1 };
	struct http_answer a;

	answers_make("/health", &none, &past, &a);
	CU_ASSERT(a.code == 503 && a.text != NULL && strcmp(a.text, "no process says how the others are\n") == 0);
	free(a.text);
	answers_make("/metrics", &none, &past, &a);
	CU_ASSERT(a.code == 200 && a.text != NULL && strstr(a.text, "\nrelaywall_up 0\n") != NULL && strstr(a.text, "healthy") == NULL);
	free(a.text);
	answers_make("/", &none, &past, &a);
	CU_ASSERT(a.code == 200 && a.text != NULL && strstr(a.text, "does not answer") != NULL && strstr(a.text, "<b>0</b>") == NULL);
	free(a.text);
}

static void
an_answer_is_whole_or_none(void)
{
	struct documents d;

	speak_evil(&d);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct http_answer whole;
		struct scarce s;

		answers_make(paths[i], &d, &past, &whole);
		SCARCE_EACH(&s) {
			struct http_answer a;

			scarce_begin(&s);
			answers_make(paths[i], &d, &past, &a);
			scarce_end(&s);
			CHECK(a.text == NULL || a.code == 500 || (a.len == whole.len && memcmp(a.text, whole.text, a.len) == 0), "%s, %s: %zu octets", paths[i],
			    scarce_run(&s), a.len);
			CHECK(s.denied || a.text != NULL, "%s: none with memory", paths[i]);
			free(a.text);
		}
		free(whole.text);
	}
	hush(&d);
}

/* A browser compares what it was given with this. */
static void
the_policy_lets_our_own_files_run(void)
{
	const char *policy = page_policy();

	CU_ASSERT_FATAL(policy != NULL);
	CHECK(times(policy, "'sha256-") == 2 && times(policy, "=';") == 2, "%s", policy);
	CU_ASSERT(strncmp(policy, "default-src 'none'; ", 20) == 0 && strstr(policy, "unsafe") == NULL && strstr(policy, "http") == NULL);
}

static CU_TestInfo tests[] = {
	{ "a text is a text in the page", a_text_is_a_text_in_the_page },
	{ "a text is a text in a label", a_text_is_a_text_in_a_label },
	{ "each path has its answer", each_path_has_its_answer },
	{ "without documents that is said", without_documents_that_is_said },
	{ "an answer is whole or none", an_answer_is_whole_or_none },
	{ "the policy lets our own files run", the_policy_lets_our_own_files_run },
	CU_TEST_INFO_NULL,
};
SUITE(board_answers, tests)
