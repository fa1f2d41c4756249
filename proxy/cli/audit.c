/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit.c - relaywall audit: do these hosts of mine relay? And what was found out about it, as a page.
 */
#include "proxy/audit/arrivals.h"
#include "proxy/audit/audit_page.h"
#include "proxy/audit/compare.h"
#include "proxy/audit/report.h"
#include "proxy/cli/audit_options.h"
#include "proxy/cli/audit_table.h"
#include "proxy/cli/audit_test.h"
#include "proxy/cli/cli.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

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

static int
run_tests(const struct audit_options *o, const struct site *site, FILE *page)
{
	json_t *reports = json_pack("[o]", audit_test(o, site));
	int status = reports == NULL ? CLI_USAGE : tell(o, reports, page);

	json_decref(reports);
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
