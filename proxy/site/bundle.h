/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bundle.h - the texts that make a policy, as one text: the configuration and every file that it names.
 *
 *	relaywall-policy 1
 *	configuration 312
 *	...312 octets, and a line end that is none of them
 *	file 27 local-domains
 *	...
 *
 * Lengths are octets in decimal; names are as the configuration has them, so a policy is the same wherever its folder
 * lies. There is one way to write a bundle, and every text stands behind its length and name: two different policies
 * have different bundles, and the digest of a policy is the SHA-256 of its bundle, as sha256sum says it of the file.
 */
#ifndef PROXY_SITE_BUNDLE_H
#define PROXY_SITE_BUNDLE_H

#include "proxy/site/arena.h"
#include "proxy/site/names.h"
#include "proxy/site/vec.h"

enum { BUNDLE_DIGEST = 64 };		/* characters: SHA-256, in lower case */

/* The name of the configuration itself. */
#define BUNDLE_CONFIGURATION SPAN("")

enum bundle_fault {
	BUNDLE_WHOLE = 0,
	BUNDLE_NONE,		/* it does not begin as one */
	BUNDLE_VERSION,		/* of another version */
	BUNDLE_DAMAGED,		/* cut, or put together otherwise than here */
	BUNDLE_NO_MEMORY,
};

/* Empty when all zero bytes. */
struct bundle {
	char *at;		/* as it is written */
	size_t len, room;
	struct vec parts;	/* where the texts lie in it */
	struct names index;	/* by name: positions in parts */
	struct arena names;
};

/* Append a text; the first one is the configuration. name: of none that is there, without control characters. 0, or -1: no memory, and nothing is changed. */
int bundle_add(struct bundle *b, struct span name, struct span text);

/* The text of this name, borrowed until the next is added; false: there is none. */
bool bundle_find(const struct bundle *b, struct span name, struct span *text);

/* Take a bundle as it is written, a malloced text, which is the bundle's from now on whatever is returned; b is empty before. */
enum bundle_fault bundle_read(struct bundle *b, char *text, size_t len);

/* The SHA-256 of octets, with a NUL behind it. 0, or -1: no memory. */
int bundle_digest(struct span octets, char digest[BUNDLE_DIGEST + 1]);

/* Free it. It is empty then. */
void bundle_done(struct bundle *b);

#endif
