/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/audit_page.h"
#include "proxy/audit/judge.h"
#include "proxy/audit/report.h"
#include "proxy/audit/row.h"
#include "proxy/audit/weakness.h"

static void
write_text_of(FILE *out, const json_t *host, const char *key)
{
	const char *text = row_text(host, key);

	if (text[0] == '\0')
		fputs("<span class=\"soft\">&ndash;</span>", out);
	audit_page_text(out, text);
}

static void
write_client(FILE *out, const json_t *host)
{
	write_text_of(out, host, "client");
	if (row_text(host, "network")[0] != '\0') {
		fputs(", network ", out);
		audit_page_text(out, row_text(host, "network"));
	}
	if (json_is_true(json_object_get(host, "may_relay")))
		fputs(", <b>which may relay</b>", out);
}

static void
write_verdict(FILE *out, const json_t *host)
{
	struct judgement j;

	judge_host(host, &j);
	audit_page_status(out, host);
	fputs("<p>", out);
	audit_page_text(out, j.why);
	fputs("</p>", out);
}

static void
write_counts(FILE *out, const json_t *host)
{
	struct judgement j;

	judge_host(host, &j);
	fprintf(out, "%zu, of which %zu refused, %zu accepted", j.forms, j.refused, j.relayed + j.allowed);
	if (j.doubtful > 0)
		fprintf(out, ", %zu accepted but perhaps as names of its own", j.doubtful);
	if (j.undecided > 0)
		fprintf(out, ", %zu not decided", j.undecided);
	if (j.untested > 0)
		fprintf(out, ", %zu not tested", j.untested);
}

static void
write_banner(FILE *out, const json_t *host)
{
	fputs("<span class=\"mono\">", out);
	write_text_of(out, host, "banner");
	fputs("</span>", out);
}

static void
write_software(FILE *out, const json_t *host)
{
	const json_t *software = json_object_get(host, "software"), *notes = json_object_get(software, "notes");
	int age = report_software_age(host);

	if (!json_is_object(software)) {
		fputs("<span class=\"soft\">not known by its greeting</span>", out);
		return;
	}
	audit_page_text(out, row_text(software, "name"));
	if (age >= 0)
		fprintf(out, ", of a line of releases that began in %d, %d year%s before the test", (int)row_number(software, "year"), age, age == 1 ? "" : "s");
	if (json_array_size(notes) == 0)
		return;
	fputs("<p class=\"soft\">What is known of such a version, if the greeting is right:</p>\n<ul class=\"soft\">", out);
	for (size_t i = 0; i < json_array_size(notes); i++) {
		const char *note = json_string_value(json_array_get(notes, i));

		fputs("<li>", out);
		audit_page_text(out, note == NULL ? "" : note);
		fputs("</li>", out);
	}
	fputs("</ul>", out);
}

static void
write_ehlo(FILE *out, const json_t *host)
{
	const json_t *words = json_object_get(host, "ehlo");

	if (json_array_size(words) == 0)
		fputs("<span class=\"soft\">&ndash;</span>", out);
	fputs("<span class=\"mono\">", out);
	for (size_t i = 0; i < json_array_size(words); i++) {
		const char *word = json_string_value(json_array_get(words, i));

		fputs(i > 0 ? ", " : "", out);
		audit_page_text(out, word == NULL ? "" : word);
	}
	fputs("</span>", out);
}

static void
write_names(FILE *out, const json_t *host)
{
	audit_page_text(out, row_text(host, "name"));
	fputs(", domain ", out);
	audit_page_text(out, row_text(host, "local"));
}

static void
write_facts(FILE *out, const json_t *reports, const json_t *like)
{
	static const char *const names[] = { "", NULL };
	static const struct {
		const char *name;
		void (*write)(FILE *out, const json_t *host);
	} facts[] = { { "result", write_verdict }, { "forms", write_counts }, { "tested from", write_client }, { "tested as", write_names },
		{ "greeting", write_banner }, { "software", write_software }, { "EHLO", write_ehlo } };

	fputs("<table class=\"facts\">", out);
	audit_page_head(out, reports, names);
	fputs("<tbody>\n", out);
	for (size_t f = 0; f < sizeof(facts) / sizeof(facts[0]); f++) {
		fprintf(out, "<tr><th scope=\"row\">%s</th>", facts[f].name);
		for (size_t i = 0; i < json_array_size(reports); i++) {
			const json_t *host = audit_page_column(reports, i, like);

			fputs("<td>", out);
			if (host != NULL)
				facts[f].write(out, host);
			fputs("</td>", out);
		}
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table>\n", out);
}

static void
write_weaknesses(FILE *out, const json_t *reports, const json_t *like)
{
	static const char *const names[] = { "known as", "what", NULL };
	static const char *const seen[] = { [SEEN_UNDECIDED] = "<span class=\"badge none\">not decided</span>",
		[SEEN_NO] = "<span class=\"badge good\">not seen</span>", [SEEN_YES] = "<span class=\"badge bad\">seen</span>" };

	fputs("<h3>Known weaknesses</h3>\n<table>", out);
	audit_page_head(out, reports, names);
	fputs("<tbody>\n", out);
	for (size_t w = 0; w < weakness_count; w++) {
		fprintf(out, "<tr><td class=\"names\">%s</td><td>%s</td>", weaknesses[w].names, weaknesses[w].what);
		for (size_t i = 0; i < json_array_size(reports); i++) {
			const json_t *host = audit_page_column(reports, i, like);

			fprintf(out, "<td>%s</td>", host == NULL ? "" : seen[weakness_seen(host, &weaknesses[w])]);
		}
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table>\n", out);
}

void
audit_page_host(FILE *out, const json_t *reports, const json_t *like)
{
	const char *title = row_text(like, "host");

	fputs("<section class=\"host\"><h2>", out);
	audit_page_text(out, title[0] != '\0' ? title : row_text(like, "asked"));
	fputs(" <span class=\"soft\">", out);
	audit_page_text(out, row_text(like, "address"));
	fprintf(out, " port %d</span></h2>\n", (int)row_number(like, "port"));
	write_facts(out, reports, like);
	write_weaknesses(out, reports, like);
	audit_page_rows(out, reports, like, "Does it relay?", "relay");
	audit_page_rows(out, reports, like, "Mail to the host itself, to compare", "control");
	audit_page_rows(out, reports, like, "Senders that it had better refuse", "sender");
	audit_page_rows(out, reports, like, "What it tells strangers", "disclosure");
	fputs("</section>\n", out);
}
