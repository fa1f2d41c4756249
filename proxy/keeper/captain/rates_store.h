/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rates_store.h - the memory in which workers count what clients do, kept in the
 * store, so that a reload is no way to have one's counts forgotten.
 */
#ifndef PROXY_KEEPER_CAPTAIN_RATES_STORE_H
#define PROXY_KEEPER_CAPTAIN_RATES_STORE_H

#include "proxy/base/rates.h"
#include "proxy/keeper/process/store.h"
#include "proxy/site/site.h"

#include <stdbool.h>

/*
 * The memory for so many tables, from the store, or new and put there: for other
 * numbers of clients or tables it begins anew. Never unmapped. 0, or -1 and told on
 * errors.
 */
int rates_store_open(struct rates *rates, struct store *store, const struct site *site, unsigned tables, FILE *errors);

/* Is this item such memory, of other numbers than these? Captains that drain have it mapped, and need no item. */
bool rates_store_unused(const struct site *site, unsigned tables, const struct store_item *item);

#endif
