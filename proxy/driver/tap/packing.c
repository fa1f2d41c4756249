/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/packing.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* RFC 1952, 2.3.1; RFC 8878, 3.1.1. */
static const struct packing packings[] = {
	{ "gzip", { 0x1f, 0x8b }, 2, 2 },
	{ "zstd", { 0x28, 0xb5, 0x2f, 0xfd }, 4, 0 },
};

const struct packing *
packing_find(struct span first)
{
	for (size_t i = 0; i < sizeof(packings) / sizeof(packings[0]); i++)
		if (first.len >= packings[i].magic_len && memcmp(first.at, packings[i].magic, packings[i].magic_len) == 0)
			return &packings[i];
	return NULL;
}

/* Its standard streams. 0 or an error number. */
static int
add_streams(posix_spawn_file_actions_t *actions, int in, int out)
{
	int error = posix_spawn_file_actions_adddup2(actions, in, STDIN_FILENO);

	if (error == 0)
		error = posix_spawn_file_actions_adddup2(actions, out, STDOUT_FILENO);
	if (error == 0)
		error = posix_spawn_file_actions_addopen(actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	return error;
}

/* Signals as a program expects them, whatever ours are. */
static void
set_signals(posix_spawnattr_t *attributes)
{
	sigset_t set;

	sigemptyset(&set);
	posix_spawnattr_setsigmask(attributes, &set);
	sigaddset(&set, SIGPIPE);
	posix_spawnattr_setsigdefault(attributes, &set);
	posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

int
packing_spawn(const struct packing *p, int in, int out, pid_t *pid)
{
	char *const args[] = { (char *)p->program, (char *)"-dc", NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int error = posix_spawn_file_actions_init(&actions);

	*pid = 0;
	if (error != 0)
		return error;
	if ((error = posix_spawnattr_init(&attributes)) != 0) {
		posix_spawn_file_actions_destroy(&actions);
		return error;
	}
	set_signals(&attributes);
	error = add_streams(&actions, in, out);
	if (error == 0)
		error = posix_spawnp(pid, p->program, &actions, &attributes, args, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	if (error != 0)
		*pid = 0;
	return error;
}

int
packing_check(const struct packing *p, int status, char *error, size_t size)
{
	if (WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == p->warning))
		return 0;
	if (WIFEXITED(status))
		snprintf(error, size, "%s, which unpacks it, says that it is damaged or cut short (exit status %d)", p->program, WEXITSTATUS(status));
	else
		snprintf(error, size, "%s, which unpacks it, was ended by signal %d", p->program, WTERMSIG(status));
	return -1;
}
