/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/cli.h"

#include "proxy/site/cert.h"

int
cli_check(int argc, char **argv)
{
	bool verbose = argc == 3 && strcmp(argv[1], "-v") == 0;
	const char *file = argv[argc - 1];
	struct site *site;
	size_t warnings;

	if ((argc != 2 && !verbose) || file[0] == '-')
		return cli_usage("check");
	site = site_load(file, stderr);
	if (site == NULL)
		return CLI_FAILED;
	if (cert_check(site, stderr) == -1) {
		site_free(site);
		return CLI_FAILED;
	}
	warnings = site_warn(site, stderr);
	if (verbose)
		site_print(site, stdout);
	printf("%s: good: %zu hosts, %zu networks, %zu warnings\n", file, site->policy.host_count,
	    site->policy.network_count - 1, warnings);
	site_free(site);
	return fflush(stdout) == 0 ? CLI_OK : CLI_FAILED;
}
