/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_engine.c - time of a command in the engine, with a driver that has no sockets.
 *
 * A row of exchanges, what the client says and what the host answers, is played
 * over and over into one session: commands, verdicts and replies, no kernel. The
 * fastest round is taken, since noise only adds. Figures, no assertion on them;
 * but an exchange that does not go as written ends the program.
 */
#include "proxy/engine/dialogue.h"

#include "tests/unit/corpus.h"
#include "tests/unit/notes.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { EXCHANGES = 8, REPEAT = 2000, ROUNDS = 31, OUT = 512 };

/* Up to what either side must be shown afterwards; one that is empty is not looked at. */
struct exchange {
	const char *client;	/* says */
	const char *asks;	/* what the host is then shown, its last octets */
	const char *host;	/* answers, if it was asked */
	const char *shown;	/* what the client is then shown, its first octets */
};

struct bench {
	const char *name;
	unsigned commands;	/* in a row of exchanges */
	struct exchange row[EXCHANGES];
};

#define MAIL "MAIL FROM:<sender@client.example>\r\n"
#define RCPT "RCPT TO:<user@local.example>\r\n"
#define TEXT "From: <a@client.example>\r\nSubject: b\r\n\r\ntext\r\n.\r\n"
static const struct exchange mail = { MAIL, MAIL, "250 2.1.0 ok\r\n", "250" },
    rcpt = { RCPT, RCPT, "250 2.1.5 ok\r\n", "250" },
    data = { "DATA\r\n", "DATA\r\n", "354 go on\r\n", "354" },
    text = { TEXT, ".\r\n", "250 2.0.0 taken\r\n", "250" },
    rset = { "RSET\r\n", "RSET\r\n", "250 2.0.0 ok\r\n", "250" };

/* The driver: what it was given for each side since the last look. */
struct driver {
	struct dialogue d;
	char out[2][OUT];
	size_t len[2];
	uint8_t to_client[DIALOGUE_TO_CLIENT], to_host[DIALOGUE_TO_HOST];
	struct notes notes;
};

static unsigned reported;

static void
report(void *cookie, const struct session *s, const struct event *e)
{
	(void)cookie;
	(void)s;
	reported += e->kind != EVENT_COUNT;
}

static void
keep(struct driver *v, enum side to, struct span s)
{
	size_t room = OUT - v->len[to], n = s.len < room ? s.len : room;

	memcpy(v->out[to] + v->len[to], s.at, n);
	v->len[to] += n;
	dialogue_sent(&v->d, to, s.len);
}

/* What comes from a side, to its last octet: commands of a row wait until those before them were answered. */
static void
feed(struct driver *v, enum side from, struct span *in)
{
	enum side to = from == SIDE_CLIENT ? SIDE_HOST : SIDE_CLIENT;
	size_t used = 1, pass;

	while (in->len > 0 && used > 0) {
		used = dialogue_feed(&v->d, from, *in, &pass, 0);
		keep(v, to, span_cut(*in, 0, pass));
		keep(v, SIDE_HOST, dialogue_output(&v->d, SIDE_HOST));
		keep(v, SIDE_CLIENT, dialogue_output(&v->d, SIDE_CLIENT));
		*in = span_cut(*in, used, in->len);
	}
}

static void
check(const struct driver *v, const struct exchange *x, bool good)
{
	if (good)
		return;
	fprintf(stderr, "bench-engine: \"%s\" went otherwise: host \"%.*s\", client \"%.*s\"\n", x->client,
	    (int)v->len[SIDE_HOST], v->out[SIDE_HOST], (int)v->len[SIDE_CLIENT], v->out[SIDE_CLIENT]);
	exit(1);
}

static void
play(struct driver *v, const struct exchange *x)
{
	struct span client = span_str(x->client), host = span_str(x->host);
	size_t asks = strlen(x->asks), shown = strlen(x->shown);

	v->len[SIDE_CLIENT] = v->len[SIDE_HOST] = 0;
	feed(v, SIDE_CLIENT, &client);
	check(v, x, v->len[SIDE_HOST] >= asks &&
	    memcmp(v->out[SIDE_HOST] + v->len[SIDE_HOST] - asks, x->asks, asks) == 0);
	feed(v, SIDE_HOST, &host);
	check(v, x, v->len[SIDE_CLIENT] >= shown && memcmp(v->out[SIDE_CLIENT], x->shown, shown) == 0);
	check(v, x, client.len == 0 && host.len == 0);
}

/* Up to the reply to EHLO, with the corpus's policy and no limit that a bench would meet. */
static void
begin(struct driver *v, const struct event_hooks *hooks, const struct dialogue_limits *limits)
{
	struct dialogue_conf conf = {
		.session = { .id = "0badcafe", .address = *corpus_asked()->address, .host = corpus_asked()->host },
		.limits = limits, .hooks = hooks,
	};
	static const struct exchange hello = {
		"EHLO client.example\r\n", "EHLO client.example\r\n",
		"250-mail.local.example\r\n250 PIPELINING\r\n", "250-mail"
	};
	struct span banner = SPAN("220 mail.local.example ESMTP\r\n");

	dialogue_init(&v->d, &conf, 0);
	dialogue_lend(&v->d, SIDE_CLIENT, v->to_client);
	dialogue_lend(&v->d, SIDE_HOST, v->to_host);
	notes_lend(&v->d, &v->notes);
	feed(v, SIDE_HOST, &banner);
	play(v, &hello);
}

static double
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* ns for the row of exchanges, the fastest of all rounds. */
static double
measure(const struct bench *b)
{
	static struct driver v;
	const struct event_hooks hooks = { .report = report };
	struct dialogue_limits limits = dialogue_limits_default;
	double best = 1e18;

	limits.errors_max = limits.idle_commands_max = limits.refused_max = limits.recipients_max = UINT32_MAX;
	limits.rate_min = 0;
	begin(&v, &hooks, &limits);
	for (unsigned round = 0; round < ROUNDS; round++) {
		double start = now_ns(), ns;

		for (unsigned i = 0; i < REPEAT; i++)
			for (const struct exchange *x = b->row; x < b->row + EXCHANGES && x->client != NULL; x++)
				play(&v, x);
		ns = (now_ns() - start) / REPEAT;
		best = ns < best ? ns : best;
	}
	return best;
}

int
main(void)
{
	const struct bench benches[] = {
		{ "a message: MAIL RCPT DATA, text", 4, { mail, rcpt, data, text } },
		{ "the same with three RCPT", 6, { mail, rcpt, rcpt, rcpt, data, text } },
		{ "MAIL and RSET", 2, { mail, rset } },
		{ "MAIL, two RCPT and RSET", 4, { mail, rcpt, rcpt, rset } },
		{ "MAIL, RCPT refused here, RSET", 3,
		  { mail, { "RCPT TO:<user%victim.example@local.example>\r\n", "", "", "550" }, rset } },
		{ "NOOP", 1, { { "NOOP\r\n", "NOOP\r\n", "250 2.0.0 ok\r\n", "250" } } },
		{ "a command that nobody knows", 1, { { "XYZZY\r\n", "", "", "50" } } },
	};

	printf("%-36s %8s %12s %12s\n", "engine", "commands", "ns together", "ns each");
	for (size_t i = 0; i < sizeof(benches) / sizeof(benches[0]); i++) {
		double ns = measure(&benches[i]);

		printf("%-36s %8u %12.0f %12.0f\n", benches[i].name, benches[i].commands, ns, ns / benches[i].commands);
	}
	return reported == 0;
}
