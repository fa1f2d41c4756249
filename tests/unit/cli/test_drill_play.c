/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The script against a stream in another process, and against shields that are none. */
#include "proxy/cli/drill_play.h"

#include "proxy/base/clock.h"
#include "proxy/driver/stream/stream.h"
#include "proxy/site/drill.h"
#include "tests/unit/site/folder.h"
#include "tests/unit/suite.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONF(from) \
	"protect \"h\" { addresses = { \"192.0.2.1\" } hostname = \"mail.local.example\" local-domains = { \"local.example\" } from untrusted { " from " } }\n"

enum { CLIENT, HOST, ENDS, WAIT_MS = 3000, SHORT_MS = 200 };

/* What stands between; in a process of its own, that ends with the test. */
typedef void shield(const struct site *site, const int ends[ENDS]);

static pid_t
start(shield *between, const struct site *site, int ours[ENDS])
{
	int theirs[ENDS];
	pid_t pid;

	for (int i = 0; i < ENDS; i++) {
		int pair[2];

		CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0);
		ours[i] = pair[0];
		theirs[i] = pair[1];
	}
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < ENDS; i++)
			close(ours[i]);
		alarm(10);
		between(site, theirs);
		_exit(0);
	}
	for (int i = 0; i < ENDS; i++)
		close(theirs[i]);
	return pid;
}

/* The fault, malloced; "": it was as the script has it. */
static char *
play(shield *between, const char *conf, unsigned ms)
{
	struct site *site = folder_load_good(conf);
	struct script script;
	char *faults;
	size_t len;
	FILE *out = open_memstream(&faults, &len);
	int ours[ENDS];
	pid_t pid = start(between, site, ours);
	bool well;

	CU_ASSERT_FATAL(pid > 0);
	script_write(&script, site, out);
	well = drill_play(&script, ours[CLIENT], ours[HOST], ms, "worker 0", out);
	fclose(out);
	CU_ASSERT(well == (len == 0));
	close(ours[CLIENT]);
	close(ours[HOST]);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	site_free(site);
	return faults;
}

/* --- shields */

static void
report(void *cookie, const struct session *s, const struct event *e)
{
	(void)cookie, (void)s, (void)e;
	_exit(1);	/* of a drill nothing is reported */
}

static void
real(const struct site *site, const int ends[ENDS])
{
	const struct stream_conf conf = { .policy = &site->policy, .limits = &site->limits, .hooks.report = report, .sessions_max = 1 };
	struct drill as_if = drill_choose(&site->policy);
	struct ev_loop *loop = ev_loop_new(0);
	struct stream *stream = stream_new(loop, &conf);

	if (stream_drill(stream, ends[CLIENT], ends[HOST], as_if.host, as_if.network) == 0)
		ev_run(loop, 0);
}

/* All that one side says goes to the other, but for answers of its own. */
static void
lets_pass(const int ends[ENDS], const char *replies_to, const char *reply)
{
	for (;;) {
		struct pollfd p[ENDS] = { { ends[CLIENT], POLLIN, 0 }, { ends[HOST], POLLIN, 0 } };

		(void)poll(p, ENDS, -1);
		for (int i = 0; i < ENDS; i++) {
			char octets[4096];
			ssize_t n = p[i].revents != 0 ? read(ends[i], octets, sizeof(octets) - 1) : 0;

			if (p[i].revents != 0 && n <= 0)
				return;
			octets[n] = '\0';
			if (n > 0 && i == CLIENT && replies_to != NULL && strstr(octets, replies_to) != NULL)
				(void)!write(ends[CLIENT], reply, strlen(reply));
			else if (n > 0)
				(void)!write(ends[1 - i], octets, (size_t)n);
		}
	}
}

static void
open_relay(const struct site *site, const int ends[ENDS])
{
	(void)site;
	lets_pass(ends, NULL, NULL);
}

static void
closed(const struct site *site, const int ends[ENDS])
{
	(void)site;
	lets_pass(ends, "postmaster", "550 5.7.1 no\r\n");
}

static void
liar(const struct site *site, const int ends[ENDS])	/* says that it took it, and did not */
{
	(void)site;
	lets_pass(ends, "postmaster", "250 ok\r\n");
}

static void
mute(const struct site *site, const int ends[ENDS])
{
	(void)site, (void)ends;
	pause();
}

static void
gone(const struct site *site, const int ends[ENDS])
{
	(void)site, (void)ends;
}

static void
babbler(const struct site *site, const int ends[ENDS])
{
	(void)site;
	(void)!write(ends[CLIENT], "hello\033[2J\r\n", 11);
	pause();
}

/* --- tests */

static void
a_stream_plays_it_by_every_policy(void)
{
	static const char *const policies[] = { "", "relay-action = drop", "relay-action = redirect relay-trap = \"<trap@local.example>\"", "relay = count",
		"connections-per-minute = 1 recipients-per-hour = 1", "starttls = refuse auth = pass body = normalize",
		"unqualified-recipient = enforce hello-syntax = enforce forged-hello = enforce forged-local-sender = enforce" };

	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		char conf[600], *faults;

		snprintf(conf, sizeof(conf), CONF("%s"), policies[i]);
		faults = play(real, conf, WAIT_MS);
		CHECK(faults[0] == '\0', "%s: %s", policies[i], faults);
		free(faults);
	}
}

static void
what_is_no_shield_is_found_out(void)
{
	static const struct {
		shield *between;
		const char *fault;
	} cases[] = {
		{ open_relay, "worker 0, a dialogue, RCPT TO:<nobody@relaywall-health.invalid>: expected 550, got 250 recipient ok\\r\\n\n" },
		{ closed, "worker 0, a dialogue, RCPT TO:<postmaster@local.example>: expected 250, got 550 5.7.1 no\\r\\n\n" },
		{ liar, "worker 0, a dialogue, RCPT TO:<postmaster@local.example>: the host was to hear RCPT TO:<postmaster@local.example>\\r\\n, and heard nothing\n" },
		{ mute, "worker 0, a dialogue, greeting: no reply in time\n" },
		{ gone, "worker 0, a dialogue, greeting: the session ended\n" },
		{ babbler, "worker 0, a dialogue, greeting: expected 220, got hello\\x1b[2J\\r\\n\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *faults = play(cases[i].between, CONF(""), cases[i].between == mute ? SHORT_MS : WAIT_MS);

		CHECK(strcmp(faults, cases[i].fault) == 0, "%zu: %s", i, faults);
		free(faults);
	}
}

static void
it_takes_no_longer_than_it_may(void)
{
	uint64_t began_ms = clock_ms();

	free(play(mute, CONF(""), SHORT_MS));
	CU_ASSERT(clock_ms() - began_ms >= SHORT_MS && clock_ms() - began_ms < SHORT_MS + 2000);
}

static CU_TestInfo tests[] = {
	{ "a stream plays it, by every policy", a_stream_plays_it_by_every_policy },
	{ "what is no shield is found out", what_is_no_shield_is_found_out },
	{ "it takes no longer than it may", it_takes_no_longer_than_it_may },
	CU_TEST_INFO_NULL,
};
SUITE(drill_play, tests)
