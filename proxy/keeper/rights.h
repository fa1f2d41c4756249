/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rights.h - a process gives its capabilities up, for good.
 */
#ifndef PROXY_KEEPER_RIGHTS_H
#define PROXY_KEEPER_RIGHTS_H

enum { RIGHTS_NONE = -1 };

/*
 * Keep this capability (CAP_NET_ADMIN, ...), which the process must have, or RIGHTS_NONE,
 * and no other in any set; no program that it runs gets more. Where the process may
 * not empty the bounding set (CAP_SETPCAP) that stays: it gives nothing without a
 * program that runs anew. Single-threaded processes only. 0, or -1 with errno.
 */
int rights_keep(int capability);

#endif
