/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* close_range() */
#include "proxy/site/gatehouse.h"

#include "proxy/driver/gate/hosts.h"
#include "proxy/driver/gate/queue.h"
#include "proxy/site/gate_rules.h"
#include "proxy/site/journal.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	SILENT_MOST = 6,	/* looks without a heartbeat: then it hangs */
	START_MS = 5000,	/* for it to have its queue */
};
static const double beat_s = 0.1, look_s = 0.5;
static const double again_s = 0.1, again_most_s = 6.4, lived_s = 10.0;

/* name, meaning */
#define JOURNAL_COUNTERS(X)                                      \
	X(journal_written, "lines of its own")                          \
	X(journal_dropped, "lines that could not be written")           \
	X(journal_limited, "refusals beyond so many a second: no line")

#define ALL_COUNTERS(X) GATE_COUNTERS(X) HOSTS_COUNTERS(X) QUEUE_COUNTERS(X) LISTS_COUNTERS(X) JOURNAL_COUNTERS(X)

struct gatehouse_shared {
	uint64_t beats;			/* written by the gate; 0: it has no queue yet */
	/* counters: of the gate that runs, and of those before it */
#define X(name, meaning) uint64_t name, name##_before;
	ALL_COUNTERS(X)
#undef X
	uint64_t causes[CAUSES_PLACES];
};

/* --- the process itself ------------------------------------------------------ */

struct inside {
	const struct gatehouse *house;
	struct ev_loop *loop;
	struct services services;
	struct journal journal;
	struct gate *gate;
	ev_timer beat;
	ev_io on_reopen;	/* SIGUSR1 */
};

/* Tell the parent that this process lives, and what it has counted. */
static void
on_beat(struct ev_loop *loop, ev_timer *w, int revents)
{
	const struct inside *in = w->data;
	struct gatehouse_shared *s = in->house->shared;

	(void)loop, (void)revents;
#define X(name, meaning) __atomic_store_n(&s->name, c->name, __ATOMIC_RELAXED);
	{
		const struct gate_counters *c = gate_counters(in->gate);

		GATE_COUNTERS(X)
	}
	{
		const struct hosts_counters *c = gate_hosts_counters(in->gate);

		HOSTS_COUNTERS(X)
	}
	{
		const struct queue_counters *c = gate_queue_counters(in->gate);

		QUEUE_COUNTERS(X)
	}
	if (in->services.lists != NULL) {
		const struct lists_counters *c = lists_counters(in->services.lists);

		LISTS_COUNTERS(X)
	}
#undef X
	__atomic_store_n(&s->journal_written, in->journal.written, __ATOMIC_RELAXED);
	__atomic_store_n(&s->journal_dropped, in->journal.dropped, __ATOMIC_RELAXED);
	__atomic_store_n(&s->journal_limited, in->journal.limited, __ATOMIC_RELAXED);
	__atomic_fetch_add(&s->beats, 1, __ATOMIC_RELAXED);
}

static int
open_gate(struct inside *in)
{
	const struct site *site = in->house->site;
	struct gate_conf conf = {
		.policy = &site->policy,
		.rates = in->house->rates,
		.lists = in->services.lists,
		.causes = (struct causes *)&in->house->causes,
		.hooks = { .report = journal_report, .cookie = &in->journal },
		.port = 25,
		.queue = site->gate_queue,
		.length_max = site->gate_length,
		.held_max = site->gate_held,
		.hold_ms = site->gate_hold_ms,
	};
	const char *what = "start";

	for (enum gate_answer a = 0; a < GATE_ANSWERS; a++)
		conf.marks[a] = gate_rules_mark(site, a);
	in->gate = gate_new(in->loop, &conf, &what);
	if (in->gate == NULL)
		fprintf(stderr, "relaywall: gate: %s: %s\n", what, strerror(errno));
	return in->gate == NULL ? -1 : 0;
}

static void
on_reopen(struct ev_loop *loop, ev_io *w, int revents)
{
	struct inside *in = w->data;
	struct signalfd_siginfo info;

	(void)loop, (void)revents;
	if (read(w->fd, &info, sizeof(info)) == sizeof(info))
		(void)journal_reopen(&in->journal);	/* if not, the parent's did not either, and it said so */
}

/* What was opened before the fork is the parent's, and so are the signals that it catches and those that end it. */
static void
leave_home(void)
{
	close_range(STDERR_FILENO + 1, ~0U, 0);
	for (int n = 1; n < NSIG; n++)
		signal(n, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
}

/* By a descriptor: libev knows this signal as one of the loop that the parent has. */
static int
watch_reopen(struct inside *in)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd == -1)
		return -1;
	ev_io_init(&in->on_reopen, on_reopen, fd, EV_READ);
	in->on_reopen.data = in;
	ev_io_start(in->loop, &in->on_reopen);
	return 0;
}

static void __attribute__((noreturn))
be_the_gate(const struct gatehouse *house, pid_t parent)
{
	static struct inside in;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	leave_home();
	in.house = house;
	in.loop = ev_loop_new(EVFLAG_NOSIGMASK);
	if (in.loop == NULL || watch_reopen(&in) == -1 || services_open_lookups(&in.services, house->site, in.loop, stderr) == -1)
		_exit(1);
	if (journal_open(&in.journal, house->site->journal, stderr) == -1) {
		fprintf(stderr, "relaywall: gate: journal %s: %s\n", house->site->journal, strerror(errno));
		_exit(1);
	}
	if (open_gate(&in) == -1)
		_exit(1);
	ev_timer_init(&in.beat, on_beat, 0., beat_s);
	in.beat.data = &in;
	ev_timer_start(in.loop, &in.beat);
	ev_run(in.loop, 0);
	_exit(1);		/* it ends only when it can go on no more */
}

/* --- its parent -------------------------------------------------------------- */

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
keep_counters(struct gatehouse_shared *s)
{
#define X(name, meaning)                                                \
	s->name##_before += s->name;                                           \
	s->name = 0;
	ALL_COUNTERS(X)
#undef X
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
	keep_counters(g->shared);
	wait_longer(g);
	fprintf(g->errors, "relaywall: the gate ended (%s %d), and is started again\n", WIFSIGNALED(w->rstatus) ? "signal" : "status",
	    WIFSIGNALED(w->rstatus) ? WTERMSIG(w->rstatus) : WEXITSTATUS(w->rstatus));
	ev_timer_again(loop, &g->again);
}

static void
on_look(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct gatehouse *g = w->data;
	uint64_t beats = __atomic_load_n(&g->shared->beats, __ATOMIC_RELAXED);

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

	fflush(NULL);		/* or it is written twice */
	pid = fork();
	if (pid == 0)
		be_the_gate(g, parent);
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
		if (__atomic_load_n(&g->shared->beats, __ATOMIC_RELAXED) > 0)
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
	void *memory = mmap(NULL, sizeof(*g->shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED || getrandom(seed, sizeof(seed), 0) == -1) {
		fprintf(g->errors, "relaywall: memory for the gate: %s\n", strerror(errno));
		return -1;
	}
	g->shared = memory;
	causes_init(&g->causes, g->shared->causes, seed);
	return 0;
}

int
gatehouse_open(struct gatehouse *g, const struct site *site, const struct rates *rates, struct ev_loop *loop, FILE *errors)
{
	*g = (struct gatehouse){ .site = site, .rates = rates, .loop = loop, .errors = errors };
	if (!gate_rules_wanted(site))
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
	if (g->shared == NULL)
		return;
	ev_timer_stop(g->loop, &g->look);
	ev_timer_stop(g->loop, &g->again);
	ev_child_stop(g->loop, &g->child);
	if (g->pid != 0) {
		kill(g->pid, SIGKILL);
		waitpid(g->pid, NULL, 0);
	}
	munmap(g->shared, sizeof(*g->shared));
	*g = (struct gatehouse){ 0 };
}

void
gatehouse_print(const struct gatehouse *g, FILE *out)
{
	const struct gatehouse_shared *s = g->shared;

	if (s == NULL)
		return;
	fprintf(out, " gate_restarts=%" PRIu64, g->restarts);
#define X(name, meaning) fprintf(out, " gate_" #name "=%" PRIu64, s->name##_before + __atomic_load_n(&s->name, __ATOMIC_RELAXED));
	ALL_COUNTERS(X)
#undef X
}
