/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * handover.h - what a keeper leaves to the program that runs in its place, as a text.
 *
 * The process stays, and so do its children and its descriptors; the text says which
 * descriptor is what, and how far things are. A line is a word and what belongs to it:
 *
 *	relaywall-keeper 1
 *	file /etc/relaywall/relaywall.conf	the configuration
 *	program /usr/sbin/relaywall	what an upgrade runs
 *	generation 7			of the newest captain
 *	orphan 3			a group that is not to be used
 *	reload, upgrade			is to come yet
 *	user 997 997			and group, of the desk
 *	captain 4711 9 serving 7 0 current	pid, descriptor, state, generation, group, and current, next or old
 *	hold 12 listener4:2525:0	a descriptor of the store, and its name to the end of the line
 *	end
 *
 * A reader ignores words that it does not know, so a later version may have more of
 * them, where who ignores them does no harm; else the number in the first line grows. A
 * text that is cut, contradicts itself, or has a known word with a value that this
 * version has no room for is refused: a keeper that knew only half of its processes
 * would start others beside them.
 */
#ifndef PROXY_KEEPER_PROCESS_HANDOVER_H
#define PROXY_KEEPER_PROCESS_HANDOVER_H

#include "proxy/keeper/process/captain_state.h"
#include "proxy/keeper/process/confine.h"
#include "proxy/keeper/process/store.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

enum {
	HANDOVER_CAPTAINS = 8,
	HANDOVER_WHY = 160,		/* octets of a reason, its NUL included */
	HANDOVER_OCTETS_MAX = 1 << 20,	/* of a text */
};

enum handover_role { HANDOVER_OLD = 0, HANDOVER_CURRENT, HANDOVER_NEXT };

struct handover_captain {
	pid_t pid;
	int wire;
	enum captain_state state;
	unsigned generation, group;	/* group: below HANDOVER_CAPTAINS */
	enum handover_role role;
};

struct handover {
	char file[PATH_MAX], program[PATH_MAX];		/* program: "" if it is not known */
	unsigned generation;
	bool orphaned[HANDOVER_CAPTAINS];
	bool reload, upgrade;		/* asked for, and not begun */
	struct confine user;		/* of the desk; uid 0: not known */
	struct handover_captain captains[HANDOVER_CAPTAINS];	/* in the order of their start */
	size_t captain_count;
	struct store store;		/* of numbers: whose the descriptors are is not said by this */
};

/* Write the text. 0, or -1: a name has a line's end in it. Errors of the stream are the caller's to see. */
int handover_print(const struct handover *h, FILE *out);

/* Read a text of so many octets, in which lines are cut. 0, or -1 with the reason in why; h is of no use then. */
int handover_parse(struct handover *h, char *text, size_t len, char why[static HANDOVER_WHY]);

/* The text in memory of its own, behind a descriptor that is closed on exec. -1 with errno; EINVAL: as handover_print(). */
int handover_save(const struct handover *h);

/* Read what is behind this descriptor, from its beginning; for handover_free(). NULL with the reason in why. */
struct handover *handover_load(int fd, char why[static HANDOVER_WHY]);

/* Nothing is closed. NULL does nothing. */
void handover_free(struct handover *h);

#endif
