/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * name_set.h - a set of names, each compared octet by octet.
 *
 * Built once in memory that its owner provides, constant afterwards: a look-up
 * inserts nothing. Who wants letters in any case puts them in, and asks, in
 * lower case. An all-zero set is empty and has no memory.
 */
#ifndef CLASSIFIER_NAME_SET_H
#define CLASSIFIER_NAME_SET_H

#include "classifier/span.h"

struct name_slot {
	const uint8_t *name;
	uint32_t hash;		/* 0: empty */
	uint32_t len;		/* of name, octets */
};

struct name_set {
	struct name_slot *slots;
	size_t mask;		/* slots - 1, a power of two */
	size_t count;
};

/* Slots that a set of count names wants: a power of two, at most two thirds full. */
size_t name_set_slots(size_t count);

/* Begin an empty set in slots[n], zeroed by the caller and outliving the set; n from name_set_slots(). */
void name_set_init(struct name_set *s, struct name_slot *slots, size_t n);

/* Add a name, whose bytes are borrowed for as long as the set lives. Adding a name twice is no error. */
void name_set_add(struct name_set *s, struct span name);

bool name_set_has(const struct name_set *s, struct span name);

#endif
