/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * box.h - `relaywall run` in the router's namespace.
 */
#ifndef TESTS_SCENARIO_SOCKETS_BOX_H
#define TESTS_SCENARIO_SOCKETS_BOX_H

#include "tests/scenario/setting.h"

#include <sys/types.h>

struct box {
	const char *program;		/* these two are set by the owner: the program, a folder for its files */
	const char *folder;
	pid_t pid;			/* 0: does not run */
	char config[4096];		/* that it runs with */
};

/* It serves with this setting; one that runs with another is ended first. False: it does not; its words went to stdout. */
bool box_set(struct box *b, const struct setting *setting);

/* False: it ended badly. */
bool box_stop(struct box *b);

#endif
