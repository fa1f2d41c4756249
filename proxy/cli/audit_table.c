/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/audit_table.h"

#include "proxy/audit/compare.h"
#include "proxy/audit/report.h"
#include "proxy/audit/row.h"
#include "proxy/cli/shown.h"

#include <string.h>

enum { REPLY_WIDTH = 60 };

static enum colour
colour_of(enum status s)
{
	return s == STATUS_FINDING ? COLOUR_RED : s == STATUS_NOT_A_FINDING ? COLOUR_GREEN : COLOUR_YELLOW;
}

/* "accepted?" is an answer that may not mean what it says. */
static void
print_result(FILE *out, const json_t *host, const char *key, const json_t *row)
{
	enum worth worth = judge_row(host, row);
	bool is_relay = strcmp(key, "relay") == 0;
	bool may_be_local = is_relay && worth == WORTH_DOUBTFUL;
	char name[16];
	enum colour c = COLOUR_YELLOW;

	if (worth == WORTH_REFUSED)
		c = COLOUR_GREEN;
	else if (worth == WORTH_RELAYED && is_relay)
		c = COLOUR_RED;
	snprintf(name, sizeof(name), "%s%s", outcome_name(row_outcome_of(row)), may_be_local ? "?" : "");
	fprintf(out, "  %s%-10s%s ", shown_colour(out, c), name, shown_colour(out, COLOUR_NONE));
}

static void
print_row(FILE *out, const json_t *host, const char *key, const json_t *row)
{
	const char *reply = shown(row_text(row, "reply"));

	print_result(out, host, key, row);
	fprintf(out, "%-21s ", shown(row_text(row, "id")));
	if (row_text(row, "command")[0] != '\0')
		fprintf(out, "%s", shown(row_text(row, "command")));
	else
		fprintf(out, "%s -> %s", shown(row_text(row, "sender")), shown(row_text(row, "recipient")));
	if (row_number(row, "code") != 0)
		fprintf(out, "  %s%d %.*s%s", shown_colour(out, COLOUR_DIM), (int)row_number(row, "code"), REPLY_WIDTH, reply, strlen(reply) > REPLY_WIDTH ? "..." : "");
	fprintf(out, "%s\n", shown_colour(out, COLOUR_NONE));
}

static void
print_rows(FILE *out, const json_t *host, const char *title, const char *key)
{
	const json_t *rows = json_object_get(host, key);

	fprintf(out, "%s\n", title);
	for (size_t i = 0; i < json_array_size(rows); i++)
		print_row(out, host, key, json_array_get(rows, i));
}

static void
print_status(FILE *out, const struct judgement *j)
{
	fprintf(out, "%s%s%s", shown_colour(out, colour_of(j->status)), status_title(j->status), shown_colour(out, COLOUR_NONE));
}

static void
print_name(FILE *out, const json_t *host)
{
	const char *title = row_text(host, "host");

	fprintf(out, "%s, %s port %d", shown(title[0] != '\0' ? title : row_text(host, "asked")), shown(row_text(host, "address")), (int)row_number(host, "port"));
}

static void
print_software(FILE *out, const json_t *host)
{
	const json_t *software = json_object_get(host, "software"), *notes = json_object_get(software, "notes");
	int age = report_software_age(host);

	if (!json_is_object(software))
		return;
	fprintf(out, "  software %s", shown(row_text(software, "name")));
	if (age >= 0)
		fprintf(out, ", of a line of releases that began in %d, %d year%s before the test", (int)row_number(software, "year"), age, age == 1 ? "" : "s");
	fputs("\n", out);
	for (size_t i = 0; i < json_array_size(notes); i++) {
		const char *note = json_string_value(json_array_get(notes, i));

		fprintf(out, "    %s\n", shown(note == NULL ? "" : note));
	}
}

static void
print_host(FILE *out, const json_t *host)
{
	struct judgement j;

	judge_host(host, &j);
	fputs(shown_colour(out, COLOUR_BOLD), out);
	print_name(out, host);
	fprintf(out, "%s\n", shown_colour(out, COLOUR_NONE));
	fprintf(out, "  greeting %s\n", shown(row_text(host, "banner")));
	print_software(out, host);
	fprintf(out, "  from %s%s%s, STARTTLS %s\n", shown(row_text(host, "client")), row_text(host, "network")[0] != '\0' ? ", network " : "",
	    shown(row_text(host, "network")), json_is_true(json_object_get(host, "starttls")) ? "offered" : "not offered");
	print_rows(out, host, "Does it relay?", "relay");
	print_rows(out, host, "Mail to the host itself, to compare", "control");
	print_rows(out, host, "Senders that it had better refuse", "sender");
	print_rows(out, host, "What it tells strangers", "disclosure");
	fprintf(out, "%zu forms: %zu relayed, %zu doubtful, %zu allowed, %zu refused, %zu not decided, %zu not tested\n", j.forms, j.relayed, j.doubtful,
	    j.allowed, j.refused, j.undecided, j.untested);
	fputs("GEN004710: ", out);
	print_status(out, &j);
	fprintf(out, ". %s\n\n", shown(j.why));
}

void
audit_table_print(FILE *out, const json_t *report)
{
	const json_t *hosts = json_object_get(report, "hosts");

	for (size_t i = 0; i < json_array_size(hosts); i++)
		print_host(out, json_array_get(hosts, i));
	if (json_is_true(json_object_get(report, "interrupted")))
		fputs("It was interrupted: this report is not complete.\n", out);
}

static void
print_line(FILE *out, const json_t *reports, const json_t *like)
{
	struct judgement j;

	print_name(out, like);
	for (size_t i = 0; i < json_array_size(reports); i++) {
		const json_t *report = json_array_get(reports, i), *host = compare_host(report, like);

		fprintf(out, "; %s: ", shown(row_text(report, "label")));
		if (host == NULL) {
			fputs("not in it", out);
			continue;
		}
		judge_host(host, &j);
		print_status(out, &j);
	}
	judge_host(compare_in_service(reports, like), &j);
	fputs("; in service: ", out);
	print_status(out, &j);
	fputs("\n", out);
}

void
audit_table_summary(FILE *out, const json_t *reports)
{
	for (size_t i = 0; i < json_array_size(reports); i++) {
		const json_t *hosts = json_object_get(json_array_get(reports, i), "hosts");

		for (size_t k = 0; k < json_array_size(hosts); k++)
			if (compare_is_first(reports, i, json_array_get(hosts, k)))
				print_line(out, reports, json_array_get(hosts, k));
	}
}
