/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xtables.h - the one rule that leads into the gate's queue on a kernel whose
 * nftables has no queue statement: by iptables and ip6tables, table raw.
 *
 * There is no library for it; the programs are run. Which of them stands behind
 * the names (legacy or nft) is the system's choice.
 */
#ifndef PROXY_SITE_XTABLES_H
#define PROXY_SITE_XTABLES_H

#include "proxy/site/site.h"

/* The rule at the begin of PREROUTING, once, for each family that has a host. 0, or -1 and told. */
int xtables_install(const struct site *site, FILE *errors);

/* Take it out, as often as it is there. Quiet where there is nothing, or no iptables. */
void xtables_remove(const struct site *site);

#endif
