/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ruling.h - what the judgements of a recipient, a sender and a greeting share.
 * For the files of this folder whose names begin with classify_.
 *
 *	ruling_begin(), then ruling_parse() where there is a path; a fault of grammar
 *	is ruling_refuse()d, one of a rule goes through ruling_apply(); the line for
 *	the host is written in the end.
 */
#ifndef CLASSIFIER_RULING_H
#define CLASSIFIER_RULING_H

#include "classifier/classify.h"
#include "classifier/param.h"
#include "classifier/path.h"

/* A pass by this rule, nothing to send yet. */
void ruling_begin(struct verdict *v, enum rule rule);

/* A refusal; nothing is sent. */
void ruling_refuse(struct verdict *v, enum rule rule, enum reason reason);

/* Apply a rule that found a fault. True when that ends the matter. */
bool ruling_apply(const struct rules *rules, enum rule rule, enum reason reason, struct verdict *v);

/* The mode to report of a rule that found nothing: MODE_COUNT in a verdict says that something was found. */
enum mode ruling_idle_mode(const struct rules *rules, enum rule rule);

/* Is this one of the host's domains, or its own literal? */
bool ruling_is_local(const struct asked *asked, const struct path_host *h);

/* Bytes, keyword, path, parameters of MAIL or RCPT. REASON_LOCAL, or the fault. */
enum reason ruling_parse(const struct asked *asked, struct span text, enum param_verb verb, struct verdict *v,
    struct path *p, struct params *params);

/* Begin the line for the host, "RCPT TO:<", and end its path. */
void ruling_open_path(struct verdict *v, struct span head);
void ruling_close_path(struct verdict *v);

#endif
