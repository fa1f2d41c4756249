/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * path.h - the path of MAIL and RCPT, RFC 5321 4.1.2, as a value.
 *
 * The grammar alone: no comments, no white space, no phrases, nothing that RFC
 * 5321 does not write. What a path means, and to whom, is judged elsewhere. A
 * path that parses has exactly one canonical spelling, which path_write() gives.
 *
 * No allocation. Spans point into the text that was parsed; the decoded local
 * part is a copy inside the struct.
 */
#ifndef CLASSIFIER_PATH_H
#define CLASSIFIER_PATH_H

#include "classifier/ip.h"
#include "classifier/sent.h"

enum {
	PATH_LOCAL_MAX = 64,	/* octets as received, quotes included: RFC 5321 4.5.3.1.1 */
	PATH_MAX_OCTETS = 254,	/* without the brackets, route included: RFC 5321 4.5.3.1.3 */
};

enum path_fault {
	PATH_OK = 0,
	PATH_TOO_LONG,
	PATH_ROUTE,		/* a source route that is none */
	PATH_LOCAL,		/* a byte that no local part holds, or none at all */
	PATH_LOCAL_LONG,
	PATH_DOT,		/* a dot at an end or beside another */
	PATH_QUOTE,		/* a quoted string that does not end, or ends too early */
	PATH_BACKSLASH,		/* outside of quotes */
	PATH_SECOND_AT,
	PATH_DOMAIN,
	PATH_LITERAL,		/* "[...]" in no spelling of RFC 5321, or one that resolvers read differently */
};

enum path_form {
	PATH_NULL = 0,		/* "<>" */
	PATH_BARE,		/* a local part, no domain */
	PATH_MAILBOX,
};

/* What stands right of an "@": a domain, or an address literal. */
struct path_host {
	struct span text;	/* as received, brackets included */
	bool literal;
	struct ip ip;		/* of a literal */
};

struct path {
	enum path_form form;
	struct span route;	/* "@a,@b" without the colon, or empty */
	struct span local_text;	/* as received, quotes included */
	bool quoted;		/* as received */
	uint8_t local[PATH_LOCAL_MAX];	/* decoded */
	size_t local_len;
	struct path_host host;	/* of PATH_MAILBOX */
};

/* Parse what stands between the brackets; empty text is the null path. */
enum path_fault path_parse(struct span text, struct path *p);

/* Parse one hop or host: a domain, or a literal in brackets. */
enum path_fault path_host_parse(struct span text, struct path_host *h);

/* The decoded local part; borrowed from p. */
struct span path_local(const struct path *p);

/* Take the next hop from a route ("@a,@b"); false when there is none. Only for a route that path_parse() gave. */
bool path_hop(struct span *route, struct path_host *hop);

/* Would this decoded local part need quotes? */
bool path_needs_quotes(struct span local);

/* Append the local part in its canonical spelling: without needless quotes and quoted-pairs. */
void path_write_local(const struct path *p, struct sent *out);

/* Append the path without brackets: the route as parsed, local part, domain in lower case. */
void path_write(const struct path *p, struct sent *out);

#endif
