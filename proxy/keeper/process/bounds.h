/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bounds.h - how many captains and workers there can be, for who counts them in arrays. */
#ifndef PROXY_KEEPER_PROCESS_BOUNDS_H
#define PROXY_KEEPER_PROCESS_BOUNDS_H

enum {
	CAPTAINS_MAX = 8,	/* at once: one serves, one loads, the others drain; one more ends the oldest of these */
	WORKERS_MAX = 64,	/* of a captain */
};

#endif
