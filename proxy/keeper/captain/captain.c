/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/captain/captain.h"

#include "proxy/keeper/captain/drill.h"
#include "proxy/keeper/captain/inside.h"
#include "proxy/keeper/captain/metrics_socket.h"
#include "proxy/keeper/captain/report.h"
#include "proxy/keeper/process/handover.h"
#include "proxy/keeper/process/version.h"
#include "proxy/keeper/process/voice.h"
#include "proxy/site/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>

enum {
	STOP_S = 5,		/* for sessions that run when all is to end */
};
static const double beat_s = 0.5, keep_counts_s = 10.;

static void
report(void *cookie, const struct session *s, const struct event *e)
{
	struct captain *c = cookie;

	tally_count(&c->tally, e);
	journal_report(&c->journal, s, e);
}

static bool
serves(void *cookie)
{
	const struct captain *c = cookie;

	return crew_is_well(c->crew);
}

/* The gate may still answer what it holds: drain(). At a stop nobody is let in by that any more. */
static void
leave_if_over(struct captain *c)
{
	if (crew_left(c->crew) == 0 && (c->stopping || !ev_is_active(&c->gate_over)))
		ev_break(c->loop, EVBREAK_ALL);
}

static void
crew_left_one(void *cookie)
{
	struct captain *c = cookie;

	leave_if_over(c);
}

static void
crew_listed(void *cookie, unsigned index, unsigned serial)
{
	captain_listed(cookie, index, serial);
}

/* The keeper is told why, and who asked for it by the keeper. */
static void
tell_failure(struct captain *c)
{
	fflush(c->echo.stream);
	(void)wire_say(c->wire, "failed %s", c->echo.said);
}

static void
give_up(struct captain *c)
{
	tell_failure(c);
	c->status = 1;
	ev_break(c->loop, EVBREAK_ALL);
}

/* In an upgrade our program is to run as the keeper, too: could it? */
static int
try_handover(struct captain *c, const struct wire_message *m)
{
	char why[HANDOVER_WHY];
	struct handover *h;

	if (m->fd_count == 0)
		return 0;
	h = handover_load(m->fds[0], why);
	if (h == NULL)
		fprintf(c->echo.stream, "relaywall: version %s cannot go on with what the keeper has: %s\n", version_text, why);
	handover_free(h);
	return h == NULL ? -1 : 0;
}

static void
begin(struct captain *c, const struct wire_message *m, const char *how)
{
	const char *rest_of = how;
	char word[8];

	c->first = strncmp(how, "first", 5) == 0;
	if (!wire_word(&rest_of, word, sizeof(word)) || !wire_number(&rest_of, UINT_MAX, &c->generation) ||
	    !wire_number(&rest_of, CAPTAINS_MAX - 1, &c->group)) {
		fprintf(c->echo.stream, "relaywall: the keeper is of another version: it says begin %s\n", how);
		c->group = 0;
	}
	if (try_handover(c, m) == -1 || captain_load(c, crew_left_one, crew_listed) == -1) {
		give_up(c);
		return;
	}
	watchman_init(&c->watchman, &(struct watchman_conf){ .site = c->site, .serves = serves, .cookie = c,
	    .hooks = { .report = report, .cookie = c }, .queue = c->queue, .loop = c->loop, .errors = c->echo.stream });
	if (captain_hand_over(c) == -1)
		give_up(c);
	else
		(void)wire_say(c->wire, "ready");
}

/* Where the board is to be, and whose. */
static void
say_metrics(const struct captain *c)
{
	char name[STORE_NAME];

	metrics_socket_name(c->site, name);
	if (name[0] == '\0')
		(void)wire_say(c->wire, "metrics");
	else
		(void)wire_say(c->wire, "metrics %u %u %s", (unsigned)c->confine.uid, (unsigned)c->confine.gid, name);
}

static void
go(struct captain *c)
{
	const struct site *site = c->site;
	FILE *out = c->echo.stream;

	if (c->draining)
		return;		/* its workers have left their listeners */
	echo_forget(&c->echo);
	(void)wire_say(c->wire, "user %u %u", (unsigned)c->confine.uid, (unsigned)c->confine.gid);
	if (watchman_begin(&c->watchman) == -1) {
		tell_failure(c);
		return;
	}
	crew_accept(c->crew);
	if (!c->rules)
		journal_service(&c->journal, c->first ? "start" : "reload", c->file);
	c->rules = true;
	captain_hold_queue(c);
	captain_release_unused(c);
	if (gate_rules_wanted(site))
		fprintf(out, "relaywall: the gate judges first packets, queue %u %s\n", c->queue,
		    kernel_uses_xtables(site) ? "by iptables: nftables of this kernel has none" : "of nftables");
	fprintf(out, "relaywall: serving %zu hosts on port %u, journal %s\n", site->policy.host_count, site->port,
	    site->journal == NULL ? KEY_NO_OUTPUT : site->journal);
	captain_note_unenforced(c);
	captain_keep_counts(c);
	(void)wire_say(c->wire, "control %s", site->control);
	say_metrics(c);
	(void)wire_say(c->wire, "serving");
}

static void
rest(struct captain *c)
{
	crew_pause(c->crew);
	watchman_rest(&c->watchman);
	(void)wire_say(c->wire, "paused");
}

static void
on_gate_over(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct captain *c = timer->data;

	(void)loop, (void)events;
	gatehouse_end(&c->gatehouse);
	leave_if_over(c);
}

/* Listeners that are closed here are not gone: the keeper has them. The gate still answers what it holds. */
static void
drain(struct captain *c, unsigned seconds)
{
	if (!c->stopping)
		watchman_rest(&c->watchman);
	c->rules = false;
	store_done(&c->store);
	if (!c->draining && c->gatehouse.home.shared != NULL) {
		ev_timer_set(&c->gate_over, (double)(c->site->gate_hold_ms + GATEHOUSE_LINGER_MS) / 1000, 0.);
		ev_timer_start(c->loop, &c->gate_over);
	}
	c->draining = true;
	crew_drain(c->crew, seconds);
	crew_left_one(c);
}

/* An orderly end: no new sessions, a little time for the running ones. */
static void
stop(struct captain *c, bool now)
{
	if (c->rules) {
		c->stopping = true;
		watchman_drain(&c->watchman);	/* if that fails, new connections find no listener: the guard has them */
	}
	drain(c, now ? 0 : STOP_S);
}

static void
reopen(struct captain *c)
{
	scribehouse_reopen(&c->scribe);
	if (c->rules)
		watchman_collect(&c->watchman);
	captain_print_counters(c);
}

static void
obey_loaded(struct captain *c, const struct wire_message *m)
{
	const char *rest_of;

	if (wire_is(m, "go") != NULL || wire_is(m, "resume") != NULL)
		go(c);
	else if (wire_is(m, "pause") != NULL)
		rest(c);
	else if (wire_is(m, "drain") != NULL)
		drain(c, c->site->drain_s);
	else if ((rest_of = wire_is(m, "stop")) != NULL)
		stop(c, strcmp(rest_of, "now") == 0);
	else if (wire_is(m, "reopen") != NULL)
		reopen(c);
	else if ((rest_of = wire_is(m, "report")) != NULL)
		captain_report(c, rest_of);
	else if ((rest_of = wire_is(m, "list")) != NULL)
		captain_list(c, rest_of);
	else if ((rest_of = wire_is(m, "drill")) != NULL)
		captain_drill(c, rest_of);
	else if (wire_is(m, "end") != NULL)
		crew_tell(c->crew, m->text);
}

static void
obey(struct captain *c, struct wire_message *m)
{
	const char *what;

	if ((what = wire_is(m, "hold")) != NULL && m->fd_count == 1 && store_put(&c->store, what, m->fds[0]) == 0)
		m->fd_count = 0;
	else if ((what = wire_is(m, "begin")) != NULL && c->site == NULL)
		begin(c, m, what);
	else if (c->crew != NULL)
		obey_loaded(c, m);
	wire_close_all(m);
}

/* Nobody holds the listeners any more, nobody would start us again: end well what goes on, and let the guard have the rest. */
static void
lose_keeper(struct captain *c)
{
	ev_io_stop(c->loop, &c->on_wire);
	ev_timer_stop(c->loop, &c->beat);
	c->status = 1;
	if (c->crew == NULL) {
		ev_break(c->loop, EVBREAK_ALL);
		return;
	}
	drain(c, c->site->drain_s);
	ev_timer_stop(c->loop, &c->gate_over);
	gatehouse_end(&c->gatehouse);
}

static void
on_wire(struct ev_loop *loop, ev_io *io, int events)
{
	struct captain *c = io->data;
	int got;

	(void)loop, (void)events;
	while ((got = wire_receive(c->wire, &c->message)) == 1)
		obey(c, &c->message);
	if (got == -1)
		lose_keeper(c);
}

static void
on_beat(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct captain *c = timer->data;

	(void)loop, (void)events;
	(void)wire_say(c->wire, "beat");	/* a keeper that reads none hangs */
}

static void
on_keep_counts(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct captain *c = timer->data;

	(void)loop, (void)events;
	if (c->crew != NULL)
		captain_keep_counts(c);
}

/* The keeper has the signals that are meant for the program. */
static void
ignore_signals(void)
{
	static const int numbers[] = { SIGPIPE, SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2 };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		signal(numbers[i], SIG_IGN);
}

static void
serve(struct captain *c)
{
	ev_io_init(&c->on_wire, on_wire, c->wire, EV_READ);
	ev_timer_init(&c->beat, on_beat, 0., beat_s);
	ev_timer_init(&c->gate_over, on_gate_over, 0., 0.);
	ev_timer_init(&c->keep_counts, on_keep_counts, keep_counts_s, keep_counts_s);
	c->on_wire.data = c->beat.data = c->gate_over.data = c->keep_counts.data = c;
	ev_io_start(c->loop, &c->on_wire);
	ev_timer_start(c->loop, &c->beat);
	ev_timer_start(c->loop, &c->keep_counts);
	ev_run(c->loop, 0);
	ev_timer_stop(c->loop, &c->keep_counts);
	ev_timer_stop(c->loop, &c->gate_over);
	ev_timer_stop(c->loop, &c->beat);
	ev_io_stop(c->loop, &c->on_wire);
}

/* All sessions have ended. Where no other captain took over, the rules are left as on-stop says. */
static void
finish(struct captain *c)
{
	if (c->crew != NULL) {
		watchman_rest(&c->watchman);
		captain_print_counters(c);
		captain_keep_counts(c);
		watchman_done(&c->watchman);
	}
	if (c->stopping)
		journal_service(&c->journal, "stop", "");
	if (c->stopping && kernel_close(c->site, c->queue, c->site->on_stop, c->echo.stream) == -1)
		c->status = 1;
	captain_unload(c);
}

int
captain_run(int wire, const char *file)
{
	static struct captain c;

	c = (struct captain){ .wire = wire, .file = file, .loop = ev_default_loop(0), .archive = { .fd = -1 } };
	ignore_signals();
	voice_free();
	prctl(PR_SET_NAME, "relaywall-cap");	/* "exe" would be the name of /proc/self/exe */
	if (fcntl(wire, F_SETFD, FD_CLOEXEC) == -1) {
		fprintf(stderr, "relaywall: captain: %s\n", strerror(errno));
		return 1;
	}
	if (c.loop == NULL || echo_open(&c.echo) == -1) {
		fprintf(stderr, "relaywall: libev cannot start\n");
		return 1;
	}
	(void)wire_say(wire, "hello %u %s", version_protocol, version_text);
	serve(&c);
	finish(&c);
	echo_close(&c.echo);
	return c.status;
}
