/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* close_range() */
#include "proxy/keeper/process/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	SILENT_MOST = 6,	/* looks without a heartbeat: then it hangs */
	SILENT_WELL = 2,	/* so many are an accident */
	KEEP_MAX = 512,
};
static const double look_s = 0.5;
static const double again_s = 0.02, again_most_s = 6.4, lived_s = 10.0;

static int
compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* Close all descriptors but 0, 1, 2 and these. */
static int
close_others(const int *keep, size_t count)
{
	int sorted[KEEP_MAX];
	unsigned from = STDERR_FILENO + 1;

	if (count > KEEP_MAX) {
		errno = EINVAL;
		return -1;
	}
	memcpy(sorted, keep, count * sizeof(*keep));
	qsort(sorted, count, sizeof(*sorted), compare);
	for (size_t i = 0; i < count; i++) {
		unsigned fd = (unsigned)sorted[i];

		if (fd > from && close_range(from, fd - 1, 0) == -1)
			return -1;
		if (fd >= from)
			from = fd + 1;
	}
	return close_range(from, ~0U, 0);
}

static void
forget_signals(void)
{
	static const int meant_for_both[] = { SIGPIPE, SIGXFSZ, SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2 };
	sigset_t none;

	for (int n = 1; n < NSIG; n++)
		signal(n, SIG_DFL);
	for (size_t i = 0; i < sizeof(meant_for_both) / sizeof(meant_for_both[0]); i++)
		signal(meant_for_both[i], SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

pid_t
child_fork(const int *keep, size_t count)
{
	pid_t parent = getpid(), pid;

	fflush(NULL);		/* or it is written twice */
	pid = fork();
	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	forget_signals();
	if (close_others(keep, count) == -1) {
		fprintf(stderr, "relaywall: close_range: %s\n", strerror(errno));
		_exit(1);	/* it would hold connections that have ended */
	}
	return 0;
}

static int
start(struct child *c)
{
	int keep[KEEP_MAX];
	size_t count = 0;

	if (c->conf.prepare != NULL && c->conf.prepare(c->conf.cookie) == -1)
		return -1;
	if (c->conf.keeps != NULL)
		count = c->conf.keeps(c->conf.cookie, keep, KEEP_MAX);
	c->pid = child_fork(keep, count);
	if (c->pid == 0) {
		c->conf.inside(c->conf.cookie);
		_exit(1);
	}
	if (c->pid == -1)
		fprintf(c->errors, "relaywall: %s cannot start: %s\n", c->conf.name, strerror(errno));
	if (c->conf.forked != NULL)
		c->conf.forked(c->conf.cookie);
	if (c->pid == -1) {
		c->pid = 0;
		c->conf.ended(c->conf.cookie);
		return -1;
	}
	c->silent = 0;
	c->seen = 0;
	c->begun = ev_now(c->loop);
	ev_child_set(&c->watcher, c->pid, 0);
	ev_child_start(c->loop, &c->watcher);
	return 0;
}

static void
on_again(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct child *c = w->data;

	(void)revents;
	ev_timer_stop(loop, w);
	c->restarts++;
	if (start(c) == -1)
		ev_timer_again(loop, w);
}

/* One that lived is replaced at once, one that did not after twice the time of the last time. */
static void
wait_longer(struct child *c)
{
	ev_tstamp wait = c->again.repeat * 2;

	if (c->again.repeat == 0. || ev_now(c->loop) - c->begun >= lived_s)
		wait = again_s;
	c->again.repeat = wait < again_most_s ? wait : again_most_s;
}

static void
has_ended(struct child *c)
{
	ev_child_stop(c->loop, &c->watcher);
	c->pid = 0;
	c->conf.ended(c->conf.cookie);
}

static void
on_end(struct ev_loop *loop, ev_child *w, int revents)
{
	struct child *c = w->data;
	int status = w->rstatus;

	(void)revents;
	has_ended(c);
	if (c->leaving)
		return;
	wait_longer(c);
	fprintf(c->errors, "relaywall: %s ended (%s %d), and is started again\n", c->conf.name, WIFSIGNALED(status) ? "signal" : "status",
	    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	ev_timer_again(loop, &c->again);
}

static uint64_t
beats(const struct child *c)
{
	return __atomic_load_n(c->conf.beats, __ATOMIC_RELAXED);
}

static void
on_look(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct child *c = w->data;
	uint64_t now = beats(c);

	(void)loop, (void)revents;
	c->silent = now == c->seen ? c->silent + 1 : 0;
	c->seen = now;
	if (c->pid == 0 || c->silent < SILENT_MOST)
		return;
	fprintf(c->errors, "relaywall: %s hangs: it is killed\n", c->conf.name);
	c->silent = 0;
	kill(c->pid, SIGKILL);
}

int
child_start(struct child *c, const struct child_conf *conf, struct ev_loop *loop, FILE *errors)
{
	*c = (struct child){ .conf = *conf, .loop = loop, .errors = errors };
	ev_init(&c->watcher, on_end);
	ev_timer_init(&c->look, on_look, look_s, look_s);
	ev_init(&c->again, on_again);
	c->watcher.data = c->look.data = c->again.data = c;
	if (start(c) == -1)
		return -1;
	ev_timer_start(loop, &c->look);
	return 0;
}

int
child_await(struct child *c, unsigned ms)
{
	for (unsigned waited = 0; waited < ms; waited += 5) {
		if (beats(c) > 0)
			return 0;
		if (waitpid(c->pid, NULL, WNOHANG) == c->pid) {
			has_ended(c);
			return -1;
		}
		poll(NULL, 0, 5);
	}
	fprintf(c->errors, "relaywall: %s does not start\n", c->conf.name);
	return -1;
}

bool
child_is_well(const struct child *c)
{
	return c->pid != 0 && c->silent < SILENT_WELL;
}

void
child_leaves(struct child *c)
{
	c->leaving = true;
	if (c->loop != NULL)
		ev_timer_stop(c->loop, &c->again);
}

/* Nobody but who calls this sees to it any more. */
static void
leave_to_caller(struct child *c)
{
	child_leaves(c);
	ev_timer_stop(c->loop, &c->look);
	ev_child_stop(c->loop, &c->watcher);
}

void
child_finish(struct child *c, unsigned ms)
{
	leave_to_caller(c);
	for (unsigned waited = 0; c->pid != 0 && waited < ms; waited += 5) {
		if (waitpid(c->pid, NULL, WNOHANG) == c->pid)
			has_ended(c);
		else
			poll(NULL, 0, 5);
	}
	child_end(c);
}

void
child_end(struct child *c)
{
	if (c->loop == NULL)
		return;
	leave_to_caller(c);
	if (c->pid == 0)
		return;
	kill(c->pid, SIGKILL);
	waitpid(c->pid, NULL, 0);
	has_ended(c);
}
