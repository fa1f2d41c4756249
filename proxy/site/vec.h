/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vec.h - an array that grows at its end, while a configuration is read.
 */
#ifndef PROXY_SITE_VEC_H
#define PROXY_SITE_VEC_H

#include <stddef.h>

/* Empty when all zero bytes. */
struct vec {
	void *at;
	size_t count, room;
};

/* A new zeroed item of this size at the end, or NULL: no memory. Items may move. */
void *vec_push(struct vec *v, size_t size);

void vec_done(struct vec *v);

#endif
