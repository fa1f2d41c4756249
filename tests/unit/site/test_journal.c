/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/journal.h"

#include "classifier/classify.h"
#include "proxy/base/escape.h"
#include "tests/unit/site/folder.h"
#include "tests/unit/suite.h"

#include <jansson.h>
#include <stdlib.h>

static const char digest[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

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

/* What the other processes say. */
struct others {
	uint64_t beats, failing;
};

/* A ring of this size and what is known of who reads it; others: NULL for nobody who fails. free(o.ring.shared). */
static struct journal_outlet
new_outlet(size_t size, const struct others *others)
{
	static const struct others nobody;
	struct journal_outlet o = { .alive = -1 };

	if (others == NULL)
		others = &nobody;
	o.beats = &others->beats;
	o.failing = &others->failing;
	ring_init(&o.ring, aligned_alloc(64, ring_octets(size)), size);
	CU_ASSERT_PTR_NOT_NULL_FATAL(o.ring.shared);
	memset(o.ring.shared, 0, ring_octets(size));
	return o;
}

/* Take all that is in the ring out of it: malloced, with a NUL behind it. */
static char *
take_text(const struct ring *r)
{
	struct span pieces[2];
	char *text;

	ring_peek(r, 0, pieces);
	text = calloc(1, pieces[0].len + pieces[1].len + 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	memcpy(text, pieces[0].at, pieces[0].len);
	memcpy(text + pieces[0].len, pieces[1].at, pieces[1].len);
	ring_drop(r, pieces[0].len + pieces[1].len);
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

/* The one line that there is in the ring, parsed. */
static json_t *
parse_line(const struct ring *r)
{
	char *text = take_text(r);
	json_error_t why;
	json_t *o;

	CHECK(strchr(text, '\n') == text + strlen(text) - 1, "not one line: %s", text);
	for (const char *c = text; *c != '\0'; c++)
		CHECK(*c == '\n' || (*c >= 0x20 && *c < 0x7f), "byte %02x", (unsigned char)*c);
	o = json_loads(text, JSON_REJECT_DUPLICATES, &why);
	CHECK(o != NULL, "%s: %s", why.text, text);
	CHECK(strncmp(text, "{\"v\":1,\"time\":\"", 15) == 0, "begins otherwise: %s", text);
	free(text);
	return o;
}

/* Report one event to a fresh journal and parse the one line that it makes. */
static json_t *
line_of(const struct session *s, const struct event *e)
{
	struct journal j;
	struct journal_outlet to = new_outlet(1 << 17, NULL);
	json_t *o;

	journal_init(&j, &to, digest, stdout, 0);
	journal_report(&j, s, e);
	CU_ASSERT(j.written == 1 && j.dropped == 0);
	o = parse_line(&to.ring);
	free(to.ring.shared);
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
	CHECK_TEXT(o, "policy", "0123456789abcdef");
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
	CHECK_TEXT(o, "policy", "0123456789abcdef");
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
what_becomes_of_the_service_is_a_line_without_a_session(void)
{
	struct journal j;
	struct journal_outlet to = new_outlet(1 << 17, NULL);
	json_t *o;

	journal_init(&j, &to, digest, stdout, 0);
	journal_service(&j, "worker-died", "signal 11\r\n{\"v\":1}");
	o = parse_line(&to.ring);
	CU_ASSERT(json_object_size(o) == 6);
	CHECK_TEXT(o, "policy", digest);
	CHECK_TEXT(o, "event", "service");
	CHECK_TEXT(o, "what", "worker-died");
	CHECK_TEXT(o, "text", "signal 11\\r\\n{\"v\":1}");
	CU_ASSERT(strlen(text_of(o, "time")) == 24 && json_integer_value(json_object_get(o, "v")) == RECORD_VERSION);
	json_decref(o);
	free(to.ring.shared);
}

static void
evidence_is_named_with_its_session(void)
{
	struct journal j;
	struct journal_outlet to = new_outlet(1 << 17, NULL);
	struct session s;
	struct site *site = session_of(&s);
	json_t *o;

	journal_init(&j, &to, digest, stdout, 0);
	journal_evidence(&j, &s, &(struct record_evidence){ .file = "evidence-000017.pcapng", .octets = 812, .left_out = 7 });
	o = parse_line(&to.ring);
	CU_ASSERT(json_object_size(o) == 14);
	CHECK_TEXT(o, "event", "evidence");
	CHECK_TEXT(o, "session", "4f2a91c0");
	CHECK_TEXT(o, "client", "203.0.113.66");
	CHECK_TEXT(o, "host", "aix");
	CHECK_TEXT(o, "file", "evidence-000017.pcapng");
	CU_ASSERT(json_integer_value(json_object_get(o, "octets")) == 812 && json_integer_value(json_object_get(o, "left_out")) == 7);
	CU_ASSERT(json_is_null(json_object_get(o, "code")));
	json_decref(o);
	free(to.ring.shared);
	site_free(site);
}

/* Nobody reads: what finds no room is counted, told once, and leaves what is there alone. */
static void
a_full_ring_drops_lines_and_is_told_once(void)
{
	struct event e = { .kind = EVENT_LIMIT, .what = "x" };
	struct session s;
	struct site *site = session_of(&s);
	char *said, *text, *save = NULL;
	size_t len, whole = 0;
	FILE *errors = open_memstream(&said, &len);
	struct journal j;
	struct journal_outlet to = new_outlet(1024, NULL);

	journal_init(&j, &to, digest, errors, 0);
	for (size_t i = 0; i < 8; i++)
		journal_report(&j, &s, &e);
	fflush(errors);
	CHECK(strchr(said, '\n') == said + strlen(said) - 1, "not told once: %s", said);
	CHECK(j.written > 0 && j.dropped > 0 && j.written + j.dropped == 8, "%llu written", (unsigned long long)j.written);
	text = take_text(&to.ring);
	for (char *line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		json_t *o = json_loads(line, 0, NULL);

		CHECK(o != NULL, "a half line: %s", line);
		whole++;
		json_decref(o);
	}
	CHECK(whole == j.written, "%zu whole lines of %llu", whole, (unsigned long long)j.written);
	fclose(errors);
	free(said);
	free(text);
	free(to.ring.shared);
	site_free(site);
}

static void
it_is_known_whether_lines_are_recorded(void)
{
	enum { SIZE = 2 * RECORD_OCTETS };
	struct others others = { .beats = 7 };
	struct journal_outlet to = new_outlet(SIZE, &others);
	struct journal j;

	to.required = true;
	journal_init(&j, &to, digest, stdout, 1000);
	CU_ASSERT(!j.unrecorded);
	others.failing = 1;
	journal_look(&j, 1100);
	CU_ASSERT(j.unrecorded);
	others.failing = 0;
	journal_look(&j, 1200);
	CU_ASSERT(!j.unrecorded);
	while (!j.unrecorded)
		journal_service(&j, "start", "some text");
	CHECK(j.dropped == 0, "%llu lost before it was known", (unsigned long long)j.dropped);
	ring_drop(&to.ring, RECORD_OCTETS / 2);
	CU_ASSERT(j.unrecorded);
	journal_look(&j, 1300);
	CU_ASSERT(!j.unrecorded);		/* the longest line would find room again */
	free(to.ring.shared);
}

static void
nobody_who_writes_is_missed_after_a_while(void)
{
	struct others others = { .beats = 7 };
	struct journal_outlet to = new_outlet(1 << 17, &others);
	struct journal j;

	to.required = true;
	journal_init(&j, &to, digest, stdout, 1000);
	journal_look(&j, 1000 + JOURNAL_SILENT_MS - 1);
	CU_ASSERT(!j.unrecorded);
	journal_look(&j, 1000 + JOURNAL_SILENT_MS);
	CU_ASSERT(j.unrecorded);
	others.beats = 1;	/* of the next one */
	journal_look(&j, 9000);
	CU_ASSERT(!j.unrecorded);
	free(to.ring.shared);
}

static void
what_is_not_required_stops_nobody(void)
{
	struct others others = { .failing = 1 };
	struct journal_outlet to = new_outlet(1024, &others);
	FILE *unread = fopen("/dev/null", "w");
	struct journal j;

	CU_ASSERT_PTR_NOT_NULL_FATAL(unread);
	journal_init(&j, &to, digest, unread, 0);
	for (size_t i = 0; i < 100; i++)
		journal_service(&j, "start", "some text");
	journal_look(&j, 1000 * 1000);
	CU_ASSERT(j.dropped > 0 && !j.unrecorded);
	fclose(unread);
	free(to.ring.shared);
}

/* Three times what may be written at once takes less than two seconds; what else happens is written all the same. */
static void
a_flood_of_refusals_is_counted_and_not_written(void)
{
	struct event refused = { .kind = EVENT_ADMIT, .what = "refuse", .code = 554 }, other = { .kind = EVENT_LIMIT, .what = "x" };
	struct session s;
	struct site *site = session_of(&s);
	struct journal j;
	struct journal_outlet to = new_outlet(1 << 20, NULL);

	journal_init(&j, &to, digest, stdout, 0);
	for (size_t i = 0; i < 3 * JOURNAL_REFUSALS_BURST; i++)
		journal_report(&j, &s, &refused);
	CHECK(j.written >= JOURNAL_REFUSALS_BURST && j.written <= JOURNAL_REFUSALS_BURST + 2 * JOURNAL_REFUSALS, "%llu written", (unsigned long long)j.written);
	CHECK(j.written + j.limited == 3 * JOURNAL_REFUSALS_BURST && j.dropped == 0, "%llu limited", (unsigned long long)j.limited);
	for (size_t i = 0; i < 200; i++)
		journal_report(&j, &s, &other);
	CHECK(j.written + j.limited == 3 * JOURNAL_REFUSALS_BURST + 200, "%llu written", (unsigned long long)j.written);
	free(to.ring.shared);
	site_free(site);
}

CU_TestInfo journal_tests[] = {
	{ "a recipient is written with all that was decided", a_recipient_is_written_with_all_that_was_decided },
	{ "what passes is written with the line sent", what_passes_is_written_with_the_line_sent },
	{ "other events have their own keys", other_events_have_their_own_keys },
	{ "no byte of a peer breaks out of its line", no_byte_of_a_peer_breaks_out_of_its_line },
	{ "what becomes of the service is a line without a session", what_becomes_of_the_service_is_a_line_without_a_session },
	{ "evidence is named with its session", evidence_is_named_with_its_session },
	{ "it is known whether lines are recorded", it_is_known_whether_lines_are_recorded },
	{ "nobody who writes is missed after a while", nobody_who_writes_is_missed_after_a_while },
	{ "what is not required stops nobody", what_is_not_required_stops_nobody },
	{ "a flood of refusals is counted and not written", a_flood_of_refusals_is_counted_and_not_written },
	{ "a full ring drops lines and is told once", a_full_ring_drops_lines_and_is_told_once },
	CU_TEST_INFO_NULL,
};
SUITE(journal, journal_tests)
