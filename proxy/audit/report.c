/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* memmem() */
#include "proxy/audit/report.h"

#include "proxy/audit/row.h"

#include <errno.h>
#include <stdlib.h>
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

static int
judge_all(const json_t *report)
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
	if (fault == NULL && judge_all(report) == -1)
		fault = "out of memory";
	if (fault == NULL)
		return report;
	fprintf(errors, "%s: %s\n", file, fault);
	json_decref(report);
	return NULL;
}

/* The first row from *host, *row on whose message was taken; NULL: none. Both are then behind it. */
static json_t *
next_taken(const json_t *report, size_t *host, size_t *row)
{
	const json_t *hosts = json_object_get(report, "hosts");

	for (; *host < json_array_size(hosts); (*host)++, *row = 0) {
		const json_t *rows = json_object_get(json_array_get(hosts, *host), "relay");

		while (*row < json_array_size(rows)) {
			json_t *r = json_array_get(rows, (*row)++);

			if (row_outcome_of(r) == OUTCOME_TAKEN)
				return r;
		}
	}
	return NULL;
}

size_t
report_missing(const json_t *report)
{
	size_t host = 0, row = 0, count = 0;

	while (next_taken(report, &host, &row) != NULL)
		count++;
	return count;
}

/* A message of this id, if it is one of ours, has arrived. */
static int
mark(const json_t *report, const char *id, size_t len)
{
	size_t host = 0, row = 0;
	json_t *r;

	while ((r = next_taken(report, &host, &row)) != NULL) {
		const char *own = row_text(r, "message");

		if (strlen(own) == len && memcmp(own, id, len) == 0)
			return row_outcome(r, OUTCOME_ARRIVED);
	}
	return 0;
}

/* Every id in a line: a text may name several. */
static int
look_in(const json_t *report, const char *line, size_t len)
{
	static const char begin[] = "rwa-", letters[] = "0123456789abcdef-";
	const char *end = line + len, *at = line, *stop;

	while ((at = memmem(at, (size_t)(end - at), begin, sizeof(begin) - 1)) != NULL) {
		for (stop = at + sizeof(begin) - 1; stop < end && *stop != '\0' && strchr(letters, *stop) != NULL;)
			stop++;
		if (mark(report, at, (size_t)(stop - at)) == -1)
			return -1;
		at = stop;
	}
	return 0;
}

int
report_look_for(json_t *report, const char *file, FILE *errors)
{
	FILE *in = fopen(file, "r");
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	int result = 0;

	if (in == NULL) {
		fprintf(errors, "%s: %s\n", file, strerror(errno));
		return -1;
	}
	while (result == 0 && (n = getline(&line, &room, in)) != -1)
		result = look_in(report, line, (size_t)n);
	if (result == 0 && !feof(in))
		result = -1;
	if (result == 0)
		result = judge_all(report);
	if (result == -1)
		fprintf(errors, "%s: cannot be read to its end: %s\n", file, strerror(errno));
	free(line);
	fclose(in);
	return result;
}

const json_t *
report_host(const json_t *report, const json_t *like)
{
	const json_t *hosts = json_object_get(report, "hosts");

	for (size_t i = 0; i < json_array_size(hosts); i++) {
		const json_t *host = json_array_get(hosts, i);

		if (strcmp(row_text(host, "address"), row_text(like, "address")) == 0 && row_number(host, "port") == row_number(like, "port"))
			return host;
	}
	return NULL;
}

const json_t *
report_in_service(const json_t *reports, const json_t *like)
{
	const json_t *found = NULL;
	bool shielded = false;

	for (size_t i = 0; i < json_array_size(reports); i++) {
		const json_t *report = json_array_get(reports, i), *host = report_host(report, like);
		bool is_shield = strcmp(row_text(report, "label"), "shield") == 0;

		if (host == NULL || (shielded && !is_shield))
			continue;
		found = host;
		shielded = shielded || is_shield;
	}
	return found;
}

enum status
report_status(const json_t *reports)
{
	enum status all = STATUS_NOT_A_FINDING;
	size_t count = 0;

	for (size_t i = 0; i < json_array_size(reports); i++) {
		const json_t *hosts = json_object_get(json_array_get(reports, i), "hosts");

		for (size_t k = 0; k < json_array_size(hosts); k++) {
			struct judgement j;

			count++;
			judge_host(report_in_service(reports, json_array_get(hosts, k)), &j);
			if (j.status == STATUS_FINDING)
				return STATUS_FINDING;
			if (j.status == STATUS_NOT_REVIEWED)
				all = STATUS_NOT_REVIEWED;
		}
	}
	return count == 0 ? STATUS_NOT_REVIEWED : all;
}
