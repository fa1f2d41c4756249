/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/cli.h"

#include "proxy/site/kernel.h"

static int
print_rules(const struct site *site)
{
	enum queue_how how = gate_rules_wanted(site) ? kernel_queue_how() : QUEUE_BY_NFT;

	printf("# What `relaywall run %s` tells the kernel.\n", site->file);
	rules_write_beside(site, how, site->gate_queue, stdout);
	if (rules_write_table(site, RULES_SERVE, how, site->gate_queue, stdout) == -1) {
		fprintf(stderr, "relaywall: no memory for the rules\n");
		return CLI_FAILED;
	}
	return fflush(stdout) == 0 && !ferror(stdout) ? CLI_OK : CLI_FAILED;
}

int
cli_rules(int argc, char **argv)
{
	bool take_out = argc > 1 && strcmp(argv[1], "--remove") == 0, guard = argc > 1 && strcmp(argv[1], "--guard") == 0;
	bool print = !take_out && (!guard || (argc > 2 && strcmp(argv[2], "--print") == 0));
	int options = take_out + guard + (guard && print);
	const char *file = argc > 1 + options ? argv[1 + options] : NULL;
	struct site *site = NULL;
	int status = CLI_OK;

	if (argc > 2 + options || (file == NULL && !take_out) || (file != NULL && file[0] == '-'))
		return cli_usage("rules");
	if (file != NULL && (site = site_load(file, stderr)) == NULL)
		return CLI_FAILED;
	if (take_out)
		status = kernel_close(site, site == NULL ? 0 : site->gate_queue, ON_STOP_REMOVE, stderr) == 0 ? CLI_OK : CLI_FAILED;
	else if (guard && kernel_guard(site, site->gate_queue, stderr) == -1)
		status = CLI_FAILED;
	else if (print)
		status = print_rules(site);
	site_free(site);
	return status;
}
