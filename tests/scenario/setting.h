/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * setting.h - how the box is set for a scenario, in the words of its configuration.
 *
 * The host is 198.51.100.25, mail.local.example, of local.example; the client is in
 * no named network. All else is the default unless a scenario sets it.
 */
#ifndef TESTS_SCENARIO_SETTING_H
#define TESTS_SCENARIO_SETTING_H

#include "proxy/engine/dialogue.h"
#include "tests/unit/names.h"

enum setting_section { SETTING_TOP = 0, SETTING_LIMITS, SETTING_PROTECT, SETTING_FROM, SETTING_SECTIONS };

struct setting {
	struct policy_host host;	/* its rules are these: */
	struct rules rules;
	struct dialogue_limits limits;
	struct tarpit tarpit;
	char trap[64];			/* of the rules */
	char recipients[128];		/* of the host, one a line; empty: no list */
	struct names_memory recipient_memory;
	char lines[SETTING_SECTIONS][512];	/* what was set, as lines of the configuration */
};

void setting_default(struct setting *s);

/*
 * One key, "body", "offer", "max-errors", and its value; of a list, blanks
 * between the words. NULL, or what is wrong with it.
 */
const char *setting_read(struct setting *s, struct span key, struct span value);

/*
 * The configuration that says the same, its journal in this folder. Cut off where out[cap] ends. If there are recipients,
 * it wants a file of them, "recipients", beside it.
 */
void setting_write(const struct setting *s, const char *folder, char *out, size_t cap);

/* A setting points to its own parts: call this where it lies now, before it is used. */
void setting_bind(struct setting *s);

#endif
