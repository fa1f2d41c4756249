/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * survey_inside.h - what the files of the survey share: for survey*.c alone.
 */
#ifndef PROXY_SURVEY_SURVEY_INSIDE_H
#define PROXY_SURVEY_SURVEY_INSIDE_H

#include "proxy/survey/survey.h"

/* A recipient of the message that is under way. */
struct survey_recipient {
	uint32_t domain;		/* INVENTORY_NONE: not followed */
	enum reading_kind kind;
};

struct survey_session {
	uint32_t host, client;		/* INVENTORY_NONE: no room */
	bool counted;			/* something was said */
	bool sender_counted;		/* in this transaction */
	bool is_null_sender;
	struct span hello;		/* the client's name, lower case, in hello_text; empty: none that is a domain */
	uint8_t *hello_text;		/* malloced */
	struct vec recipients;		/* struct survey_recipient */
};

/* What an exchange is about. Host and client are looked up anew for each: they may move. */
struct survey_turn {
	struct inventory *v;
	struct survey_session *m;
	const struct exchange *e;
	struct inventory_host *host;
	struct inventory_client *client;	/* NULL: no room */
};

/* survey_replies.c: what the host says of itself. */
void survey_banner(struct survey_turn *t);
void survey_hello(struct survey_turn *t);
void survey_help(struct survey_turn *t);
void survey_reply(struct survey_turn *t);

/* survey_mail.c: transactions. */
void survey_mail(struct survey_turn *t);
void survey_recipient(struct survey_turn *t);
void survey_message(struct survey_turn *t);
void survey_no_message(struct survey_turn *t);

/* Is this the code of a reply of that first digit? */
static inline bool
survey_is(unsigned code, unsigned first)
{
	return code / 100 == first;
}

#endif
