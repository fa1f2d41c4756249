/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/tap_options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

/* Digits alone, from 1 to most. 0, or -1. */
static int
parse_number(const char *text, unsigned long most, unsigned long *out)
{
	char *end;

	errno = 0;
	*out = strtoul(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *out > 0 && *out <= most ? 0 : -1;
}

int
tap_options_port(struct tap_options *o, const char *text)
{
	unsigned long port;

	if (o->port_count == TAP_PORTS || parse_number(text, UINT16_MAX, &port) == -1)
		return -1;
	o->ports[o->port_count++] = (uint16_t)port;
	return 0;
}

static int
take(struct tap_options *o, int option, char *argument)
{
	unsigned long seconds;

	switch (option) {
	case 'p': o->policy = argument; return 0;
	case 'i': o->interface = argument; return 0;
	case 'f': o->filter = argument; return 0;
	case 'P': return tap_options_port(o, argument);
	case 'J': o->journal = argument; return 0;
	case 'e': o->exchanges = argument; return 0;
	case 'I': o->inventory = argument; return 0;
	case 'j': o->json = true; return 0;
	case 'o': o->own_only = true; return 0;
	case 's':
		if (parse_number(argument, 100UL * 365 * 24 * 3600, &seconds) == -1)
			return -1;
		o->seconds = seconds;
		return 0;
	default: return -1;
	}
}

static bool
is_stdout(const char *name)
{
	return name != NULL && strcmp(name, "-") == 0;
}

/* Do they make sense together? */
static bool
is_sound(const struct tap_options *o)
{
	bool live = o->interface != NULL;

	if (live == (o->count > 0) || (!live && (o->seconds > 0 || o->own_only)))
		return false;
	if (o->journal != NULL && o->policy == NULL)
		return false;	/* a journal is of decisions */
	return is_stdout(o->journal) + is_stdout(o->exchanges) + is_stdout(o->inventory) <= 1;
}

int
tap_options_parse(int argc, char **argv, struct tap_options *o)
{
	static const struct option longs[] = {
		{ "policy", required_argument, NULL, 'p' },
		{ "interface", required_argument, NULL, 'i' },
		{ "filter", required_argument, NULL, 'f' },
		{ "port", required_argument, NULL, 'P' },
		{ "journal", required_argument, NULL, 'J' },
		{ "exchanges", required_argument, NULL, 'e' },
		{ "inventory", required_argument, NULL, 'I' },
		{ "seconds", required_argument, NULL, 's' },
		{ "no-promiscuous", no_argument, NULL, 'o' },
		{ "json", no_argument, NULL, 'j' },
		{ 0 },
	};
	int c;

	*o = (struct tap_options){ 0 };
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		if (take(o, c, optarg) == -1)
			return -1;
	o->files = argv + optind;
	o->count = (size_t)(argc - optind);
	return is_sound(o) ? 0 : -1;
}
