/* SPDX-License-Identifier: GPL-2.0-or-later */
/* condition.h - what the kernel says of a child in the sandbox. */
#ifndef TESTS_KEEPER_CONDITION_H
#define TESTS_KEEPER_CONDITION_H

#include "proxy/keeper/process/sandbox.h"

/* What /proc tells of a child of root inside. */
void condition_of_child(const struct sandbox_conf *conf, const char *profile);

/* The same of a child of the sandbox' user, who has no capabilities but those that sandbox_enter() wants. */
void condition_of_child_of_user(const struct sandbox_conf *conf);

/* It tells something else of one outside. */
void condition_outside(void);

#endif
