/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tarpit.h - how many sessions are held back at once, over all of them.
 *
 * A held session costs its memory and a descriptor, so there is a ceiling: above
 * it a refusal goes out at once.
 */
#ifndef PROXY_ENGINE_TARPIT_H
#define PROXY_ENGINE_TARPIT_H

#include <stdint.h>

struct tarpit {
	unsigned held, held_max;	/* now; at once */
	uint64_t delayed, skipped;	/* refusals held back; not held back since held_max was reached */
};

#endif
