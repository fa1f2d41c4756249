/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * drill.h - a session of which an operator has both ends, so that he can see whether a worker judges.
 *
 * The captain makes the sockets, and whoever asked gets their other ends through keeper and desk: so these
 * never hold a descriptor that somebody else opened.
 */
#ifndef PROXY_KEEPER_CAPTAIN_DRILL_H
#define PROXY_KEEPER_CAPTAIN_DRILL_H

#include "proxy/keeper/captain/inside.h"

/*
 * Answer "drill SERIAL INDEX": "staged SERIAL", with the sockets of a client and of a host, between which this worker begins a
 * session as soon as it hears of it; without them, if there is no such worker.
 */
void captain_drill(const struct captain *c, const char *text);

#endif
