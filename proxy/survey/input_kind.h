/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * input_kind.h - what a file is, by its first octets. Its name says nothing.
 */
#ifndef PROXY_SURVEY_INPUT_KIND_H
#define PROXY_SURVEY_INPUT_KIND_H

#include "classifier/span.h"

enum { INPUT_KIND_OCTETS = 4 };		/* that are enough to know it */

enum input_kind {
	INPUT_MORE = 0,		/* show more of it */
	INPUT_EMPTY,
	INPUT_JOURNAL,		/* JSON lines: docs/JOURNAL.md */
	INPUT_CAPTURE,		/* pcap (also with nanoseconds, of either byte order) or pcapng */
	INPUT_GZIP,		/* RFC 1952; what is in it can be known when it is unpacked */
	INPUT_ZSTD,		/* RFC 8878 */
	INPUT_TEXT,		/* anything else that a text file begins with: a policy, if anything */
	INPUT_BINARY,		/* nothing that is known here */
};

/* The kind of a file that begins so. INPUT_MORE: of less than INPUT_KIND_OCTETS, unless it is whole: there is no more of it. */
enum input_kind input_kind(struct span first, bool whole);

/* "journal", "capture"; static. */
const char *input_kind_name(enum input_kind k);

#endif
