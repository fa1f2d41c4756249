/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/cli.h"

#include "proxy/driver/stream/stream.h"
#include "proxy/site/cert.h"
#include "proxy/site/journal.h"
#include "proxy/site/kernel.h"
#include "proxy/site/table_watch.h"
#include "proxy/site/tally.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>

enum {
	DESCRIPTORS_BESIDE = 64,	/* of a process, beside two for each session */
	LOOKUPS_KEPT = 8192,		/* answers of the DNS, some 350 octets each */
};
static const double drain_s = 5.0, drain_look_s = 0.05;

struct run {
	const struct site *site;
	struct ev_loop *loop;
	struct journal journal;
	struct tally tally;
	struct stream *stream;
	struct tarpit tarpit;
	struct rates rates;
	void *rates_memory;
	struct lists *lists;		/* NULL: there are none */
	struct resolver *resolver;	/* NULL: the operator named no server */
	struct table_watch *table;
	uint64_t restored;		/* times that somebody else took our table out */
	ev_io on_table;
	ev_signal on_term, on_int, on_usr1, on_hup;
	ev_timer drain;
	double drain_until;		/* on the loop's clock; 0: not stopping */
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
	const struct run *r = timer->data;

	(void)events;
	if (stream_counters(r->stream)->sessions == 0 || ev_now(loop) >= r->drain_until)
		ev_break(loop, EVBREAK_ALL);
}

/* An orderly end: no new sessions, a little time for the running ones. A second signal ends it at once. */
static void
stop(struct ev_loop *loop, ev_signal *watcher, int events)
{
	struct run *r = watcher->data;

	(void)events;
	if (r->drain_until != 0) {
		ev_break(loop, EVBREAK_ALL);
		return;
	}
	stream_pause(r->stream);
	r->drain_until = ev_now(loop) + drain_s;
	if (stream_counters(r->stream)->sessions == 0) {
		ev_break(loop, EVBREAK_ALL);
		return;
	}
	kernel_drain(r->site, stderr);	/* if that fails, new connections find no listener: the guard has them */
	ev_timer_start(loop, &r->drain);
}

static void
print_lookups(const struct resolver_counters *c)
{
#define X(name, meaning) fprintf(stderr, " " #name "=%" PRIu64, c->name);
	RESOLVER_COUNTERS(X)
#undef X
}

static void
print_lists(const struct lists_counters *c)
{
#define X(name, meaning) fprintf(stderr, " " #name "=%" PRIu64, c->name);
	LISTS_COUNTERS(X)
#undef X
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
	fprintf(stderr, " rates_forgotten=%" PRIu64 " rates_untracked=%" PRIu64, r->rates.forgotten, r->rates.untracked);
	if (r->resolver != NULL)
		print_lookups(resolver_counters(r->resolver));
	if (r->lists != NULL)
		print_lists(lists_counters(r->lists));
	tally_print(&r->tally, stderr);
	fprintf(stderr, " rules_restored=%" PRIu64, r->restored);
	fprintf(stderr, " journal_written=%" PRIu64 " journal_dropped=%" PRIu64 "\n", r->journal.written, r->journal.dropped);
}

static void
reopen(struct ev_loop *loop, ev_signal *watcher, int events)
{
	struct run *r = watcher->data;

	(void)loop;
	(void)events;
	if (journal_reopen(&r->journal) == -1)
		fprintf(stderr, "relaywall: journal %s: %s; the old file stays in use\n", r->site->journal, strerror(errno));
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

/* Somebody flushed the ruleset: put our table back at once, while it lasts that is a way past the daemon. */
static void
restore(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct run *r = watcher->data;
	bool draining = r->drain_until != 0;

	(void)loop;
	(void)events;
	if (!table_watch_is_hurt(r->table))
		return;
	r->restored++;
	if ((draining ? kernel_drain : kernel_restore)(r->site, stderr) == 0)
		fprintf(stderr, "relaywall: somebody took rules of ours out of the kernel: they are back\n");
	else
		fprintf(stderr, "relaywall: somebody took rules of ours out of the kernel, and they do not load: the hosts are open\n");
}

static void
watch_table(struct run *r)
{
	r->table = table_watch_new();
	if (r->table == NULL) {
		fprintf(stderr, "relaywall: warning: nobody watches the kernel's rules: %s\n", strerror(errno));
		return;
	}
	ev_io_init(&r->on_table, restore, table_watch_fd(r->table), EV_READ);
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
	ev_timer_init(&r->drain, look_for_end, drain_look_s, drain_look_s);
	r->drain.data = r;
}

static void
report(void *cookie, const struct session *s, const struct event *e)
{
	struct run *r = cookie;

	tally_count(&r->tally, e);
	journal_report(&r->journal, s, e);
}

static struct stream *
open_stream(struct run *r)
{
	const struct stream_conf conf = {
		.policy = &r->site->policy,
		.limits = &r->site->limits,
		.hooks = { .report = report, .cookie = r },
		.port = r->site->port,
		.refusal_port = site_admits(r->site, ADMIT_REFUSE) ? r->site->refusal_port : 0,
		.no_v4 = !site_has_family(r->site, true),
		.no_v6 = !site_has_family(r->site, false),
		.keep_source_port = r->site->keep_source_port,
		.connect_ms = r->site->connect_ms,
		.sessions_max = r->site->sessions_max,
		.tarpit = &r->tarpit,
		.rates = &r->rates,
		.resolver = r->resolver,
		.lists = r->lists,
	};
	const char *what = "start";
	struct stream *stream = stream_new(r->loop, &conf, &what);

	if (stream == NULL)
		fprintf(stderr, "relaywall: %s: %s%s\n", what, strerror(errno),
		    errno == EPERM || errno == EACCES ? " (CAP_NET_ADMIN is missing)" : "");
	return stream;
}

/* Taken from the system page by page, as it is used. */
static int
open_rates(struct run *r)
{
	size_t octets = rates_octets(r->site->clients_max);
	uint64_t seed[2];

	r->rates_memory = mmap(NULL, octets, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (r->rates_memory == MAP_FAILED || getrandom(seed, sizeof(seed), 0) == -1) {
		fprintf(stderr, "relaywall: memory for %zu clients: %s\n", r->site->clients_max, strerror(errno));
		return -1;
	}
	rates_init(&r->rates, r->rates_memory, octets, seed);
	return 0;
}

/* A list that is not asked any more is the operator's to know. */
static void
tell_health(void *cookie, const struct blocklist *list, enum blocklist_family family, enum blocklist_health health)
{
	bool healthy = health == BLOCKLIST_HEALTHY;

	(void)cookie;
	fprintf(stderr, "relaywall: list %.*s, %s: %s%s\n", (int)list->name.len, (const char *)list->name.at,
	    family == BLOCKLIST_IPV4 ? "IPv4" : "IPv6", healthy ? "is asked" : "is not asked: ", healthy ? "" : blocklist_health_name(health));
}

static int
open_lists(struct run *r)
{
	const struct lists_conf conf = { .set = &r->site->policy.lists, .resolver = r->resolver, .report = tell_health };

	if (conf.set->count == 0)
		return 0;
	r->lists = lists_new(r->loop, &conf);
	if (r->lists == NULL)
		fprintf(stderr, "relaywall: no memory for lists\n");
	return r->lists == NULL ? -1 : 0;
}

static int
open_resolver(struct run *r)
{
	const struct resolver_conf conf = {
		.servers = r->site->resolvers,
		.server_count = r->site->resolver_count,
		.timeout_ms = r->site->limits.lookup_ms,
		.questions_max = r->site->lookups_max,
		.cache_places = LOOKUPS_KEPT,
	};
	const char *what;

	if (conf.server_count == 0)
		return 0;
	r->resolver = resolver_new(r->loop, &conf, &what);
	if (r->resolver == NULL)
		fprintf(stderr, "relaywall: resolver: %s: cannot start\n", what);
	return r->resolver == NULL ? -1 : open_lists(r);
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
	} else if (open_rates(r) == 0 && open_resolver(r) == 0) {
		r->stream = open_stream(r);
	} else {
		errno = 0;
	}
	if (r->stream == NULL && errno == EADDRINUSE)
		return -1;
	if (kernel_guard(r->site, stderr) == -1)
		return -1;
	return r->stream == NULL ? -1 : 0;
}

static int
serve(struct run *r)
{
	int status = CLI_FAILED;
	size_t certificates;

	watch_signals(r);
	if (load_certificates(r, &certificates) == 0 && kernel_open(r->site, stderr) == 0) {
		watch_table(r);
		fprintf(stderr, "relaywall: serving %zu hosts on port %u, journal %s\n", r->site->policy.host_count,
		    r->site->port, r->site->journal);
		ev_run(r->loop, 0);
		print_counters(r);
		status = CLI_OK;
	}
	ev_io_stop(r->loop, &r->on_table);
	stream_free(r->stream);		/* what still runs gets its 421 while its packets still arrive */
	r->stream = NULL;
	if (status == CLI_OK && kernel_close(r->site, r->site->on_stop, stderr) == -1)
		status = CLI_FAILED;
	table_watch_free(r->table);
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
	stream_free(r.stream);
	lists_free(r.lists);
	resolver_free(r.resolver);
	site_free(site);
	return status;
}
