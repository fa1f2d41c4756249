/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * health_board.h - does the board answer, where a site wants one? Of no other process is the daemon's own word not enough: the desk
 * knows nothing of it.
 */
#ifndef PROXY_CLI_HEALTH_BOARD_H
#define PROXY_CLI_HEALTH_BOARD_H

#include "proxy/site/site.h"

/* Ask it, at its own address in this network namespace, for ms at most. That it does not answer is a line on faults. */
void health_board(const struct site *site, unsigned ms, FILE *faults);

#endif
