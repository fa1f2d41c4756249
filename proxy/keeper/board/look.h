/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * look.h - what a document has under a key, for who shows it: something of the
 * right type whatever is there, also in one of another version, or in none (NULL).
 */
#ifndef PROXY_KEEPER_BOARD_LOOK_H
#define PROXY_KEEPER_BOARD_LOOK_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* A count; they are written as signed numbers, and meant unsigned. 0: it is none. */
static inline uint64_t
look_number(const json_t *o, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(o, key));
}

/* "": it is none. Borrowed. */
static inline const char *
look_text(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text == NULL ? "" : text;
}

static inline bool
look_is(const json_t *o, const char *key)
{
	return json_is_true(json_object_get(o, key));
}

/* Of a document "status": the captain that serves, or else the newest; NULL: there is none. */
static inline const json_t *
look_captain(const json_t *status)
{
	const json_t *captains = json_object_get(status, "captains"), *best = NULL;

	for (size_t i = 0; i < json_array_size(captains); i++) {
		best = json_array_get(captains, i);
		if (strcmp(look_text(best, "state"), "serving") == 0)
			break;
	}
	return best;
}

#endif
