/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metrics_socket.h - the captain's side of the board (board.h): the socket on the
 * management address, in the store.
 *
 * So it outlives every captain, and a reload that leaves the key as it is closes no
 * connection.
 */
#ifndef PROXY_KEEPER_CAPTAIN_METRICS_SOCKET_H
#define PROXY_KEEPER_CAPTAIN_METRICS_SOCKET_H

#include "proxy/keeper/process/store.h"
#include "proxy/site/site.h"

/* The name in the store of the socket that this site wants: "metrics:127.0.0.1:9025"; "": it wants none. */
void metrics_socket_name(const struct site *site, char name[STORE_NAME]);

/*
 * Have it in the store, opened if it is not there; the address may be one that the box has not yet. If that fails it is
 * told on errors, and all else goes on: mail does not depend on being looked at.
 */
void metrics_socket_open(struct store *store, const struct site *site, FILE *errors);

/* Is an item of the store such a socket, that this site does not want? */
bool metrics_socket_unused(const struct site *site, const struct store_item *item);

#endif
