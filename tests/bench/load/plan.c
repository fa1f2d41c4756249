/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/bench/load/plan.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Options that are numbers. */
static const struct number {
	char letter;
	size_t at;	/* in struct plan */
	unsigned least, most, otherwise;
	const char *what;
} numbers[] = {
	{ 'n', offsetof(struct plan, sessions), 1, PLAN_SESSIONS_MAX, 100, "sessions" },
	{ 'c', offsetof(struct plan, at_once), 1, PLAN_AT_ONCE_MAX, 16, "of them at once, at most" },
	{ 'R', offsetof(struct plan, per_second), 0, 100000, 0, "a second, due at fixed times; 0: as fast as they end" },
	{ 't', offsetof(struct plan, seconds), 1, 600, 60, "seconds after which none begins" },
	{ 'm', offsetof(struct plan, messages), 0, 1000000, 1, "messages in each" },
	{ 'r', offsetof(struct plan, recipients), 1, PLAN_RECIPIENTS_MAX, 1, "recipients of each message" },
	{ 'x', offsetof(struct plan, refused), 0, 99, 0, "percent of them that are to be refused" },
	{ 's', offsetof(struct plan, octets), PLAN_OCTETS_MIN, PLAN_OCTETS_MAX, 1024, "octets of each message" },
	{ 'a', offsetof(struct plan, clients), 1, 65536, 1, "addresses of clients, from FROM on" },
};
enum { NUMBERS = sizeof(numbers) / sizeof(numbers[0]) };

static unsigned *
value_of(struct plan *plan, const struct number *n)
{
	return (unsigned *)(void *)((char *)plan + n->at);
}

static int
usage(void)
{
	fprintf(stderr, "usage: load [OPTION]... FROM TO PORT\n");
	for (size_t i = 0; i < NUMBERS; i++)
		fprintf(stderr, "  -%c N  %s (%u to %u, else %u)\n", numbers[i].letter, numbers[i].what,
		    numbers[i].least, numbers[i].most, numbers[i].otherwise);
	fprintf(stderr, "  -p    commands pipelined\n  -b    BDAT instead of DATA\n"
	    "  -h greeting|transaction  go so far in each, say how many did,\n"
	    "        and hold them until SIGTERM or 10 seconds past -t\n");
	return -1;
}

static int
read_number(struct plan *plan, int letter, const char *text)
{
	for (size_t i = 0; i < NUMBERS; i++) {
		char *end;
		unsigned long value;

		if (numbers[i].letter != letter)
			continue;
		errno = 0;
		value = strtoul(text, &end, 10);
		if (errno != 0 || end == text || *end != '\0' || value < numbers[i].least || value > numbers[i].most)
			return usage();
		*value_of(plan, &numbers[i]) = (unsigned)value;
		return 0;
	}
	return usage();
}

static int
read_hold(struct plan *plan, const char *text)
{
	if (strcmp(text, "greeting") == 0)
		plan->hold = PLAN_HOLD_GREETING;
	else if (strcmp(text, "transaction") == 0)
		plan->hold = PLAN_HOLD_TRANSACTION;
	else
		return usage();
	return 0;
}

static int
read_option(struct plan *plan, int letter)
{
	switch (letter) {
	case 'p':
		plan->pipelined = true;
		return 0;
	case 'b':
		plan->chunked = true;
		return 0;
	case 'h':
		return read_hold(plan, optarg);
	default:
		return read_number(plan, letter, optarg == NULL ? "" : optarg);
	}
}

static int
read_addresses(struct plan *plan, char **words)
{
	char *end;
	unsigned long port = strtoul(words[2], &end, 10);

	plan->to.sin_family = AF_INET;
	plan->to.sin_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, words[0], &plan->from) != 1 || inet_pton(AF_INET, words[1], &plan->to.sin_addr) != 1 ||
	    port == 0 || port > UINT16_MAX || *end != '\0')
		return usage();
	return 0;
}

int
plan_read(struct plan *plan, int argc, char **argv)
{
	int letter;

	*plan = (struct plan){ 0 };
	for (size_t i = 0; i < NUMBERS; i++)
		*value_of(plan, &numbers[i]) = numbers[i].otherwise;
	while ((letter = getopt(argc, argv, "n:c:R:t:m:r:x:s:a:pbh:")) != -1)
		if (read_option(plan, letter) == -1)
			return -1;
	if (argc - optind != 3 || (plan->pipelined && plan->hold == PLAN_HOLD_TRANSACTION))
		return usage();
	plan->refused = plan->recipients * plan->refused / 100;
	if (plan->hold != PLAN_HOLD_NOWHERE)
		plan->at_once = plan->sessions;
	return plan->at_once > PLAN_AT_ONCE_MAX ? usage() : read_addresses(plan, argv + optind);
}
