/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reading.h - where some mail server would send a message addressed like this.
 *
 * For explanations only: the verdict rests on the grammar and on operators, not
 * on this list, which cannot be complete. Works on any bytes, well-formed or
 * not, in constant memory; what does not fit is left out and said.
 */
#ifndef CLASSIFIER_READING_H
#define CLASSIFIER_READING_H

#include "classifier/classify.h"

/* name, who reads it so; sources: docs/SMTP.md */
#define READINGS(X)                                                                             \
	X(PLAIN,    "plain",          "every server")                                                 \
	X(ROUTE,    "source-route",   "sendmail before 8.10, smail 3, PMDF: the first hop")           \
	X(AT,       "double-at",      "sendmail before 8.12, smail 3")                                \
	X(QUOTED,   "quoted-address", "sendmail 8.9 and later (8.6 without a domain), Postfix, Domino, PMDF") \
	X(IMCEA,    "encapsulation",  "Exchange 5.5 before SP3, IIS 4 and 5")                         \
	X(PERCENT,  "percent-hack",   "sendmail, Postfix, Domino, PMDF, smail 3, Exim if told so")     \
	X(BANG,     "bang-path",      "sendmail, Postfix, PMDF, smail 3")                             \
	X(CARET,    "caret-path",     "sendmail 4 and 5: ^ is !")                                     \
	X(DECNET,   "decnet",         "DECnet gateways, smail 3, Ultrix, OSF/1")                      \
	X(COLON,    "colon-route",    "Berknet (sendmail 5), smail 3: the host before the colon")     \
	X(IMC,      "colon-strip",    "Exchange IMC: what stands behind the colon")                   \
	X(BITNET,   "host=user",      "sendmail 4.3BSD to 5.61")                                      \
	X(DOTUSER,  "host.user",      "sendmail 4.3BSD to 5.61")                                      \
	X(X400,     "x400-rfc822",    "X.400 gateways: (a) is @")                                     \
	X(PROGRAM,  "program",        "sendmail before 8.7 and smail 3 run it")                       \
	X(FILE,     "file",           "sendmail and Exim write to or read the file")

enum reading_kind {
#define X(id, name, who) READING_##id,
	READINGS(X)
#undef X
	READING_COUNT,
};

/* What was done to the text before it could be read so. */
enum {
	VIA_UNQUOTED = 1,	/* quotes removed: sendmail 8.9 and later, Postfix, Domino, PMDF */
	VIA_BIT7 = 2,		/* bit 8 cleared: sendmail 5 */
	VIA_NUL = 4,		/* cut at NUL: C strings */
	VIA_COMMENT = 8,	/* comments removed: sendmail, Exim */
	VIA_IMCEA = 16,		/* encapsulation decoded: Exchange 5.5, IIS */
	VIA_INNER = 32,		/* the inner brackets of several: phrases, nested paths */
};

enum { READING_MAX = 12, READING_TEXT = 2048 };

struct reading {
	enum reading_kind kind;
	unsigned via;
	bool local;		/* the destination is local to the asked host */
	struct span target;	/* host, as written; in readings.text */
};

struct readings {
	struct reading list[READING_MAX];
	size_t count;
	bool truncated;		/* there was more than fits */
	uint8_t text[READING_TEXT];
	size_t used;
	unsigned visits;	/* bounds the work that nested forms can cause */
};

/* List the readings of a path (what stands between the brackets, or the whole argument of a malformed one). */
void readings_find(const struct asked *asked, struct span path, struct readings *out);

const char *reading_name(enum reading_kind k);
const char *reading_servers(enum reading_kind k);

/* The name of the lowest bit of via ("unquoted"), or NULL. */
const char *reading_via(unsigned via);

#endif
