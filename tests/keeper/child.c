/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* sigabbrev_np(), strerrorname_np() */
#include "tests/keeper/child.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_S = 10 };

void
must(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "confined: %s: %s\n", what, strerror(errno));
	_exit(CHILD_NOT_CONFINED);
}

void
child_errno_name(int error, char how[CHILD_HOW])
{
	const char *name = strerrorname_np(error);

	if (name != NULL)
		snprintf(how, CHILD_HOW, "%s", name);
	else
		snprintf(how, CHILD_HOW, "errno %d", error);
}

static void
be_the_child(const struct act *act, const struct sandbox_conf *conf, int peer)
{
	const char *what;
	void *prepared;

	alarm(PATIENCE_S);
	prepared = act->prepare != NULL ? act->prepare(peer) : NULL;
	if (conf != NULL && sandbox_enter(conf, &what) == -1)
		must(0, what);
	_exit(act->act(prepared) == 0 ? 0 : CHILD_FIRST_ERRNO + errno);
}

static void
tell(int status, char how[CHILD_HOW])
{
	if (WIFSIGNALED(status))
		snprintf(how, CHILD_HOW, "SIG%s", sigabbrev_np(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == 0)
		snprintf(how, CHILD_HOW, "done");
	else if (WEXITSTATUS(status) < CHILD_FIRST_ERRNO)
		snprintf(how, CHILD_HOW, "status %d", WEXITSTATUS(status));
	else
		child_errno_name(WEXITSTATUS(status) - CHILD_FIRST_ERRNO, how);
}

void
child_run(const struct act *act, const struct sandbox_conf *conf, char how[CHILD_HOW])
{
	int peers[2], status, watched = 0, error = 0;
	pid_t pid;

	fflush(NULL);
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, peers) == 0, "socketpair");
	pid = fork();
	must(pid != -1, "fork");
	if (pid == 0) {
		close(peers[0]);
		be_the_child(act, conf, peers[1]);
	}
	close(peers[1]);
	if (act->watch != NULL) {
		watched = act->watch(peers[0]);
		error = errno;
	}
	close(peers[0]);
	must(waitpid(pid, &status, 0) == pid, "waitpid");
	tell(status, how);
	if (watched == -1 && WIFEXITED(status) && WEXITSTATUS(status) < CHILD_NOT_CONFINED)
		child_errno_name(error, how);
}
