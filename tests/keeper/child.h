/* SPDX-License-Identifier: GPL-2.0-or-later */
/* child.h - something done in a new process, in the sandbox or outside of it, and how that ended. */
#ifndef TESTS_KEEPER_CHILD_H
#define TESTS_KEEPER_CHILD_H

#include "proxy/keeper/process/sandbox.h"

#include <stddef.h>

enum {
	CHILD_FIRST_ERRNO = 64,		/* exit status of what failed with errno 0 */
	CHILD_NOT_CONFINED = 63,		/* ... of what could not even be tried; why is on stderr */
	CHILD_HOW = 32,
};

struct act {
	/* Before the sandbox, or NULL; what act gets. peer is a socket whose other end watch has. May not fail. */
	void *(*prepare)(int peer);
	/* Inside. 0, or -1 with errno. */
	int (*act)(void *prepared);
	/* In the parent meanwhile, or NULL. 0, or -1 with errno: how it ended, if the child itself ended well. */
	int (*watch)(int peer);
};

/* How it ended: "done", "EPERM", "SIGSYS", "status 1"; one that hangs: "SIGALRM". conf: NULL for outside. */
void child_run(const struct act *act, const struct sandbox_conf *conf, char how[CHILD_HOW]);

/* The name of an errno, as child_run() has it. */
void child_errno_name(int error, char how[CHILD_HOW]);

/* End this process and say why, if what must work at every test does not. */
void must(int ok, const char *what);

#endif
