/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/judge.h"
#include "proxy/audit/page.h"
#include "proxy/audit/report.h"
#include "proxy/audit/row.h"

/* How a result looks. */
struct look {
	const char *style, *word;
};

static const struct look looks[OUTCOMES] = {
	[OUTCOME_UNTESTED] = { "none", "not tested" },
	[OUTCOME_SILENT] = { "open", "no answer" },
	[OUTCOME_CLOSED] = { "open", "closed" },
	[OUTCOME_GARBAGE] = { "open", "nonsense" },
	[OUTCOME_DEFERRED] = { "open", "not now" },
	[OUTCOME_NO_ROUTE] = { "open", "no route" },
	[OUTCOME_REFUSED] = { "good", "refused" },
	[OUTCOME_ACCEPTED] = { "bad", "accepted" },
	[OUTCOME_TAKEN] = { "bad", "sent on" },
	[OUTCOME_ARRIVED] = { "bad", "arrived" },
};

static const json_t *
host_of(const json_t *reports, size_t i, const json_t *like)
{
	return report_host(json_array_get(reports, i), like);
}

static void
write_head(FILE *out, const json_t *reports, const char *const *names)
{
	fputs("<thead><tr>", out);
	for (; *names != NULL; names++)
		fprintf(out, "<th>%s</th>", *names);
	for (size_t i = 0; i < json_array_size(reports); i++) {
		fputs("<th>", out);
		page_label(out, reports, i);
		fputs("</th>", out);
	}
	fputs("</tr></thead>\n", out);
}

static void
write_text_of(FILE *out, const json_t *host, const char *key)
{
	const char *text = row_text(host, key);

	if (text[0] == '\0')
		fputs("<span class=\"soft\">&ndash;</span>", out);
	page_text(out, text);
}

static void
write_client(FILE *out, const json_t *host)
{
	write_text_of(out, host, "client");
	if (row_text(host, "network")[0] != '\0') {
		fputs(", network ", out);
		page_text(out, row_text(host, "network"));
	}
	if (json_is_true(json_object_get(host, "may-relay")))
		fputs(", <b>which may relay</b>", out);
}

static void
write_verdict(FILE *out, const json_t *host)
{
	struct judgement j;

	judge_host(host, &j);
	page_status(out, host);
	fputs("<p>", out);
	page_text(out, j.why);
	fputs("</p>", out);
}

static void
write_counts(FILE *out, const json_t *host)
{
	struct judgement j;

	judge_host(host, &j);
	fprintf(out, "%zu forms: %zu refused, %zu accepted", j.forms, j.refused, j.relayed + j.doubtful + j.allowed);
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
	const json_t *software = json_object_get(host, "software");

	if (!json_is_object(software)) {
		fputs("<span class=\"soft\">not known by its greeting</span>", out);
		return;
	}
	if (json_is_true(json_object_get(software, "old")))
		fputs("<span class=\"badge open\">old</span> ", out);
	page_text(out, row_text(software, "name"));
	if (row_text(software, "notes")[0] != '\0') {
		fputs("<br><span class=\"soft\">", out);
		page_text(out, row_text(software, "notes"));
		fputs("</span>", out);
	}
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
		page_text(out, word == NULL ? "" : word);
	}
	fputs("</span>", out);
}

static void
write_names(FILE *out, const json_t *host)
{
	page_text(out, row_text(host, "name"));
	fputs(", domain ", out);
	page_text(out, row_text(host, "local"));
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
	write_head(out, reports, names);
	fputs("<tbody>\n", out);
	for (size_t f = 0; f < sizeof(facts) / sizeof(facts[0]); f++) {
		fprintf(out, "<tr><th scope=\"row\">%s</th>", facts[f].name);
		for (size_t i = 0; i < json_array_size(reports); i++) {
			const json_t *host = host_of(reports, i, like);

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
	write_head(out, reports, names);
	fputs("<tbody>\n", out);
	for (size_t w = 0; w < weakness_count; w++) {
		fprintf(out, "<tr><td class=\"names\">%s</td><td>%s</td>", weaknesses[w].names, weaknesses[w].what);
		for (size_t i = 0; i < json_array_size(reports); i++) {
			const json_t *host = host_of(reports, i, like);

			fprintf(out, "<td>%s</td>", host == NULL ? "" : seen[judge_weakness(host, &weaknesses[w])]);
		}
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table>\n", out);
}

static struct look
look_of(const char *key, const json_t *host, const json_t *row)
{
	enum outcome o = row_outcome_of(row);
	struct look look = looks[o];
	enum worth worth = judge_row(host, row);

	if (!outcome_is_yes(o))
		return look;
	if (strcmp(key, "relay") != 0)
		look.style = "open";
	else if (worth == WORTH_DOUBTFUL || worth == WORTH_ALLOWED)
		look.style = "open";
	return look;
}

/* What a host answered to a form. */
static void
write_answer(FILE *out, const char *key, const json_t *host, const char *id)
{
	const json_t *row = row_find(json_object_get(host, key), id);
	struct look look;

	fputs("<td class=\"answer\">", out);
	if (row != NULL) {
		look = look_of(key, host, row);
		fprintf(out, "<span class=\"badge %s\">%s</span> <span class=\"reply\">", look.style, look.word);
		if (row_number(row, "code") != 0)
			fprintf(out, "%d ", (int)row_number(row, "code"));
		page_text(out, row_text(row, "reply"));
		if (strcmp(row_text(row, "stage"), "mail") == 0)
			fputs(" <span class=\"soft\">(to MAIL)</span>", out);
		if (row_text(row, "message")[0] != '\0') {
			fputs("<br>", out);
			page_text(out, row_text(row, "message"));
		}
		fputs("</span>", out);
	}
	fputs("</td>", out);
}

static void
write_asked(FILE *out, const json_t *row)
{
	fputs("<td class=\"asked\">", out);
	if (row_text(row, "command")[0] != '\0') {
		page_text(out, row_text(row, "command"));
	} else {
		fputs("<span class=\"soft\">MAIL FROM:", out);
		page_text(out, row_text(row, "sender"));
		fputs("</span><br>RCPT TO:", out);
		page_text(out, row_text(row, "recipient"));
	}
	fputs("</td>", out);
}

/* The first report whose host has this row is the one that shows it. */
static bool
is_shown(const json_t *reports, size_t before, const json_t *like, const char *key, const char *id)
{
	for (size_t i = 0; i < before; i++)
		if (row_find(json_object_get(host_of(reports, i, like), key), id) != NULL)
			return true;
	return false;
}

static void
write_row(FILE *out, const json_t *reports, const json_t *like, const char *key, const json_t *row, const char **tradition)
{
	const char *own = row_text(row, "tradition");

	if (strcmp(key, "relay") == 0 && strcmp(own, *tradition) != 0) {
		fprintf(out, "<tr class=\"group\"><th colspan=\"%zu\">", 2 + json_array_size(reports));
		page_text(out, own);
		fputs("</th></tr>\n", out);
		*tradition = own;
	}
	fputs("<tr><td class=\"id\">", out);
	page_text(out, row_text(row, "id"));
	fputs("<br><span class=\"soft\">", out);
	page_text(out, strcmp(key, "relay") == 0 ? row_text(row, "source") : own);
	fputs("</span></td>", out);
	write_asked(out, row);
	for (size_t i = 0; i < json_array_size(reports); i++)
		write_answer(out, key, host_of(reports, i, like), row_text(row, "id"));
	fputs("</tr>\n", out);
}

static void
write_rows(FILE *out, const json_t *reports, const json_t *like, const char *title, const char *key)
{
	static const char *const names[] = { "form", "asked", NULL };
	const char *tradition = "";

	fprintf(out, "<h3>%s</h3>\n<table class=\"rows\">", title);
	write_head(out, reports, names);
	fputs("<tbody>\n", out);
	for (size_t i = 0; i < json_array_size(reports); i++) {
		const json_t *rows = json_object_get(host_of(reports, i, like), key);

		for (size_t k = 0; k < json_array_size(rows); k++) {
			const json_t *row = json_array_get(rows, k);

			if (!is_shown(reports, i, like, key, row_text(row, "id")))
				write_row(out, reports, like, key, row, &tradition);
		}
	}
	fputs("</tbody></table>\n", out);
}

void
page_host(FILE *out, const json_t *reports, const json_t *like)
{
	const char *title = row_text(like, "host");

	fputs("<section class=\"host\"><h2>", out);
	page_text(out, title[0] != '\0' ? title : row_text(like, "asked"));
	fputs(" <span class=\"soft\">", out);
	page_text(out, row_text(like, "address"));
	fprintf(out, " port %d</span></h2>\n", (int)row_number(like, "port"));
	write_facts(out, reports, like);
	write_weaknesses(out, reports, like);
	write_rows(out, reports, like, "Does it relay?", "relay");
	write_rows(out, reports, like, "Mail to the host itself, to compare", "control");
	write_rows(out, reports, like, "Senders that it had better refuse", "sender");
	write_rows(out, reports, like, "What it tells strangers", "disclosure");
	fputs("</section>\n", out);
}
