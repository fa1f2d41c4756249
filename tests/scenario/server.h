/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * server.h - the mail host of the tests: as lenient as the worst, and it remembers.
 *
 * Bytes in, replies out through a hook; no I/O, no clock. A line ends in LF, CR or
 * CRLF. A message ends wherever some server is known to end one. Any RCPT is taken,
 * and every verb that could start a delivery. What it understood is on record, so
 * that a test sees what got past the shield.
 */
#ifndef TESTS_SCENARIO_SERVER_H
#define TESTS_SCENARIO_SERVER_H

#include "tests/scenario/digest.h"
#include "tests/scenario/tape.h"

/* name, what it does; the first ten are those of the corpus */
#define SERVER_MODES(X)                                                                         \
	X(PLAIN,           "plain",           "lenient, and otherwise correct")                        \
	X(OFFER_ALL,       "offer-all",       "EHLO lists every extension there is")                   \
	X(NO_EHLO,         "no-ehlo",         "500 to EHLO")                                           \
	X(SPLIT_REPLIES,   "split-replies",   "each octet of a reply in a segment of its own")         \
	X(BARE_LF_REPLIES, "bare-lf-replies", "reply lines end in LF, with a CR in the middle")        \
	X(EXTRA_REPLY,     "extra-reply",     "two replies to RCPT")                                   \
	X(DATA_451,        "data-451",        "451 to DATA")                                           \
	X(DATA_354_ALWAYS, "data-354-always", "354 to DATA, recipients or not")                        \
	X(MAIL_550,        "mail-550",        "550 to MAIL")                                           \
	X(RCPT_550,        "rcpt-550",        "550 to RCPT")                                           \
	X(STRIP8,          "strip8",          "clears bit 8 of every octet, as sendmail 5.61")         \
	X(LINES_1023,      "lines-1023",      "a longer line goes on as another one, sendmail 5.61")   \
	X(LINES_2047,      "lines-2047",      "... sendmail 8.6 to 8.13")                              \
	X(LINES_2499,      "lines-2499",      "... the header lines of sendmail 5.61")                 \
	X(EARLY_354,       "early-354",       "354 behind the reply to RCPT")                          \
	X(RCPT_354,        "rcpt-354",        "354 to RCPT")                                           \
	X(DATA_250,        "data-250",        "250 to DATA")                                           \
	X(BDAT,            "bdat",            "knows BDAT, and offers CHUNKING")                       \
	X(MAIL_421,        "mail-421",        "421 to MAIL, and closes")                               \
	X(TEXT_421,        "text-421",        "421 within the text of a message, and closes")          \
	X(TEXT_CLOSE,      "text-close",      "closes within the text of a message")                   \
	X(DOT_CLOSE,       "dot-close",       "closes in place of the reply to a message")             \
	X(RCPT_SILENT,     "rcpt-silent",     "no reply to RCPT")                                      \
	X(DOT_SILENT,      "dot-silent",      "no reply to a message")                                 \
	X(BANNER_554,      "banner-554",      "554 in place of the greeting")

enum server_mode {
#define X(id, name, what) SERVER_##id,
	SERVER_MODES(X)
#undef X
	SERVER_MODE_COUNT,
};

const char *server_mode_name(enum server_mode m);

/* -1: there is no mode of this name. */
int server_mode_find(struct span name);

struct server_hooks {
	void (*say)(void *cookie, struct span segment);
	void (*close)(void *cookie);
	void *cookie;
};

enum server_state { SERVER_COMMAND = 0, SERVER_TEXT, SERVER_CHUNK, SERVER_AUTH, SERVER_TLS, SERVER_CLOSED };

enum { SERVER_MESSAGES = 256 };

struct server {
	enum server_mode mode;
	struct server_hooks hooks;
	enum server_state state;

	struct tape line;	/* of a command, up to here */
	bool after_cr;		/* a LF now belongs to the line end before it */
	bool behind_message;	/* ... which was that of a message */
	bool in_transaction;
	unsigned recipients;
	const char *misled;	/* a command that is right, but at a wrong time: what was wrong, or NULL */
	unsigned auth_left;	/* challenges to come */
	uint64_t chunk_left;
	bool chunk_last;

	size_t text_column;	/* octets since the last line end */
	unsigned dot;		/* what the line is up to here: blank, a dot, anything */
	unsigned dot_before;	/* ... before an octet that may begin a line end of two or three */
	uint8_t last[2];
	struct digest text;

	struct tape commands;	/* every line that it took for a command, escaped, each with a NUL behind it */
	struct tape auth_lines;	/* ... for an answer to a challenge */
	struct digest messages[SERVER_MESSAGES];	/* text as received, the end included */
	size_t message_count;
};

void server_init(struct server *s, enum server_mode mode, const struct server_hooks *hooks);
void server_free(struct server *s);

/* The connection stands: say the banner. */
void server_greet(struct server *s);

void server_take(struct server *s, struct span in);

/* The next command on record behind at, or the first one for NULL; NULL behind the last. */
const char *server_command(const struct server *s, const char *at);

#endif
