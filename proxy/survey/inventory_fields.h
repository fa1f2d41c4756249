/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inventory_fields.h - the counters of an inventory by their names, for whoever writes or reads them all.
 */
#ifndef PROXY_SURVEY_INVENTORY_FIELDS_H
#define PROXY_SURVEY_INVENTORY_FIELDS_H

#include "proxy/survey/inventory.h"

/* A uint64_t of a struct. */
struct inventory_field {
	const char *name;
	size_t offset;
};

/* Up to one without a name. Of domains and senders without that of links. */
extern const struct inventory_field inventory_fields[], inventory_host_fields[], inventory_client_fields[], inventory_domain_fields[],
    inventory_sender_fields[], inventory_link_fields[], inventory_tries_fields[];

/* The number itself; thing: the struct that the table is of. */
uint64_t *inventory_number(const struct inventory_field *f, const void *thing);

#endif
