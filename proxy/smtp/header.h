/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * header.h - the header block of a message, as it passes.
 *
 * What sendmail 8.12.9 does for unpatched servers behind it: 0xFF, which older
 * ones take for an end mark of their own, becomes 0x7F; the block, each MIME
 * field and each parameter in one have a length (MaxHeadersLength,
 * MaxMimeHeaderLength). And fields that make servers before 8.7 send mail to
 * whom they name can be renamed.
 *
 * A field must not hide from that, so lines are read as sendmail reads them: without
 * the dot that stuffs one, behind the "From " line of a mailbox, with any blank
 * before the colon. Mailer flags before a name ("?x?Errors-To:", up to a second "?"
 * anywhere in the field), which sendmail takes away, are made a part of it. What is
 * no field to sendmail may be taken for one.
 */
#ifndef PROXY_SMTP_HEADER_H
#define PROXY_SMTP_HEADER_H

#include "classifier/span.h"

enum {
	HEADER_BLOCK_OCTETS = 32768,
	HEADER_MIME_OCTETS = 2048,	/* a field, with its name */
	HEADER_PARAMETER_OCTETS = 1024,
	HEADER_NAME_OCTETS = 24,	/* names that matter are shorter */
};

enum header_event {
	HEADER_NOTHING = 0,	/* all of the input was used */
	HEADER_DONE,		/* the text of the message begins; no more calls */
	HEADER_FF,		/* 0xFF at this place; going on means that it was replaced */
	HEADER_FLAGS,		/* a field begins with "?" at this place; going on means that an octet was put before it */
	HEADER_REFLECTING,	/* the name Errors-To or Return-Receipt-To ends before this place */
	HEADER_BLOCK_LONG,
	HEADER_MIME_LONG,
};

struct header {
	bool rename;		/* look for reflecting fields */
	bool strip8;		/* the host clears bit 8: read the octets as it does */
	bool in_name, mime, has_parameters, renamed;
	bool line;		/* inside a line */
	bool dot;		/* before it, the dot that stuffs it was seen */
	size_t octets, field, parameter;
	size_t name_octets;
	uint8_t name[HEADER_NAME_OCTETS];	/* lower case */
};

/* Look at the next octets. *at: how many of them are before the event. */
enum header_event header_scan(struct header *h, struct span in, size_t *at);

/* A line end that was put in. */
void header_new_line(struct header *h);

#endif
