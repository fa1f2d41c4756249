/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * causes.h - why a connection is refused, told by the process that decides to the
 * one that says so.
 *
 * A table in memory that both share: the decider writes, the other reads. A cause
 * is one word, so nobody sees half of one; a new one takes the place of an old one
 * that is at the same place, and who asks for that gets none. Lent by the caller.
 */
#ifndef PROXY_BASE_CAUSES_H
#define PROXY_BASE_CAUSES_H

#include "classifier/ip.h"

enum { CAUSES_PLACES = 8192, CAUSES_OCTETS = CAUSES_PLACES * 8 };

struct causes {
	uint64_t *places;	/* borrowed */
	uint64_t seed[2];
};

/* Numbers of causes: below, enum rate_limit; from here on, block lists by their position in the policy. */
enum { CAUSE_LIST = 256 };

/* Whose connection. Ports in host byte order. */
struct causes_who {
	struct ip client, host;
	uint16_t client_port;
};

/* Begin with none, in memory[CAUSES_OCTETS], aligned as a uint64_t. The seed is random: then nobody can choose a place. */
void causes_init(struct causes *c, void *memory, const uint64_t seed[2]);

/* cause: any number but 0. */
void causes_tell(struct causes *c, const struct causes_who *who, uint16_t cause);

/* The cause, or 0: none is known. */
uint16_t causes_ask(const struct causes *c, const struct causes_who *who);

#endif
