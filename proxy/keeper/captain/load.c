/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/captain/inside.h"

#include "proxy/base/clock.h"
#include "proxy/keeper/captain/metrics_socket.h"
#include "proxy/keeper/captain/queue_number.h"
#include "proxy/keeper/captain/rates_store.h"
#include "proxy/keeper/worker/stock.h"
#include "proxy/site/cert.h"
#include "proxy/site/kernel.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { DESCRIPTORS_BESIDE = 64 + 2 * STOCK_MOST };	/* of a worker, beside two for each session */

/* Two descriptors a session; say so if the system does not give them. */
static void
want_descriptors(unsigned sessions_max, FILE *errors)
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
	fprintf(errors, "relaywall: warning: %u sessions want %llu descriptors, there are %llu\n", sessions_max,
	    (unsigned long long)want, (unsigned long long)have.rlim_cur);
}

static unsigned
worker_count(const struct site *site)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (site->workers > 0)
		return site->workers;
	return processors < 1 ? 1 : processors > WORKERS_MAX ? WORKERS_MAX : (unsigned)processors;
}

/* Read the hosts' certificates. 0, or -1 and told. */
static int
load_certificates(struct captain *c)
{
	size_t hosts = c->site->policy.host_count;
	int result = 0;

	c->tls = calloc(hosts, sizeof(struct tls_creds *));
	if (c->tls == NULL) {
		fprintf(c->echo.stream, "relaywall: no memory for certificates\n");
		return -1;
	}
	for (size_t i = 0; i < hosts; i++)
		if (cert_load(c->site, i, &c->tls[i], c->echo.stream) == -1)
			result = -1;
	return result;
}

/*
 * The hosts are closed before anything else can fail: a start that fails is no way
 * past the box. Not before the listeners are ours: who has them serves already.
 */
static int
open_listeners(struct captain *c)
{
	int result = listeners_open(&c->listeners, &c->store, c->site, c->workers, c->echo.stream);

	if (result == -1 && errno == EADDRINUSE)
		return -1;
	if (c->first && kernel_guard(c->site, c->queue, c->echo.stream) == -1)
		return -1;
	return result;
}

/* Who writes to the journal: each has a ring of its own at the scribe. */
enum { WRITER_CAPTAIN, WRITER_GATE, WRITER_WORKERS };

/* Before any other process: they write to its rings. */
static int
start_scribe(struct captain *c)
{
	const struct site *site = c->site;
	const struct scribe_home scribe = { .file = site->journal, .syslog = site->syslog, .facility = site->syslog_facility,
		.required = site->journal_required, .procid = getppid(), .confine = &c->confine,
		.evidence = { .folder = site_keeps_evidence(site) ? site->evidence_folder : NULL, .files = site->evidence_files,
		    .file_octets = site->evidence_octets, .policy = &site->policy, .digest = site->digest } };

	if (scribehouse_open(&c->scribe, &scribe, WRITER_WORKERS + c->workers, c->loop, c->echo.stream) == -1)
		return -1;
	journal_init(&c->journal, scribehouse_outlet(&c->scribe, WRITER_CAPTAIN), site->digest, c->echo.stream, clock_ms());
	return 0;
}

static int
start_others(struct captain *c, void (*crew_left_one)(void *captain), void (*crew_listed)(void *captain, unsigned index, unsigned serial))
{
	const struct gate_home gate = { .site = c->site, .confine = &c->confine, .queue = c->queue, .rates = &c->rates,
		.outlet = scribehouse_outlet(&c->scribe, WRITER_GATE) };
	const struct crew_conf conf = { .site = c->site, .confine = &c->confine, .count = c->workers, .listeners = c->listeners.all,
		.listener_count = c->listeners.count, .tls = c->tls, .causes = gate_rules_wanted(c->site) ? &c->gatehouse.home.causes : NULL,
		.scribe = &c->scribe, .first_writer = WRITER_WORKERS,
		.rates = &c->rates, .first_table = c->group * c->workers, .ended = crew_left_one, .listed = crew_listed, .cookie = c,
		.loop = c->loop, .errors = c->echo.stream };

	if (gatehouse_open(&c->gatehouse, &gate, c->loop, c->echo.stream) == -1)
		return -1;
	c->crew = crew_new(&conf);
	return c->crew == NULL ? -1 : 0;
}

int
captain_load(struct captain *c, void (*crew_left_one)(void *captain), void (*crew_listed)(void *captain, unsigned index, unsigned serial))
{
	c->site = site_load(c->file, c->echo.stream);
	if (c->site == NULL)
		return -1;
	c->queue = queue_number_choose(&c->store, c->site);
	c->workers = worker_count(c->site);
	site_warn(c->site, c->echo.stream);
	if (c->first)
		kernel_preflight(c->site, c->echo.stream);
	want_descriptors(c->site->sessions_max, c->echo.stream);
	if (open_listeners(c) == -1 || load_certificates(c) == -1 || confine_open(&c->confine, c->site, c->echo.stream) == -1 ||
	    rates_store_open(&c->rates, &c->store, c->site, CAPTAINS_MAX * c->workers, c->echo.stream) == -1)
		return -1;
	metrics_socket_open(&c->store, c->site, c->echo.stream);
	archive_keep(&c->archive, c->site, c->echo.stream);	/* before anything is decided by it */
	site_forget_texts(c->site);	/* before others are forked, who would have them too */
	return start_scribe(c) == -1 ? -1 : start_others(c, crew_left_one, crew_listed);
}

void
captain_unload(struct captain *c)
{
	gatehouse_close(&c->gatehouse);
	crew_free(c->crew);
	scribehouse_close(&c->scribe);
	for (size_t i = 0; c->tls != NULL && i < c->site->policy.host_count; i++)
		tls_creds_release(c->tls[i]);
	free(c->tls);
	json_decref(c->unenforced);
	json_decref(c->counted);
	archive_release(&c->archive);
	site_free(c->site);
	store_done(&c->store);
}
