/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/vec.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *
vec_push(struct vec *v, size_t size)
{
	char *item;

	if (v->count == v->room) {
		size_t room = v->room == 0 ? 16 : 2 * v->room;
		void *bigger;

		if (room > SIZE_MAX / size)
			return NULL;
		bigger = realloc(v->at, room * size);
		if (bigger == NULL)
			return NULL;
		v->at = bigger;
		v->room = room;
	}
	item = (char *)v->at + v->count++ * size;
	memset(item, 0, size);
	return item;
}

void
vec_done(struct vec *v)
{
	free(v->at);
	*v = (struct vec){ 0 };
}
