/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * route.h - the routing that makes diverted packets local, through rtnetlink.
 *
 * Rules and routes of ours carry RULES_PROTOCOL, so that those of an earlier run
 * are found whatever mark and table they have.
 */
#ifndef PROXY_SITE_ROUTE_H
#define PROXY_SITE_ROUTE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Have packets of this mark look up this table, where everything is local.
 * family is AF_INET or AF_INET6. 0, or -1 and told on errors.
 */
int route_install(int family, uint32_t mark, uint32_t table, FILE *errors);

/* Does a packet of this mark get to a process of this box? Not without rule and route, nor if another rule comes before ours. */
bool route_leads_here(int family, uint32_t mark);

/* Remove every rule of ours in this family, and our route in the table that it names. 0, or -1 and told. */
int route_remove(int family, FILE *errors);

#endif
