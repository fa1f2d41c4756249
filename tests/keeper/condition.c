/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* setresuid() */
#include "tests/keeper/condition.h"

#include "tests/keeper/child.h"
#include "tests/keeper/report.h"

#include <cap-ng.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { VALUE = 128, NOBODY = 65534 };

#define NET_ADMIN "0000000000001000"

static const struct fact {
	const char *file, *key;		/* key NULL: whose the file is, root's if the process may not be dumped */
	const char *wanted;
	const char *of_hand;		/* NULL: as of the others */
} facts[] = {
	{ "status", "CapInh", "0000000000000000", NULL },
	{ "status", "CapPrm", "0000000000000000", NET_ADMIN },
	{ "status", "CapEff", "0000000000000000", NET_ADMIN },
	{ "status", "CapBnd", "0000000000000000", NULL },
	{ "status", "CapAmb", "0000000000000000", NULL },
	{ "status", "NoNewPrivs", "1", NULL },
	{ "status", "Seccomp", "2", NULL },
	{ "status", "Uid", "65534 65534 65534 65534", NULL },
	{ "status", "Gid", "65534 65534 65534 65534", NULL },
	{ "status", "Groups", "", NULL },
	{ "limits", "Max core file size", "0 0 bytes", NULL },
	{ "limits", "Max processes", "0 0 processes", NULL },
	{ "status", NULL, "0", NULL },
};

enum { FACTS = sizeof(facts) / sizeof(*facts) };

static char values[FACTS][VALUE], root[PATH_MAX];	/* of the last child that was looked at */
static int peer_fd;

static const char *
name_of(const struct fact *fact)
{
	return fact->key != NULL ? fact->key : "owner in /proc";
}

/* Words with one space between them. */
static void
copy_words(char *out, char *text)
{
	size_t len = 0;

	out[0] = '\0';
	for (char *save, *word = strtok_r(text, " \t\n", &save); word != NULL; word = strtok_r(NULL, " \t\n", &save))
		len += (size_t)snprintf(out + len, VALUE - len, "%s%s", len > 0 ? " " : "", word);
}

static void
look_up(pid_t pid, const struct fact *fact, char value[VALUE])
{
	char path[64], line[VALUE];
	struct stat s;
	size_t len = fact->key != NULL ? strlen(fact->key) : 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, fact->file);
	strcpy(value, "nothing");
	if (fact->key == NULL) {
		must(stat(path, &s) == 0, path);
		snprintf(value, VALUE, "%u", (unsigned)s.st_uid);
		return;
	}
	f = fopen(path, "r");
	must(f != NULL, path);
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, fact->key, len) == 0 && strchr(": ", line[len]) != NULL)
			copy_words(value, line + len + 1);
	fclose(f);
}

/* As a keeper to whom a service manager gave ambient capabilities and groups, so that there is something to lose. */
static void *
with_everything(int peer)
{
	peer_fd = peer;
	must(setgroups(2, (gid_t[]){ 4, 24 }) == 0, "setgroups");
	must(setrlimit(RLIMIT_CORE, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY }) == 0, "setrlimit");
	must(capng_get_caps_process() == 0, "capabilities");
	must(capng_update(CAPNG_ADD, CAPNG_INHERITABLE, CAP_NET_ADMIN) == 0, "capng_update");
	must(capng_apply(CAPNG_SELECT_CAPS) == 0, "inheritable capabilities");
	must(capng_update(CAPNG_ADD, CAPNG_AMBIENT, CAP_NET_ADMIN) == 0, "capng_update");
	must(capng_apply(CAPNG_SELECT_AMBIENT) == 0, "ambient capabilities");
	return &peer_fd;
}

/* As a keeper that is no root, with the capabilities that it needs: the user does not change when a child enters. */
static void *
as_able_nobody(int peer)
{
	peer_fd = peer;
	capng_clear(CAPNG_SELECT_ALL);
	must(capng_updatev(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_SETUID, CAP_SETGID, CAP_SETPCAP,
	    CAP_SYS_CHROOT, -1) == 0, "capng_updatev");
	must(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0, "setresgid");
	must(setresuid(NOBODY, NOBODY, NOBODY) == 0 && capng_apply(CAPNG_SELECT_CAPS) == 0, "setresuid");
	must(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0, "PR_SET_DUMPABLE");
	return &peer_fd;
}

/* A user's process outside: it can be dumped. */
static void *
as_nobody(int peer)
{
	peer_fd = peer;
	must(setresuid(NOBODY, NOBODY, NOBODY) == 0 && prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0, "setresuid");
	return &peer_fd;
}

static int
be_looked_at(void *peer)
{
	pid_t self = getpid();
	char octet;

	if (write(*(int *)peer, &self, sizeof(self)) != sizeof(self))
		return -1;
	return read(*(int *)peer, &octet, 1) == 0 ? 0 : -1;
}

static int
look_at_root(pid_t pid)
{
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/root", (int)pid);
	n = readlink(path, root, sizeof(root) - 1);
	root[n > 0 ? n : 0] = '\0';
	return n > 0 ? 0 : -1;
}

static int
look(int peer)
{
	pid_t pid;

	if (read(peer, &pid, sizeof(pid)) != sizeof(pid))
		return -1;
	for (size_t i = 0; i < FACTS; i++)
		look_up(pid, &facts[i], values[i]);
	return look_at_root(pid);
}

static void
look_inside(const struct act *act, const struct sandbox_conf *conf, const char *where)
{
	char how[CHILD_HOW];

	memset(values, 0, sizeof(values));
	root[0] = '\0';
	child_run(act, conf, how);
	report(strcmp(how, "done") == 0, where, "is looked at", how, "done");
	for (size_t i = 0; i < FACTS; i++) {
		const char *wanted = conf->profile == SANDBOX_HAND && facts[i].of_hand != NULL ? facts[i].of_hand : facts[i].wanted;

		report(strcmp(values[i], wanted) == 0, where, name_of(&facts[i]), values[i], wanted);
	}
	report(strcmp(root, conf->empty_folder) == 0, where, "root", root, conf->empty_folder);
}

void
condition_of_child(const struct sandbox_conf *conf, const char *profile)
{
	static const struct act from_root = { with_everything, be_looked_at, look };

	look_inside(&from_root, conf, profile);
}

void
condition_of_child_of_user(const struct sandbox_conf *conf)
{
	static const struct act from_user = { as_able_nobody, be_looked_at, look };

	look_inside(&from_user, conf, "from a keeper that is no root");
}

void
condition_outside(void)
{
	static const struct act of_root = { with_everything, be_looked_at, look };
	static const struct act of_nobody = { as_nobody, be_looked_at, look };
	char how[CHILD_HOW];

	child_run(&of_root, NULL, how);
	for (size_t i = 0; i < FACTS; i++)
		if (facts[i].key != NULL)
			report(strcmp(values[i], facts[i].wanted) != 0, "outside", facts[i].key, values[i], "something else");
	report(strcmp(root, "/") == 0, "outside", "root", root, "/");
	child_run(&of_nobody, NULL, how);
	report(strcmp(values[FACTS - 1], "65534") == 0, "outside, a user", name_of(&facts[FACTS - 1]), values[FACTS - 1],
	    "65534");
}
