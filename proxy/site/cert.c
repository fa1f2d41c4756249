/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/cert.h"

#include <stdlib.h>

int
cert_load(const struct site *site, size_t host, struct tls_creds **creds, FILE *out)
{
	const struct setting *chain = &site->hosts[host].set[PROTECT_TLS_CERTIFICATE];
	const struct setting *key = &site->hosts[host].set[PROTECT_TLS_KEY];
	char why[TLS_WHY] = "out of memory", *chain_file, *key_file;

	*creds = NULL;
	if (chain->line == 0)
		return 0;
	chain_file = site_path(site, chain->text);
	key_file = site_path(site, key->text);
	if (chain_file != NULL && key_file != NULL)
		*creds = tls_creds_load(chain_file, key_file, why);
	free(chain_file);
	free(key_file);
	if (*creds == NULL || why[0] != '\0')
		fprintf(out, "%s:%u: %stls-certificate: %s\n", site->file, chain->line, *creds == NULL ? "" : "warning: ", why);
	return *creds == NULL ? -1 : 0;
}

int
cert_check(const struct site *site, FILE *out)
{
	int result = 0;

	for (size_t i = 0; i < site->policy.host_count; i++) {
		struct tls_creds *creds;

		if (cert_load(site, i, &creds, out) == -1)
			result = -1;
		tls_creds_release(creds);
	}
	return result;
}
