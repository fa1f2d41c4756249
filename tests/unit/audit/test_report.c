/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/report.h"

#include "proxy/audit/audit_page.h"
#include "proxy/audit/letter.h"
#include "proxy/audit/row.h"
#include "tests/unit/audit/hosts.h"
#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
what_holds_is_the_test_through_the_shield(void)
{
	static const struct {
		const char *labels[2];
		enum outcome outcomes[2];
		enum status want;
	} cases[] = {
		{ { "direct", "shield" }, { OUTCOME_ACCEPTED, OUTCOME_REFUSED }, STATUS_NOT_A_FINDING },
		{ { "shield", "direct" }, { OUTCOME_REFUSED, OUTCOME_ACCEPTED }, STATUS_NOT_A_FINDING },
		{ { "direct", "shield" }, { OUTCOME_REFUSED, OUTCOME_ACCEPTED }, STATUS_FINDING },
		{ { "direct", "shield" }, { OUTCOME_ACCEPTED, OUTCOME_SILENT }, STATUS_NOT_REVIEWED },
		{ { "shield", "shield" }, { OUTCOME_ACCEPTED, OUTCOME_REFUSED }, STATUS_NOT_A_FINDING },
		{ { "", "" }, { OUTCOME_ACCEPTED, OUTCOME_REFUSED }, STATUS_NOT_A_FINDING },
		{ { "", "" }, { OUTCOME_REFUSED, OUTCOME_ACCEPTED }, STATUS_FINDING },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *reports = json_pack("[o, o]", report_of(cases[i].labels[0], host_new("192.0.2.25", cases[i].outcomes[0]), NULL),
		    report_of(cases[i].labels[1], host_new("192.0.2.25", cases[i].outcomes[1]), NULL));

		CHECK(report_status(reports) == cases[i].want, "case %zu: %s", i, status_name(report_status(reports)));
		json_decref(reports);
	}
}

static void
all_hosts_are_as_good_as_the_worst(void)
{
	json_t *reports = json_pack("[o]", report_of("", host_new("192.0.2.25", OUTCOME_REFUSED), host_new("192.0.2.26", OUTCOME_SILENT), NULL));

	CU_ASSERT(report_status(reports) == STATUS_NOT_REVIEWED);
	json_array_append_new(json_object_get(json_array_get(reports, 0), "hosts"), host_new("2001:db8::25", OUTCOME_ACCEPTED));
	CU_ASSERT(report_status(reports) == STATUS_FINDING);
	json_decref(reports);
	reports = json_pack("[o]", report_of("", NULL, NULL));
	CU_ASSERT(report_status(reports) == STATUS_NOT_REVIEWED);
	json_decref(reports);
}

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
	CU_ASSERT(report_missing(report) == 4);
	CU_ASSERT(report_look_for(report, file, stderr) == 0);
	for (size_t i = 0; i < 4; i++)
		CHECK(row_outcome_of(json_array_get(rows, i)) == want[i], "%zu: %s", i, outcome_name(row_outcome_of(json_array_get(rows, i))));
	CU_ASSERT(report_missing(report) == 1);
	CU_ASSERT(strcmp(row_text(json_array_get(json_object_get(report, "hosts"), 0), "status"), "finding") == 0);
	unlink(file);
	json_decref(report);
}

/* The page of reports as it is written. */
static char *
page_of(const json_t *reports)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	audit_page_write(out, reports);
	fclose(out);
	return text;
}

static void
no_octet_of_a_host_is_markup(void)
{
	char octets[257];
	json_t *report = report_of("direct", host_new("192.0.2.25", OUTCOME_REFUSED), NULL), *host, *reports;
	char *page;

	for (int i = 0; i < 256; i++)
		octets[i] = (char)(i == 0 ? ' ' : i);
	octets[256] = '\0';
	host = json_array_get(json_object_get(report, "hosts"), 0);
	row_reply(json_array_get(json_object_get(host, "relay"), 0), "rcpt", 550, octets);
	json_object_set_new(host, "banner", row_string(span_str(octets)));
	json_object_set_new(host, "ehlo", json_pack("[o, s]", row_string(span_str("<b>")), "\u00e4<i>\u202e"));
	reports = json_pack("[o]", report);
	page = page_of(reports);
	for (const char *c = page; *c != '\0'; c++)
		CHECK((*c >= ' ' && *c <= '~') || *c == '\n' || *c == '\t', "octet %d", *c);
	CU_ASSERT(strstr(page, "!&quot;#$%&amp;&#39;()*+") != NULL && strstr(page, ";&lt;=&gt;?") != NULL && strstr(page, "\\x80\\x81") != NULL);
	CU_ASSERT(strstr(page, "<b>") == NULL && strstr(page, "<i>") == NULL);
	CU_ASSERT(strstr(page, "&lt;b&gt;") != NULL && strstr(page, "\\xc3\\xa4&lt;i&gt;\\xe2\\x80\\xae") != NULL);
	free(page);
	json_decref(reports);
}

static size_t
times(const char *text, const char *what)
{
	size_t n = 0;

	while ((text = strstr(text, what)) != NULL) {
		n++;
		text += strlen(what);
	}
	return n;
}

static void
hosts_stand_side_by_side(void)
{
	json_t *reports = json_pack("[o, o]", report_of("direct", host_new("192.0.2.25", OUTCOME_ACCEPTED), host_new("192.0.2.26", OUTCOME_REFUSED), NULL),
	    report_of("shield", host_new("192.0.2.25", OUTCOME_REFUSED), NULL));
	char *page = page_of(reports);

	CHECK(times(page, "<section class=\"host\">") == 2, "%zu sections", times(page, "<section class=\"host\">"));
	CHECK(times(page, "not in this run") == 1, "%zu", times(page, "not in this run"));
	CHECK(times(page, "<td class=\"id\">plain<br>") == 2, "%zu rows of the first form", times(page, "<td class=\"id\">plain<br>"));
	CHECK(times(page, "<tr") == times(page, "</tr>") && times(page, "<td") == times(page, "</td>") && times(page, "<span") == times(page, "</span>"), "tags do not match");
	CU_ASSERT(times(page, ">as it is in service<") == 1 && times(page, "<script") == 0);
	free(page);
	json_decref(reports);
}

static void
a_row_is_whole_or_none(void)
{
	struct scarce s;

	SCARCE_EACH(&s) {
		json_t *row;

		scarce_begin(&s);
		row = row_new(&forms_relay.at[0], "<a@b>", "<c@d>");
		scarce_end(&s);
		CHECK((row == NULL) == s.denied && (row == NULL || json_object_size(row) == 10), "%s: %zu", scarce_run(&s), json_object_size(row));
		scarce_begin(&s);
		json_decref(row);
		scarce_end(&s);
	}
}

static void
a_letter_says_what_it_is(void)
{
	struct letter m = { .form = &forms_relay.at[0], .run = "0123456789abcdef", .serial = 7, .helo = "[203.0.113.66]", .literal = "[192.0.2.25]",
		.from = "a@mine.example", .user = "a", .domain = "mine.example" };
	size_t lines = 0;

	letter_write(&m);
	CHECK(strcmp(m.id, "rwa-0123456789abcdef-7") == 0, "%s", m.id);
	CU_ASSERT(strstr(m.text, "\r\nSubject: relaywall audit: plain rwa-0123456789abcdef-7\r\n") != NULL && strlen(m.text) == m.len);
	for (size_t i = 0; i < m.len; i++) {
		CHECK((m.text[i] == '\n') == (i > 0 && m.text[i - 1] == '\r'), "octet %zu", i);
		lines += m.text[i] == '\n';
	}
	CHECK(lines == 10 && m.text[m.len - 1] == '\n', "%zu lines", lines);
}

static CU_TestInfo tests[] = {
	{ "what holds is the test through the shield", what_holds_is_the_test_through_the_shield },
	{ "all hosts are as good as the worst", all_hosts_are_as_good_as_the_worst },
	{ "messages are found by their ids", messages_are_found_by_their_ids },
	{ "no octet of a host is markup", no_octet_of_a_host_is_markup },
	{ "hosts stand side by side", hosts_stand_side_by_side },
	{ "a row is whole, or none", a_row_is_whole_or_none },
	{ "a letter says what it is", a_letter_says_what_it_is },
	CU_TEST_INFO_NULL,
};
SUITE(report, tests)
