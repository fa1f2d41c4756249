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

enum {
	WORDS_MAX = 24,
	RULE_OCTETS = 160,
	COPIES_MAX = 16,
	RULE_MISSING = 1,	/* exit status of -C; that of other faults is another */
};

static const double look_s = 2.0;

/* Start a program, its words in the order given; quiet: what it says is not for the operator. -1 with errno. */
static pid_t
start(char **words, bool quiet)
{
	posix_spawn_file_actions_t actions;
	int result;
	pid_t pid;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return -1;
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (quiet)
		posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	result = posix_spawnp(&pid, words[0], &actions, NULL, words, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (result == 0)
		return pid;
	errno = result;
	return -1;
}

/* And wait for its end. 0: it was done. */
static int
run(char **words, bool quiet)
{
	pid_t pid = start(words, quiet);
	int status;

	if (pid == -1)
		return -1;
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return -1;
	errno = 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

/* iptables -w 2 -t raw ACTION PREROUTING RULE, as words. */
struct invocation {
	char action[4], rule[RULE_OCTETS];
	char *words[WORDS_MAX];
};

static void
write_command(struct invocation *c, const struct xtables_rule *rule, bool v4, const char *action)
{
	static char wait[] = "-w", lock_s[] = "2", table[] = "-t", raw[] = "raw", chain[] = "PREROUTING", iptables[] = "iptables", ip6tables[] = "ip6tables";
	size_t n = 7;

	*c = (struct invocation){ .words = { v4 ? iptables : ip6tables, wait, lock_s, table, raw, c->action, chain } };
	snprintf(c->action, sizeof(c->action), "%s", action);
	gate_rules_xtables(rule->site, rule->queue, c->rule, sizeof(c->rule));
	for (char *word = strtok(c->rule, " "); word != NULL && n + 1 < WORDS_MAX; word = strtok(NULL, " "))
		c->words[n++] = word;
	c->words[n] = NULL;
}

static int
change(const struct xtables_rule *rule, bool v4, const char *action, bool quiet)
{
	struct invocation c;

	write_command(&c, rule, v4, action);
	return run(c.words, quiet);
}

void
xtables_remove(const struct xtables_rule *rule)
{
	for (int v4 = 0; v4 < 2; v4++)
		for (int i = 0; i < COPIES_MAX && change(rule, v4 != 0, "-D", true) == 0; i++)
			;
}

int
xtables_install(const struct xtables_rule *rule, FILE *errors)
{
	xtables_remove(rule);
	for (int v4 = 0; v4 < 2; v4++) {
		if (!site_has_family(rule->site, v4 != 0) || change(rule, v4 != 0, "-A", false) == 0)
			continue;
		fprintf(errors, "relaywall: %s cannot lead packets into the gate's queue%s%s\n", v4 ? "iptables" : "ip6tables",
		    errno == 0 ? "" : ": ", errno == 0 ? "" : strerror(errno));
		return -1;
	}
	return 0;
}

bool
xtables_is_installed(const struct xtables_rule *rule)
{
	for (int v4 = 0; v4 < 2; v4++)
		if (site_has_family(rule->site, v4 != 0) && change(rule, v4 != 0, "-C", true) == -1)
			return false;
	return true;
}

/* In its own process: the loop does not wait for the lock of xtables. */
static void
begin(struct xtables_watch *w, const char *action)
{
	struct invocation c;
	pid_t pid;

	write_command(&c, &w->rule, w->v4, action);
	pid = start(c.words, true);
	if (pid == -1)
		return;
	w->installs = action[1] == 'A';
	ev_child_set(&w->child, pid, 0);
	ev_child_start(w->loop, &w->child);
}

static void
look(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct xtables_watch *w = timer->data;

	(void)loop, (void)events;
	if (ev_is_active(&w->child))	/* it waits for the lock */
		return;
	w->v4 = site_has_family(w->rule.site, true);
	begin(w, "-C");
}

static void
on_end(struct ev_loop *loop, ev_child *child, int events)
{
	struct xtables_watch *w = child->data;
	bool done = WIFEXITED(child->rstatus) && WEXITSTATUS(child->rstatus) == 0;
	bool missing = !w->installs && WIFEXITED(child->rstatus) && WEXITSTATUS(child->rstatus) == RULE_MISSING;

	(void)events;
	ev_child_stop(loop, child);
	if (w->installs && done)
		w->restored(w->cookie);
	if (missing) {
		begin(w, "-A");
	} else if (w->v4 && site_has_family(w->rule.site, false)) {
		w->v4 = false;
		begin(w, "-C");
	}
}

void
xtables_watch_start(struct xtables_watch *w, const struct xtables_rule *rule, struct ev_loop *loop, void (*restored)(void *cookie), void *cookie)
{
	*w = (struct xtables_watch){ .rule = *rule, .loop = loop, .restored = restored, .cookie = cookie };
	ev_init(&w->child, on_end);
	ev_timer_init(&w->look, look, look_s, look_s);
	w->child.data = w->look.data = w;
	ev_timer_start(loop, &w->look);
}

void
xtables_watch_hurry(struct xtables_watch *w)
{
	if (w->loop != NULL)
		ev_feed_event(w->loop, &w->look, EV_TIMER);
}

void
xtables_watch_stop(struct xtables_watch *w)
{
	if (w->loop == NULL)
		return;
	ev_timer_stop(w->loop, &w->look);
	ev_child_stop(w->loop, &w->child);	/* if one runs, it ends by itself */
	w->loop = NULL;
}
