/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inventory_file.h - an inventory as JSON, written and read back, and as a text for people.
 *
 * One object: "format": "relaywall-inventory", "version": 1, the counters of the whole and "hosts", an array. Each host has
 * its counters by the names of struct inventory_host and
 *
 *	"address", "port", "hostname", "ehlo_name", "ours" (see learn.h)
 *	"banners"	[{ "text", "count", "first_us" }]
 *	"software"	{ "name", "version", "platform", "platform_version", "from", "text", "notes" }, or null
 *	"keywords"	{ "SIZE": how often }		"mechanisms" { "LOGIN": { "tried", "accepted" } }: AUTH in clear text
 *	"forms"		{ "percent-hack": { "tried", "accepted", "delivered" } }	"faults" { "bare-lf": messages and commands }
 *	"clients"	[{ "address", counters of struct inventory_client, "is" [words] }]
 *	"domains"	[{ "name", counters of struct inventory_domain, "links": [{ "client": address, "accepted", "refused", "delivered" }],
 *			   "learnt": "local", "relay", "foreign", "doubtful" or "refused", "weak", "why" }]
 *	"senders"	[{ "name", "mails", "aligned", "links" }]
 *
 * Numbers that are 0 are left out. Times are microseconds since 1970. Peers' bytes are in the escapes of
 * proxy/base/escape.h. What was judged ("ours", "is", "text", "notes", "learnt", "weak", "why") is for readers: whoever reads it
 * back here judges anew. The same inventory is the same text, but for the order of things that weigh the same.
 */
#ifndef PROXY_SURVEY_INVENTORY_FILE_H
#define PROXY_SURVEY_INVENTORY_FILE_H

#include "proxy/survey/learn.h"

#include <stdio.h>

enum { INVENTORY_VERSION = 1 };

/* Write it as JSON. l: what was learnt of it. 0, or -1: no memory. Whether it could be written is left to ferror(out). */
int inventory_write(const struct inventory *v, const struct learnt *l, FILE *out);

/* Read it back. NULL: what is wrong is on errors, as a line that begins with name. Any bytes; what does not fit is counted as ever. */
struct inventory *inventory_read(FILE *in, const char *name, FILE *errors);

/* Write it as text. 0, or -1: no memory. */
int inventory_show(const struct inventory *v, const struct learnt *l, FILE *out);

#endif
