/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * outfit.h - the captain's side of stock.h: sockets for workers, which have no
 * right to make them.
 *
 * A worker is trusted with what it asks for here, and with nothing else: sockets
 * that may have any address, and ports below 1024 of an address of a client's.
 */
#ifndef PROXY_KEEPER_CAPTAIN_OUTFIT_H
#define PROXY_KEEPER_CAPTAIN_OUTFIT_H

#include "proxy/keeper/process/wire.h"

/* A message of a worker's at the other end of this wire. True: it asked for sockets, and was answered. */
bool outfit_answer(int wire, const struct wire_message *m);

#endif
