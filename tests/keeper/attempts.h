/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attempts.h - what somebody would try who has taken over a child of the keeper, and how each try ends. */
#ifndef TESTS_KEEPER_ATTEMPTS_H
#define TESTS_KEEPER_ATTEMPTS_H

#include "tests/keeper/child.h"

enum {
	IN_WORKER = 1 << SANDBOX_WORKER,
	IN_GATE = 1 << SANDBOX_GATE,
	IN_HAND = 1 << SANDBOX_HAND,
	IN_SCRIBE = 1 << SANDBOX_SCRIBE,
	IN_BOARD = 1 << SANDBOX_BOARD,
	IN_DESK = 1 << SANDBOX_DESK,
	IN_TAP = 1 << SANDBOX_TAP,
	IN_ALL = (1 << SANDBOX_PROFILES) - 1,
};

struct attempt {
	const char *name;
	unsigned profiles;
	struct act act;		/* outside, as root, it is done, or the kernel does not have such a thing */
	const char *ends;	/* inside */
};

/* Each ends with a name that is NULL. */
extern const struct attempt attempts_on_files[], attempts_on_sockets[], attempts_on_processes[];

#endif
