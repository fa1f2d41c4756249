/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* ppoll() */
#include "proxy/cli/audit_test.h"

#include "classifier/ascii.h"
#include "proxy/audit/arrivals.h"
#include "proxy/audit/report.h"
#include "proxy/audit/row.h"
#include "proxy/base/ip_text.h"
#include "proxy/cli/audit_software.h"
#include "proxy/keeper/process/version.h"

#include <poll.h>
#include <unistd.h>

enum { ARRIVAL_S = 30 };	/* that relayed mail may take to arrive */

static volatile sig_atomic_t stopped;

static void
on_signal(int number)
{
	(void)number;
	stopped = 1;
}

/* SIGINT and SIGTERM end the test, and not the program: they arrive while it waits, by the mask that was before. */
static void
catch_signals(sigset_t *before)
{
	struct sigaction act = { .sa_handler = on_signal };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, before);
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
}

static int
failed(const char *what)
{
	fprintf(stderr, "relaywall audit: %s\n", what);
	return -1;
}

static void
show_progress(void *cookie, const struct target *target, size_t done, size_t all)
{
	char address[IP_TEXT];

	(void)cookie;
	ip_text(&target->ip, address);
	fprintf(stderr, done + 1 == all ? "\r%*s\r" : "\r%*s\r%s: %zu of %zu", 70, "", address, done, all);
}

/* May all of these be tested, and does it make sense? */
static int
check_targets(const struct audit_options *o, const struct targets *t)
{
	struct span domain = span_str(o->domain);

	if (t->list.count == 0)
		return failed("there are no hosts");
	if (!o->own && targets_strange(t, stderr) > 0)
		return failed("only protected hosts of --policy are tested, or yours, if you say --i-own-this");
	if (o->local != NULL && ascii_eq_nocase(domain, span_str(o->local)))
		return failed("the mailbox of --target or --deliver is at the host's own domain: mail to it is not relayed");
	for (size_t i = 0; i < t->list.count; i++) {
		const struct policy_host *host = targets_at(t, i)->host;
		uint8_t lower[DOMAIN_MAX];

		if (host != NULL && (domain_table_has(&host->local, domain_lower(domain, lower)) || domain_table_has(&host->relay, span_of(lower, domain.len))))
			return failed("the mailbox of --target or --deliver is at a domain of a tested host: mail to it is not relayed");
	}
	return 0;
}

static void
announce(const struct audit_options *o, const struct targets *t)
{
	char address[IP_TEXT];

	for (size_t i = 0; i < t->list.count; i++) {
		const struct target *target = targets_at(t, i);

		ip_text(&target->ip, address);
		fprintf(stderr, "relaywall audit: testing %s port %u%s%.*s\n", address, target->port, target->host != NULL ? ", " : "",
		    target->host != NULL ? (int)target->host->name.len : 0, target->host != NULL ? (const char *)target->host->name.at : "");
	}
	fprintf(stderr, "relaywall audit: mail to %s@%s, at most %u commands a second; %s\n", o->user, o->domain, o->rate,
	    o->delivers ? "messages are sent there, one for each form that is accepted" : "no message is sent");
}

static json_t *
policy_of(const struct site *site)
{
	if (site == NULL)
		return json_null();
	return json_pack("{s:o, s:s}", "file", row_string(span_str(site->file)), "digest", site->digest);
}

/* 0 or -1: no memory. */
static int
describe(json_t *report, const struct audit_options *o, const struct site *site)
{
	json_t *about = json_pack("{s:o, s:s+++, s:s, s:b, s:i, s:I}", "policy", policy_of(site), "target", o->user, "@", o->domain, "",
	    "sender", o->sender, "delivers", o->delivers, "rate", (int)o->rate, "timeout", (json_int_t)(o->timeout_ms / 1000));
	int result = about == NULL ? -1 : json_object_update(report, about);

	json_decref(about);
	return result;
}

static int
test_hosts(json_t *report, const struct audit_options *o, const struct targets *t, const struct site *site, const char *run, const sigset_t *mask)
{
	struct audit_conf conf = {
		.policy = site == NULL ? NULL : &site->policy,
		.from = o->has_from ? &o->from : NULL,
		.user = o->user, .domain = o->domain, .sender = o->sender, .local = o->local, .helo = o->helo, .run = run,
		.delivers = o->delivers, .rate = o->rate, .timeout_ms = o->timeout_ms, .total_ms = o->total_ms,
		.mask = mask, .stop = &stopped,
		.software = audit_software_guess,
		.progress = isatty(STDERR_FILENO) ? show_progress : NULL,
	};

	for (size_t i = 0; i < t->list.count; i++)
		if (json_array_append_new(json_object_get(report, "hosts"), audit_host(&conf, targets_at(t, i))) == -1)
			return -1;
	if (stopped != 0 && json_object_set_new(report, "interrupted", json_true()) == -1)
		return -1;
	return json_object_set_new(report, "ended", report_now());
}

/* Look into the mailbox until all has arrived, for a while. */
static int
await_messages(json_t *report, const char *mailbox, const sigset_t *mask)
{
	static const struct timespec second = { .tv_sec = 1 };

	for (unsigned i = 0;; i++) {
		if (arrivals_look_for(report, mailbox, stderr) == -1)
			return -1;
		if (arrivals_missing(report) == 0 || i == ARRIVAL_S || stopped != 0)
			return 0;
		ppoll(NULL, 0, &second, mask);
	}
}

/* All hosts that were asked for. 0, or -1 and told. */
static int
find_targets(struct targets *t, const struct audit_options *o, const struct site *site)
{
	int result = o->all ? targets_add_all(t, site, stderr) : 0;

	for (size_t i = 0; i < o->count && result == 0; i++)
		result = targets_add(t, o->arguments[i], site, stderr);
	return result == 0 ? check_targets(o, t) : -1;
}

/* The document, or NULL and told. */
static json_t *
make_report(const struct audit_options *o, const struct targets *t, const struct site *site)
{
	char run[REPORT_RUN];
	json_t *report;
	sigset_t mask;

	if (report_run_word(run) == -1) {
		failed("the kernel gives no random octets");
		return NULL;
	}
	catch_signals(&mask);
	report = report_new(o->label, run, version_text);
	if (report == NULL || describe(report, o, site) == -1 || test_hosts(report, o, t, site, run, &mask) == -1)
		failed("out of memory");
	else if (o->arrived == NULL || await_messages(report, o->arrived, &mask) == 0)
		return report;
	json_decref(report);
	return NULL;
}

json_t *
audit_test(const struct audit_options *o, const struct site *site)
{
	struct targets targets = { 0 };
	json_t *report = NULL;

	if (find_targets(&targets, o, site) == 0) {
		announce(o, &targets);
		report = make_report(o, &targets, site);
	}
	targets_done(&targets);
	return report;
}
