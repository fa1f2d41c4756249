/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * survey.h - from what clients and hosts said to each other to an inventory.
 *
 * For the functions of struct exchange_user (proxy/driver/tap/exchange.h), or whoever stands behind them. Nothing of a
 * message's text, no local part and no secret is kept.
 */
#ifndef PROXY_SURVEY_SURVEY_H
#define PROXY_SURVEY_SURVEY_H

#include "proxy/driver/tap/exchange.h"
#include "proxy/survey/inventory.h"

enum { SURVEY_RECIPIENTS = 256 };	/* of a message, that are remembered until it ends */

struct survey_session;

/* A connection is seen. What is remembered of it; NULL: no memory, and that is counted. */
struct survey_session *survey_began(struct inventory *v, const struct exchange_session *s);

/*
 * The next exchange of it; frees m with the one that is CLOSED. m: NULL does nothing. The judgement of the first policy
 * is used, if it is known.
 */
void survey_exchange(struct inventory *v, struct survey_session *m, const struct exchange_session *s, const struct exchange *e);

/* Free what is remembered of a session that will not be CLOSED; NULL does nothing. */
void survey_forget(struct survey_session *m);

#endif
