/* SPDX-License-Identifier: GPL-2.0-or-later */
/* audit_options.h - the command line of relaywall audit, read and checked. */
#ifndef PROXY_CLI_AUDIT_OPTIONS_H
#define PROXY_CLI_AUDIT_OPTIONS_H

#include "classifier/domain.h"
#include "classifier/ip.h"
#include "classifier/path.h"

enum { AUDIT_MAILBOX = PATH_LOCAL_MAX + 1 + DOMAIN_MAX + 1 };

struct audit_options {
	const char *policy, *local, *helo, *label, *html, *arrived;	/* NULL, but for label: not given */
	char user[PATH_LOCAL_MAX + 1], domain[DOMAIN_MAX + 1];		/* whom the forms are aimed at */
	char sender[AUDIT_MAILBOX];
	struct ip from;
	bool has_from;
	bool own, all, json;
	bool reads;		/* arguments are reports, not hosts */
	bool delivers;		/* the mailbox is the operator's, and gets messages */
	unsigned rate;
	uint64_t timeout_ms, total_ms;
	char **arguments;
	size_t count;
};

/* 0, or -1 and told on stderr. */
int audit_options_read(struct audit_options *o, int argc, char **argv);

#endif
