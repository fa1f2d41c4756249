/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/cli.h"

#include "proxy/site/cert.h"
#include "proxy/site/sysctl.h"

/* Are the kernel's settings those of this sysctl.conf? */
static int
check_kernel(const char *file)
{
	int different = sysctl_check("/proc/sys", file, stdout, stderr);

	if (different == 0)
		printf("%s: the kernel has these settings\n", file);
	return different == 0 && fflush(stdout) == 0 ? CLI_OK : CLI_FAILED;
}

int
cli_check(int argc, char **argv)
{
	bool verbose = argc == 3 && strcmp(argv[1], "-v") == 0;
	const char *file = argv[argc - 1];
	struct site *site;
	size_t warnings;

	if (argc == 3 && strcmp(argv[1], "--kernel") == 0 && file[0] != '-')
		return check_kernel(file);
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
	printf("%s: policy %s%s\n", file, site->digest, site->archive == NULL ? ", which will not be kept: policy-archive is none" : "");
	site_free(site);
	return fflush(stdout) == 0 ? CLI_OK : CLI_FAILED;
}
