/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/audit_page.h"
#include "proxy/audit/judge.h"
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

static struct look
look_of(const char *key, const json_t *host, const json_t *row)
{
	enum outcome o = row_outcome_of(row);
	struct look look = looks[o];
	enum worth worth = judge_row(host, row);

	if (!outcome_is_yes(o))
		return look;
	if (strcmp(key, "relay") != 0 || worth == WORTH_ALLOWED)
		look.style = "open";
	else if (worth == WORTH_DOUBTFUL)
		look = (struct look){ "open", o == OUTCOME_TAKEN ? "sent on?" : "accepted?" };
	return look;
}

static void
write_reply(FILE *out, const json_t *row)
{
	fputs("<span class=\"reply\">", out);
	if (row_number(row, "code") != 0)
		fprintf(out, "%d ", (int)row_number(row, "code"));
	audit_page_text(out, row_text(row, "reply"));
	if (strcmp(row_text(row, "stage"), "mail") == 0)
		fputs(" <span class=\"soft\">(to MAIL)</span>", out);
	if (row_text(row, "message")[0] != '\0') {
		fputs("<br>", out);
		audit_page_text(out, row_text(row, "message"));
	}
	fputs("</span>", out);
}

/* What the i-th report has as the answer to a form, under its name where columns are not side by side. */
static void
write_answer(FILE *out, const json_t *reports, size_t i, const json_t *like, const char *key, const char *id)
{
	const json_t *host = audit_page_column(reports, i, like), *row = row_find(json_object_get(host, key), id);

	fputs("<td class=\"answer\" data-of=\"", out);
	audit_page_label(out, reports, i);
	fputs("\">", out);
	if (row != NULL) {
		struct look look = look_of(key, host, row);

		fprintf(out, "<span class=\"badge %s\">%s</span> ", look.style, look.word);
		write_reply(out, row);
	}
	fputs("</td>", out);
}

static void
write_asked(FILE *out, const json_t *row)
{
	fputs("<td class=\"asked\">", out);
	if (row_text(row, "command")[0] != '\0') {
		audit_page_text(out, row_text(row, "command"));
	} else {
		fputs("<span class=\"soft\">MAIL FROM:", out);
		audit_page_text(out, row_text(row, "sender"));
		fputs("</span><br>RCPT TO:", out);
		audit_page_text(out, row_text(row, "recipient"));
	}
	fputs("</td>", out);
}

/* The first report whose host has this row is the one that shows it. */
static bool
is_shown(const json_t *reports, size_t before, const json_t *like, const char *key, const char *id)
{
	for (size_t i = 0; i < before; i++)
		if (row_find(json_object_get(audit_page_column(reports, i, like), key), id) != NULL)
			return true;
	return false;
}

static void
write_row(FILE *out, const json_t *reports, const json_t *like, const char *key, const json_t *row, const char **tradition)
{
	const char *own = row_text(row, "tradition");

	if (strcmp(key, "relay") == 0 && strcmp(own, *tradition) != 0) {
		fprintf(out, "<tr class=\"group\"><th colspan=\"%zu\">", 2 + json_array_size(reports));
		audit_page_text(out, own);
		fputs("</th></tr>\n", out);
		*tradition = own;
	}
	fputs("<tr><td class=\"id\">", out);
	audit_page_text(out, row_text(row, "id"));
	fputs("<br><span class=\"soft\">", out);
	audit_page_text(out, strcmp(key, "relay") == 0 ? row_text(row, "source") : own);
	fputs("</span></td>", out);
	write_asked(out, row);
	for (size_t i = 0; i < json_array_size(reports); i++)
		write_answer(out, reports, i, like, key, row_text(row, "id"));
	fputs("</tr>\n", out);
}

void
audit_page_rows(FILE *out, const json_t *reports, const json_t *like, const char *title, const char *key)
{
	static const char *const names[] = { "form", "asked", NULL };
	const char *tradition = "";

	fprintf(out, "<h3>%s</h3>\n<table class=\"rows\">", title);
	audit_page_head(out, reports, names);
	fputs("<tbody>\n", out);
	for (size_t i = 0; i < json_array_size(reports); i++) {
		const json_t *rows = json_object_get(audit_page_column(reports, i, like), key);

		for (size_t k = 0; k < json_array_size(rows); k++) {
			const json_t *row = json_array_get(rows, k);

			if (!is_shown(reports, i, like, key, row_text(row, "id")))
				write_row(out, reports, like, key, row, &tradition);
		}
	}
	fputs("</tbody></table>\n", out);
}
