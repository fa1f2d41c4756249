/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sessions.c - relaywall sessions: who is being served now; and the end of one of them. */
#include "proxy/cli/cli.h"
#include "proxy/cli/client_net.h"
#include "proxy/cli/control_client.h"
#include "proxy/cli/shown.h"

#include <string.h>

enum { WAIT_MS = 5000 };

struct options {
	struct control control;
	const char *host, *end;
	bool has_client;
	struct prefix client;
};

static int
parse_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		CONTROL_OPTIONS,
		{ "host", required_argument, NULL, 'h' },
		{ "client", required_argument, NULL, 'c' },
		{ "end", required_argument, NULL, 'e' },
		{ 0 },
	};
	int option;

	*o = (struct options){ .control = control_default() };
	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (option == 'h')
			o->host = optarg;
		else if (option == 'e')
			o->end = optarg;
		else if (option == 'c' && client_net_read(optarg, &o->client) == 0)
			o->has_client = true;
		else if (!control_option(&o->control, option))
			return -1;
	}
	if (o->end != NULL && (strlen(o->end) != 8 || strspn(o->end, "0123456789abcdef") != 8 || o->host != NULL || o->has_client))
		return -1;
	return optind == argc ? 0 : -1;
}

static bool
is_wanted(const struct options *o, const json_t *s)
{
	return (o->host == NULL || strcmp(o->host, control_text(s, "host")) == 0) &&
	    (!o->has_client || client_net_has(&o->client, control_text(s, "client")));
}

/* Leave those out that nobody asked for. */
static void
filter(const struct options *o, json_t *sessions)
{
	for (size_t i = json_array_size(sessions); i-- > 0;)
		if (!is_wanted(o, json_array_get(sessions, i)))
			json_array_remove(sessions, i);
}

static void
print_session(const json_t *s)
{
	char client[64];

	snprintf(client, sizeof(client), "%.46s %" JSON_INTEGER_FORMAT, shown(control_text(s, "client")), control_number(s, "client_port"));
	printf("%-8s  %-22s  %-20s  %-12s  %-10s  %-8s  %5" JSON_INTEGER_FORMAT "  %5" JSON_INTEGER_FORMAT "  %10" JSON_INTEGER_FORMAT "  %s%s%s\n",
	    shown(control_text(s, "id")), client, shown(control_text(s, "host")), shown(control_text(s, "network")), shown(control_text(s, "state")),
	    shown_duration(control_number(s, "age_ms") / 1000), control_number(s, "recipients_taken"), control_number(s, "recipients_refused"),
	    control_number(s, "octets_to_host"), control_is(s, "tls") ? "TLS " : "", control_is(s, "authenticated") ? "AUTH " : "",
	    shown(control_text(s, "last")));
}

/* Whom the list may be without. */
static void
tell_silent(const json_t *o)
{
	const json_t *silent = json_object_get(o, "silent");

	for (size_t i = 0; i < json_array_size(silent); i++) {
		const json_t *one = json_array_get(silent, i), *worker = json_object_get(one, "worker");

		if (json_is_integer(worker))
			fprintf(stderr, "relaywall: worker %" JSON_INTEGER_FORMAT " of captain %" JSON_INTEGER_FORMAT " does not answer: its sessions are not here\n",
			    json_integer_value(worker), control_number(one, "captain"));
		else
			fprintf(stderr, "relaywall: captain %" JSON_INTEGER_FORMAT " does not answer: its sessions are not here\n",
			    control_number(one, "captain"));
	}
	if (control_is(o, "more"))
		fprintf(stderr, "relaywall: there are more sessions than are shown\n");
}

static int
print(const json_t *o)
{
	const json_t *sessions = json_object_get(o, "sessions");

	printf("%s%-8s  %-22s  %-20s  %-12s  %-10s  %-8s  %5s  %5s  %10s  %s%s\n", shown_colour(stdout, COLOUR_BOLD), "session", "client, port", "host",
	    "network", "state", "age", "taken", "ref'd", "octets", "last", shown_colour(stdout, COLOUR_NONE));
	for (size_t i = 0; i < json_array_size(sessions); i++)
		print_session(json_array_get(sessions, i));
	return fflush(stdout) == 0 && !ferror(stdout) ? CLI_OK : CLI_FAILED;
}

static int
list(const struct options *options)
{
	int status;
	json_t *o = control_ask(&options->control, "sessions", WAIT_MS, &status);

	if (o == NULL)
		return status;
	filter(options, json_object_get(o, "sessions"));
	status = options->control.json ? control_print(o) : print(o);
	tell_silent(o);
	if (json_array_size(json_object_get(o, "silent")) > 0 || control_is(o, "more"))
		status = CLI_FAILED;
	json_decref(o);
	return status;
}

static int
end(const struct options *options)
{
	char request[32];

	snprintf(request, sizeof(request), "end %s", options->end);
	return control_do(&options->control, request, WAIT_MS, "ended");
}

int
cli_sessions(int argc, char **argv)
{
	struct options o;

	if (parse_options(argc, argv, &o) == -1)
		return cli_usage("sessions");
	return o.end == NULL ? list(&o) : end(&o);
}
