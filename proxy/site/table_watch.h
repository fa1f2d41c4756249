/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_watch.h - does somebody else take our table, or a part of it, out of the
 * kernel?
 *
 * "nft flush ruleset", with which many a firewall script begins, makes a way past
 * the daemon. The kernel tells of every change; who listens can put the table back.
 * Elements of sets come and go, and are not watched.
 */
#ifndef PROXY_SITE_TABLE_WATCH_H
#define PROXY_SITE_TABLE_WATCH_H

#include <stdbool.h>

struct table_watch;

/* Begin to listen, in the network namespace of the caller. NULL with errno. */
struct table_watch *table_watch_new(void);

/* NULL does nothing. */
void table_watch_free(struct table_watch *w);

/* Readable when there is news. */
int table_watch_fd(const struct table_watch *w);

/*
 * Read the news. True: a part of the table is gone and was not made anew since;
 * or news were lost, and it may be.
 */
bool table_watch_is_hurt(struct table_watch *w);

#endif
