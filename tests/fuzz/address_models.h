/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * address_models.h - where mail servers send what stands behind "RCPT ".
 *
 * One reader of addresses, and a table of what servers do differently: where an
 * address ends on its line, whether a source route is followed, which operators are
 * looked for in what order, what is done with quotes. The table follows what is
 * known of the servers; it shares nothing with the classifier, which it judges.
 */
#ifndef TESTS_FUZZ_ADDRESS_MODELS_H
#define TESTS_FUZZ_ADDRESS_MODELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum address_end {
	ADDRESS_NOWHERE = 0,	/* no address is found */
	ADDRESS_LOCAL,		/* a mailbox of the host */
	ADDRESS_FOREIGN,	/* goes on to another host */
	ADDRESS_SPECIAL,	/* a program, a file, a list, an option */
};

enum { ADDRESS_OCTETS = 1024, ADDRESS_HOST_OCTETS = 256 };

struct address_seen {
	enum address_end end;
	uint8_t mailbox[ADDRESS_OCTETS];	/* LOCAL: without quotes */
	size_t mailbox_len;
	char host[ADDRESS_HOST_OCTETS];		/* FOREIGN: lower case, cut */
};

enum address_line {
	LINE_BLANK = 0,		/* the address ends at a blank outside of brackets, quotes and comments */
	LINE_WHOLE,		/* it is all that is left of the line */
	LINE_QMAIL,		/* it stands between the first "<" and ">", whatever is before */
};

enum address_route {
	ROUTE_FOLLOWED = 0,	/* to the first hop */
	ROUTE_DROPPED,
	ROUTE_COLON,		/* all up to a colon is dropped, route or not */
};

enum address_quotes {
	QUOTES_KEPT = 0,	/* what is in quotes is text */
	QUOTES_BARE,		/* they come off where there is no domain, and what was in them is read again */
	QUOTES_WORD,		/* they come off a single word before a local domain, and that is read again */
	QUOTES_OFF,		/* they and all backslashes come off before a local domain, and that is read again */
};

struct address_model {
	const char *name;
	enum address_line line;
	enum address_route route;
	enum address_quotes quotes;
	const char *operators;	/* in their order; "%" is looked for from the right, others from the left */
	bool strip8;		/* bit 8 is cleared */
	bool phrases;		/* comments and what stands beside the innermost brackets are dropped */
	bool blanks;		/* so are blanks outside of quotes */
	bool at_word;		/* " at " is "@" */
	bool lists;		/* commas and semicolons separate addresses, in quotes too */
	bool once;		/* a local domain ends it: what stands before is a mailbox */
	bool imcea;		/* IMCEASMTP-user+40host is decoded */
	bool gateway;		/* IN%"user@host", NODE::"user@host" and /RFC-822=user(a)host/ are */
	bool words;		/* encoded words of RFC 2047 are */
	bool nicknames;		/* the host knows itself by short names too */
	bool berkeley;		/* host.user and host=user route: only of hosts that are said to have these rules */
	bool resolves;		/* a number is an address, in any spelling of inet_aton(3) */
};

enum { ADDRESS_MODEL_COUNT = 24 };
extern const struct address_model address_models[ADDRESS_MODEL_COUNT];

/* Where an argument of RCPT goes: to a host named mail.local.example [198.51.100.25], for local.example too. */
void address_see(const struct address_model *m, const uint8_t *argument, size_t len, struct address_seen *seen);

#endif
