/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* strptime(), timegm() */
#include "proxy/keeper/board/tables.h"

#include "proxy/keeper/board/look.h"
#include "proxy/keeper/board/series.h"
#include "proxy/keeper/process/host_counts.h"
#include "proxy/site/html.h"

#include <inttypes.h>
#include <time.h>

static const json_t *
counted_hosts(const json_t *status)
{
	return json_object_get(json_object_get(status, "counted"), "hosts");
}

/* Of one column of all hosts. */
static uint64_t
sum_of(const json_t *status, const char *key)
{
	uint64_t sum = 0;
	const char *name;
	json_t *host;

	json_object_foreach((json_t *)counted_hosts(status), name, host)
		sum += look_number(host, key);
	return sum;
}

/* Of one rule, for all hosts. by: "refused_by" or "counted_by". */
static uint64_t
sum_of_rule(const json_t *status, const char *by, const char *rule)
{
	uint64_t sum = 0;
	const char *name;
	json_t *host;

	json_object_foreach((json_t *)counted_hosts(status), name, host)
		sum += look_number(json_object_get(host, by), rule);
	return sum;
}

/* "2026-11-26T11:05:26Z" as "26 Nov 11:05", UTC; as it is if it is no time. */
static void
write_time(FILE *out, const char *text)
{
	struct tm tm = { 0 };
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	char shown[32];

	if (rest == NULL || *rest != '\0') {
		html_text(out, text);
		return;
	}
	strftime(shown, sizeof(shown), "%-d %b %H:%M", &tm);
	fputs(shown, out);
}

static void
write_more(FILE *out, uint64_t more)
{
	if (more == 0)
		return;
	fputs("<p class=\"none\">and ", out);
	html_number(out, more);
	fputs(" more</p>\n", out);
}

void
tables_title(FILE *out, const json_t *status, const json_t *sessions)
{
	(void)sessions;
	fputs(look_is(status, "healthy") ? "relaywall" : "relaywall: not well", out);
}

void
tables_head(FILE *out, const json_t *status, const json_t *sessions)
{
	bool healthy = look_is(status, "healthy");
	const json_t *keeper = json_object_get(status, "keeper");

	(void)sessions;
	fprintf(out, "<h1>relaywall</h1><span class=\"health%s\">%s</span>", healthy ? "" : " bad",
	    healthy ? "well" : status == NULL ? "does not answer" : "not well");
	if (status == NULL)
		return;
	fputs("<span class=\"facts\">version ", out);
	html_text(out, look_text(keeper, "version"));
	fputs(", since ", out);
	write_time(out, look_text(keeper, "since"));
	fputs(", as of ", out);
	write_time(out, look_text(status, "time"));
	fputs(" UTC</span>", out);
}

void
tables_faults(FILE *out, const json_t *status, const json_t *sessions)
{
	const json_t *faults = json_object_get(status, "faults");

	(void)sessions;
	if (status != NULL && json_array_size(faults) == 0)
		return;
	fputs("<ul class=\"faults\">", out);
	if (status == NULL)
		fputs("<li>No process says how the others are. Mail may go on all the same.</li>", out);
	for (size_t i = 0; i < json_array_size(faults); i++) {
		const char *text = json_string_value(json_array_get(faults, i));

		fputs("<li>", out);
		html_text(out, text == NULL ? "" : text);
		fputs("</li>", out);
	}
	fputs("</ul>\n", out);
}

/* What nobody knows is not 0. */
static void
tile(FILE *out, bool known, uint64_t n, const char *name)
{
	fputs("<div><b>", out);
	if (known)
		html_number(out, n);
	else
		fputs("&ndash;", out);
	fprintf(out, "</b><span>%s</span></div>", name);
}

void
tables_tiles(FILE *out, const json_t *status, const json_t *sessions)
{
	static const char *const tiles[][2] = {
		{ "messages", "messages taken" }, { "recipients_passed", "recipients passed" }, { "recipients_refused", "recipients refused" },
		{ "senders_refused", "senders refused" }, { "turned_away", "connections turned away" },
	};
	const json_t *now = json_object_get(status, "now");

	(void)sessions;
	fputs("<div class=\"tiles\">", out);
	tile(out, json_object_get(now, "sessions") != NULL, look_number(now, "sessions"), "sessions now");
	for (size_t i = 0; i < sizeof(tiles) / sizeof(tiles[0]); i++)
		tile(out, counted_hosts(status) != NULL, sum_of(status, tiles[i][0]), tiles[i][1]);
	fputs("</div>\n", out);
}

static void
write_addresses(FILE *out, const json_t *addresses)
{
	fputs("<td class=\"mono\">", out);
	for (size_t i = 0; i < json_array_size(addresses); i++) {
		const char *text = json_string_value(json_array_get(addresses, i));

		fputs(i == 0 ? "" : "<br>", out);
		html_text(out, text == NULL ? "" : text);
	}
	fputs("</td>", out);
}

static void
write_host(FILE *out, const json_t *host, const json_t *n)
{
	static const char *const before[] = { "sessions", "messages" };
	static const char *const after[] = { "recipients_passed", "recipients_rewritten", "recipients_refused", "recipients_refused_by_host",
		"senders_refused", "turned_away" };

	fputs("<tr>", out);
	html_cell(out, "", look_text(host, "name"));
	write_addresses(out, json_object_get(host, "addresses"));
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
		html_count(out, look_number(n, before[i]));
	fputs(look_number(n, "octets") == 0 ? "<td class=\"n zero\">" : "<td class=\"n\">", out);
	html_octets(out, look_number(n, "octets"));
	fputs("</td>", out);
	for (size_t i = 0; i < sizeof(after) / sizeof(after[0]); i++)
		html_count(out, look_number(n, after[i]));
	fputs("</tr>\n", out);
}

void
tables_hosts(FILE *out, const json_t *status, const json_t *sessions)
{
	static const char *const names[] = { "host", "addresses", "#sessions", "#messages", "#octets", "#recipients passed", "#to the trap", "#refused",
		"#refused by host", "#senders refused", "#turned away", NULL };
	const json_t *captain = look_captain(status), *hosts = json_object_get(captain, "hosts");
	size_t count = json_array_size(hosts), shown = count < TABLES_ROWS ? count : TABLES_ROWS;

	(void)sessions;
	if (count == 0) {
		html_none(out, "Nobody says which.");
		return;
	}
	html_table(out, names);
	for (size_t i = 0; i < shown; i++) {
		const json_t *host = json_array_get(hosts, i);

		write_host(out, host, json_object_get(counted_hosts(status), look_text(host, "name")));
	}
	html_table_end(out);
	write_more(out, count - shown + look_number(captain, "hosts_more"));
}

/* Connections that were refused before anything was said in them. */
static uint64_t
sum_of_admission(const json_t *status)
{
	uint64_t sum = 0;
	const char *name;
	json_t *n;

	json_object_foreach(json_object_get(json_object_get(status, "counted"), "events"), name, n)
		if (series_is_admission(name))
			sum += (uint64_t)json_integer_value(n);
	return sum;
}

static void
write_rule(FILE *out, const char *name, uint64_t refused, uint64_t counted)
{
	fputs("<tr>", out);
	html_cell(out, "", name);
	html_count(out, refused);
	html_count(out, counted);
	fputs("</tr>\n", out);
}

void
tables_rules(FILE *out, const json_t *status, const json_t *sessions)
{
	static const char *const names[] = { "rule", "#refused", "#only counted", NULL };

	(void)sessions;
	if (counted_hosts(status) == NULL) {
		html_none(out, "Nobody says how often.");
		return;
	}
	html_table(out, names);
	for (enum rule r = 0; r < RULE_COUNT; r++)
		write_rule(out, rule_name(r), sum_of_rule(status, "refused_by", rule_name(r)), sum_of_rule(status, "counted_by", rule_name(r)));
	write_rule(out, SERIES_ADMISSION_NAME, sum_of_admission(status), 0);
	html_table_end(out);
}

static void
write_unenforced(FILE *out, const json_t *row)
{
	const char *rule = look_text(row, "rule"), *mode = look_text(row, "mode");

	fputs("<tr>", out);
	html_cell(out, "", look_text(row, "host"));
	html_cell(out, "", look_text(row, "network"));
	html_cell(out, "", strcmp(rule, "*") == 0 ? "all rules" : rule);
	html_cell(out, strcmp(mode, "count") == 0 ? "w" : "w no", strcmp(mode, "count") == 0 ? "only counts" : mode);
	fputs("<td class=\"w soft\">", out);
	write_time(out, look_text(row, "since"));
	fputs("</td></tr>\n", out);
}

void
tables_unenforced(FILE *out, const json_t *status, const json_t *sessions)
{
	static const char *const names[] = { "host", "clients", "rule", "is", "since", NULL };
	const json_t *unenforced = json_object_get(look_captain(status), "unenforced"), *rows = json_object_get(unenforced, "rows");
	size_t count = json_array_size(rows), shown = count < TABLES_ROWS ? count : TABLES_ROWS;

	(void)sessions;
	if (count == 0) {
		html_none(out, json_is_array(rows) ? "Every rule is enforced, for all clients of all hosts." : "Nobody says which rules.");
		return;
	}
	html_table(out, names);
	for (size_t i = 0; i < shown; i++)
		write_unenforced(out, json_array_get(rows, i));
	html_table_end(out);
	write_more(out, count - shown + look_number(unenforced, "more"));
}

static void
write_session(FILE *out, const json_t *s)
{
	char client[300];

	snprintf(client, sizeof(client), "%.200s port %" PRIu64, look_text(s, "client"), look_number(s, "client_port"));
	fputs("<tr>", out);
	html_cell(out, "mono", look_text(s, "id"));
	html_cell(out, "mono", client);
	html_cell(out, "", look_text(s, "network"));
	html_cell(out, "", look_text(s, "host"));
	html_cell(out, "w", look_text(s, "state"));
	fputs("<td class=\"n\">", out);
	html_age(out, look_number(s, "age_ms") / 1000);
	fputs("</td>", out);
	html_count(out, look_number(s, "recipients_taken"));
	html_count(out, look_number(s, "recipients_refused"));
	html_cell(out, "w soft", look_text(s, "last"));
	fputs("</tr>\n", out);
}

void
tables_sessions(FILE *out, const json_t *status, const json_t *sessions)
{
	static const char *const names[] = { "id", "client", "network", "host", "state", "#age", "#taken", "#refused", "last verdict", NULL };
	const json_t *list = json_object_get(sessions, "sessions");
	size_t count = json_array_size(list), shown = count < TABLES_ROWS ? count : TABLES_ROWS;
	const json_t *now = json_object_get(json_object_get(status, "now"), "sessions");
	uint64_t all = (uint64_t)json_integer_value(now);

	if (count == 0) {
		html_none(out, sessions == NULL || now == NULL ? "Nobody says which." : "None.");
		return;
	}
	html_table(out, names);
	for (size_t i = 0; i < shown; i++)
		write_session(out, json_array_get(list, i));
	html_table_end(out);
	write_more(out, all > shown ? all - shown : 0);
}

/* "2 of 2" */
static void
write_workers(FILE *out, const json_t *workers)
{
	size_t well = 0, all = json_array_size(workers);

	for (size_t i = 0; i < all; i++)
		well += look_is(json_array_get(workers, i), "well");
	fprintf(out, "<td class=\"n%s\">%zu of %zu</td>", well < all ? " no" : "", well, all);
}

static void
write_captain(FILE *out, const json_t *c)
{
	const json_t *workers = json_object_get(c, "workers"), *gate = json_object_get(c, "gate");
	uint64_t restarts = 0;
	bool silent = look_is(c, "silent");

	for (size_t i = 0; i < json_array_size(workers); i++)
		restarts += look_number(json_array_get(workers, i), "restarts");
	fprintf(out, "<tr><td class=\"w\">captain %" PRIu64 "</td>", look_number(c, "generation"));
	html_cell(out, silent ? "w no" : "w", silent ? "silent" : look_text(c, "state"));
	fputs("<td class=\"w\">", out);
	write_time(out, look_text(c, "since"));
	fputs("</td>", out);
	write_workers(out, workers);
	html_count(out, restarts);
	html_cell(out, json_is_object(gate) && !look_is(gate, "well") ? "w no" : "w", !json_is_object(gate) ? "none" :
	    look_is(gate, "well") ? "serves" : "does not serve");
	html_cell(out, "path", look_text(c, "file"));
	fputs("</tr>\n", out);
}

void
tables_processes(FILE *out, const json_t *status, const json_t *sessions)
{
	static const char *const names[] = { "", "state", "since", "#workers", "#restarts", "gate", "policy", NULL };
	const json_t *captains = json_object_get(status, "captains");

	(void)sessions;
	if (json_array_size(captains) == 0) {
		html_none(out, "No captain is known.");
		return;
	}
	html_table(out, names);
	for (size_t i = 0; i < json_array_size(captains); i++)
		write_captain(out, json_array_get(captains, i));
	html_table_end(out);
}

void
tables_events(FILE *out, const json_t *status, const json_t *sessions)
{
	static const char *const names[] = { "what", "cause", "#times", NULL };
	const json_t *events = json_object_get(json_object_get(status, "counted"), "events");
	const char *name;
	json_t *n;

	(void)sessions;
	if (json_object_size(events) == 0) {
		html_none(out, events == NULL ? "Nobody says how often." : "None yet.");
		return;
	}
	html_table(out, names);
	json_object_foreach((json_t *)events, name, n) {
		const char *dot = strchr(name, '.');
		char kind[32];

		if (json_integer_value(n) == 0)
			continue;
		snprintf(kind, sizeof(kind), "%.*s", (int)(dot == NULL ? strlen(name) : (size_t)(dot - name)), name);
		fputs("<tr>", out);
		html_cell(out, "", kind);
		html_cell(out, "", dot == NULL ? "" : dot + 1);
		html_count(out, (uint64_t)json_integer_value(n));
		fputs("</tr>\n", out);
	}
	html_table_end(out);
}
