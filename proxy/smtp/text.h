/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text.h - the text of a message on its way to the host: framing, repairs, stuffing.
 *
 * Built on the scan of body.h. Clean text is never copied: a step says how many
 * octets of the input go on as they are, how many behind them are left out, and
 * which few octets come in their place.
 *
 * Text of DATA ends at CRLF.CRLF, which is a part of what passes. Text of BDAT
 * (counted) ends where the caller says, and is stuffed with dots on its way, as it
 * goes to the host by DATA.
 */
#ifndef PROXY_SMTP_TEXT_H
#define PROXY_SMTP_TEXT_H

#include "proxy/smtp/body.h"
#include "proxy/smtp/header.h"

enum {
	TEXT_EMIT_OCTETS = 8,
	TEXT_HELD_OCTETS = 2,
};

struct text_conf {
	bool normalize;		/* repair what two servers could frame differently; else it is a fault */
	bool counted;		/* chunks of BDAT */
	bool strip8;		/* the host clears bit 8: judge the octets as it reads them */
	bool rename_reflecting;	/* Errors-To and Return-Receipt-To become Errors-To-Renamed ... */
};

enum text_fault {
	TEXT_OK = 0,
	TEXT_BARE_CR,
	TEXT_BARE_LF,
	TEXT_NUL,
	TEXT_LONG_LINE,
	TEXT_DOT,		/* a line that is a dot to some server and not to others */
	TEXT_HEADER_BLOCK,	/* more than 32 KiB of header fields; these two are never repaired */
	TEXT_MIME_HEADER,	/* more than 2048 octets in a MIME field, or 1024 in a parameter */
	TEXT_FAULTS,
};

enum text_result {
	TEXT_MORE = 0,	/* what is left needs more behind it */
	TEXT_GO,	/* call again with what is left */
	TEXT_END,	/* text of DATA: the final CRLF.CRLF is the end of what passes */
	TEXT_FAULT,	/* the message is lost, and nothing of this input goes on */
};

struct text_step {
	size_t pass;		/* first so many octets of the input go on */
	size_t skip;		/* then so many of it are left out; TEXT_FAULT: all before the fault */
	uint8_t emit[TEXT_EMIT_OCTETS];	/* then these go on */
	size_t emitted;
	enum text_fault fault;	/* what was repaired in this step; with TEXT_FAULT: what is wrong */
};

struct text {
	struct text_conf conf;
	struct body body;
	struct header header;
	bool in_text;		/* behind the header block */
	uint8_t held[TEXT_HELD_OCTETS];	/* the end of a chunk, which may be the begin of a line end */
	size_t held_octets;
};

/* Before the first octet of a message. */
void text_begin(struct text *t, const struct text_conf *conf);

/* The next step over in. last: counted text, and in is all that is left of the chunk: all of it is used. */
enum text_result text_step(struct text *t, struct span in, bool last, struct text_step *step);

/*
 * The end of counted text: what closes the message at the host, to out. Not
 * TEXT_OK: an octet was held back that is a fault now, and nothing is written.
 */
enum text_fault text_finish(struct text *t, uint8_t out[TEXT_EMIT_OCTETS], size_t *n);

/* Text of DATA that is thrown away from here on: begin to look for its end. */
void text_skip_begin(const struct text *t, struct body_skip *s);

/* "bare-cr" ...; static, for the journal and replies. */
const char *text_fault_name(enum text_fault f);

#endif
