/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One session with one message, while each allocation of the stream and of its resolver fails in turn. */
#include "proxy/base/exhibit.h"
#include "proxy/driver/stream/pool.h"
#include "proxy/driver/stream/stream.h"
#include "proxy/driver/stream/tproxy.h"
#include "tests/unit/names.h"
#include "tests/unit/net.h"
#include "tests/unit/resolver/dns.h"
#include "tests/unit/scarce.h"
#include "tests/unit/stream/party.h"
#include "tests/unit/suite.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	PATIENCE_MS = 5000,	/* of the dialogue, for whatever it waits */
	PATIENCE_LEAST_MS = 300,	/* where there will be no memory any more, so that it comes to an end */
	IDLE_MAX = 3000,	/* turns of a millisecond in which nobody moves: then the session hangs */
};

static const struct ip host_address = { .bytes = { [10] = 0xff, 0xff, 127, 0, 0, 2 } };
static const struct ip server = { .bytes = { [10] = 0xff, 0xff, 127, 0, 0, 53 } };

/* One play: what the stream is given, and who speaks through it. */
static struct {
	struct ev_loop *loop;
	struct rules rules;
	struct dialogue_limits limits;
	struct policy policy;
	uint16_t port;
	int host_listener;
	struct party client, host;
	unsigned events, exhibits;
} play;

static void
init_policy(void)
{
	static struct policy_host host;
	static struct names_memory memory;
	static struct prefix_node networks[1], hosts[8];
	static const struct span name = { (const uint8_t *)"untrusted", 9 };
	static const uint64_t key = 1;

	play.rules = rules_default(POLICY_UNTRUSTED);
	play.rules.mode[RULE_UNRESOLVABLE_SENDER] = MODE_ENFORCE;
	play.rules.evidence = EVIDENCE_ALL;
	host = (struct policy_host){ .name = SPAN("host"), .key = key, .hostname = SPAN("mail.local.example"), .addresses = &host_address, .address_count = 1,
		.max_local = PATH_LOCAL_MAX, .uplift = UPLIFT_DEFAULT, .rules = &play.rules };
	NAMES_TABLE(&host.local, &memory, "local.example");
	play.policy = (struct policy){ .network_names = &name, .network_keys = &key, .network_count = 1, .hosts = &host, .host_count = 1 };
	prefix_map_init(&play.policy.networks, networks, 1);
	prefix_map_init(&play.policy.host_map, hosts, 8);
	prefix_map_add(&play.policy.host_map, &(struct prefix){ .ip = host_address, .len = 128 }, 0);
}

static void
set_patience(uint64_t ms)
{
	struct dialogue_limits *l = &play.limits;

	*l = dialogue_limits_default;
	l->command_ms = l->body_ms = l->banner_ms = l->reply_ms = l->data_ms = l->final_ms = l->lookup_ms = ms;
}

static bool
begin(void)
{
	static const char *const spared[] = { "libev.so", NULL };	/* it ends the process without memory */

	if (!net_own())
		return false;
	if (play.loop == NULL) {
		play.loop = ev_loop_new(EVFLAG_AUTO);
		CU_ASSERT_PTR_NOT_NULL_FATAL(play.loop);
		init_policy();
		dns_serve(play.loop, &server);
	}
	scarce_spare(spared);
	return true;
}

static void
report(void *cookie, const struct session *s, const struct event *e)
{
	(void)cookie, (void)s, (void)e;
	play.events++;
}

/* The client is there, so from now on it is the host that is meant by this address. */
static int
take_socket(void *cookie, const struct tproxy_ends *ends, bool keep_port)
{
	(void)cookie, (void)ends, (void)keep_port;
	play.host_listener = party_listen(play.port);
	return socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* Turns of all three until the client has seen the end; false: it hangs. */
static bool
go_on(struct scarce *s)
{
	unsigned idle = 0;

	while (!play.client.is_over && idle < IDLE_MAX) {
		bool moved;

		scarce_begin(s);
		ev_run(play.loop, EVRUN_NOWAIT);
		scarce_end(s);
		if (play.host_listener != -1 && party_answer(&play.host, play.host_listener)) {
			close(play.host_listener);
			play.host_listener = -1;
		}
		moved = party_host_moves(&play.host);
		moved = party_client_moves(&play.client) || moved;
		idle = moved ? 0 : idle + 1;
		if (!moved)
			usleep(1000);
	}
	return play.client.is_over;
}

static int
keep(void *cookie, struct span exhibit)
{
	struct exhibit_head head;

	(void)cookie;
	CU_ASSERT(exhibit_head(exhibit, &head) == 0);
	play.exhibits++;
	return 0;
}

static struct stream *
open_stream(const struct stream_listener *listener, struct resolver **resolver)
{
	const struct resolver_conf resolver_conf = { .servers = &server, .server_count = 1, .timeout_ms = 300, .questions_max = 10, .cache_places = 64 };
	struct stream_conf conf = { .policy = &play.policy, .limits = &play.limits, .hooks = { .report = report }, .listeners = listener,
		.listener_count = 1, .take_socket = take_socket, .connect_ms = 1000, .sessions_max = 10, .keep = keep };
	const char *what;

	*resolver = conf.resolver = resolver_new(play.loop, &resolver_conf, &what);
	return *resolver == NULL ? NULL : stream_new(play.loop, &conf);
}

/*
 * Whatever fails, the client is answered, and is told that its message is taken if
 * and only if it is; and what was not read for want of memory is read when there is some.
 */
static void
check_end(const struct scarce *s, bool ended, const struct stream_counters *counters)
{
	CHECK(ended, "%s: the session hangs after %u replies, the last one %u", scarce_run(s), play.client.replies, play.client.code);
	CHECK(s->denied || play.client.kept, "%s: %u replies, the last one %u", scarce_run(s), play.client.replies, play.client.code);
	CHECK(play.client.kept == play.host.kept, "%s: message taken: the client thinks %d, the host %d", scarce_run(s), play.client.kept, play.host.kept);
	CHECK(!ended || play.client.kept || play.client.code / 100 == 4 || play.client.code == 221, "%s: ended without a word after %u", scarce_run(s), play.client.code);
	CHECK(play.client.code / 100 != 5, "%s: refused for good with %u", scarce_run(s), play.client.code);
	CHECK(s->lasting || counters->no_buffer == 0 || play.client.kept, "%s: nothing was read any more, though there is memory", scarce_run(s));
	CHECK(play.events > 0, "%s: nothing was reported", scarce_run(s));
}

static void
end(struct stream *stream, struct resolver *resolver)
{
	stream_free(stream);
	resolver_free(resolver);
	party_end(&play.client);
	party_end(&play.host);
	if (play.host_listener != -1)
		close(play.host_listener);
}

static void
a_message_is_taken_or_its_client_is_told_to_come_again(void)
{
	struct scarce s;

	if (!begin())
		return;
	SCARCE_EACH(&s) {
		struct stream_listener listener = { .fd = party_listen_anywhere(&play.port) };
		struct resolver *resolver;
		struct stream *stream;

		play.host_listener = -1;
		play.events = play.exhibits = 0;
		set_patience(s.lasting && s.nth > 0 ? PATIENCE_LEAST_MS : PATIENCE_MS);
		play.host = (struct party){ .fd = -1, .is_over = true };
		party_call(&play.client, play.port);
		scarce_begin(&s);
		stream = open_stream(&listener, &resolver);
		if (stream != NULL)
			stream_resume(stream);
		scarce_end(&s);
		CHECK(stream != NULL || s.denied, "%s: no stream", scarce_run(&s));
		if (stream != NULL)
			check_end(&s, go_on(&s), stream_counters(stream));
		else
			close(listener.fd);
		end(stream, resolver);
		CHECK(s.denied || play.exhibits == 1, "%s: %u exhibits", scarce_run(&s), play.exhibits);
	}
	scarce_spare(NULL);
}

static void
turn(struct scarce *s)
{
	for (int i = 0; i < 10; i++) {
		scarce_begin(s);
		ev_run(play.loop, EVRUN_NOWAIT);
		scarce_end(s);
		usleep(1000);
	}
}

/* One client has the only buffer. Another speaks, and then its host does: neither finds memory to be read into. */
static void
starve_both_sides(struct scarce *s, struct stream *stream)
{
	static struct party first;

	party_call(&first, play.port);
	CU_ASSERT(write(first.fd, "NO", 2) == 2);
	stream_resume(stream);
	for (int i = 0; i < IDLE_MAX && play.host_listener == -1; i++)
		ev_run(play.loop, EVRUN_NOWAIT);
	close(play.host_listener);	/* the next client is to reach the stream */
	play.host_listener = -1;
	party_call(&play.client, play.port);
	CU_ASSERT(write(play.client.fd, "NO", 2) == 2);
	turn(s);
	CHECK(party_answer(&play.host, play.host_listener), "%s: no host is asked", scarce_run(s));
	CU_ASSERT(write(play.host.fd, "220 a\r\n", 7) == 7);
	turn(s);
	alarm(10);	/* else nothing ends a loop that goes around */
	for (int i = 0; i < IDLE_MAX && play.client.replies == 0; i++) {
		ev_run(play.loop, EVRUN_NOWAIT);
		party_client_moves(&play.client);
		usleep(1000);
	}
	alarm(0);
	CHECK(play.client.replies > 0, "%s: nothing is read any more, though there is memory", scarce_run(s));
	party_end(&first);
}

static void
who_starves_on_both_sides_goes_on_when_there_is_memory(void)
{
	struct scarce s;

	if (!begin())
		return;
	SCARCE_LARGE(&s, POOL_SMALL) {
		struct stream_listener listener = { .fd = party_listen_anywhere(&play.port) };
		struct resolver *resolver;
		struct stream *stream = open_stream(&listener, &resolver);

		CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
		play.host_listener = -1;
		play.host = (struct party){ .fd = -1, .is_over = true };
		set_patience(PATIENCE_MS);
		starve_both_sides(&s, stream);
		CHECK(!s.lasting || s.nth != 1 || stream_counters(stream)->no_buffer >= 2, "%s: both sides read", scarce_run(&s));
		end(stream, resolver);
	}
	scarce_spare(NULL);
}

static CU_TestInfo tests[] = {
	{ "who starves on both sides goes on when there is memory", who_starves_on_both_sides_goes_on_when_there_is_memory },
	{ "a message is taken, or its client is told to come again", a_message_is_taken_or_its_client_is_told_to_come_again },
	CU_TEST_INFO_NULL,
};

SUITE(no_memory, tests)
