/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit.c - relaywall audit: do these hosts of mine relay? And what was found out about it, as a page.
 */
#define _GNU_SOURCE	/* ppoll() */
#include "proxy/audit/audit.h"

#include "classifier/ascii.h"
#include "proxy/audit/audit_page.h"
#include "proxy/audit/report.h"
#include "proxy/audit/row.h"
#include "proxy/base/ip_text.h"
#include "proxy/cli/audit_options.h"
#include "proxy/cli/audit_table.h"
#include "proxy/cli/cli.h"
#include "proxy/keeper/process/version.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a greeting tells of the software: the inventory's table goes here, in the form of audit.h's "software". */
static bool (*const know_software)(struct span banner, struct audit_software *out) = NULL;

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
	return json_pack("{s:o, s:s}", "file", row_string(span_str(site->file)), "sha256", site->digest);
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
		.software = know_software,
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

static int
exit_status(const json_t *reports)
{
	switch (compare_status(reports)) {
	case STATUS_NOT_A_FINDING:
		return CLI_OK;
	case STATUS_FINDING:
		return CLI_FAILED;
	default:
		return CLI_USAGE;
	}
}

/* The page, in the place of what the file had. NULL: none is wanted. */
static int
write_page(FILE *page, const char *file, const json_t *reports)
{
	bool good;

	if (page == NULL)
		return 0;
	good = ftruncate(fileno(page), 0) == 0;
	audit_page_write(page, reports);
	good = ferror(page) == 0 && good;
	if (fclose(page) == 0 && good)
		return 0;
	fprintf(stderr, "relaywall audit: %s: %s\n", file, strerror(errno));
	return -1;
}

/* All that is said at the end. The exit status. */
static int
tell(const struct audit_options *o, const json_t *reports, FILE *page)
{
	const json_t *first = json_array_get(reports, 0);

	if (o->json)
		json_dumpf(o->reads ? reports : first, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	if (o->json)
		putchar('\n');
	else if (o->reads)
		audit_table_summary(stdout, reports);
	else
		audit_table_print(stdout, first);
	if (write_page(page, o->html, reports) == -1)
		return CLI_USAGE;
	if (fflush(stdout) != 0) {
		perror("relaywall audit");
		return CLI_USAGE;
	}
	return exit_status(reports);
}

/* Opened before anything is tested: it would be a pity if it could not be written then. 0, or -1 and told. */
static int
open_page(const char *file, FILE **page)
{
	*page = file == NULL ? NULL : fopen(file, "a");
	if (file == NULL || *page != NULL)
		return 0;
	fprintf(stderr, "relaywall audit: %s: %s\n", file, strerror(errno));
	return -1;
}

/* Test; a document with what was found, or NULL and told. */
static json_t *
test(const struct audit_options *o, const struct targets *t, const struct site *site, const sigset_t *mask)
{
	char run[REPORT_RUN];
	json_t *report;

	if (report_run_word(run) == -1) {
		failed("the kernel gives no random octets");
		return NULL;
	}
	report = report_new(o->label, run, version_text);
	if (report != NULL && describe(report, o, site) == 0 && test_hosts(report, o, t, site, run, mask) == 0) {
		if (o->arrived == NULL || await_messages(report, o->arrived, mask) == 0)
			return report;
	} else {
		failed("out of memory");
	}
	json_decref(report);
	return NULL;
}

static int
run_tests(const struct audit_options *o, const struct site *site, FILE *page)
{
	struct targets targets = { 0 };
	json_t *reports = NULL;
	sigset_t mask;
	int result = o->all ? targets_add_all(&targets, site, stderr) : 0, status = CLI_USAGE;

	for (size_t i = 0; i < o->count && result == 0; i++)
		result = targets_add(&targets, o->arguments[i], site, stderr);
	if (result == 0 && check_targets(o, &targets) == 0) {
		announce(o, &targets);
		catch_signals(&mask);
		reports = json_pack("[o]", test(o, &targets, site, &mask));
	}
	if (reports != NULL)
		status = tell(o, reports, page);
	json_decref(reports);
	targets_done(&targets);
	return status;
}

/* Reports of earlier runs, side by side. */
static int
join_reports(const struct audit_options *o, FILE *page)
{
	json_t *reports = json_array();
	int status = CLI_USAGE;
	size_t i = 0;

	for (; i < o->count; i++) {
		json_t *report = report_load(o->arguments[i], stderr);

		if (report == NULL || json_array_append_new(reports, report) == -1)
			break;
		if (o->arrived != NULL && arrivals_look_for(report, o->arrived, stderr) == -1)
			break;
	}
	if (i == o->count)
		status = tell(o, reports, page);
	json_decref(reports);
	return status;
}

int
cli_audit(int argc, char **argv)
{
	struct audit_options o;
	struct site *site = NULL;
	FILE *page;
	int status;

	if (audit_options_read(&o, argc, argv) == -1)
		return CLI_USAGE;
	if (open_page(o.html, &page) == -1)
		return CLI_USAGE;
	if (o.policy != NULL && (site = site_load(o.policy, stderr)) == NULL)
		return CLI_USAGE;
	status = o.reads ? join_reports(&o, page) : run_tests(&o, site, page);
	site_free(site);
	return status;
}
