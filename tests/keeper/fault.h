/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fault.h - is a fault inside still told, in a build with sanitizers? */
#ifndef TESTS_KEEPER_FAULT_H
#define TESTS_KEEPER_FAULT_H

#include "tests/keeper/attempts.h"

/* As attempts. None without sanitizers. Ends with a name that is NULL. */
extern const struct attempt faults[];

#endif
