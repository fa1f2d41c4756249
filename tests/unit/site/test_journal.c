/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/journal.h"

#include "classifier/classify.h"
#include "proxy/base/escape.h"
#include "tests/unit/site/folder.h"
#include "tests/unit/suite.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

/* A session of an untrusted client with the one host of a policy. */
static struct site *
session_of(struct session *s)
{
	static const uint8_t client[4] = { 203, 0, 113, 66 };
	char *said;
	struct site *site = folder_load("network lab { prefixes = { \"203.0.113.0/24\" } }\n"
	    "protect \"aix\" { addresses = { \"192.0.2.1\" } hostname = \"h.example\" local-domains = { \"h.example\" } }\n", &said);

	if (site == NULL) {
		printf("%s", said);
		abort();
	}
	free(said);
	*s = (struct session){ .id = "4f2a91c0", .client = ip_from_v4(client), .address = site->policy.hosts[0].addresses[0],
		.client_port = 40000, .port = 25, .policy = &site->policy, .host = site->policy.hosts, .network = 1 };
	return site;
}

/* The whole journal, malloced, with a NUL behind it. */
static char *
read_file(const char *path)
{
	size_t room = 1 << 20, n;
	char *text = calloc(1, room);
	FILE *f = fopen(path, "r");

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	n = fread(text, 1, room - 1, f);
	CU_ASSERT(n < room - 1);
	fclose(f);
	return text;
}

static const char *
text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s == NULL ? "(no string)" : s;
}

#define CHECK_TEXT(o, key, want) \
	CHECK(strcmp(text_of(o, key), want) == 0, "%s: %s, not %s", key, text_of(o, key), want)

/* Report one event to a fresh journal and parse the one line that it makes. */
static json_t *
line_of(const struct session *s, const struct event *e)
{
	char *path = folder_path("one.jsonl"), *text;
	struct journal j;
	json_error_t why;
	json_t *o;

	unlink(path);
	CU_ASSERT_FATAL(journal_open(&j, path, stdout) == 0);
	journal_report(&j, s, e);
	CU_ASSERT(j.written == 1 && j.dropped == 0);
	journal_close(&j);
	text = read_file(path);
	CHECK(strchr(text, '\n') == text + strlen(text) - 1, "not one line: %s", text);
	for (const char *c = text; *c != '\0'; c++)
		CHECK(*c == '\n' || (*c >= 0x20 && *c < 0x7f), "byte %02x", (unsigned char)*c);
	o = json_loads(text, JSON_REJECT_DUPLICATES, &why);
	CHECK(o != NULL, "%s: %s", why.text, text);
	free(text);
	free(path);
	return o;
}

static void
a_recipient_is_written_with_all_that_was_decided(void)
{
	const struct span argument = SPAN("TO:<user%victim.example@h.example>");
	struct session s;
	struct site *site = session_of(&s);
	struct verdict v;
	struct event e = { .kind = EVENT_RECIPIENT, .verdict = &v, .argument = argument, .sender = SPAN("a@b.example"), .code = 550 };
	struct asked asked = { .host = s.host, .address = &s.address };
	json_t *o;
	const char *time;

	classify_recipient(&asked, argument, &v);
	o = line_of(&s, &e);
	time = text_of(o, "time");
	CHECK(strlen(time) == 24 && time[10] == 'T' && time[19] == '.' && time[23] == 'Z', "time %s", time);
	CHECK_TEXT(o, "event", "recipient");
	CHECK_TEXT(o, "session", "4f2a91c0");
	CHECK_TEXT(o, "client", "203.0.113.66");
	CHECK_TEXT(o, "host", "aix");
	CHECK_TEXT(o, "address", "192.0.2.1");
	CHECK_TEXT(o, "network", "lab");
	CHECK_TEXT(o, "sender", "a@b.example");
	CHECK_TEXT(o, "argument", "TO:<user%victim.example@h.example>");
	CHECK_TEXT(o, "verdict", "refuse");
	CHECK_TEXT(o, "rule", "relay");
	CHECK_TEXT(o, "mode", "enforce");
	CHECK_TEXT(o, "reason", "percent-hack");
	CU_ASSERT(json_is_null(json_object_get(o, "sent")));
	CU_ASSERT(json_integer_value(json_object_get(o, "code")) == 550);
	CU_ASSERT(json_integer_value(json_object_get(o, "client_port")) == 40000);
	json_decref(o);
	site_free(site);
}

static void
what_passes_is_written_with_the_line_sent(void)
{
	const struct span argument = SPAN("TO:<\"user\"@H.example>");
	struct session s;
	struct site *site = session_of(&s);
	struct verdict v;
	struct event e = { .kind = EVENT_RECIPIENT, .verdict = &v, .argument = argument };
	struct asked asked = { .host = s.host, .address = &s.address };
	json_t *o;

	classify_recipient(&asked, argument, &v);
	o = line_of(&s, &e);
	CHECK_TEXT(o, "verdict", "pass");
	CHECK_TEXT(o, "sent", "RCPT TO:<user@h.example>");
	CU_ASSERT(json_is_null(json_object_get(o, "code")));
	json_decref(o);
	site_free(site);
}

static void
other_events_have_their_own_keys(void)
{
	struct session s;
	struct site *site = session_of(&s);
	struct event message = { .kind = EVENT_MESSAGE, .sender = SPAN("a@b.example"), .recipients = 3, .octets = 70000, .code = 250 };
	struct event limit = { .kind = EVENT_LIMIT, .what = "command-timeout", .code = 421 };
	json_t *o = line_of(&s, &message);

	CHECK_TEXT(o, "event", "message");
	CU_ASSERT(json_integer_value(json_object_get(o, "recipients")) == 3);
	CU_ASSERT(json_integer_value(json_object_get(o, "octets")) == 70000);
	CU_ASSERT(json_integer_value(json_object_get(o, "code")) == 250);
	json_decref(o);
	o = line_of(&s, &limit);
	CHECK_TEXT(o, "event", "limit");
	CHECK_TEXT(o, "what", "command-timeout");
	CHECK_TEXT(o, "text", "");
	json_decref(o);
	site_free(site);
}

static void
no_byte_of_a_peer_breaks_out_of_its_line(void)
{
	struct session s;
	struct site *site = session_of(&s);
	uint8_t bytes[256 + 40], back[2048];
	struct event e = { .kind = EVENT_COMMAND, .what = "unknown", .argument = { bytes, sizeof(bytes) } };
	const char *text;
	json_t *o;

	for (unsigned i = 0; i < 256; i++)
		bytes[i] = (uint8_t)i;
	memcpy(bytes + 256, "\",\"verdict\":\"pass\"}\r\n{\"event\":\"recipient\"", 40);
	o = line_of(&s, &e);
	text = text_of(o, "text");
	CU_ASSERT_FATAL(strlen(text) < sizeof(back));
	CU_ASSERT(escape_read(span_str(text), back) == sizeof(bytes) && memcmp(back, bytes, sizeof(bytes)) == 0);
	CU_ASSERT_PTR_NULL(json_object_get(o, "verdict"));
	json_decref(o);
	for (unsigned c = 0; c < 256; c++) {	/* each alone, at a length that has to be cut */
		static uint8_t many[9000];

		memset(many, (int)c, sizeof(many));
		e.argument = span_of(many, sizeof(many));
		o = line_of(&s, &e);
		CHECK(strlen(text_of(o, "text")) < 4096, "byte %02x: %zu octets", c, strlen(text_of(o, "text")));
		json_decref(o);
	}
	site_free(site);
}

static void
a_moved_file_is_left_when_told(void)
{
	char *path = folder_path("j.jsonl"), *moved = folder_path("j.old"), *text;
	struct event e = { .kind = EVENT_LIMIT, .what = "x" };
	struct session s;
	struct site *site = session_of(&s);
	struct journal j;
	struct stat st;

	CU_ASSERT_FATAL(journal_open(&j, path, stdout) == 0);
	CU_ASSERT(stat(path, &st) == 0 && (st.st_mode & 0777 & ~0640u) == 0);
	journal_report(&j, &s, &e);
	CU_ASSERT(rename(path, moved) == 0);
	journal_report(&j, &s, &e);
	CU_ASSERT(journal_reopen(&j) == 0);
	journal_report(&j, &s, &e);
	journal_close(&j);
	text = read_file(moved);
	CHECK(strchr(strchr(text, '\n') + 1, '\n') == text + strlen(text) - 1, "not two lines: %s", text);
	free(text);
	text = read_file(path);
	CHECK(strchr(text, '\n') == text + strlen(text) - 1, "not one line: %s", text);
	free(text);
	free(path);
	free(moved);
	site_free(site);
}

/* A limit on file size stands for a full disk: the write that crosses it is short, the next one fails. */
static void
a_full_disk_drops_lines_and_is_told_once(void)
{
	char *path = folder_path("full.jsonl"), *said, *text, *save = NULL;
	struct rlimit old, little = { .rlim_cur = 500 };
	struct event e = { .kind = EVENT_LIMIT, .what = "x" };
	struct session s;
	struct site *site = session_of(&s);
	size_t len, whole = 0;
	FILE *errors = open_memstream(&said, &len);
	struct journal j;

	signal(SIGXFSZ, SIG_IGN);
	CU_ASSERT_FATAL(getrlimit(RLIMIT_FSIZE, &old) == 0);
	CU_ASSERT_FATAL(journal_open(&j, path, errors) == 0);
	little.rlim_max = old.rlim_max;
	setrlimit(RLIMIT_FSIZE, &little);
	for (size_t i = 0; i < 8; i++)
		journal_report(&j, &s, &e);
	setrlimit(RLIMIT_FSIZE, &old);
	journal_report(&j, &s, &e);
	fflush(errors);
	CHECK(strchr(said, '\n') == said + strlen(said) - 1, "not told once: %s", said);
	CHECK(j.written + j.dropped == 9 && j.dropped > 0, "%llu written", (unsigned long long)j.written);
	text = read_file(path);
	for (char *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		json_t *o = json_loads(line, 0, NULL);

		whole += o != NULL;
		json_decref(o);
	}
	CHECK(whole == j.written, "%zu whole lines of %llu: a torn one spoilt its neighbour", whole,
	    (unsigned long long)j.written);
	journal_close(&j);
	fclose(errors);
	free(said);
	free(text);
	free(path);
	site_free(site);
}

/* Three times what may be written at once takes less than two seconds; what else happens is written all the same. */
static void
a_flood_of_refusals_is_counted_and_not_written(void)
{
	char *path = folder_path("flood.jsonl");
	struct event refused = { .kind = EVENT_ADMIT, .what = "refuse", .code = 554 }, other = { .kind = EVENT_LIMIT, .what = "x" };
	struct session s;
	struct site *site = session_of(&s);
	struct journal j;

	CU_ASSERT_FATAL(journal_open(&j, path, stdout) == 0);
	for (size_t i = 0; i < 3 * JOURNAL_REFUSALS_BURST; i++)
		journal_report(&j, &s, &refused);
	CHECK(j.written >= JOURNAL_REFUSALS_BURST && j.written <= JOURNAL_REFUSALS_BURST + 2 * JOURNAL_REFUSALS, "%llu written", (unsigned long long)j.written);
	CHECK(j.written + j.limited == 3 * JOURNAL_REFUSALS_BURST && j.dropped == 0, "%llu limited", (unsigned long long)j.limited);
	for (size_t i = 0; i < 200; i++)
		journal_report(&j, &s, &other);
	CHECK(j.written + j.limited == 3 * JOURNAL_REFUSALS_BURST + 200, "%llu written", (unsigned long long)j.written);
	journal_close(&j);
	free(path);
	site_free(site);
}

CU_TestInfo journal_tests[] = {
	{ "a recipient is written with all that was decided", a_recipient_is_written_with_all_that_was_decided },
	{ "what passes is written with the line sent", what_passes_is_written_with_the_line_sent },
	{ "other events have their own keys", other_events_have_their_own_keys },
	{ "no byte of a peer breaks out of its line", no_byte_of_a_peer_breaks_out_of_its_line },
	{ "a moved file is left when told", a_moved_file_is_left_when_told },
	{ "a flood of refusals is counted and not written", a_flood_of_refusals_is_counted_and_not_written },
	{ "a full disk drops lines and is told once", a_full_disk_drops_lines_and_is_told_once },
	CU_TEST_INFO_NULL,
};
SUITE(journal, journal_tests)
