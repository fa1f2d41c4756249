/* SPDX-License-Identifier: GPL-2.0-or-later */
/* counters.c - relaywall counters: everything that is counted, since the keeper began, one number a line. */
#include "proxy/cli/cli.h"
#include "proxy/cli/control_client.h"
#include "proxy/cli/shown.h"

enum { WAIT_MS = 5000 };

static void
print_numbers(const json_t *o, const char *prefix)
{
	const char *name;
	json_t *n;

	json_object_foreach((json_t *)o, name, n) {
		if (json_is_integer(n))
			printf("%s%s %" JSON_INTEGER_FORMAT "\n", prefix, shown(name), json_integer_value(n));
	}
}

/* "host.aix-mail.refused_by.relay 3" */
static void
print_hosts(const json_t *hosts)
{
	const char *name;
	json_t *host;

	json_object_foreach((json_t *)hosts, name, host) {
		char prefix[600];

		snprintf(prefix, sizeof(prefix), "host.%s.", shown(name));
		print_numbers(host, prefix);
		snprintf(prefix, sizeof(prefix), "host.%s.refused_by.", shown(name));
		print_numbers(json_object_get(host, "refused_by"), prefix);
		snprintf(prefix, sizeof(prefix), "host.%s.counted_by.", shown(name));
		print_numbers(json_object_get(host, "counted_by"), prefix);
	}
}

static int
print(const json_t *o)
{
	const json_t *counted = json_object_get(o, "counted");

	print_numbers(json_object_get(o, "now"), "now.");
	print_numbers(json_object_get(counted, "counters"), "");
	print_numbers(json_object_get(counted, "events"), "event.");
	print_hosts(json_object_get(counted, "hosts"));
	return fflush(stdout) == 0 && !ferror(stdout) ? CLI_OK : CLI_FAILED;
}

static int
print_json(const json_t *o)
{
	json_t *part = json_pack("{s:O, s:O, s:O}", "time", json_object_get(o, "time"), "now", json_object_get(o, "now"), "counted",
	    json_object_get(o, "counted"));
	int status = part == NULL ? CLI_FAILED : control_print(part);

	if (part == NULL)
		fprintf(stderr, "relaywall: the answer has no counters\n");
	json_decref(part);
	return status;
}

int
cli_counters(int argc, char **argv)
{
	struct control c;
	json_t *o;
	int status;

	if (control_options(&c, argc, argv) == -1)
		return cli_usage("counters");
	o = control_ask(&c, "status", WAIT_MS, &status);
	if (o == NULL)
		return status;
	status = c.json ? print_json(o) : print(o);
	json_decref(o);
	return status;
}
