/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * name_set.h - a set of names, each compared octet by octet.
 *
 * Built once in memory that its owner provides, constant afterwards: a look-up
 * inserts nothing. Who wants letters in any case puts them in, and asks, in
 * lower case. An all-zero set is empty and has no memory.
 *
 * A directory, of four octets for a name, says where in the text the names of one
 * hash are, one behind the other. So a look-up touches two places in memory, however
 * many names there are.
 */
#ifndef CLASSIFIER_NAME_SET_H
#define CLASSIFIER_NAME_SET_H

#include "classifier/span.h"

/* Where the names come from, in any order; the same one twice is no error. */
struct name_list {
	struct span (*at)(const void *names, size_t i);	/* the i-th; borrowed until the set is built */
	const void *names;
	size_t count;
};

enum { NAME_OCTETS = 65535 };

struct name_set {
	const uint32_t *begins;	/* by hash, and one more for the end: octets of text */
	const uint8_t *text;	/* for each name two octets of length, low one first, and the name */
	size_t mask;		/* hashes - 1, a power of two */
	size_t count;		/* of the list: one that is there twice is counted twice */
};

/* A list of spans in a row. */
struct name_list name_list_of(const struct span *names, size_t count);

/* Octets of memory that a set of these wants; SIZE_MAX: a name of more than NAME_OCTETS, or more than 4 GiB, which no set has. */
size_t name_set_octets(const struct name_list *l);

/* Build it in memory[name_set_octets()], aligned for uint32_t, which outlives the set. */
void name_set_build(struct name_set *s, void *memory, const struct name_list *l);

bool name_set_has(const struct name_set *s, struct span name);

#endif
