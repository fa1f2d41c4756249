/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scene.h - sessions from a table, as a tap would tell of them.
 */
#ifndef TESTS_UNIT_SURVEY_SCENE_H
#define TESTS_UNIT_SURVEY_SCENE_H

#include "proxy/survey/survey.h"

/* A session: one mail, up to its first NULL. */
struct scene_row {
	const char *host, *client;	/* addresses; NULL as host: the end of the table */
	const char *banner;		/* behind its code; NULL: its begin was not seen */
	const char *hello;		/* name in EHLO */
	const char *sender, *rcpt;	/* paths, without brackets; NULL as sender: the session ends before MAIL */
	unsigned code;			/* of the reply to RCPT */
	const char *reply;		/* its text; NULL: "Recipient ok" */
	unsigned message;		/* of the reply to the message; 0: there was none */
};

/* 2004-01-12 10:00:00, when scenes begin; a second passes with each exchange. */
#define SCENE_BEGIN UINT64_C(1073901600000000)

struct ip scene_ip(const char *text);

/* Play them to the inventory. */
void scene_play(struct inventory *v, const struct scene_row *rows);

/* An inventory of them. Ends the program without memory. */
struct inventory *scene_new(const struct scene_row *rows);

/* One exchange of a session of its own, between these. */
void scene_exchange(struct inventory *v, const char *host, const char *client, const struct exchange *e);

#endif
