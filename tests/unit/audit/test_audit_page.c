/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/audit_page.h"

#include "proxy/audit/row.h"
#include "tests/unit/audit/hosts.h"
#include "tests/unit/suite.h"

#include <stdlib.h>
#include <string.h>

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
software_is_told_with_its_age_and_faults(void)
{
	json_t *host = host_new("192.0.2.25", OUTCOME_REFUSED), *reports;
	char *page;

	json_object_set_new(host, "started", json_string("2026-11-27T07:15:22Z"));
	json_object_set_new(host, "software", json_pack("{s:s, s:i, s:[s, i]}", "name", "sendmail 8.9.3", "year", 1998, "notes", "a <fault>", 7));
	reports = json_pack("[o]", report_of("direct", host, NULL));
	page = page_of(reports);
	CU_ASSERT(strstr(page, "sendmail 8.9.3, of a line of releases that began in 1998, 28 years before the test") != NULL);
	CU_ASSERT(strstr(page, "<li>a &lt;fault&gt;</li><li></li></ul>") != NULL);
	free(page);
	json_decref(reports);
}

static CU_TestInfo tests[] = {
	{ "no octet of a host is markup", no_octet_of_a_host_is_markup },
	{ "hosts stand side by side", hosts_stand_side_by_side },
	{ "software is told with its age and faults", software_is_told_with_its_age_and_faults },
	CU_TEST_INFO_NULL,
};
SUITE(audit_page, tests)
