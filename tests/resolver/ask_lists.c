/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ask-lists - what the block lists say of clients.
 *
 *	ask-lists SERVER THRESHOLD LIST ... -- WORD ...
 *
 * LIST: ZONE,WEIGHT[,CODES]. WORD: an address, which is asked about; "-": wait for
 * all answers; a number: so many ms pass. A line for each answer, and each time that
 * a list is found healthy or broken; the counters in the end. A test every 400 ms, of
 * a broken list every 200.
 */
#include "proxy/driver/resolver/lists.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { TIMEOUT_MS = 600, QUESTIONS = 200, PLACES = 64 };

static struct blocklist list[BLOCKLISTS_MAX];
static struct blocklist_codes codes[BLOCKLISTS_MAX];
static struct blocklists set = { .list = list };
static unsigned waiting;

static void
report(void *cookie, const struct blocklist *l, enum blocklist_family family, enum blocklist_health health)
{
	(void)cookie;
	printf("%.*s %s %s\n", (int)l->name.len, (const char *)l->name.at, family == BLOCKLIST_IPV4 ? "IPv4" : "IPv6", blocklist_health_name(health));
}

static void
show(const char *client, const struct blocklist_verdict *v)
{
	printf("%s %s sum %d", client, v->refuse ? "refused" : "passes", v->sum);
	if (v->because != NULL)
		printf(" by %.*s", (int)v->because->name.len, (const char *)v->because->name.at);
	printf("\n");
}

static void
told(void *cookie, const struct blocklist_verdict *v)
{
	show(cookie, v);
	if (--waiting == 0)
		ev_break(EV_DEFAULT, EVBREAK_ALL);
}

static int
read_ip(const char *text, struct ip *ip)
{
	uint8_t v4[4];

	if (inet_pton(AF_INET, text, v4) == 1) {
		*ip = ip_from_v4(v4);
		return 0;
	}
	return inet_pton(AF_INET6, text, ip->bytes) == 1 ? 0 : -1;
}

static int
read_list(char *text)
{
	char *zone = strtok(text, ","), *weight = strtok(NULL, ","), *code = strtok(NULL, ",");
	size_t i = set.count++;

	if (zone == NULL || weight == NULL)
		return -1;
	list[i] = (struct blocklist){ .name = span_str(zone), .zone = span_str(zone), .weight = (int)strtol(weight, NULL, 10) };
	if (code == NULL)
		return 0;
	list[i].codes = &codes[i];
	list[i].code_count = 1;
	return blocklist_codes_parse(span_str(code), &codes[i]);
}

static void
on_time(struct ev_loop *loop, ev_timer *w, int revents)
{
	(void)w, (void)revents;
	ev_break(loop, EVBREAK_ALL);
}

static void
pass_time(double seconds)
{
	ev_timer timer;

	ev_timer_init(&timer, on_time, seconds, 0.);
	ev_timer_start(EV_DEFAULT, &timer);
	ev_run(EV_DEFAULT, 0);
}

static void
do_word(struct lists *lists, char *word)
{
	struct blocklist_verdict v;
	struct ip client;

	if (strcmp(word, "-") == 0) {
		if (waiting > 0)
			ev_run(EV_DEFAULT, 0);
	} else if (read_ip(word, &client) == -1) {
		pass_time(strtod(word, NULL) / 1000);
	} else if (lists_look(lists, &client, told, word, &v) == NULL) {
		show(word, &v);
	} else {
		waiting++;
	}
}

int
main(int argc, char **argv)
{
	struct ip server;
	struct resolver_conf resolver_conf = { .servers = &server, .server_count = 1, .timeout_ms = TIMEOUT_MS, .questions_max = QUESTIONS,
		.cache_places = PLACES };
	struct lists_conf conf = { .set = &set, .report = report, .test_s = 0.4, .retest_s = 0.2 };
	const struct lists_counters *c;
	struct lists *lists;
	const char *what;
	int i = 3;

	if (argc < 5 || read_ip(argv[1], &server) == -1)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	set.threshold = (int)strtol(argv[2], NULL, 10);
	for (; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (set.count == BLOCKLISTS_MAX || read_list(argv[i]) == -1)
			return 2;
	conf.resolver = resolver_new(EV_DEFAULT, &resolver_conf, &what);
	lists = conf.resolver == NULL ? NULL : lists_new(EV_DEFAULT, &conf);
	if (lists == NULL)
		return 1;
	for (i++; i < argc; i++)
		do_word(lists, argv[i]);
	c = lists_counters(lists);
#define X(name, meaning) printf(#name "=%" PRIu64 " ", c->name);
	LISTS_COUNTERS(X)
#undef X
	printf("\n");
	lists_free(lists);
	resolver_free(conf.resolver);
	return 0;
}
