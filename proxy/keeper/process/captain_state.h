/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * captain_state.h - what a captain is doing, as its keeper sees it.
 *
 * The names are for keepers of other versions, see handover.h: one that has a meaning
 * never gets another.
 */
#ifndef PROXY_KEEPER_PROCESS_CAPTAIN_STATE_H
#define PROXY_KEEPER_PROCESS_CAPTAIN_STATE_H

#include <stdbool.h>

enum captain_state {
	CAPTAIN_STRANGER = 0,	/* has not said yet what it understands */
	CAPTAIN_LOADING,
	CAPTAIN_READY,		/* its predecessor is to pause */
	CAPTAIN_GOING,		/* loads its rules */
	CAPTAIN_SERVING,
	CAPTAIN_PAUSED,		/* or about to be */
	CAPTAIN_DRAINING,
	CAPTAIN_STATES,
};

/* "serving" */
const char *captain_state_name(enum captain_state state);

/* False: no state has this name. */
bool captain_state_find(const char *name, enum captain_state *out);

#endif
