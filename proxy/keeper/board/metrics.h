/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metrics.h - a document "status" in the text format 0.0.4 of Prometheus.
 *
 * Names and meanings are those of the tables of counters; what a captain of another
 * version counts beside is left out. Of hosts there are as many as a monitor can bear.
 */
#ifndef PROXY_KEEPER_BOARD_METRICS_H
#define PROXY_KEEPER_BOARD_METRICS_H

#include <jansson.h>
#include <stdio.h>

enum { METRICS_HOSTS = 1000 };	/* with numbers of their own: those for which something was done first */

/* status: desk/letters.h; NULL: the desk does not answer, which is one metric. */
void metrics_write(FILE *out, const json_t *status);

#endif
