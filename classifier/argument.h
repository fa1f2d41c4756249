/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * argument.h - what stands behind MAIL or RCPT: keyword, one path, parameters.
 *
 * Servers disagree about where a path begins and ends (qmail takes the first
 * "<" of the line, old sendmails the last pair, others skip comments). Here the
 * argument holds exactly one path and nothing beside it, or it is a fault.
 */
#ifndef CLASSIFIER_ARGUMENT_H
#define CLASSIFIER_ARGUMENT_H

#include "classifier/span.h"

enum argument_fault {
	ARGUMENT_OK = 0,
	ARGUMENT_KEYWORD,	/* no "TO:" or "FROM:" */
	ARGUMENT_EMPTY,		/* nothing behind the colon */
	ARGUMENT_OPEN,		/* "<" without its ">" */
	ARGUMENT_SECOND,	/* a second "<", or text between ">" and the parameters */
	ARGUMENT_BARE,		/* without brackets: a byte that then has two readings, or parameters */
};

struct argument {
	struct span path;	/* without brackets; may be empty only in brackets */
	struct span params;	/* without blanks at its ends; may be empty */
};

/*
 * Take text apart. keyword is "TO" or "FROM", letters in any case; blanks (SP,
 * HTAB) may stand around it and its colon and at the end. Parameters want
 * brackets and an SP before them. On a fault, path is as much as could be seen
 * of one, for the explanation.
 */
enum argument_fault argument_parse(struct span text, struct span keyword, struct argument *a);

#endif
