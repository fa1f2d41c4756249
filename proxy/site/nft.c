/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <nftables/libnftables.h>	/* defines _GNU_SOURCE, so it comes first */

#include "proxy/site/nft.h"

#include <errno.h>
#include <string.h>

enum { COMMAND = 64 };

struct nft_ctx *
nft_open(FILE *say)
{
	struct nft_ctx *nft = nft_ctx_new(NFT_CTX_DEFAULT);

	if (nft != NULL && nft_ctx_buffer_error(nft) == 0 && nft_ctx_buffer_output(nft) == 0)
		return nft;
	if (nft != NULL)
		nft_ctx_free(nft);
	if (say != NULL)
		fprintf(say, "relaywall: libnftables cannot start: %s\n", strerror(errno));
	return NULL;
}

int
nft_run(struct nft_ctx *nft, const char *commands, FILE *say)
{
	const char *text;

	if (nft_run_cmd_from_buffer(nft, commands) == 0)
		return 0;
	text = nft_ctx_get_error_buffer(nft);
	if (say != NULL && text != NULL) {
		size_t first = strcspn(text, "\n");	/* the rest shows the command, which can be huge */

		fprintf(say, "relaywall: nftables: %.*s\n", (int)first, text);
	}
	return -1;
}

char *
nft_list(const char *table, FILE *say)
{
	struct nft_ctx *nft = nft_open(say);
	char command[COMMAND], *text = NULL;

	if (nft == NULL)
		return NULL;
	nft_ctx_output_set_flags(nft, NFT_CTX_OUTPUT_STATELESS);
	snprintf(command, sizeof(command), "list table inet %s", table);
	if (nft_run(nft, command, say) == 0 && (text = strdup(nft_ctx_get_output_buffer(nft))) == NULL && say != NULL)
		fprintf(say, "relaywall: no memory for the rules\n");
	nft_ctx_free(nft);
	return text;
}
