/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * confine.h - the user and the empty folder of the children of captain and keeper, and of a tap, with
 * which they enter the sandbox.
 */
#ifndef PROXY_KEEPER_PROCESS_CONFINE_H
#define PROXY_KEEPER_PROCESS_CONFINE_H

#include "proxy/keeper/process/sandbox.h"
#include "proxy/site/site.h"

#define RUNTIME_FOLDER "/run/relaywall"	/* gone with the next boot */

struct confine {
	uid_t uid;
	gid_t gid;
};

/*
 * Find the site's user, and make the folder that is all that he will see. Where the
 * site names none, or is NULL, and the box has no "relaywall", it is "nobody", which is told: he can
 * be what other programs run as. 0, or -1 and told.
 */
int confine_open(struct confine *c, const struct site *site, FILE *errors);

/* Take "UID GID" from a text, and the blank behind each. False: it is none, or root's. */
bool confine_read(const char **text, struct confine *out);

/* Enter the sandbox, in a child that is called so and has all that it will ever open. 0, or -1 and told: it shall end. */
int confine_enter(const struct confine *c, enum sandbox_profile profile, const char *name);

/* The same in a process that is not root's, as far as that goes: sandbox_enter_as_it_is(). */
int confine_enter_as_it_is(enum sandbox_profile profile, const char *name);

#endif
