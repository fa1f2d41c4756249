/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge.h - what the replies of a host amount to: is it a finding?
 *
 * By the check of STIG GEN004710 (V-23952): a mail server that relays for clients which nobody authenticated is a finding.
 *
 * - A plain form that was accepted is one: the host has taken another host's mail.
 * - A routed form that was accepted is one, if the host refuses a mailbox of its own that does not exist, or if the message has
 *   arrived. A host that takes any name at its domain for now, and bounces later, may have taken it for one: that is not decided.
 * - Nothing is decided by what was accepted from a client that may relay by the policy.
 * - It is no finding only if every form was refused. Silence, 4xx and what was not tested are not.
 */
#ifndef PROXY_AUDIT_JUDGE_H
#define PROXY_AUDIT_JUDGE_H

#include <jansson.h>
#include <stdbool.h>

enum status { STATUS_NOT_REVIEWED = 0, STATUS_NOT_A_FINDING, STATUS_FINDING };

struct judgement {
	enum status status;
	size_t forms;
	size_t relayed;		/* accepted, and it counts */
	size_t doubtful;	/* accepted, but by who accepts all names */
	size_t allowed;		/* accepted from a client that may relay */
	size_t refused;
	size_t undecided;	/* all others that were tested */
	size_t untested;
	bool plain;		/* one of relayed is plain */
	bool arrived;		/* of one of them the message has arrived */
	const char *first;	/* id of the first that is relayed, else doubtful; borrowed from the host; NULL: none */
	char why[600];		/* whole sentences */
};

/* What a row of "relay" is worth. */
enum worth { WORTH_UNTESTED = 0, WORTH_UNDECIDED, WORTH_ALLOWED, WORTH_DOUBTFUL, WORTH_REFUSED, WORTH_RELAYED };
enum worth judge_row(const json_t *host, const json_t *row);

/* "finding", "not-a-finding", "not-reviewed", and as people write it. */
const char *status_name(enum status s);
const char *status_title(enum status s);

/* Judge a host of a report by its rows. */
void judge_host(const json_t *host, struct judgement *out);

/* Write "status", "why" and "counts" into it. 0, or -1: no memory. */
int judge_note(json_t *host);

#endif
