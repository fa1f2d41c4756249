/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session between two sockets that were handed over, and descriptors for whoever asks: what `relaywall health` wants of worker and desk. */
#include "tests/keeper/duties.h"

#include "proxy/driver/stream/stream.h"
#include "proxy/keeper/process/wire.h"
#include "tests/unit/names.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENT, HOST, ENDS };

static struct {
	struct ev_loop *loop;
	struct stream *stream;
	struct policy policy;
	int ours[ENDS], given[ENDS];
} stage;

static int
no(void)
{
	errno = EPROTO;		/* it was not forbidden, but came to nothing */
	return -1;
}

static void
report(void *cookie, const struct session *s, const struct event *e)
{
	(void)cookie, (void)s, (void)e;
}

static void
init_policy(void)
{
	static const struct ip address = { .bytes = { [10] = 0xff, 0xff, 127, 0, 0, 2 } };
	static const struct span name = { (const uint8_t *)"untrusted", 9 };
	static const uint64_t key = 1;
	static struct names_memory memory;
	static struct prefix_node networks[1], hosts[8];
	static struct rules rules;
	static struct policy_host host;

	rules = rules_default(POLICY_UNTRUSTED);
	host = (struct policy_host){ .name = SPAN("host"), .key = key, .hostname = SPAN("mail.local.example"), .addresses = &address, .address_count = 1,
		.max_local = 64, .uplift = UPLIFT_DEFAULT, .rules = &rules };
	NAMES_TABLE(&host.local, &memory, "local.example");
	stage.policy = (struct policy){ .network_names = &name, .network_keys = &key, .network_count = 1, .hosts = &host, .host_count = 1 };
	prefix_map_init(&stage.policy.networks, networks, 1);
	prefix_map_init(&stage.policy.host_map, hosts, 8);
}

static void *
with_stage(int peer)
{
	struct stream_conf conf = { .policy = &stage.policy, .limits = &dialogue_limits_default, .hooks.report = report, .sessions_max = 1 };

	(void)peer;
	init_policy();
	stage.loop = ev_loop_new(EVFLAG_NOSIGMASK);
	must(stage.loop != NULL, "ev_loop_new");
	stage.stream = stream_new(stage.loop, &conf);
	must(stage.stream != NULL, "stream_new");
	for (int i = 0; i < ENDS; i++) {
		int pair[2];

		must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0, "socketpair");
		stage.ours[i] = pair[0];
		stage.given[i] = pair[1];
	}
	return &stage;
}

/* One side says this, and the other side hears something that begins so. 0, or -1 with errno. */
static int
passes(int from, const char *text, int to, const char *heard)
{
	char got[256] = "";
	ssize_t n = -1;

	if (send(stage.ours[from], text, strlen(text), MSG_NOSIGNAL) == -1)
		return -1;
	for (int turns = 0; n == -1 && turns < 10; turns++) {
		ev_run(stage.loop, EVRUN_ONCE);
		n = recv(stage.ours[to], got, sizeof(got) - 1, 0);
	}
	return n > 0 && strncmp(got, heard, strlen(heard)) == 0 ? 0 : no();
}

static int
drill(void *p)
{
	(void)p;
	if (stream_drill(stage.stream, stage.given[CLIENT], stage.given[HOST], &stage.policy.hosts[0], POLICY_UNTRUSTED) == -1)
		return -1;
	if (passes(HOST, "220 host\r\n", CLIENT, "220 host") == -1 || passes(CLIENT, "HELO a.example\r\n", HOST, "HELO a.example\r\n") == -1 ||
	    passes(HOST, "250 host\r\n", CLIENT, "250 host") == -1 || passes(CLIENT, "MAIL FROM:<>\r\n", HOST, "MAIL FROM:<>\r\n") == -1 ||
	    passes(HOST, "250 ok\r\n", CLIENT, "250 ") == -1 || passes(CLIENT, "RCPT TO:<a@b.example>\r\n", CLIENT, "550 ") == -1)
		return -1;
	stream_free(stage.stream);
	return 0;
}

static int give_to;

static void *
with_descriptors(int peer)
{
	static int fds[ENDS];

	give_to = peer;
	must(pipe(fds) == 0, "pipe");
	return fds;
}

static int
give(void *fds)
{
	return wire_send(give_to, fds, ENDS, "%s", "{\"result\":\"done\"}\n");
}

static int
take(int peer)
{
	static struct wire_message m;
	int result;

	must(fcntl(peer, F_SETFL, 0) == 0, "fcntl");
	result = wire_receive(peer, &m) == 1 && m.fd_count == ENDS ? 0 : no();
	wire_close_all(&m);
	return result;
}

const struct attempt duties_of_drill[] = {
	{ "a session between sockets that were handed over", IN_WORKER, { with_stage, drill, NULL }, "done" },
	{ "give descriptors to who asks", IN_DESK, { with_descriptors, give, take }, "done" },
	{ NULL, 0, { NULL, NULL, NULL }, NULL },
};
