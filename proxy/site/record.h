/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record.h - one line of the journal: an event as a JSON object.
 *
 * docs/JOURNAL.md has every field of every event, and the rule by which they change. Bytes of a peer stand in the escapes
 * of proxy/base/escape.h inside of JSON's own, so that a line is ASCII and is one line, whatever was sent.
 *
 * No I/O and no clock: the shield writes what happens now, the tap what a capture says happened. Nothing is allocated.
 */
#ifndef PROXY_SITE_RECORD_H
#define PROXY_SITE_RECORD_H

#include "proxy/base/json_line.h"
#include "proxy/engine/event.h"

#include <time.h>

enum {
	RECORD_VERSION = 1,		/* of the schema */
	RECORD_POLICY = 16,		/* digits of the policy's digest in each line: enough to find it by */
	RECORD_OCTETS = 32768,		/* of a line at most, its end included */
};

struct record {
	const char *digest;		/* of the policy that decides, in hexadecimal; borrowed */
	char policy[RECORD_POLICY + 1];	/* how it begins */
	time_t second;			/* of which date[] is, but for its milliseconds */
	char date[sizeof("2026-11-26T06:44:58.579Z") + 16];	/* empty: none yet */
	struct json_line line;		/* the one that is being made, in: */
	char octets[RECORD_OCTETS];
};

/* digest outlives it. */
void record_init(struct record *r, const char *digest);

/* The line of an event, its line feed included, valid until the next call; empty: it did not fit. now_us: microseconds since 1970. */
struct span record_event(struct record *r, const struct session *s, const struct event *e, uint64_t now_us);

/* Evidence of a session that is on the disk. */
struct record_evidence {
	const char *file;		/* its name in the folder */
	uint64_t octets, left_out;	/* of what was said: that it holds, and that it does not */
};
struct span record_evidence(struct record *r, const struct session *s, const struct record_evidence *e, uint64_t now_us);

/* The line of what became of relaywall itself; as journal_service(). */
struct span record_service(struct record *r, const char *what, const char *text, uint64_t now_us);

#endif
