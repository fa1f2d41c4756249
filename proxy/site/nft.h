/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nft.h - nftables by its library: run commands, and list what is there.
 */
#ifndef PROXY_SITE_NFT_H
#define PROXY_SITE_NFT_H

#include <stdio.h>

struct nft_ctx;

/* A handle whose words can be had, the caller's to free by nft_ctx_free(); NULL is told on say, unless that is NULL. */
struct nft_ctx *nft_open(FILE *say);

/* Run commands. 0 or -1; say: where libnftables' own words go, or NULL. */
int nft_run(struct nft_ctx *nft, const char *commands, FILE *say);

/*
 * A table of family inet of this network namespace as text, without what is counted, malloced. NULL: there is none, or it cannot be
 * read, which is told on say, unless that is NULL.
 */
char *nft_list(const char *table, FILE *say);

#endif
