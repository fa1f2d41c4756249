/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* setresuid() */
#include "tests/keeper/entry.h"

#include "tests/keeper/child.h"
#include "tests/keeper/report.h"

#include <cap-ng.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534, ENDS_MS = 3000 };

static void *
without_privileges(int peer)
{
	(void)peer;
	must(setresuid(NOBODY, NOBODY, NOBODY) == 0, "setresuid");
	return NULL;
}

static void
drop(unsigned capability)
{
	must(capng_get_caps_process() == 0, "capabilities");
	must(capng_update(CAPNG_DROP, CAPNG_EFFECTIVE | CAPNG_PERMITTED, capability) == 0, "capng_update");
	must(capng_apply(CAPNG_SELECT_CAPS) == 0, "capng_apply");
}

static void *
without_setpcap(int peer)
{
	(void)peer;
	drop(CAP_SETPCAP);
	return NULL;
}

static void *
without_setuid(int peer)
{
	(void)peer;
	drop(CAP_SETUID);
	return NULL;
}

static const char *const user_step = "a user and a group that are not root's", *const folder_step = "the empty folder",
	*const capability_step = "user, group and capabilities";
static struct sandbox_conf entry;
static const char *entry_step;

static int
enter(void *p)
{
	const char *what;
	int result = sandbox_enter(&entry, &what), error = errno;

	(void)p;
	errno = result == -1 && strcmp(what, entry_step) == 0 ? error : EPROTO;
	return result;
}

void
entry_refused(const struct sandbox_conf *conf)
{
	const struct {
		const char *name;
		uid_t uid;
		gid_t gid;
		const char *folder;
		void *(*prepare)(int);
		const char *step, *how;
	} cases[] = {
		{ "a user that is root", 0, NOBODY, conf->empty_folder, NULL, user_step, "EINVAL" },
		{ "a group that is root's", NOBODY, 0, conf->empty_folder, NULL, user_step, "EINVAL" },
		{ "no folder", NOBODY, NOBODY, "/nowhere", NULL, folder_step, "ENOENT" },
		{ "a file", NOBODY, NOBODY, "/etc/passwd", NULL, folder_step, "ENOTDIR" },
		{ "a folder that is not empty", NOBODY, NOBODY, "/", NULL, folder_step, "ENOTEMPTY" },
		{ "a folder that all can write", NOBODY, NOBODY, "/tmp", NULL, folder_step, "EPERM" },
		{ "no privileges", NOBODY, NOBODY, conf->empty_folder, without_privileges, folder_step, "EPERM" },
		{ "no CAP_SETUID", NOBODY, NOBODY, conf->empty_folder, without_setuid, capability_step, "EPERM" },
		{ "no CAP_SETPCAP", NOBODY, NOBODY, conf->empty_folder, without_setpcap, capability_step, "EPERM" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct act act = { cases[i].prepare, enter, NULL };
		char how[CHILD_HOW];

		entry = *conf;
		entry.uid = cases[i].uid;
		entry.gid = cases[i].gid;
		entry.empty_folder = cases[i].folder;
		entry_step = cases[i].step;
		child_run(&act, NULL, how);
		report(strcmp(how, cases[i].how) == 0, "entry", cases[i].name, how, cases[i].how);
	}
}

/* --- the death of a parent */

static pid_t
fork_child(const struct sandbox_conf *conf, int ready)
{
	pid_t pid = fork();
	const char *what;

	if (pid != 0)
		return pid;
	must(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0, "PR_SET_PDEATHSIG");
	must(sandbox_enter(conf, &what) == 0, what);
	must(write(ready, "", 1) == 1, "write");
	for (;;)
		poll(NULL, 0, -1);
}

/* It ends as soon as its child is inside, and tells who that is. */
static void
be_the_parent(const struct sandbox_conf *conf, int out)
{
	int ready[2];
	char octet;
	pid_t child;

	must(pipe(ready) == 0, "pipe");
	child = fork_child(conf, ready[1]);
	close(ready[1]);
	must(child != -1 && read(ready[0], &octet, 1) == 1, "child");
	must(write(out, &child, sizeof(child)) == sizeof(child), "write");
	_exit(0);
}

/* The child holds the pipe open for as long as it lives. */
void
entry_keeps_end_with_parent(const struct sandbox_conf *conf)
{
	struct pollfd life = { .events = POLLIN };
	int ends[2], ended;
	pid_t parent, child;

	fflush(NULL);
	must(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 && pipe(ends) == 0, "pipe");
	parent = fork();
	if (parent == 0)
		be_the_parent(conf, ends[1]);
	close(ends[1]);
	must(read(ends[0], &child, sizeof(child)) == sizeof(child) && waitpid(parent, NULL, 0) == parent, "parent");
	life.fd = ends[0];
	ended = poll(&life, 1, ENDS_MS);
	report(ended == 1, "inside", "when its parent ends", ended == 1 ? "it ends" : "it lives", "it ends");
	if (ended != 1)
		kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(ends[0]);
}
