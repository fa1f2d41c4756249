/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host.h - is a request meant for this box?
 *
 * A browser inside can be made to ask here by a page from outside, whose name its owner
 * lets lead to our address (DNS rebinding); then the page may read the answer. The
 * field Host still has that name. So an address will do, which nobody can redirect,
 * and names only if they are the box's own.
 */
#ifndef PROXY_KEEPER_BOARD_HOST_H
#define PROXY_KEEPER_BOARD_HOST_H

#include <stdbool.h>

/* May this be in the field Host? own: the box's name; NULL for host: there is no such field, as no browser does. */
bool board_host_is_ours(const char *host, const char *own);

#endif
