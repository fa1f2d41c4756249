/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/report.h"

#include "proxy/audit/judge.h"
#include "proxy/audit/row.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

json_t *
report_now(void)
{
	char text[sizeof("2026-11-26T06:44:58Z") + 16];
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_string(text);
}

int
report_run_word(char out[REPORT_RUN])
{
	uint8_t octets[(REPORT_RUN - 1) / 2];

	if (getrandom(octets, sizeof(octets), 0) != (ssize_t)sizeof(octets))
		return -1;
	for (size_t i = 0; i < sizeof(octets); i++)
		snprintf(out + 2 * i, 3, "%02x", octets[i]);
	return 0;
}

json_t *
report_new(const char *label, const char *run, const char *version)
{
	char machine[256] = "";

	gethostname(machine, sizeof(machine) - 1);
	return json_pack("{s:s, s:i, s:s, s:o, s:s, s:o, s:b, s:o, s:[]}", "format", "relaywall-audit", "v", REPORT_VERSION, "version", version,
	    "label", row_string(span_str(label)), "run", run, "started", report_now(), "interrupted", 0, "tester", row_string(span_str(machine)), "hosts");
}

/* What is wrong with it; NULL: nothing that would matter. */
static const char *
fault_of(const json_t *report)
{
	const json_t *hosts = json_object_get(report, "hosts");

	if (strcmp(row_text(report, "format"), "relaywall-audit") != 0)
		return "it is no report of relaywall audit";
	if (row_number(report, "v") != REPORT_VERSION)
		return "it is of another version";
	if (!json_is_array(hosts))
		return "it has no hosts";
	for (size_t i = 0; i < json_array_size(hosts); i++)
		if (row_text(json_array_get(hosts, i), "address")[0] == '\0' || !json_is_array(json_object_get(json_array_get(hosts, i), "relay")))
			return "one of its hosts is none";
	return NULL;
}

int
report_judge(const json_t *report)
{
	json_t *hosts = json_object_get(report, "hosts");

	for (size_t i = 0; i < json_array_size(hosts); i++)
		if (judge_note(json_array_get(hosts, i)) == -1)
			return -1;
	return 0;
}

json_t *
report_load(const char *file, FILE *errors)
{
	json_error_t error;
	json_t *report = json_load_file(file, JSON_REJECT_DUPLICATES, &error);
	const char *fault;

	if (report == NULL) {
		fprintf(errors, "%s:%d: %s\n", file, error.line, error.text);
		return NULL;
	}
	fault = fault_of(report);
	if (fault == NULL && report_judge(report) == -1)
		fault = "out of memory";
	if (fault == NULL)
		return report;
	fprintf(errors, "%s: %s\n", file, fault);
	json_decref(report);
	return NULL;
}

int
report_software_age(const json_t *host)
{
	long of = (long)row_number(json_object_get(host, "software"), "year"), tested = strtol(row_text(host, "started"), NULL, 10);

	return of < 1970 || tested < of || tested > 9999 ? -1 : (int)(tested - of);
}
