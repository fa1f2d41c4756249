/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * letters.h - what the desk tells an operator, made of what captains answered.
 *
 * status:
 *	{"time", "healthy": true, "faults": [texts], "elsewhere": [those of them whose cause is not on this box], "keeper": {"pid", "since", "version"},
 *	 "captains": [{"generation", "state", "silent": true} or with the report of captain/report.h],
 *	 "now": sums of theirs, "counted": sums of theirs, and of captains that are gone}
 * sessions:
 *	{"time", "sessions": [objects of roll.h, each with "captain" and "worker"],
 *	 "silent": [{"captain", "worker" or null}], "more": true if not all are there}
 * the others:
 *	{"result": "done" or "refused", "lines": [texts, why it is]}; of stop, {"result": "stopped", "status": N}
 */
#ifndef PROXY_KEEPER_DESK_LETTERS_H
#define PROXY_KEEPER_DESK_LETTERS_H

#include "proxy/keeper/desk/clients.h"
#include "proxy/keeper/desk/desk.h"
#include "proxy/keeper/desk/inquiry.h"

/* Of an inquiry "report". NULL: no memory. */
json_t *letters_status(const struct inquiry *q, const struct desk_home *home);

enum { SESSIONS_OCTETS = 32 << 20 };	/* of all sessions, at most */

/* Of an inquiry "list": as many as fit into so many octets. each, if not NULL: called for every id, of those too that do not fit. */
struct letter *letters_sessions(const struct inquiry *q, size_t octets_most, void (*each)(void *cookie, const char *id), void *cookie);

/* Did everybody say who is being served? */
bool letters_sessions_are_all(const struct inquiry *q);

/* "result" and "lines", of a text of some lines; NULL: no memory. */
struct letter *letters_result(const char *result, const char *text);

#endif
