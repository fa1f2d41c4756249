/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/arrivals.h"

#include "proxy/audit/row.h"
#include "tests/unit/audit/hosts.h"
#include "tests/unit/suite.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *
file_of(const char *text)
{
	static char path[] = "/tmp/relaywall-audit-XXXXXX";
	int fd;

	strcpy(path + sizeof(path) - 7, "XXXXXX");
	fd = mkstemp(path);
	if (fd == -1 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	close(fd);
	return path;
}

static void
messages_are_found_by_their_ids(void)
{
	json_t *report = report_of("", host_new("192.0.2.25", OUTCOME_REFUSED), NULL), *rows;
	char *file = file_of("Subject: relaywall audit: plain rwa-ab12-1\n{\"subject\": \"x rwa-ab12-30, rwa-ab12-3\"} rwa- rwa-\nrwa-ab12-2");
	static const enum outcome want[] = { OUTCOME_ARRIVED, OUTCOME_ARRIVED, OUTCOME_ARRIVED, OUTCOME_TAKEN };

	rows = json_object_get(json_array_get(json_object_get(report, "hosts"), 0), "relay");
	for (size_t i = 0; i < 4; i++) {
		char id[16];

		snprintf(id, sizeof(id), "rwa-ab12-%zu", i + 1);
		row_outcome(json_array_get(rows, i), OUTCOME_TAKEN);
		json_object_set_new(json_array_get(rows, i), "message", json_string(id));
	}
	CU_ASSERT(arrivals_missing(report) == 4);
	CU_ASSERT(arrivals_look_for(report, file, stderr) == 0);
	for (size_t i = 0; i < 4; i++)
		CHECK(row_outcome_of(json_array_get(rows, i)) == want[i], "%zu: %s", i, outcome_name(row_outcome_of(json_array_get(rows, i))));
	CU_ASSERT(arrivals_missing(report) == 1);
	CU_ASSERT(strcmp(row_text(json_array_get(json_object_get(report, "hosts"), 0), "status"), "finding") == 0);
	unlink(file);
	json_decref(report);
}

/* The host took them, found out that they are for nobody, and said so to their sender, whose mailbox it is. */
static void
a_bounce_is_no_arrival(void)
{
	static const char mailbox[] = "From <> Thu Nov 26 06:44:58 2026\nSubject: Undeliverable: relaywall audit: plain rwa-ab12-1\nIn-Reply-To: <rwa-ab12-1@x.invalid>\n\n"
	    "Your message\nSubject: relaywall audit: plain rwa-ab12-1\nwas for nobody.\n\nSubject: relaywall audit: plain rwa-ab12-1\n\n"
	    "From me Thu Nov 26 06:45:00 2026\nReceived: by x\nSubject: relaywall audit: plain rwa-ab12-2\n\ntext\n";
	static const enum outcome want[] = { OUTCOME_TAKEN, OUTCOME_ARRIVED };
	json_t *report = report_of("", host_new("192.0.2.25", OUTCOME_REFUSED), NULL);
	json_t *rows = json_object_get(json_array_get(json_object_get(report, "hosts"), 0), "relay");
	char *file = file_of(mailbox);

	for (size_t i = 0; i < 2; i++) {
		char id[16];

		snprintf(id, sizeof(id), "rwa-ab12-%zu", i + 1);
		row_outcome(json_array_get(rows, i), OUTCOME_TAKEN);
		json_object_set_new(json_array_get(rows, i), "message", json_string(id));
	}
	CU_ASSERT(arrivals_look_for(report, file, stderr) == 0);
	for (size_t i = 0; i < 2; i++)
		CHECK(row_outcome_of(json_array_get(rows, i)) == want[i], "%zu: %s", i, outcome_name(row_outcome_of(json_array_get(rows, i))));
	unlink(file);
	json_decref(report);
}

static CU_TestInfo tests[] = {
	{ "messages are found by their ids", messages_are_found_by_their_ids },
	{ "a bounce is no arrival", a_bounce_is_no_arrival },
	CU_TEST_INFO_NULL,
};
SUITE(arrivals, tests)
