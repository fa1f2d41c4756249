/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/gatehouse.h"

#include "proxy/site/gate_rules.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	SILENT_MOST = 6,	/* looks without a heartbeat: then it hangs */
	START_MS = 5000,	/* for it to have its queue */
};
static const double look_s = 0.5;
static const double again_s = 0.1, again_most_s = 6.4, lived_s = 10.0;

static int start(struct gatehouse *g);

static void
on_again(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct gatehouse *g = w->data;

	(void)revents;
	ev_timer_stop(loop, w);
	g->restarts++;
	if (start(g) == -1)
		ev_timer_again(loop, w);
}

/* What the ended one had counted is not lost, and not counted twice. */
static void
keep_counters(struct gatehouse *g)
{
	struct gate_shared *s = g->home.shared;

#define X(name, meaning) g->before.name += s->counted.name;
	GATE_PROCESS_COUNTERS(X)
#undef X
	g->before.lists_broken = g->before.dns_in_flight = 0;	/* are no counts, but how many are now */
	s->counted = (struct gate_counted){ 0 };
	s->beats = 0;
}

/* One that lived is replaced at once, one that did not after twice the time of the last time. */
static void
wait_longer(struct gatehouse *g)
{
	ev_tstamp wait = g->again.repeat * 2;

	if (g->again.repeat == 0. || ev_now(g->loop) - g->begun >= lived_s)
		wait = again_s;
	g->again.repeat = wait < again_most_s ? wait : again_most_s;
}

static void
on_end(struct ev_loop *loop, ev_child *w, int revents)
{
	struct gatehouse *g = w->data;

	(void)revents;
	ev_child_stop(loop, w);
	g->pid = 0;
	keep_counters(g);
	wait_longer(g);
	fprintf(g->errors, "relaywall: the gate ended (%s %d), and is started again\n", WIFSIGNALED(w->rstatus) ? "signal" : "status",
	    WIFSIGNALED(w->rstatus) ? WTERMSIG(w->rstatus) : WEXITSTATUS(w->rstatus));
	ev_timer_again(loop, &g->again);
}

static void
on_look(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct gatehouse *g = w->data;
	uint64_t beats = __atomic_load_n(&g->home.shared->beats, __ATOMIC_RELAXED);

	(void)loop, (void)revents;
	g->silent = beats == g->beats ? g->silent + 1 : 0;
	g->beats = beats;
	if (g->pid == 0 || g->silent < SILENT_MOST)
		return;
	fprintf(g->errors, "relaywall: the gate hangs: it is killed\n");
	g->silent = 0;
	kill(g->pid, SIGKILL);
}

static int
start(struct gatehouse *g)
{
	pid_t parent = getpid(), pid;
	sigset_t reopen, before;

	fflush(NULL);		/* or it is written twice */
	sigemptyset(&reopen);
	sigaddset(&reopen, SIGUSR1);
	sigprocmask(SIG_BLOCK, &reopen, &before);
	pid = fork();
	if (pid == 0)
		gate_process(&g->home, parent);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (pid == -1) {
		fprintf(g->errors, "relaywall: the gate cannot start: %s\n", strerror(errno));
		return -1;
	}
	g->pid = pid;
	g->silent = 0;
	g->begun = ev_now(g->loop);
	ev_child_set(&g->child, pid, 0);
	ev_child_start(g->loop, &g->child);
	return 0;
}

/* Until the first one has its queue: nothing is served before. */
static int
await(struct gatehouse *g)
{
	for (int ms = 0; ms < START_MS; ms += 10) {
		if (__atomic_load_n(&g->home.shared->beats, __ATOMIC_RELAXED) > 0)
			return 0;
		if (waitpid(g->pid, NULL, WNOHANG) == g->pid) {
			g->pid = 0;
			return -1;
		}
		poll(NULL, 0, 10);
	}
	fprintf(g->errors, "relaywall: the gate does not start\n");
	return -1;
}

static int
open_shared(struct gatehouse *g)
{
	uint64_t seed[2];
	void *memory = mmap(NULL, sizeof(*g->home.shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED || getrandom(seed, sizeof(seed), 0) == -1) {
		fprintf(g->errors, "relaywall: memory for the gate: %s\n", strerror(errno));
		return -1;
	}
	g->home.shared = memory;
	causes_init(&g->home.causes, g->home.shared->causes, seed);
	return 0;
}

int
gatehouse_open(struct gatehouse *g, const struct gate_home *home, struct ev_loop *loop, FILE *errors)
{
	*g = (struct gatehouse){ .home = *home, .loop = loop, .errors = errors };
	if (!gate_rules_wanted(home->site))
		return 0;
	ev_init(&g->child, on_end);
	ev_timer_init(&g->look, on_look, look_s, look_s);
	ev_init(&g->again, on_again);
	g->child.data = g->look.data = g->again.data = g;
	if (open_shared(g) == -1 || start(g) == -1 || await(g) == -1)
		return -1;
	ev_timer_start(loop, &g->look);
	return 0;
}

void
gatehouse_reopen(const struct gatehouse *g)
{
	if (g->pid != 0)
		kill(g->pid, SIGUSR1);
}

void
gatehouse_close(struct gatehouse *g)
{
	if (g->home.shared == NULL)
		return;
	ev_timer_stop(g->loop, &g->look);
	ev_timer_stop(g->loop, &g->again);
	ev_child_stop(g->loop, &g->child);
	if (g->pid != 0) {
		kill(g->pid, SIGKILL);
		waitpid(g->pid, NULL, 0);
	}
	munmap(g->home.shared, sizeof(*g->home.shared));
	*g = (struct gatehouse){ 0 };
}

void
gatehouse_print(const struct gatehouse *g, FILE *out)
{
	const struct gate_shared *s = g->home.shared;

	if (s == NULL)
		return;
	fprintf(out, " gate_restarts=%" PRIu64, g->restarts);
#define X(name, meaning) fprintf(out, " gate_" #name "=%" PRIu64, g->before.name + __atomic_load_n(&s->counted.name, __ATOMIC_RELAXED));
	GATE_PROCESS_COUNTERS(X)
#undef X
}
