/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * siphash.h - SipHash-2-4 (Aumasson and Bernstein, 2012).
 *
 * A pseudo-random function: who does not know the key cannot tell its values
 * from noise, so nobody can choose inputs that collide, in few bits or in all.
 */
#ifndef PROXY_BASE_SIPHASH_H
#define PROXY_BASE_SIPHASH_H

#include "classifier/span.h"

/* The hash of a and b, in this order, as if each stood in memory with its least octet first; so does the key. */
uint64_t siphash_pair(const uint64_t key[2], uint64_t a, uint64_t b);

/* The hash of octets, of any number. */
uint64_t siphash_octets(const uint64_t key[2], struct span octets);

#endif
