/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * models.h - how mail servers read the octets that they are sent.
 *
 * A model is a receiver of SMTP: it cuts lines, knows which of them are commands
 * and which are message text, and writes down what it saw. Models differ in what
 * they take for a line end, for an octet and for a whole line. Where two of them
 * write down different things, a sender can say two things at once: that is
 * SMTP smuggling, and it is found by comparing what was written down.
 *
 * A model depends on the replies as a server does: it does not read on before it
 * has answered. Nothing here is shared with the program under test.
 */
#ifndef TESTS_FUZZ_MODELS_H
#define TESTS_FUZZ_MODELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In what a receiver departs from RFC 5321. All zero: in nothing. */
struct model_conf {
	const char *name;
	bool lf;		/* LF alone ends a line */
	bool lf_commands;	/* ... of a command, not of text */
	bool cr;		/* CR alone ends a line; a LF behind it belongs to it */
	bool nul;		/* a NUL ends what is seen of a line */
	bool strip8;		/* bit 8 of every octet is cleared */
	bool separators;	/* VT, FF, FS, GS, RS, U+0085, U+2028, U+2029 end a line of text */
	bool trims;		/* white space around a dot is nothing */
	bool bdat;		/* BDAT is known, RFC 3030: its octets are text */
	bool tls_unseen;	/* what follows STARTTLS is shown in plain text */
	bool hello_keeps;	/* HELO and EHLO leave a transaction as it is */
	size_t command_max;	/* a command is read in pieces of so many octets; 0: whole. A response is (RFC 4954 4) */
	size_t text_max;	/* a line of text is */
};

/* The first of the table reads as RFC 5321 says. */
enum { MODEL_COUNT = 12 };
extern const struct model_conf models[MODEL_COUNT];

enum entry_kind {
	ENTRY_BANNER = 0,	/* the connection; its reply is the banner */
	ENTRY_COMMAND,
	ENTRY_RESPONSE,		/* a line that answers a 334 */
	ENTRY_MESSAGE,		/* text up to its end; its reply is the one to the final dot */
};

enum { VERB_OCTETS = 10 };

/* What a model saw. Each entry gets one reply, in their order. */
struct entry {
	enum entry_kind kind;
	char verb[VERB_OCTETS];	/* COMMAND: upper case, cut */
	size_t begin, end;	/* octets of the stream, line ends and the final dot included */
	uint64_t digest;	/* COMMAND: of the line as it was read */
	bool open;		/* a transaction was open when it came */
	unsigned recipients;	/* ... and had so many, which were accepted */
	unsigned code;		/* of its reply; 0: none yet */
	/* MESSAGE, and BDAT with LAST: of the text without stuffing, as RFC 5321 reads it, but 0xFF as 0x7F and any X left out */
	bool last;		/* a message ends here */
	uint64_t text;
	uint64_t loose;		/* ... without what a repair adds or leaves out: CR, LF, NUL, dots, blanks */
	size_t octets;		/* of the text as it came, the final dot included */
};

enum model_state { MODEL_COMMANDS = 0, MODEL_RESPONSE, MODEL_TEXT, MODEL_CHUNK, MODEL_OPAQUE };

enum { MODEL_LINE_KEPT = 64, MODEL_LOG = 2048 };

/* Digests of text, and how they were at the begin of the line: the final dot is no text. */
struct model_text {
	uint64_t exact, loose, line_exact, line_loose;
	size_t octets;
	uint16_t tail;
};

struct model {
	const struct model_conf *conf;
	enum model_state state;
	size_t at;			/* octets of the stream that were read */
	size_t line_at, line_len;	/* the line that is being read */
	uint8_t line[MODEL_LINE_KEPT];
	size_t kept;
	uint64_t digest;
	bool cut;			/* a NUL was in this line */
	bool bad;			/* lf_commands: the line had a LF alone at its end, and is none of the grammar */
	bool after_cr;			/* a LF now belongs to the line before */
	uint32_t recent;		/* the last four octets */
	size_t chunk;			/* octets of a chunk that are still to come */
	bool chunk_last;
	struct model_text text;
	bool open;
	unsigned recipients;
	struct entry log[MODEL_LOG];
	size_t count, answered;
};

void model_init(struct model *m, const struct model_conf *conf);

/*
 * Read on in a stream of which len octets are known, from where it stopped: to
 * the end, to what wants a reply, or until its log is full (model_full()).
 */
void model_read(struct model *m, const uint8_t *stream, size_t len);
bool model_full(const struct model *m);

/* Is its last entry without a reply? */
bool model_asks(const struct model *m);

/* The last entry gets its reply. False: it has one. */
bool model_reply(struct model *m, unsigned code);

/* Has it read a part of something: of a line, of a message, of a chunk? */
bool model_amid(const struct model *m);

/* Did two models see the same? Not of message text, which a receiver may change as it likes. */
bool entry_same(const struct entry *a, const struct entry *b);

#endif
