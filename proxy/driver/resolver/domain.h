/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * domain.h - can mail be sent to this domain? RFC 5321 5.1: its MX, or else its
 * addresses; RFC 7505: a domain may say that it takes none.
 *
 * The names of MX hosts are not looked up: a domain that has a MX exists.
 */
#ifndef PROXY_DRIVER_RESOLVER_DOMAIN_H
#define PROXY_DRIVER_RESOLVER_DOMAIN_H

#include "classifier/classify.h"
#include "proxy/driver/resolver/resolver.h"

struct domain_look;

typedef void domain_told(void *cookie, enum domain_truth truth);

/*
 * Look, at a domain in lower case. NULL: *truth is the answer already, UNSURE
 * where there is no memory. Else told is called later, once, unless given up.
 */
struct domain_look *domain_look(struct resolver *r, struct span domain, domain_told *told, void *cookie,
    enum domain_truth *truth);

/* What it looks at; borrowed. */
struct span domain_looked_at(const struct domain_look *l);

/* Told is not called any more. NULL does nothing. */
void domain_give_up(struct domain_look *l);

#endif
