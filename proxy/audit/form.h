/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * form.h - the ways to ask a host to relay: what stands behind MAIL FROM: and RCPT TO:,
 * with places for the names of one test.
 *
 * A template is text with places in braces: {user} and {target}, mailbox and domain of
 * the victim; {to}, both as an address; {imcea}, the same as Exchange encapsulates it; {from}, a
 * sender at no domain of the host; {local}, a domain of the host; {host}, its name; {literal}, its address in brackets. Octets beyond
 * ASCII stand in it as they are sent. No form holds CR, LF or NUL.
 */
#ifndef PROXY_AUDIT_FORM_H
#define PROXY_AUDIT_FORM_H

#include "classifier/span.h"

enum form_kind {
	FORM_PLAIN = 0,	/* another host's address by RFC 5321: who takes it has taken it to send it on */
	FORM_SECOND,	/* the same, and before it the host's own postmaster is asked for */
	FORM_ROUTED,	/* a local mailbox, or none, by RFC 5321; another host's for servers that read more in it */
};

struct form {
	const char *id;
	const char *sender, *recipient;	/* templates, brackets included */
	enum form_kind kind;
	const char *tradition;		/* how such a form works */
	const char *source;		/* who tests so, or where it is told of */
};

struct forms {
	const struct form *at;
	size_t count;
};

/* Does it relay? In this order: the plainest first. */
extern const struct forms forms_relay;

/* Mail to the host itself, from senders that it had better refuse. */
extern const struct forms forms_sender;

/* The same from a sender, and to a mailbox, that make nothing of it: what a reply to another form is worth. */
extern const struct forms forms_control;

/* The form of this id in a table, or NULL. */
const struct form *forms_find(const struct forms *forms, const char *id);

enum { FORM_OCTETS = 500 };	/* an expansion with a NUL behind it; with its verb it stays within the 512 of RFC 5321 4.5.3.1.4 */

/* What stands in the places. None may hold CR, LF or NUL. */
struct form_names {
	const char *user, *target, *from, *local, *host, *literal;
};

/* Write the template with its names to out, and a NUL. Its length, or -1: it is too long for a command. A place that is none is a fault of the table. */
ptrdiff_t form_expand(const char *template, const struct form_names *names, char out[FORM_OCTETS]);

#endif
