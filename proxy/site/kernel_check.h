/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_check.h - is in the kernel what a site compiles to, while somebody serves it?
 *
 * nftables lists no rule as it was written, so the site's rules are loaded a second time, into a network namespace that is made for that
 * and has no other use, and read back from there: the same kernel and the same library say both. That finds what the captain's own watch
 * does not: a rule that somebody put before ours, an element of a set that is gone.
 */
#ifndef PROXY_SITE_KERNEL_CHECK_H
#define PROXY_SITE_KERNEL_CHECK_H

#include "proxy/site/site.h"

/*
 * Compare this network namespace with the site; queue: number of the gate's. Each fault is a line on faults. Changes nothing.
 * Wants CAP_NET_ADMIN and CAP_SYS_ADMIN; of one thread.
 */
void kernel_check(const struct site *site, uint16_t queue, FILE *faults);

#endif
