/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All parts of a tap in one: a capture file in, exchanges and counters out. */
#include "proxy/driver/tap/tap.h"

#include "proxy/base/pcapng.h"
#include "proxy/base/tcp_image.h"
#include "tests/unit/corpus.h"
#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"
#include "tests/unit/tap/memory_file.h"
#include "tests/unit/tap/watch.h"

#include <inttypes.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 16, TOLD = 8192, TURNS = 14 };

static const uint64_t begin_us = UINT64_C(1234567890) * 1000 * 1000;

static char told[TOLD];

static void *
began(void *cookie, const struct exchange_session *s)
{
	(void)cookie;
	return s->from_start ? (void *)(uintptr_t)s->ends.client_port : NULL;
}

/* "40000 RCPT 250 refuse; " */
static void
exchange(void *cookie, const struct exchange_session *s, const struct exchange *e)
{
	size_t n = strlen(told);

	(void)cookie;
	CHECK(s->user == (s->from_start ? (void *)(uintptr_t)s->ends.client_port : NULL), "user %p", s->user);
	snprintf(told + n, sizeof(told) - n, "%u %s %u%s%s; ", s->ends.client_port, e->kind == EXCHANGE_COMMAND ? verb_name(e->verb) :
	    e->kind == EXCHANGE_CLOSED ? "closed" : e->kind == EXCHANGE_MESSAGE ? "message" : e->kind == EXCHANGE_BANNER ? "banner" : "other",
	    e->kind == EXCHANGE_CLOSED ? (unsigned)e->end : e->code, e->judged[0].judged ? " " : "", e->judged[0].judged ? action_name(e->judged[0].action) : "");
}

static const struct exchange_user user = { .began = began, .exchange = exchange };

/* A capture in work: two files, of which the second one begins with a turn. */
struct scene {
	struct buf file[2];
	struct tcp_image image;
	unsigned turn, cut;	/* the connection's turns in the first file */
	uint64_t time_us;
};

static void
say(struct scene *s, enum tcp_side from, const char *text)
{
	s->image.out = &s->file[s->turn++ >= s->cut];
	tcp_image_send(&s->image, from, s->time_us += 1000, span_str(text), (struct span){ 0 });
}

/* A mail through a relay, with handshake and end. */
static void
relay(struct scene *s, uint16_t client_port, uint16_t port)
{
	static const uint8_t client[4] = { 203, 0, 113, 66 };
	const struct tcp_ends ends = { .ip = { ip_from_v4(client), *corpus_asked()->address }, .port = { client_port, port } };

	s->turn = 0;
	tcp_image_open(&s->image, &s->file[0], &ends, 7, s->time_us += 1000, (struct span){ 0 });
	say(s, TCP_SERVER, "220 mail\r\n");
	say(s, TCP_CLIENT, "EHLO c\r\n");
	say(s, TCP_SERVER, "250 mail\r\n");
	say(s, TCP_CLIENT, "MAIL FROM:<a@b.example>\r\n");
	say(s, TCP_SERVER, "250 ok\r\n");
	say(s, TCP_CLIENT, "RCPT TO:<v@v.example>\r\n");
	say(s, TCP_SERVER, "250 ok\r\n");
	say(s, TCP_CLIENT, "DATA\r\n");
	say(s, TCP_SERVER, "354 go\r\n");
	say(s, TCP_CLIENT, "text\r\n.\r\n");
	say(s, TCP_SERVER, "250 taken\r\n");
	say(s, TCP_CLIENT, "QUIT\r\n");
	say(s, TCP_SERVER, "221 bye\r\n");
	CU_ASSERT(s->turn == TURNS - 1);
	tcp_image_finish(&s->image, TCP_CLIENT, s->time_us, (struct span){ 0 });
	tcp_image_finish(&s->image, TCP_SERVER, s->time_us, (struct span){ 0 });
}

#define RELAYED(port) port " banner 220; " port " EHLO 250; " port " MAIL 250 pass; " port " RCPT 250 refuse; " port " DATA 354; " \
	port " message 250; " port " QUIT 221; " port " closed 0; "

/* One such connection to port 25, and one to another port. */
static void
set_scene(struct scene *s, unsigned cut)
{
	static uint8_t memory[2][FILE_MAX];

	*s = (struct scene){ .cut = cut, .time_us = begin_us };
	for (int i = 0; i < 2; i++) {
		buf_init(&s->file[i], memory[i], FILE_MAX);
		pcapng_begin(&s->file[i], &(struct pcapng_origin){ 0 }, PCAPNG_RAW_IP, "test");
	}
	relay(s, 40000, 25);
	relay(s, 40001, 2525);
	CU_ASSERT_FATAL(!s->file[0].overflow && !s->file[1].overflow);
}

static struct tap *
new_tap(const uint16_t *ports, size_t port_count)
{
	const struct tap_conf conf = { .ports = ports, .port_count = port_count,
		.conversation = { .user = &user, .policies = { watch_policy(NULL, 0) }, .limits = { &dialogue_limits_default } } };

	told[0] = '\0';
	return tap_new(&conf);
}

static void
read_file(struct tap *t, struct span octets)
{
	int fd = memory_file(octets);
	const struct capture_conf conf = { .file = memory_file_path(fd) };
	char error[CAPTURE_ERROR] = "";
	struct capture *c = capture_open(&conf, error);
	enum capture_result result;

	CHECK(c != NULL, "%s", error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(c);
	while ((result = tap_read(t, c)) == CAPTURE_MORE)
		;
	CHECK(result == CAPTURE_END, "%s", capture_error(c));
	capture_close(c);
	close(fd);
}

struct counter { const char *name; uint64_t n; unsigned times; };

static void
find_counter(void *cookie, const char *name, const char *meaning, uint64_t n)
{
	struct counter *c = cookie;

	CHECK(meaning[0] != '\0', "%s has no meaning", name);
	if (strcmp(name, c->name) != 0)
		return;
	c->n = n;
	c->times++;
}

static uint64_t
count(const struct tap *t, const char *name)
{
	struct counter c = { .name = name };

	tap_count(t, find_counter, &c);
	CHECK(c.times == 1, "%s: there are %u", name, c.times);
	return c.n;
}

static void
a_capture_becomes_exchanges_and_counters(void)
{
	static const struct { const char *name; uint64_t want; } counters[] = {
		{ "packets", 2 * (3 + TURNS - 1 + 4) }, { "segments", 2 * (3 + TURNS - 1 + 4) }, { "other_ports", 3 + TURNS - 1 + 4 }, { "sessions", 1 },
		{ "connections", 1 }, { "exchanges", 8 }, { "unprotected", 0 }, { "gaps", 0 }, { "fragments", 0 }, { "no_memory", 0 }, { "windows_taken", 0 },
	};
	struct scene s;
	struct tap *t = new_tap(NULL, 0);

	CU_ASSERT_PTR_NOT_NULL_FATAL(t);
	set_scene(&s, TURNS);
	read_file(t, buf_span(&s.file[0]));
	tap_stop(t);
	CHECK(strcmp(told, RELAYED("40000")) == 0, "%s", told);
	CU_ASSERT(tap_sessions(t) == 1);
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		CHECK(count(t, counters[i].name) == counters[i].want, "%s: %" PRIu64, counters[i].name, count(t, counters[i].name));
	tap_free(t);
}

static void
ports_are_those_that_are_given(void)
{
	struct scene s;
	struct tap *t = new_tap((const uint16_t[]){ 587, 2525 }, 2);

	CU_ASSERT_PTR_NOT_NULL_FATAL(t);
	set_scene(&s, TURNS);
	read_file(t, buf_span(&s.file[0]));
	tap_stop(t);
	CHECK(strcmp(told, RELAYED("40001")) == 0, "%s", told);
	tap_free(t);
}

/* As files that tcpdump -C leaves: cut behind each turn in turn. */
static void
a_connection_goes_on_in_the_next_file(void)
{
	for (unsigned cut = 0; cut < TURNS; cut++) {
		struct scene s;
		struct tap *t = new_tap(NULL, 0);

		CU_ASSERT_PTR_NOT_NULL_FATAL(t);
		set_scene(&s, cut);
		read_file(t, buf_span(&s.file[0]));
		read_file(t, buf_span(&s.file[1]));
		tap_stop(t);
		CHECK(strcmp(told, RELAYED("40000")) == 0, "cut behind turn %u: %s", cut, told);
		tap_free(t);
	}
}

static void
what_is_open_in_the_end_is_told_when_it_is_stopped(void)
{
	struct scene s;
	struct tap *t = new_tap(NULL, 0);

	CU_ASSERT_PTR_NOT_NULL_FATAL(t);
	set_scene(&s, 6);
	read_file(t, buf_span(&s.file[0]));
	tap_stop(t);
	CHECK(strcmp(told, "40000 banner 220; 40000 EHLO 250; 40000 MAIL 250 pass; 40000 RCPT 0 refuse; 40000 closed 4; ") == 0, "%s", told);
	tap_stop(t);
	tap_free(t);
	tap_free(new_tap(NULL, 0));
	tap_free(NULL);
}

/* Either all is told, or a counter says that something is not; and with memory again the next connection is heard whole. */
static void
without_memory_what_is_not_heard_is_counted(void)
{
	static const char *const wants[] = { "unwatched", "no_memory", "flows_no_memory", "no_room", "gaps" };
	static const char *const spared[] = { "libpcap.so", NULL };	/* test_capture_live.c */
	struct scarce s;
	struct scene scene;

	set_scene(&scene, TURNS);
	scarce_spare(spared);
	SCARCE_EACH(&s) {
		int fd = memory_file(buf_span(&scene.file[0]));
		const struct capture_conf conf = { .file = memory_file_path(fd) };
		char error[CAPTURE_ERROR] = "";
		struct capture *c = capture_open(&conf, error);
		uint64_t counted = 0;
		struct tap *t;

		CU_ASSERT_PTR_NOT_NULL_FATAL(c);
		scarce_begin(&s);
		t = new_tap(NULL, 0);
		while (t != NULL && tap_read(t, c) == CAPTURE_MORE)
			;
		if (t != NULL)
			tap_stop(t);
		scarce_end(&s);
		CHECK(t != NULL || s.denied, "%s: no tap", scarce_run(&s));
		for (size_t i = 0; t != NULL && i < sizeof(wants) / sizeof(wants[0]); i++)
			counted += count(t, wants[i]);
		CHECK(t == NULL || counted > 0 || strcmp(told, RELAYED("40000")) == 0, "%s: %s", scarce_run(&s), told);
		if (t != NULL) {
			told[0] = '\0';
			read_file(t, buf_span(&scene.file[0]));
			tap_stop(t);
			CHECK(strcmp(told, RELAYED("40000")) == 0, "%s: and again: %s", scarce_run(&s), told);
		}
		tap_free(t);
		capture_close(c);
		close(fd);
	}
	scarce_spare(NULL);
}

static CU_TestInfo tests[] = {
	{ "a capture becomes exchanges and counters", a_capture_becomes_exchanges_and_counters },
	{ "ports are those that are given", ports_are_those_that_are_given },
	{ "a connection goes on in the next file", a_connection_goes_on_in_the_next_file },
	{ "what is open in the end is told when it is stopped", what_is_open_in_the_end_is_told_when_it_is_stopped },
	{ "without memory what is not heard is counted", without_memory_what_is_not_heard_is_counted },
	CU_TEST_INFO_NULL,
};
SUITE(tap, tests)
