/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status.c - relaywall status: does it serve, since when, with which policy, for whom, and what does not protect? */
#include "proxy/cli/cli.h"
#include "proxy/cli/control_client.h"
#include "proxy/cli/shown.h"

#include <string.h>

enum { WAIT_MS = 5000, ROWS_SHOWN = 40 };

/* "2026-11-26T11:05:26Z (3 min)" */
static void
print_since(const char *since, int64_t now)
{
	int64_t then = shown_time(since);

	printf("%s", shown(since));
	if (then != -1)
		printf(" (%s)", shown_duration(now - then));
}

static void
print_health(const json_t *o)
{
	const json_t *faults = json_object_get(o, "faults");
	bool healthy = control_is(o, "healthy");

	printf("health     %s%s%s\n", shown_colour(stdout, healthy ? COLOUR_GREEN : COLOUR_RED), healthy ? "well" : "not well",
	    shown_colour(stdout, COLOUR_NONE));
	for (size_t i = 0; i < json_array_size(faults); i++) {
		const char *text = json_string_value(json_array_get(faults, i));

		printf("           %s\n", shown(text == NULL ? "" : text));
	}
}

static void
print_keeper(const json_t *keeper, int64_t now)
{
	printf("keeper     version %s, process %" JSON_INTEGER_FORMAT ", since ", shown(control_text(keeper, "version")), control_number(keeper, "pid"));
	print_since(control_text(keeper, "since"), now);
	putchar('\n');
}

static void
print_workers(const json_t *captain)
{
	const json_t *workers = json_object_get(captain, "workers"), *gate = json_object_get(captain, "gate");
	const json_t *scribe = json_object_get(captain, "scribe");
	json_int_t restarts = 0, sessions = 0;
	size_t well = 0;

	for (size_t i = 0; i < json_array_size(workers); i++) {
		const json_t *w = json_array_get(workers, i);

		well += control_is(w, "well");
		restarts += control_number(w, "restarts");
		sessions += control_number(w, "sessions");
	}
	printf("  workers  %zu of %zu serve, %" JSON_INTEGER_FORMAT " restarts, %" JSON_INTEGER_FORMAT " sessions\n", well, json_array_size(workers),
	    restarts, sessions);
	if (json_is_object(gate))
		printf("  gate     %s\n", control_is(gate, "well") ? "serves" : "does not serve");
	if (json_is_object(scribe))
		printf("  scribe   %s\n", control_is(scribe, "well") ? "writes" : "does not write");
}

/* An older captain says nothing of it. */
static void
print_archive(const json_t *archive)
{
	if (!json_is_object(archive))
		return;
	if (control_is(archive, "kept"))
		printf("  archive  %s\n", shown(control_text(archive, "folder")));
	else
		printf("  archive  %s: %snot kept%s: %s\n", shown(control_text(archive, "folder")), shown_colour(stdout, COLOUR_RED),
		    shown_colour(stdout, COLOUR_NONE), shown(control_text(archive, "error")));
}

static void
print_captain(const json_t *captain, int64_t now)
{
	const char *since = control_text(captain, "since");

	printf("captain %" JSON_INTEGER_FORMAT "  %s", control_number(captain, "generation"), shown(control_text(captain, "state")));
	if (control_is(captain, "silent")) {
		printf(", does not answer\n");
		return;
	}
	printf(", version %s, process %" JSON_INTEGER_FORMAT ", ", shown(control_text(captain, "version")), control_number(captain, "pid"));
	if (since[0] == '\0') {
		printf("has not served yet");
	} else {
		printf("serves since ");
		print_since(since, now);
	}
	printf("\n  policy   %s\n  digest   %s\n", shown(control_text(captain, "file")), shown(control_text(captain, "digest")));
	print_archive(json_object_get(captain, "archive"));
	printf("  journal  %s\n", shown(control_text(captain, "journal")));
	print_workers(captain);
}

/* The captain that serves, or the newest. */
static const json_t *
current(const json_t *o)
{
	const json_t *captains = json_object_get(o, "captains"), *best = NULL;

	for (size_t i = 0; i < json_array_size(captains); i++) {
		const json_t *c = json_array_get(captains, i);

		best = c;
		if (strcmp(control_text(c, "state"), "serving") == 0)
			break;
	}
	return best;
}

static void
print_rules(const json_t *by)
{
	const char *rule, *separator = " (";
	json_t *n;

	json_object_foreach((json_t *)by, rule, n) {
		printf("%s%s %" JSON_INTEGER_FORMAT, separator, shown(rule), json_integer_value(n));
		separator = ", ";
	}
	if (separator[0] == ',')
		putchar(')');
}

static void
print_host(const char *name, const json_t *n)
{
	const json_t *refused_by = json_object_get(n, "refused_by"), *counted_by = json_object_get(n, "counted_by");

	printf("  %-24s %" JSON_INTEGER_FORMAT " sessions, %" JSON_INTEGER_FORMAT " messages of %" JSON_INTEGER_FORMAT " octets, %" JSON_INTEGER_FORMAT
	    " turned away\n", shown(name), control_number(n, "sessions"), control_number(n, "messages"), control_number(n, "octets"),
	    control_number(n, "turned_away"));
	printf("  %-24s recipients: %" JSON_INTEGER_FORMAT " passed, %" JSON_INTEGER_FORMAT " to the trap, %" JSON_INTEGER_FORMAT
	    " refused, %" JSON_INTEGER_FORMAT " refused by the host\n", "", control_number(n, "recipients_passed"),
	    control_number(n, "recipients_rewritten"), control_number(n, "recipients_refused"), control_number(n, "recipients_refused_by_host"));
	if (json_object_size(refused_by) > 0) {
		printf("  %-24s refused by rule", "");
		print_rules(refused_by);
		putchar('\n');
	}
	if (json_object_size(counted_by) > 0) {
		printf("  %-24s let pass, as the rule only counts", "");
		print_rules(counted_by);
		putchar('\n');
	}
}

static void
print_hosts(const json_t *o)
{
	const json_t *hosts = json_object_get(json_object_get(o, "counted"), "hosts"), *names = json_object_get(current(o), "hosts");
	json_int_t quiet = control_number(current(o), "hosts_more");
	const char *name;
	json_t *n;

	printf("hosts      %zu are protected; since the keeper began:\n", json_array_size(names) + (size_t)quiet);
	json_object_foreach((json_t *)hosts, name, n) {
		print_host(name, n);
	}
	for (size_t i = 0; i < json_array_size(names); i++)
		quiet += json_object_get(hosts, control_text(json_array_get(names, i), "name")) == NULL;
	if (quiet > 0)
		printf("  %" JSON_INTEGER_FORMAT " without a connection\n", quiet);
}

static void
print_unenforced(const json_t *o, int64_t now)
{
	const json_t *unenforced = json_object_get(current(o), "unenforced"), *rows = json_object_get(unenforced, "rows");
	json_int_t more = control_number(unenforced, "more");

	if (!json_is_array(rows))
		return;
	printf("rules      %s\n", json_array_size(rows) == 0 ? "all are enforced" : "not enforced:");
	for (size_t i = 0; i < json_array_size(rows) && i < ROWS_SHOWN; i++) {
		const json_t *row = json_array_get(rows, i);
		const char *rule = control_text(row, "rule");

		printf("  %-24s %-16s %-24s %s%-6s%s since ", shown(control_text(row, "host")), shown(control_text(row, "network")),
		    strcmp(rule, "*") == 0 ? "all rules" : shown(rule), shown_colour(stdout, COLOUR_YELLOW), shown(control_text(row, "mode")),
		    shown_colour(stdout, COLOUR_NONE));
		print_since(control_text(row, "since"), now);
		putchar('\n');
	}
	if (json_array_size(rows) > ROWS_SHOWN)
		more += (json_int_t)json_array_size(rows) - ROWS_SHOWN;
	if (more > 0)
		printf("  and %" JSON_INTEGER_FORMAT " more: --json\n", more);
}

static int
print(const json_t *o)
{
	const json_t *captains = json_object_get(o, "captains");
	int64_t now = shown_time(control_text(o, "time"));

	print_health(o);
	print_keeper(json_object_get(o, "keeper"), now);
	for (size_t i = 0; i < json_array_size(captains); i++)
		print_captain(json_array_get(captains, i), now);
	print_hosts(o);
	print_unenforced(o, now);
	return fflush(stdout) == 0 && !ferror(stdout) ? CLI_OK : CLI_FAILED;
}

int
cli_status(int argc, char **argv)
{
	struct control c;
	json_t *o;
	int status;

	if (control_options(&c, argc, argv) == -1)
		return cli_usage("status");
	o = control_ask(&c, "status", WAIT_MS, &status);
	if (o == NULL)
		return status;
	status = c.json ? control_print(o) : print(o);
	if (status == CLI_OK && !control_is(o, "healthy"))
		status = CLI_FAILED;
	json_decref(o);
	return status;
}
