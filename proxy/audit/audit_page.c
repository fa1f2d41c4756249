/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/audit_page.h"

#include "classifier/span.h"
#include "proxy/audit/compare.h"
#include "proxy/audit/row.h"
#include "proxy/site/html.h"

/* The files, put into the program by the linker: Makefile, "embedded". */
#define EMBEDDED(name)                                          \
	extern const uint8_t _binary_proxy_audit_##name##_start[]; \
	extern const uint8_t _binary_proxy_audit_##name##_end[];
EMBEDDED(audit_page_css)
EMBEDDED(method_html)

/* Two symbols, not two places of one array, for all that the compiler knows: the difference is that of numbers. */
static void
write_file(FILE *out, const uint8_t *start, const uint8_t *end)
{
	fwrite(start, 1, (size_t)((uintptr_t)end - (uintptr_t)start), out);
}

void
audit_page_text(FILE *out, const char *text)
{
	char one[2] = "";

	for (; *text != '\0'; text++) {
		if (*text >= ' ' && *text <= '~') {
			one[0] = *text;
			html_text(out, one);
		} else {
			fprintf(out, "\\x%02x", (unsigned)(uint8_t)*text);
		}
	}
}

void
audit_page_status(FILE *out, const json_t *host)
{
	static const char *const styles[] = { [STATUS_NOT_REVIEWED] = "open", [STATUS_NOT_A_FINDING] = "good", [STATUS_FINDING] = "bad" };
	struct judgement j;

	judge_host(host, &j);
	fprintf(out, "<span class=\"badge %s\">%s</span>", styles[j.status], status_title(j.status));
}

void
audit_page_label(FILE *out, const json_t *reports, size_t i)
{
	const char *label = row_text(json_array_get(reports, i), "label");

	if (strcmp(label, "shield") == 0)
		fputs("through the shield", out);
	else if (label[0] != '\0')
		audit_page_text(out, label);
	else
		fprintf(out, json_array_size(reports) == 1 ? "result" : "run %zu", i + 1);
}

const json_t *
audit_page_column(const json_t *reports, size_t i, const json_t *like)
{
	return compare_host(json_array_get(reports, i), like);
}

void
audit_page_head(FILE *out, const json_t *reports, const char *const *names)
{
	fputs("<thead><tr>", out);
	for (; *names != NULL; names++)
		fprintf(out, "<th>%s</th>", *names);
	for (size_t i = 0; i < json_array_size(reports); i++) {
		fputs("<th>", out);
		audit_page_label(out, reports, i);
		fputs("</th>", out);
	}
	fputs("</tr></thead>\n", out);
}

/* Call a function for each host, once. */
static void
each_host(FILE *out, const json_t *reports, void (*write)(FILE *out, const json_t *reports, const json_t *like))
{
	for (size_t i = 0; i < json_array_size(reports); i++) {
		const json_t *hosts = json_object_get(json_array_get(reports, i), "hosts");

		for (size_t k = 0; k < json_array_size(hosts); k++)
			if (compare_is_first(reports, i, json_array_get(hosts, k)))
				write(out, reports, json_array_get(hosts, k));
	}
}

static void
write_summary_row(FILE *out, const json_t *reports, const json_t *like)
{
	const char *title = row_text(like, "host");

	fputs("<tr><th scope=\"row\">", out);
	audit_page_text(out, title[0] != '\0' ? title : row_text(like, "asked"));
	fputs("<span class=\"soft address\">", out);
	audit_page_text(out, row_text(like, "address"));
	fprintf(out, " port %d</span></th>", (int)row_number(like, "port"));
	for (size_t i = 0; i < json_array_size(reports); i++) {
		const json_t *host = compare_host(json_array_get(reports, i), like);

		fputs("<td>", out);
		if (host == NULL)
			fputs("<span class=\"soft\">not in this run</span>", out);
		else
			audit_page_status(out, host);
		fputs("</td>", out);
	}
	if (json_array_size(reports) > 1) {
		fputs("<td>", out);
		audit_page_status(out, compare_in_service(reports, like));
		fputs("</td>", out);
	}
	fputs("</tr>\n", out);
}

static void
write_summary(FILE *out, const json_t *reports)
{
	fputs("<section><h2>Result</h2>\n<table class=\"summary\"><thead><tr><th>host</th>", out);
	for (size_t i = 0; i < json_array_size(reports); i++) {
		fputs("<th>", out);
		audit_page_label(out, reports, i);
		fputs("</th>", out);
	}
	fputs(json_array_size(reports) > 1 ? "<th>as it is in service</th></tr></thead><tbody>\n" : "</tr></thead><tbody>\n", out);
	each_host(out, reports, write_summary_row);
	fputs("</tbody></table>\n</section>\n", out);
}

/* A row of the table of runs: the same fact of each. */
static void
write_fact(FILE *out, const json_t *reports, const char *name, void (*write)(FILE *out, const json_t *report))
{
	fprintf(out, "<tr><th scope=\"row\">%s</th>", name);
	for (size_t i = 0; i < json_array_size(reports); i++) {
		fputs("<td>", out);
		write(out, json_array_get(reports, i));
		fputs("</td>", out);
	}
	fputs("</tr>\n", out);
}

static void
write_when(FILE *out, const json_t *report)
{
	audit_page_text(out, row_text(report, "started"));
	fputs(" to ", out);
	audit_page_text(out, row_text(report, "ended"));
	if (json_is_true(json_object_get(report, "interrupted")))
		fputs("<br><b>It was interrupted: this report is not complete.</b>", out);
}

static void
write_who(FILE *out, const json_t *report)
{
	audit_page_text(out, row_text(report, "tester"));
	fputs(", relaywall ", out);
	audit_page_text(out, row_text(report, "version"));
	fputs(", run ", out);
	audit_page_text(out, row_text(report, "run"));
}

static void
write_policy(FILE *out, const json_t *report)
{
	const json_t *policy = json_object_get(report, "policy");

	if (!json_is_object(policy)) {
		fputs("none given", out);
		return;
	}
	audit_page_text(out, row_text(policy, "file"));
	fputs("<br><span class=\"hash\">digest ", out);
	audit_page_text(out, row_text(policy, "digest"));
	fputs("</span>", out);
}

static void
write_aim(FILE *out, const json_t *report)
{
	audit_page_text(out, row_text(report, "target"));
	fputs(json_is_true(json_object_get(report, "delivers")) ? ", a mailbox of the tester; messages were sent to it" : "; no message was sent", out);
}

static void
write_runs(FILE *out, const json_t *reports)
{
	static const char *const names[] = { "", NULL };

	fputs("<section><h2>Tests</h2>\n<table class=\"facts\">", out);
	audit_page_head(out, reports, names);
	fputs("<tbody>\n", out);
	write_fact(out, reports, "when", write_when);
	write_fact(out, reports, "by", write_who);
	write_fact(out, reports, "policy", write_policy);
	write_fact(out, reports, "aimed at", write_aim);
	fputs("</tbody></table>\n</section>\n", out);
}

void
audit_page_write(FILE *out, const json_t *reports)
{
	fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n"
	    "<title>Audit of mail relaying</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n", out);
	write_file(out, _binary_proxy_audit_audit_page_css_start, _binary_proxy_audit_audit_page_css_end);
	fputs("</style>\n</head>\n<body>\n<header><h1>Audit of mail relaying</h1><p>STIG GEN004710 (V-23952), VU#814617, CVE-2003-0285, CVE-1999-0512: "
	    "do these hosts relay mail for whoever asks?</p></header>\n<main>\n", out);
	write_summary(out, reports);
	write_runs(out, reports);
	each_host(out, reports, audit_page_host);
	write_file(out, _binary_proxy_audit_method_html_start, _binary_proxy_audit_method_html_end);
	fputs("</main>\n</body>\n</html>\n", out);
}
