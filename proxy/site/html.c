/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/html.h"

#include <inttypes.h>
#include <stddef.h>

void
html_text(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			fputc(*text, out);
			break;
		}
	}
}

void
html_number(FILE *out, uint64_t n)
{
	if (n >= 1000) {
		html_number(out, n / 1000);
		fprintf(out, ",%03" PRIu64, n % 1000);
	} else {
		fprintf(out, "%" PRIu64, n);
	}
}

void
html_octets(FILE *out, uint64_t n)
{
	static const char *const units[] = { "kB", "MB", "GB", "TB", "PB" };
	double x = (double)n / 1000;
	size_t i = 0;

	if (n < 1000) {
		fprintf(out, "%" PRIu64 " B", n);
		return;
	}
	for (; x >= 999.5 && i + 1 < sizeof(units) / sizeof(units[0]); i++)
		x /= 1000;
	fprintf(out, x < 9.95 ? "%.1f %s" : "%.0f %s", x, units[i]);
}

void
html_age(FILE *out, uint64_t seconds)
{
	static const struct {
		uint64_t from, unit;
		const char *name;
	} units[] = { { 2 * 86400, 86400, "days" }, { 2 * 3600, 3600, "h" }, { 120, 60, "min" }, { 0, 1, "s" } };
	size_t i = 0;

	while (seconds < units[i].from)
		i++;
	fprintf(out, "%" PRIu64 " %s", seconds / units[i].unit, units[i].name);
}

void
html_cell(FILE *out, const char *style, const char *text)
{
	fprintf(out, style[0] == '\0' ? "<td>" : "<td class=\"%s\">", style);
	html_text(out, text);
	fputs("</td>", out);
}

void
html_count(FILE *out, uint64_t n)
{
	fputs(n == 0 ? "<td class=\"n zero\">" : "<td class=\"n\">", out);
	html_number(out, n);
	fputs("</td>", out);
}

void
html_table(FILE *out, const char *const *names)
{
	fputs("<div class=\"scroll tall\"><table><thead><tr>", out);
	for (; *names != NULL; names++) {
		fputs((*names)[0] == '#' ? "<th class=\"n\">" : "<th>", out);
		html_text(out, *names + ((*names)[0] == '#'));
		fputs("</th>", out);
	}
	fputs("</tr></thead><tbody>\n", out);
}

void
html_table_end(FILE *out)
{
	fputs("</tbody></table></div>\n", out);
}

void
html_none(FILE *out, const char *text)
{
	fprintf(out, "<p class=\"none\">%s</p>\n", text);
}
