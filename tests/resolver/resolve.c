/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * resolve - what the resolver says of domains.
 *
 *	resolve SERVERS TIMEOUT_MS QUESTIONS_MAX DOMAIN ...
 *
 * All domains are asked at once, in the order given; "-" waits for those before it,
 * "DOMAIN!" is given up at once. A line for each answer: the domain and its truth,
 * and whether it came at once. The counters in the end.
 */
#include "proxy/driver/resolver/domain.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { SERVERS_MAX = 4, PLACES = 256 };

static const char *const truths[] = { "unasked", "resolves", "unknown", "null-mx", "unsure" };
static unsigned waiting;

static void
told(void *cookie, enum domain_truth truth)
{
	printf("%s %s\n", (const char *)cookie, truths[truth]);
	if (--waiting == 0)
		ev_break(EV_DEFAULT, EVBREAK_ALL);
}

static void
read_servers(char *text, struct ip *servers, size_t *count)
{
	for (char *word = strtok(text, ","); word != NULL && *count < SERVERS_MAX; word = strtok(NULL, ",")) {
		struct in_addr v4;
		uint8_t octets[4];

		if (inet_pton(AF_INET, word, &v4) == 1) {
			memcpy(octets, &v4, 4);
			servers[(*count)++] = ip_from_v4(octets);
		} else if (inet_pton(AF_INET6, word, servers[*count].bytes) == 1) {
			(*count)++;
		}
	}
}

static void
ask(struct resolver *r, char *domain)
{
	size_t len = strlen(domain);
	bool give_up = len > 0 && domain[len - 1] == '!';
	enum domain_truth truth;
	struct domain_look *look = domain_look(r, span_of(domain, len - give_up), told, domain, &truth);

	if (look == NULL)
		printf("%s %s at once\n", domain, truths[truth]);
	else if (give_up)
		domain_give_up(look);
	else
		waiting++;
}

int
main(int argc, char **argv)
{
	struct ip servers[SERVERS_MAX];
	struct resolver_conf conf = { .servers = servers, .cache_places = PLACES };
	const struct resolver_counters *c;
	const char *what;
	struct resolver *r;

	if (argc < 5)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	read_servers(argv[1], servers, &conf.server_count);
	conf.timeout_ms = strtoull(argv[2], NULL, 10);
	conf.questions_max = (unsigned)strtoul(argv[3], NULL, 10);
	r = resolver_new(EV_DEFAULT, &conf, &what);
	if (r == NULL) {
		fprintf(stderr, "resolve: %s\n", what);
		return 1;
	}
	for (int i = 4; i < argc; i++) {
		if (strcmp(argv[i], "-") != 0)
			ask(r, argv[i]);
		else if (waiting > 0)
			ev_run(EV_DEFAULT, 0);
	}
	if (waiting > 0)
		ev_run(EV_DEFAULT, 0);
	c = resolver_counters(r);
#define X(name, meaning) printf(#name "=%" PRIu64 " ", c->name);
	RESOLVER_COUNTERS(X)
#undef X
	printf("\n");
	resolver_free(r);
	return 0;
}
