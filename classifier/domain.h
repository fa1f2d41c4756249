/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * domain.h - domain names and tables of them.
 *
 * A name is judged as the letters on the wire: LDH labels, no trailing dot, no
 * regular expression, no suffix unless the operator wrote "*.suffix". A table
 * is built once in memory that its owner provides and is constant afterwards.
 */
#ifndef CLASSIFIER_DOMAIN_H
#define CLASSIFIER_DOMAIN_H

#include "classifier/name_set.h"

enum { DOMAIN_MAX = 255 };	/* octets of a name, RFC 5321 4.5.3.1.2 */

/*
 * Is this a domain name: labels of 1 to 63 letters, digits and inner hyphens
 * (RFC 5321 4.1.2 without address literals), no trailing dot, the last label
 * not all digits (that would be a number to some resolvers)?
 */
bool domain_valid(struct span name);

/* The same, with "_" wherever a letter may stand: no name of RFC 5321, but of many machines. */
bool domain_tolerated(struct span name);

/* Number of labels of a valid name. */
size_t domain_labels(struct span name);

/* Lower-case copy of name into out, which holds name.len bytes; the copy. */
struct span domain_lower(struct span name, uint8_t *out);

struct domain_table {
	struct name_set names;	/* lower case; all names below one as ".suffix" */
	bool has_suffix;	/* spare the walk over parents where there is none */
};

/* Octets of memory for a table of these: names in lower case, or "*." and a name. SIZE_MAX: more than a table can hold. */
size_t domain_table_octets(const struct name_list *l);

/* Build it in memory[domain_table_octets()], aligned for uint32_t, which outlives the table. */
void domain_table_build(struct domain_table *t, void *memory, const struct name_list *l);

/* Does the table hold this name (lower case)? */
bool domain_table_has(const struct domain_table *t, struct span name);

#endif
