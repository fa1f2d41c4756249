/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stop.c - relaywall stop: an orderly end, and wait until all of it has ended. */
#include "proxy/cli/cli.h"
#include "proxy/cli/control_client.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

struct options {
	struct control control;
	bool now;
};

static int
parse_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = { CONTROL_OPTIONS, { "now", no_argument, NULL, 'n' }, { 0 } };
	int option;

	*o = (struct options){ .control = control_default() };
	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (option == 'n')
			o->now = true;
		else if (!control_option(&o->control, option))
			return -1;
	}
	return optind == argc ? 0 : -1;
}

/* Whatever was answered, it is over when the process is. */
static int
await(int keeper, const struct options *options, const json_t *o)
{
	struct pollfd end = { .fd = keeper, .events = POLLIN };

	while (keeper != -1 && poll(&end, 1, -1) == -1)
		;
	if (o == NULL)
		fprintf(stderr, "relaywall: ended, its exit status is not known\n");
	else if (options->control.json)
		return control_print(o);
	else
		printf("stopped, exit status %" JSON_INTEGER_FORMAT "\n", control_number(o, "status"));
	return CLI_OK;
}

int
cli_stop(int argc, char **argv)
{
	struct options options;
	int status, keeper;
	json_t *o;

	if (parse_options(argc, argv, &options) == -1)
		return cli_usage("stop");
	keeper = control_watch(&options.control);
	o = control_ask(&options.control, options.now ? "stop now" : "stop", CONTROL_FOREVER, &status);
	if (o != NULL || (status == CLI_FAILED && keeper != -1))
		status = await(keeper, &options, o);
	json_decref(o);
	if (keeper != -1)
		close(keeper);
	return status;
}
