/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel.h - bring the rules of a site into the kernel and take them out again.
 *
 * Every function can be repeated and replaces what a killed run left. Faults are
 * told on errors, with what is missing where that can be said.
 */
#ifndef PROXY_SITE_KERNEL_H
#define PROXY_SITE_KERNEL_H

#include "proxy/site/rules.h"

struct nft_ctx;

/*
 * Route, routing rule, table: in this order, so that nothing is diverted before
 * it can arrive. queue, here and below: the number of the gate's. 0, or -1 with what this call added taken back; a table that was
 * there stays.
 */
int kernel_open(const struct site *site, uint16_t queue, FILE *errors);

/* How packets get into a queue on this kernel; asked once. */
enum queue_how kernel_queue_how(void);

/* Is there a rule of xtables that leads into the gate's queue? Then somebody is to look after it: xtables.h. */
bool kernel_uses_xtables(const struct site *site);

/* The guard alone, routing left as it is: nothing reaches a host but as its on-failure says; no rule leads into this queue. 0 or -1. */
int kernel_guard(const struct site *site, uint16_t queue, FILE *errors);

/* The table, and it alone, again as kernel_open() made it, after somebody took it out. 0 or -1. */
int kernel_restore(const struct site *site, uint16_t queue, FILE *errors);

/*
 * Routing rule and route, where they are missing: somebody took them out, or the interface lo was down. 1: they were, and are back; 0:
 * nothing is missing; -1: they do not come back, which is told.
 */
int kernel_restore_routes(const struct site *site, FILE *errors);

/*
 * A second guard, in a table that only its owner can take out: "nft flush ruleset" of somebody else leaves it where it is, so that there is
 * no way past until our own table is back. It goes with the process. The caller's; NULL, which may be told: the kernel knows no
 * owners (Linux before 5.12), somebody else has one of this name, no memory.
 */
struct nft_ctx *kernel_ward_open(const struct site *site, FILE *errors);
void kernel_ward_close(struct nft_ctx *ward);	/* NULL: nothing */

/* No new sessions; running ones go on. 0 or -1. */
int kernel_drain(const struct site *site, FILE *errors);

/* Leave what how says and nothing else; site may be NULL with ON_STOP_REMOVE. 0 or -1; goes on after a fault. */
int kernel_close(const struct site *site, uint16_t queue, enum on_stop how, FILE *errors);

/* Write which of this kernel's settings are in the way of a router, or of mail; the number of lines. */
unsigned kernel_preflight(const struct site *site, FILE *out);

#endif
