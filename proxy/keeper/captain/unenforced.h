/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unenforced.h - which rules do not protect: off, or only counting, for which clients of
 * which host, and since when.
 *
 * The list is an object {"rows": [{"host", "network", "rule", "mode", "since"}], "more": N}.
 * Where all rules of a network are off the rule is "*"; mode "pass" is admit's: nothing
 * is filtered. The list of the configuration that served before says since when a row is
 * as it is; it goes from captain to captain by the store.
 */
#ifndef PROXY_KEEPER_CAPTAIN_UNENFORCED_H
#define PROXY_KEEPER_CAPTAIN_UNENFORCED_H

#include "proxy/site/site.h"

#include <jansson.h>

enum { UNENFORCED_MOST = 10000 };	/* rows; "more" counts those beyond */

/* The list of this site; before: that of whoever served until now, or NULL. now: RFC 3339. The caller's; NULL: no memory. */
json_t *unenforced_list(const struct site *site, const json_t *before, const char *now);

#endif
