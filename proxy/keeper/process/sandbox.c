/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* O_PATH */
#include "proxy/keeper/process/sandbox.h"

#include "proxy/keeper/process/sandbox_filter.h"
#include "proxy/keeper/process/sandbox_sanitizer.h"

#include <cap-ng.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static int
fail(int error)
{
	errno = error;
	return -1;
}

static int
check_user(const struct sandbox_conf *conf)
{
	return conf->uid == 0 || conf->gid == 0 ? fail(EINVAL) : 0;
}

static int
refuse_privileges(const struct sandbox_conf *conf)
{
	(void)conf;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* Messages may go to a file, whose writes the limit would end with SIGXFSZ. */
static bool
stderr_is_a_file(void)
{
	struct stat s;

	return fstat(STDERR_FILENO, &s) == 0 && S_ISREG(s.st_mode);
}

/* A document is a file in memory, to this limit. */
static bool
writes_files(const struct sandbox_conf *conf)
{
	return conf->profile == SANDBOX_SCRIBE || conf->profile == SANDBOX_DESK || conf->profile == SANDBOX_TAP || stderr_is_a_file();
}

static int
set_limits(const struct sandbox_conf *conf)
{
	static const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) == -1 || setrlimit(RLIMIT_NPROC, &none) == -1)
		return -1;
	return writes_files(conf) ? 0 : setrlimit(RLIMIT_FSIZE, &none);
}

/* 0, or -1 with errno. The folder is closed with the stream. */
static int
check_empty(DIR *folder)
{
	struct stat s;

	if (fstat(dirfd(folder), &s) == -1)
		return -1;
	if (s.st_uid != 0 || (s.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return fail(EPERM);
	errno = 0;
	for (const struct dirent *e; (e = readdir(folder)) != NULL;)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			return fail(ENOTEMPTY);
	return errno == 0 ? 0 : -1;
}

static int
leave_file_system(const struct sandbox_conf *conf)
{
	DIR *folder = opendir(conf->empty_folder);
	int result = -1, error;

	if (folder == NULL)
		return -1;
	if (check_empty(folder) == 0 && fchdir(dirfd(folder)) == 0 && chroot(".") == 0)
		result = 0;
	error = errno;
	closedir(folder);
	errno = error;
	return result;
}

/*
 * Ambient capabilities go with the inheritable ones. The kernel forgets PR_SET_PDEATHSIG when the user changes, and the
 * end of a parent that ended meanwhile.
 */
static int
become_user(const struct sandbox_conf *conf)
{
	pid_t parent = getppid();
	int death_signal;

	if (prctl(PR_GET_PDEATHSIG, &death_signal) == -1)
		return -1;
	errno = 0;
	capng_clear(CAPNG_SELECT_ALL);
	if (conf->profile == SANDBOX_HAND && capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_ADMIN) != 0)
		return fail(ENOMEM);
	if (capng_change_id((int)conf->uid, (int)conf->gid, CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING) != 0)
		return fail(errno != 0 ? errno : EPERM);	/* not always told */
	if (prctl(PR_SET_PDEATHSIG, death_signal) == -1)
		return -1;
	return death_signal != 0 && getppid() != parent ? fail(ESRCH) : 0;
}

/* RLIMIT_CORE does not hold where core_pattern is a program. A change of user undoes it (fs.suid_dumpable): after that. */
static int
hide_memory(const struct sandbox_conf *conf)
{
	(void)conf;
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static int
load_filter(const struct sandbox_conf *conf)
{
	return sandbox_filter_load(conf->profile);
}

/* What the process has beside its user's rights. Its bounding set matters no more: there are no new privileges. */
static int
drop_capabilities(const struct sandbox_conf *conf)
{
	(void)conf;
	errno = 0;
	capng_clear(CAPNG_SELECT_BOTH);
	if (capng_apply(CAPNG_SELECT_CAPS) == 0)
		return 0;
	return fail(errno != 0 ? errno : EPERM);
}

struct step {
	const char *what;
	int (*take)(const struct sandbox_conf *conf);
};

static int
take_steps(const struct step *steps, size_t count, const struct sandbox_conf *conf, const char **what)
{
	sandbox_sanitizer_prepare();
	for (size_t i = 0; i < count; i++) {
		*what = steps[i].what;
		if (steps[i].take(conf) == -1)
			return -1;
	}
	return 0;
}

int
sandbox_enter(const struct sandbox_conf *conf, const char **what)
{
	static const struct step steps[] = {
		{ "a user and a group that are not root's", check_user },
		{ "no new privileges", refuse_privileges },
		{ "limits", set_limits },
		{ "the empty folder", leave_file_system },
		{ "user, group and capabilities", become_user },
		{ "no core dump", hide_memory },
		{ "the filter of system calls", load_filter },
	};

	return take_steps(steps, sizeof(steps) / sizeof(*steps), conf, what);
}

int
sandbox_enter_as_it_is(enum sandbox_profile profile, const char **what)
{
	static const struct step steps[] = {
		{ "no new privileges", refuse_privileges },
		{ "limits", set_limits },
		{ "no capabilities", drop_capabilities },
		{ "no core dump", hide_memory },
		{ "the filter of system calls", load_filter },
	};
	const struct sandbox_conf conf = { .profile = profile };

	return take_steps(steps, sizeof(steps) / sizeof(*steps), &conf, what);
}

static int
user_of_number(const char *text, uid_t *uid, gid_t *gid)
{
	const struct passwd *user;
	unsigned long number;

	errno = 0;
	number = strtoul(text, NULL, 10);
	if (errno != 0 || number >= UINT_MAX)	/* the last one means "no user" to the kernel */
		return fail(EINVAL);
	user = getpwuid((uid_t)number);
	*uid = (uid_t)number;
	*gid = user != NULL ? user->pw_gid : (gid_t)number;
	return 0;
}

int
sandbox_user(const char *name, uid_t *uid, gid_t *gid)
{
	const struct passwd *user;

	if (name[0] != '\0' && name[strspn(name, "0123456789")] == '\0')
		return user_of_number(name, uid, gid);
	errno = 0;
	user = getpwnam(name);
	if (user == NULL)
		return fail(errno != 0 ? errno : ENOENT);
	*uid = user->pw_uid;
	*gid = user->pw_gid;
	return 0;
}
