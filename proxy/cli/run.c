/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/cli.h"

#include "proxy/driver/stream/stream.h"
#include "proxy/site/cert.h"
#include "proxy/site/deadman.h"
#include "proxy/site/evidence.h"
#include "proxy/keeper/gatehouse.h"
#include "proxy/site/journal.h"
#include "proxy/site/kernel.h"
#include "proxy/keeper/services.h"
#include "proxy/site/table_watch.h"
#include "proxy/site/tally.h"
#include "proxy/site/xtables.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	DESCRIPTORS_BESIDE = 64,	/* of a process, beside two for each session */
	DRAIN_LOOKS = 100,		/* for sessions that still run at the end */
};
static const double drain_look_s = 0.05, put_back_s = 1.0;
static const double evidence_s = 10.0;	/* between looks at the kernel's notes: evidence.h */

struct run {
	const struct site *site;
	struct ev_loop *loop;
	struct journal journal;
	struct tally tally;
	struct stream *stream;
	struct tarpit tarpit;
	struct services services;
	struct gatehouse gatehouse;
	struct table_watch *table;
	uint64_t restored;		/* times that somebody else took our table out */
	ev_io on_table;
	ev_timer put_back;
	int deadman;
	ev_timer refresh;
	bool refresh_failed;		/* which is said once */
	struct xtables_watch xtables;
	struct evidence evidence;
	ev_timer on_evidence;
	ev_signal on_term, on_int, on_usr1, on_hup;
	ev_timer drain;
	unsigned drain_looks;		/* so far */
	bool draining;
};

/* Two descriptors a session; say so if the system does not give them. */
static void
want_descriptors(unsigned sessions_max)
{
	rlim_t want = 2 * (rlim_t)sessions_max + DESCRIPTORS_BESIDE;
	struct rlimit have, more;

	if (getrlimit(RLIMIT_NOFILE, &have) == -1 || have.rlim_cur >= want)
		return;
	more.rlim_cur = want;
	more.rlim_max = have.rlim_max < want ? want : have.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &more) == 0)
		return;
	have.rlim_cur = have.rlim_max;	/* as many as there are without the right to more */
	setrlimit(RLIMIT_NOFILE, &have);
	fprintf(stderr, "relaywall: warning: %u sessions want %llu descriptors, there are %llu\n", sessions_max,
	    (unsigned long long)want, (unsigned long long)have.rlim_cur);
}

static void
look_for_end(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct run *r = timer->data;

	(void)events;
	if (stream_counters(r->stream)->sessions == 0 || ++r->drain_looks >= DRAIN_LOOKS)
		ev_break(loop, EVBREAK_ALL);
}

/* An orderly end: no new sessions, a little time for the running ones. A second signal ends it at once. */
static void
stop(struct ev_loop *loop, ev_signal *watcher, int events)
{
	struct run *r = watcher->data;

	(void)events;
	if (r->draining) {
		ev_break(loop, EVBREAK_ALL);
		return;
	}
	ev_timer_stop(loop, &r->refresh);
	deadman_end(r->deadman);	/* new connections are the guard's before there is no listener */
	stream_pause(r->stream);
	xtables_watch_stop(&r->xtables);
	r->draining = true;
	if (stream_counters(r->stream)->sessions == 0) {
		ev_break(loop, EVBREAK_ALL);
		return;
	}
	kernel_drain(r->site, stderr);	/* if that fails, new connections find no listener: the guard has them */
	ev_timer_start(loop, &r->drain);
}

static void
print_counters(const struct run *r)
{
	const struct stream_counters *c = stream_counters(r->stream);

	fprintf(stderr, "relaywall: counters");
#define X(name, meaning) fprintf(stderr, " " #name "=%" PRIu64, c->name);
	STREAM_COUNTERS(X)
#undef X
	fprintf(stderr, " tarpitted=%u tarpit_delayed=%" PRIu64 " tarpit_skipped=%" PRIu64, r->tarpit.held, r->tarpit.delayed,
	    r->tarpit.skipped);
	services_print(&r->services, stderr);
	gatehouse_print(&r->gatehouse, stderr);
	tally_print(&r->tally, stderr);
	fprintf(stderr, " rules_restored=%" PRIu64 " admit_packets=%" PRIu64 " admit_unnoted=%" PRIu64, r->restored, r->evidence.packets,
	    r->evidence.unnoted);
	fprintf(stderr, " journal_written=%" PRIu64 " journal_dropped=%" PRIu64 " journal_limited=%" PRIu64 "\n", r->journal.written,
	    r->journal.dropped, r->journal.limited);
}

static void
report(void *cookie, const struct session *s, const struct event *e)
{
	struct run *r = cookie;

	tally_count(&r->tally, e);
	journal_report(&r->journal, s, e);
}

/* Whom the kernel did not let in. */
static void
collect(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct run *r = timer->data;
	const struct event_hooks hooks = { .report = report, .cookie = r };

	(void)loop;
	(void)events;
	evidence_collect(&r->evidence, r->site, &hooks, stderr);
}

static void
reopen(struct ev_loop *loop, ev_signal *watcher, int events)
{
	struct run *r = watcher->data;

	(void)events;
	if (journal_reopen(&r->journal) == -1)
		fprintf(stderr, "relaywall: journal %s: %s; the old file stays in use\n", r->site->journal, strerror(errno));
	gatehouse_reopen(&r->gatehouse);
	collect(loop, &r->on_evidence, 0);
	print_counters(r);
}

/* Read the hosts' certificates; where one cannot be used, what was there before stays. How many could not. */
static size_t
load_certificates(struct run *r, size_t *loaded)
{
	size_t failed = 0;

	*loaded = 0;
	for (size_t i = 0; i < r->site->policy.host_count; i++) {
		struct tls_creds *creds;

		failed += cert_load(r->site, i, &creds, stderr) == -1;
		*loaded += creds != NULL;
		if (creds != NULL)
			stream_set_tls(r->stream, i, creds);
		tls_creds_release(creds);
	}
	return failed;
}

/* From the files that the running configuration names; sessions that run keep theirs. */
static void
reload_certificates(struct ev_loop *loop, ev_signal *watcher, int events)
{
	size_t loaded, failed = load_certificates(watcher->data, &loaded);

	(void)loop;
	(void)events;
	fprintf(stderr, "relaywall: %zu certificates read again, %zu stay as they were; other changes of the configuration want a restart\n",
	    loaded, failed);
}

/* Put our table back, at once: while it lasts that is a way past the daemon. If it does not load, again and again. */
static void
put_back(struct ev_loop *loop, ev_timer *watcher, int events)
{
	struct run *r = watcher->data;

	(void)events;
	ev_timer_stop(loop, watcher);
	if ((r->draining ? kernel_drain : kernel_restore)(r->site, stderr) == 0) {
		r->restored++;
		fprintf(stderr, "relaywall: somebody took rules of ours out of the kernel: they are back\n");
		xtables_watch_hurry(&r->xtables);
		return;
	}
	fprintf(stderr, "relaywall: somebody took rules of ours out of the kernel, and they do not load: the hosts are open\n");
	ev_timer_again(loop, watcher);
}

/* A loop that does not come round does not come here: that is the proof that it serves. */
static void
refresh(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct run *r = timer->data;
	int result = deadman_refresh(r->deadman);

	(void)loop;
	(void)events;
	if (result == -1 && !r->refresh_failed && errno != ENOENT)	/* whoever took the table out is told of elsewhere */
		fprintf(stderr, "relaywall: the kernel cannot be told that connections are served: %s; on-failure holds soon\n", strerror(errno));
	r->refresh_failed = result == -1;
}

static void
look_at_table(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct run *r = watcher->data;

	(void)events;
	if (table_watch_is_hurt(r->table))
		put_back(loop, &r->put_back, 0);
}

static void
tell_restored_queue(void *cookie)
{
	struct run *r = cookie;

	r->restored++;
	fprintf(stderr, "relaywall: somebody took the rule into the gate's queue out of iptables: it is back\n");
}

static void
watch_table(struct run *r)
{
	if (kernel_uses_xtables(r->site))
		xtables_watch_start(&r->xtables, r->site, r->loop, tell_restored_queue, r);
	r->table = table_watch_new();
	if (r->table == NULL) {
		fprintf(stderr, "relaywall: warning: nobody watches the kernel's rules: %s\n", strerror(errno));
		return;
	}
	ev_io_init(&r->on_table, look_at_table, table_watch_fd(r->table), EV_READ);
	r->on_table.data = r;
	ev_io_start(r->loop, &r->on_table);
}

static void
watch(struct run *r, ev_signal *watcher, void (*f)(struct ev_loop *, ev_signal *, int), int number)
{
	ev_signal_init(watcher, f, number);
	watcher->data = r;
	ev_signal_start(r->loop, watcher);
}

static void
watch_signals(struct run *r)
{
	signal(SIGPIPE, SIG_IGN);	/* a peer that is gone is seen as EPIPE */
	watch(r, &r->on_term, stop, SIGTERM);
	watch(r, &r->on_int, stop, SIGINT);
	watch(r, &r->on_usr1, reopen, SIGUSR1);
	watch(r, &r->on_hup, reload_certificates, SIGHUP);
	ev_timer_init(&r->on_evidence, collect, evidence_s, evidence_s);
	r->on_evidence.data = r;
	ev_timer_init(&r->refresh, refresh, DEADMAN_REFRESH_MS / 1e3, DEADMAN_REFRESH_MS / 1e3);
	r->refresh.data = r;
	ev_timer_init(&r->put_back, put_back, 0., put_back_s);
	r->put_back.data = r;
	ev_timer_init(&r->drain, look_for_end, drain_look_s, drain_look_s);
	r->drain.data = r;
}

static struct stream *
open_stream(struct run *r)
{
	const struct stream_conf conf = {
		.policy = &r->site->policy,
		.limits = &r->site->limits,
		.hooks = { .report = report, .cookie = r },
		.port = r->site->port,
		.refusal_port = site_refuses(r->site) ? r->site->refusal_port : 0,
		.no_v4 = !site_has_family(r->site, true),
		.no_v6 = !site_has_family(r->site, false),
		.keep_source_port = r->site->keep_source_port,
		.connect_ms = r->site->connect_ms,
		.sessions_max = r->site->sessions_max,
		.tarpit = &r->tarpit,
		.causes = gate_rules_wanted(r->site) ? &r->gatehouse.home.causes : NULL,
		.rates = &r->services.rates,
		.resolver = r->services.resolver,
		.lists = r->services.lists,
	};
	const char *what = "start";
	struct stream *stream = stream_new(r->loop, &conf, &what);

	if (stream == NULL)
		fprintf(stderr, "relaywall: %s: %s%s\n", what, strerror(errno),
		    errno == EPERM || errno == EACCES ? " (CAP_NET_ADMIN is missing)" : "");
	return stream;
}

/*
 * The hosts are closed before anything else can fail: a start that fails is no way
 * past the box. Not before the listeners are ours: who has them serves already.
 */
static int
begin(struct run *r)
{
	r->tarpit.held_max = r->site->tarpitted_max;
	r->loop = ev_default_loop(0);
	if (r->loop == NULL) {
		fprintf(stderr, "relaywall: libev cannot start\n");
		errno = 0;
	} else if (services_open(&r->services, r->site, r->loop, stderr) == 0) {
		r->stream = open_stream(r);
	} else {
		errno = 0;
	}
	if (r->stream == NULL && errno == EADDRINUSE)
		return -1;
	if (kernel_guard(r->site, stderr) == -1 || r->stream == NULL)
		return -1;
	return gatehouse_open(&r->gatehouse, r->site, &r->services.rates, r->loop, stderr);
}

static int
serve(struct run *r)
{
	int status = CLI_FAILED;
	size_t certificates;

	watch_signals(r);
	r->deadman = deadman_open(r->site->fwmark);
	if (r->deadman == -1) {
		fprintf(stderr, "relaywall: packets with a mark: %s%s\n", strerror(errno), errno == EPERM ? " (CAP_NET_ADMIN is missing)" : "");
		return CLI_FAILED;
	}
	if (load_certificates(r, &certificates) == 0 && kernel_open(r->site, stderr) == 0) {
		watch_table(r);
		ev_timer_start(r->loop, &r->refresh);
		ev_timer_start(r->loop, &r->on_evidence);
		if (gate_rules_wanted(r->site))
			fprintf(stderr, "relaywall: the gate judges first packets, queue %u %s\n", r->site->gate_queue,
			    kernel_uses_xtables(r->site) ? "by iptables: nftables of this kernel has none" : "of nftables");
		fprintf(stderr, "relaywall: serving %zu hosts on port %u, journal %s\n", r->site->policy.host_count,
		    r->site->port, r->site->journal);
		ev_run(r->loop, 0);
		collect(r->loop, &r->on_evidence, 0);
		print_counters(r);
		status = CLI_OK;
	}
	ev_io_stop(r->loop, &r->on_table);
	xtables_watch_stop(&r->xtables);
	ev_timer_stop(r->loop, &r->put_back);
	ev_timer_stop(r->loop, &r->refresh);
	ev_timer_stop(r->loop, &r->on_evidence);
	stream_free(r->stream);		/* what still runs gets its 421 while its packets still arrive */
	r->stream = NULL;
	if (status == CLI_OK && kernel_close(r->site, r->site->on_stop, stderr) == -1)
		status = CLI_FAILED;
	gatehouse_close(&r->gatehouse);
	table_watch_free(r->table);
	close(r->deadman);
	evidence_done(&r->evidence);
	return status;
}

int
cli_run(int argc, char **argv)
{
	struct run r = { 0 };
	struct site *site;
	int status = CLI_FAILED;

	if (argc != 2 || argv[1][0] == '-')
		return cli_usage("run");
	r.site = site = site_load(argv[1], stderr);
	if (site == NULL)
		return CLI_FAILED;
	site_warn(site, stderr);
	kernel_preflight(site, stderr);
	want_descriptors(site->sessions_max);
	if (begin(&r) == -1)
		goto free_stream;
	if (journal_open(&r.journal, site->journal, stderr) == -1) {
		fprintf(stderr, "relaywall: journal %s: %s\n", site->journal, strerror(errno));
		goto free_stream;
	}
	status = serve(&r);
	journal_close(&r.journal);

free_stream:
	gatehouse_close(&r.gatehouse);
	stream_free(r.stream);
	services_close(&r.services);
	site_free(site);
	return status;
}
