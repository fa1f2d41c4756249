/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sent.h - the command line that goes to a host, being written, at most 510 octets.
 *
 * Overflow sticks: a row of appends needs one check at its end.
 */
#ifndef CLASSIFIER_SENT_H
#define CLASSIFIER_SENT_H

#include "classifier/span.h"

enum { SENT_MAX = 510 };	/* without CRLF: RFC 5321 4.5.3.1.4 */

struct sent {
	uint8_t bytes[SENT_MAX];
	size_t len;
	bool overflow;
};

static inline struct span
sent_span(const struct sent *l)
{
	return span_of(l->bytes, l->len);
}

static inline void
sent_add(struct sent *l, struct span s)
{
	if (l->overflow || s.len > sizeof(l->bytes) - l->len) {
		l->overflow = true;
		return;
	}
	if (s.len > 0)
		memcpy(l->bytes + l->len, s.at, s.len);
	l->len += s.len;
}

static inline void
sent_add_byte(struct sent *l, uint8_t c)
{
	sent_add(l, span_of(&c, 1));
}

#endif
