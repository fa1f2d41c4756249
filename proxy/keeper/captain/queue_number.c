/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/captain/queue_number.h"

#include "proxy/site/gate_rules.h"

#include <stdio.h>
#include <string.h>

static const char prefix[] = "queue:";

void
queue_number_name(uint16_t queue, char *name)
{
	snprintf(name, STORE_NAME, "%s%u", prefix, queue);
}

uint16_t
queue_number_choose(const struct store *s, const struct site *site)
{
	char name[STORE_NAME];

	queue_number_name(site->gate_queue, name);
	return store_find(s, name) == -1 ? site->gate_queue : gate_rules_twin(site->gate_queue);
}

bool
queue_number_unused(uint16_t queue, const struct store_item *item)
{
	char name[STORE_NAME];

	queue_number_name(queue, name);
	return strncmp(item->name, prefix, sizeof(prefix) - 1) == 0 && strcmp(item->name, name) != 0;
}
