/* SPDX-License-Identifier: GPL-2.0-or-later */
/* entry.h - when the sandbox cannot be entered, and what entering it leaves as it was. */
#ifndef TESTS_KEEPER_ENTRY_H
#define TESTS_KEEPER_ENTRY_H

#include "proxy/keeper/process/sandbox.h"

/* A step that fails is named, and nothing is entered. conf: one that works. */
void entry_refused(const struct sandbox_conf *conf);

/* A child inside still ends when its parent does, if it was to before. */
void entry_keeps_end_with_parent(const struct sandbox_conf *conf);

#endif
