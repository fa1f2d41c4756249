/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tap_sinks.h - where what a tap hears goes: a journal as the shield would write it, a line for each exchange, an inventory.
 *
 * Files are opened before a packet is read: whoever listens as root gives that up in between.
 */
#ifndef PROXY_CLI_TAP_SINKS_H
#define PROXY_CLI_TAP_SINKS_H

#include "proxy/cli/exchange_line.h"
#include "proxy/cli/line_file.h"
#include "proxy/cli/tap_options.h"
#include "proxy/engine/event.h"
#include "proxy/site/record.h"
#include "proxy/survey/inventory.h"

struct tap_sinks {
	struct line_file journal, exchanges;
	const char *inventory_name;	/* NULL: standard output */
	FILE *inventory_file;		/* the same */
	bool json;			/* of standard output's inventory */
	bool shows;			/* there is one: nothing else goes there */
	bool failed;			/* something could not be written, which was told */
	struct inventory *inventory;
	struct record record;
	uint64_t now_us;		/* of the journal */
	char line[EXCHANGE_LINE];
};

/* digest: of the policy; NULL without one. 0, or -1 and told. tap_sinks_close() in any case. */
int tap_sinks_open(struct tap_sinks *s, const struct tap_options *o, const char *digest);

/* For the tap; s outlives them. */
struct exchange_user tap_sinks_user(struct tap_sinks *s);
struct event_hooks tap_sinks_hooks(struct tap_sinks *s);

/* Write what waits, so that others can read it. */
void tap_sinks_flush(struct tap_sinks *s);

/* Write the inventory as it is now, in the place of what its file has. */
void tap_sinks_inventory(struct tap_sinks *s);

/* The end: write all, and the inventory on standard output, if nothing else is meant to go there. */
void tap_sinks_finish(struct tap_sinks *s);

/* Close all, and free. 0, or -1: something could not be written, which was told. */
int tap_sinks_close(struct tap_sinks *s);

#endif
