/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * input_kind.h - what a file is, by its first octets, unpacked (proxy/driver/tap/unpacker.h). Its name says nothing.
 */
#ifndef PROXY_SURVEY_INPUT_KIND_H
#define PROXY_SURVEY_INPUT_KIND_H

#include "classifier/span.h"

enum { INPUT_KIND_OCTETS = 4 };		/* that are enough to know it */

enum input_kind {
	INPUT_EMPTY = 0,
	INPUT_JOURNAL,		/* JSON lines: docs/JOURNAL.md; or an inventory, which is JSON too */
	INPUT_CAPTURE,		/* pcap (also with nanoseconds, of either byte order) or pcapng */
	INPUT_TEXT,		/* anything else that a text file begins with: a policy, if anything */
	INPUT_BINARY,		/* nothing that is known here */
};

/* The kind of a file that begins so: with INPUT_KIND_OCTETS at least, or all that it has. */
enum input_kind input_kind(struct span first);

#endif
