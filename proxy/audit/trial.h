/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trial.h - the ways to ask a host to relay, "forms" in a report: what stands behind MAIL FROM: and RCPT TO:,
 * with places for the names of one test.
 *
 * A template is text with places in braces: {user} and {target}, mailbox and domain of
 * the victim; {to}, both as an address; {imcea}, the same as Exchange encapsulates it; {from}, a
 * sender at no domain of the host; {local}, a domain of the host; {host}, its name; {literal}, its address in brackets. Octets beyond
 * ASCII stand in it as they are sent. No form holds CR, LF or NUL.
 */
#ifndef PROXY_AUDIT_TRIAL_H
#define PROXY_AUDIT_TRIAL_H

#include "classifier/span.h"

enum trial_kind {
	TRIAL_PLAIN = 0,	/* another host's address by RFC 5321: who takes it has taken it to send it on */
	TRIAL_SECOND,	/* the same, and before it the host's own postmaster is asked for */
	TRIAL_ROUTED,	/* a local mailbox, or none, by RFC 5321; another host's for servers that read more in it */
};

struct trial {
	const char *id;
	const char *sender, *recipient;	/* templates, brackets included */
	enum trial_kind kind;
	const char *tradition;		/* how such a form works */
	const char *source;		/* who tests so, or where it is told of */
};

struct trials {
	const struct trial *at;
	size_t count;
};

/* Does it relay? In this order: the plainest first. */
extern const struct trials trials_relay;

/* Mail to the host itself, from senders that it had better refuse. */
extern const struct trials trials_sender;

/* The same from a sender, and to a mailbox, that make nothing of it: what a reply to another form is worth. */
extern const struct trials trials_control;

/* The form of this id in a table, or NULL. */
const struct trial *trials_find(const struct trials *trials, const char *id);

/* Is the victim's mailbox the one that it asks for? A message by another form would be for somebody else, if anybody. */
bool trial_is_for_mailbox(const struct trial *trial);

enum { TRIAL_OCTETS = 500 };	/* an expansion with a NUL behind it; with its verb it stays within the 512 of RFC 5321 4.5.3.1.4 */

/* What stands in the places. None may hold CR, LF or NUL. */
struct trial_names {
	const char *user, *target, *from, *local, *host, *literal;
};

/*
 * Write the template with its names to out, and a NUL. Its length, or -1: it is too long for a command. A place that is none is a fault of
 * the table.
 */
ptrdiff_t trial_expand(const char *template, const struct trial_names *names, char out[TRIAL_OCTETS]);

#endif
