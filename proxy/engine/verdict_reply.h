/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verdict_reply.h - the reply to a judged MAIL or RCPT.
 */
#ifndef PROXY_ENGINE_VERDICT_REPLY_H
#define PROXY_ENGINE_VERDICT_REPLY_H

#include "classifier/verdict.h"

enum { VERDICT_REPLY_OCTETS = 512 };

/* The code of that reply: 421 for ACTION_DROP; 0 for a verdict that lets pass, as the host answers then. */
unsigned verdict_reply_code(const struct verdict *v);

/*
 * Write "550 5.7.1 <path>: relaying denied (id reason)" without CRLF and return
 * its length; behind the text " by LIST" where a block list is the cause. The path is what the client sent, escaped and cut; for
 * ACTION_DROP the code is 421. Only for a verdict that refuses.
 */
size_t verdict_reply(const struct verdict *v, const char *id, char out[VERDICT_REPLY_OCTETS]);

/* The same for a recipient that was redirected, by the code with which the host answered for the trap. */
size_t verdict_reply_redirected(struct span path, unsigned code, char out[VERDICT_REPLY_OCTETS]);

#endif
