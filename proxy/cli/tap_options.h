/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tap_options.h - the command lines of tap and draft, which read the same inputs.
 */
#ifndef PROXY_CLI_TAP_OPTIONS_H
#define PROXY_CLI_TAP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TAP_PORTS = 16 };

struct tap_options {
	const char *policy;		/* NULL: none */
	const char *interface;		/* NULL: files */
	const char *filter;
	const char *journal, *exchanges, *inventory;	/* files to be written; "-": standard output; NULL: none */
	uint16_t ports[TAP_PORTS];
	size_t port_count;		/* 0: none was given */
	uint64_t seconds;		/* live: so long; 0: until a signal */
	bool json, own_only;		/* own_only: no promiscuous mode */
	char **files;
	size_t count;
};

/* Parse the command line of tap. 0, or -1: wrong usage. */
int tap_options_parse(int argc, char **argv, struct tap_options *o);

/* A port, 1 to 65535, behind those that there are. 0, or -1: it is none, or one too many. */
int tap_options_port(struct tap_options *o, const char *text);

#endif
