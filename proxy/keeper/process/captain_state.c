/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/process/captain_state.h"

#include <string.h>

static const char *const names[CAPTAIN_STATES] = {
	[CAPTAIN_STRANGER] = "stranger", [CAPTAIN_LOADING] = "loading", [CAPTAIN_READY] = "ready", [CAPTAIN_GOING] = "going",
	[CAPTAIN_SERVING] = "serving", [CAPTAIN_PAUSED] = "paused", [CAPTAIN_DRAINING] = "draining",
};

const char *
captain_state_name(enum captain_state state)
{
	return names[state];
}

bool
captain_state_find(const char *name, enum captain_state *out)
{
	for (enum captain_state s = 0; s < CAPTAIN_STATES; s++) {
		if (strcmp(names[s], name) != 0)
			continue;
		*out = s;
		return true;
	}
	return false;
}
