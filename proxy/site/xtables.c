/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/xtables.h"

#include "proxy/site/gate_rules.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { WORDS_MAX = 24, RULE_OCTETS = 160, COPIES_MAX = 16 };

/* Run a program, its words in the order given; quiet: what it says is not for the operator. 0: it was done. */
static int
run(char **words, bool quiet)
{
	posix_spawn_file_actions_t actions;
	int status, result;
	pid_t pid;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return -1;
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (quiet)
		posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	result = posix_spawnp(&pid, words[0], &actions, NULL, words, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (result != 0) {
		errno = result;
		return -1;
	}
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return -1;
	errno = 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

/* iptables -w -t raw ACTION PREROUTING RULE. */
static int
change(const struct site *site, bool v4, const char *action, bool quiet)
{
	static char wait[] = "-w", table[] = "-t", raw[] = "raw", chain[] = "PREROUTING", iptables[] = "iptables", ip6tables[] = "ip6tables";
	char rule[RULE_OCTETS], act[4], *words[WORDS_MAX] = { v4 ? iptables : ip6tables, wait, table, raw, act, chain };
	size_t n = 6;

	snprintf(act, sizeof(act), "%s", action);
	gate_rules_xtables(site, rule, sizeof(rule));
	for (char *word = strtok(rule, " "); word != NULL && n + 1 < WORDS_MAX; word = strtok(NULL, " "))
		words[n++] = word;
	words[n] = NULL;
	return run(words, quiet);
}

void
xtables_remove(const struct site *site)
{
	for (int v4 = 0; v4 < 2; v4++)
		for (int i = 0; i < COPIES_MAX && change(site, v4 != 0, "-D", true) == 0; i++)
			;
}

int
xtables_install(const struct site *site, FILE *errors)
{
	xtables_remove(site);
	for (int v4 = 0; v4 < 2; v4++) {
		if (!site_has_family(site, v4 != 0) || change(site, v4 != 0, "-I", false) == 0)
			continue;
		fprintf(errors, "relaywall: %s cannot lead packets into the gate's queue%s%s\n", v4 ? "iptables" : "ip6tables",
		    errno == 0 ? "" : ": ", errno == 0 ? "" : strerror(errno));
		return -1;
	}
	return 0;
}
