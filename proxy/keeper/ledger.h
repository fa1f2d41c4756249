/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ledger.h - what captains have counted, as documents that the keeper holds and does not read.
 *
 * Each captain has one, the last that it gave. What captains that are gone had counted becomes one document, the ledger: the
 * desk adds to it, since the keeper reads no JSON.
 */
#ifndef PROXY_KEEPER_LEDGER_H
#define PROXY_KEEPER_LEDGER_H

#include "proxy/keeper/helm.h"
#include "proxy/keeper/process/store.h"
#include "proxy/keeper/process/wire.h"

#include <stdbool.h>

struct ledger {
	struct store counts;	/* "counted GENERATION", "ledger" */
	bool folding;		/* a desk was asked to, and has not answered; whoever starts a desk sets it back */
};

/* Keep what the captain of this generation has counted so far, in the place of what it had. The descriptor is no longer the message's. */
void ledger_keep(struct ledger *l, unsigned generation, struct wire_message *m);

/* The documents of all captains but these, at most max, which stay the ledger's. How many. */
size_t ledger_of_gone(const struct ledger *l, const struct captain_list *captains, int *fds, size_t max);

/* Have the desk at this wire add one of them to the ledger, if there is one and it is not at it: "fold GENERATION". */
void ledger_fold(struct ledger *l, const struct captain_list *captains, int wire);

/* The desk has: "folded", and rest is the generation. False: not what it was asked for, or there is no room; it is asked again later. */
bool ledger_folded(struct ledger *l, const char *rest, struct wire_message *m);

#endif
