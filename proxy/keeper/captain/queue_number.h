/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue_number.h - which of its two netfilter queues a gate has: the one that the gate
 * of who serves has not.
 *
 * The number is kept as the name of an item of the keeper's store, from the moment on
 * when the captain serves: one that fails before has changed nothing.
 */
#ifndef PROXY_KEEPER_CAPTAIN_QUEUE_NUMBER_H
#define PROXY_KEEPER_CAPTAIN_QUEUE_NUMBER_H

#include "proxy/keeper/process/store.h"
#include "proxy/site/site.h"

#include <stdbool.h>

/* For a captain that loads, with what its predecessor has left in the store. */
uint16_t queue_number_choose(const struct store *s, const struct site *site);

/* Its name in the store; name[STORE_NAME]. */
void queue_number_name(uint16_t queue, char *name);

/* Is this item such a number, and not this one? */
bool queue_number_unused(uint16_t queue, const struct store_item *item);

#endif
