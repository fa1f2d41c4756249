/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store.h - descriptors by name, that outlive the process which opened them.
 *
 * Listeners with connections in their backlog, memory that counts go on in: the
 * keeper holds them and gives them to each new captain, which takes what it knows.
 */
#ifndef PROXY_KEEPER_PROCESS_STORE_H
#define PROXY_KEEPER_PROCESS_STORE_H

#include <stddef.h>

enum { STORE_NAME = 96, STORE_MAX = 1024 };

struct store {
	struct store_item {
		char name[STORE_NAME];
		int fd;
	} items[STORE_MAX];
	size_t count;
};

/* Keep a descriptor, which is the store's then, in the place of one with this name. 0, or -1: full, or no name. */
int store_put(struct store *s, const char *name, int fd);

/* The descriptor of this name, which stays the store's; or -1. */
int store_find(const struct store *s, const char *name);

/* The same, and it is the caller's from now on. */
int store_take(struct store *s, const char *name);

/* Close it and forget it; nothing if there is none. */
void store_drop(struct store *s, const char *name);

/* Close all. */
void store_done(struct store *s);

#endif
