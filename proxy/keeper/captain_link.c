/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/captain_link.h"

#include "proxy/keeper/process/store.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double look_s = 0.5;

static void
on_wire(struct ev_loop *loop, ev_io *io, int events)
{
	struct captain_link *c = io->data;
	int got;

	(void)events;
	while ((got = wire_receive(c->wire, &c->message)) == 1) {
		c->silent_s = 0.;
		c->hooks.heard(c->hooks.cookie, c, &c->message);
		wire_close_all(&c->message);
	}
	if (got == -1)
		ev_io_stop(loop, io);	/* it has ended, which is seen elsewhere */
}

static void
on_end(struct ev_loop *loop, ev_child *child, int events)
{
	struct captain_link *c = child->data;

	on_wire(loop, &c->io, events);		/* its last words */
	c->hooks.ended(c->hooks.cookie, c, child->rstatus);
}

static void
on_look(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct captain_link *c = timer->data;

	(void)loop, (void)events;
	c->silent_s += look_s;
	if (c->silent_s < c->patience_s)
		return;
	fprintf(stderr, "relaywall: captain %u hangs: it is killed\n", c->generation);
	captain_link_kill(c);
	c->silent_s = 0.;
}

/* In the child. */
static void
become_captain(const char *program, const char *file, int wire)
{
	const char *path = program == NULL ? "/proc/self/exe" : program;
	char number[16], why[96];
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	fcntl(wire, F_SETFD, 0);
	snprintf(number, sizeof(number), "%d", wire);
	execl(path, "relaywall", "captain", number, file, (char *)NULL);
	snprintf(why, sizeof(why), "relaywall: the program cannot be run: %s\n", strerror(errno));
	fputs(why, stderr);
	(void)wire_say(wire, "failed %s", why);
	_exit(127);
}

/* 0 with pid and wire, or -1 with errno. */
static int
start(struct captain_link *c, const char *program, const char *file)
{
	int ends[2], error;

	if (wire_pair(ends) == -1)
		return -1;
	for (int i = 0; i < 2; i++)	/* each gives the other all that the store has; without the right to it, what does not fit fails the change */
		(void)wire_widen(ends[i], 2 * STORE_MAX);
	fflush(NULL);		/* or it is written twice */
	c->pid = fork();
	if (c->pid == 0)
		become_captain(program, file, ends[1]);
	error = errno;
	close(ends[1]);
	c->wire = ends[0];
	if (c->pid != -1)
		return 0;
	close(ends[0]);
	errno = error;
	return -1;
}

static void
watch(struct captain_link *c)
{
	ev_child_init(&c->child, on_end, c->pid, 0);
	ev_io_init(&c->io, on_wire, c->wire, EV_READ);
	ev_timer_init(&c->look, on_look, look_s, look_s);
	c->child.data = c->io.data = c->look.data = c;
	ev_child_start(c->loop, &c->child);
	ev_io_start(c->loop, &c->io);
	ev_timer_start(c->loop, &c->look);
}

struct captain_link *
captain_link_new(const char *program, const char *file, struct ev_loop *loop, const struct captain_hooks *hooks)
{
	struct captain_link *c = calloc(1, sizeof(*c));
	int error;

	if (c == NULL)
		return NULL;
	*c = (struct captain_link){ .hooks = *hooks, .loop = loop, .begun = ev_now(loop) };
	if (start(c, program, file) == -1) {
		error = errno;
		free(c);
		errno = error;
		return NULL;
	}
	watch(c);
	return c;
}

struct captain_link *
captain_link_adopt(pid_t pid, int wire, struct ev_loop *loop, const struct captain_hooks *hooks)
{
	struct captain_link *c;

	if (fcntl(wire, F_SETFD, FD_CLOEXEC) == -1 || (c = calloc(1, sizeof(*c))) == NULL)
		return NULL;
	*c = (struct captain_link){ .hooks = *hooks, .loop = loop, .pid = pid, .wire = wire, .begun = ev_now(loop) };
	watch(c);
	return c;
}

void
captain_link_free(struct captain_link *c)
{
	ev_child_stop(c->loop, &c->child);
	ev_io_stop(c->loop, &c->io);
	ev_timer_stop(c->loop, &c->look);
	close(c->wire);
	free(c);
}

void
captain_link_say(struct captain_link *c, const char *text)
{
	(void)wire_say(c->wire, "%s", text);
}

void
captain_link_wait(struct captain_link *c, double patience_s)
{
	c->patience_s = patience_s;
	c->silent_s = 0.;
}

void
captain_link_kill(struct captain_link *c)
{
	kill(c->pid, SIGKILL);
}
