/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/scenario/sockets/box.h"

#include "tests/scenario/sockets/nets.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { START_MS = 10000, LOOK_MS = 5, PATH_OCTETS = 512 };

static void
path_of(const struct box *b, const char *file, char out[PATH_OCTETS])
{
	snprintf(out, PATH_OCTETS, "%s/%s", b->folder, file);
}

/* What it has said, up to here. */
static const char *
words_of(const struct box *b)
{
	static char words[8192];
	char path[PATH_OCTETS];
	FILE *in;
	size_t n = 0;

	path_of(b, "words", path);
	if ((in = fopen(path, "r")) != NULL) {
		n = fread(words, 1, sizeof(words) - 1, in);
		fclose(in);
	}
	words[n] = '\0';
	return words;
}

static void __attribute__((noreturn))
become(const struct box *b, const char *config)
{
	char words[PATH_OCTETS];
	int out;

	path_of(b, "words", words);
	out = open(words, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (out == -1 || dup2(out, STDOUT_FILENO) == -1 || dup2(out, STDERR_FILENO) == -1)
		_exit(1);
	nets_enter(NET_ROUTER);
	execl(b->program, b->program, "run", config, (char *)NULL);
	perror(b->program);
	_exit(1);
}

static bool
starts(struct box *b)
{
	for (int ms = 0; ms < START_MS; ms += LOOK_MS) {
		if (strstr(words_of(b), "serving") != NULL)
			return true;
		if (waitpid(b->pid, NULL, WNOHANG) == b->pid)
			break;
		nanosleep(&(struct timespec){ .tv_nsec = LOOK_MS * 1000000L }, NULL);
	}
	printf("the box does not start: %s\n%s\n", words_of(b), b->config);
	b->pid = 0;
	return false;
}

static bool
write_file(const struct box *b, const char *file, const char *text)
{
	char path[PATH_OCTETS];
	FILE *out;

	path_of(b, file, path);
	out = fopen(path, "w");
	if (out != NULL && fputs(text, out) != EOF && fclose(out) == 0)
		return true;
	perror(path);
	return false;
}

bool
box_set(struct box *b, const struct setting *setting)
{
	char config[sizeof(b->config)], path[PATH_OCTETS], words[PATH_OCTETS];

	setting_write(setting, b->folder, config, sizeof(config));
	if (b->pid != 0 && strcmp(config, b->config) == 0)
		return true;
	if (!box_stop(b))
		return false;
	memcpy(b->config, config, sizeof(config));
	path_of(b, "words", words);
	unlink(words);
	path_of(b, "config", path);
	if (!write_file(b, "config", config) || !write_file(b, "recipients", setting->recipients))
		return false;
	fflush(stdout);
	b->pid = fork();
	if (b->pid == 0)
		become(b, path);
	return starts(b);
}

bool
box_stop(struct box *b)
{
	int status = 0;

	if (b->pid == 0)
		return true;
	kill(b->pid, SIGTERM);
	waitpid(b->pid, &status, 0);
	b->pid = 0;
	if (status != 0)
		printf("the box ended with status %d: %s\n", status, words_of(b));
	return status == 0;
}
