/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * draft_sections.h - which hosts of an inventory make one section of a policy; and which networks their relaying clients are in.
 * For policy_draft.c.
 */
#ifndef PROXY_SURVEY_DRAFT_SECTIONS_H
#define PROXY_SURVEY_DRAFT_SECTIONS_H

#include "classifier/prefix.h"
#include "proxy/survey/learn.h"

/* By place of a host: the first host of the section that it is in, or INVENTORY_NONE: it is none of ours, or speaks no SMTP. Malloced; NULL: no memory. */
uint32_t *draft_sections(const struct learnt *l);

/* Did nobody speak SMTP with it? */
bool draft_is_mute(const struct inventory_host *h);

struct draft_network {
	struct prefix prefix;		/* /24 or /64 */
	uint64_t clients, recipients;
	bool private;
};

enum { DRAFT_NETWORKS = 256 };		/* others are counted */

/* Of clients to propose as trusted; private ones first, then the busiest. Malloced, *count of them; NULL: no memory. */
struct draft_network *draft_networks(const struct learnt *l, size_t *count, uint64_t *left_out);

#endif
