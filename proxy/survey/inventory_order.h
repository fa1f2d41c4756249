/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inventory_order.h - clients, domains and senders host by host, the busiest first: the order in which they are shown.
 */
#ifndef PROXY_SURVEY_INVENTORY_ORDER_H
#define PROXY_SURVEY_INVENTORY_ORDER_H

#include "proxy/survey/inventory.h"

/* Of each kind: places, and where in them those of host i begin; those of the next one, or the end, are at i + 1. */
struct inventory_list {
	uint32_t *places, *begins;
};

struct inventory_order {
	struct inventory_list clients, domains, senders;
};

/* By how often something was accepted of them, then as they came first. 0, or -1: no memory, and nothing is kept. */
int inventory_order(const struct inventory *v, struct inventory_order *o);

void inventory_order_done(struct inventory_order *o);

#endif
