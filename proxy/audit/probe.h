/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe.h - a host under test: sessions with it as they are needed, and forms that are asked for in them.
 *
 * A form whose session is lost is asked for once more, in another one. When a host is given up, why is in given_up, and every
 * further question is answered OUTCOME_UNTESTED without a word to it.
 */
#ifndef PROXY_AUDIT_PROBE_H
#define PROXY_AUDIT_PROBE_H

#include "proxy/audit/audit.h"
#include "proxy/audit/trial.h"
#include "proxy/audit/outcome.h"
#include "proxy/audit/talk.h"

struct probe {
	const struct audit_conf *conf;
	const struct target *target;
	struct talk_conf talk_conf;
	struct talk talk;
	struct trial_names names;
	char local[DOMAIN_MAX + 1], name[DOMAIN_MAX + 1], literal[64], helo[DOMAIN_MAX + 1];
	json_t *host;			/* what is learned at the first greeting goes there; borrowed */
	bool greeted, ehlo;
	bool no_memory;
	unsigned lost;			/* sessions, one after the other */
	unsigned transactions;		/* of this session */
	unsigned messages;		/* sent */
	char given_up[200];		/* "": not yet */
};

/* host: an object that outlives it, and gets "banner", "ehlo", "starttls", "software", "client", "name". */
void probe_init(struct probe *p, const struct audit_conf *conf, const struct target *target, json_t *host);

/* Meet the host for the first time, so that its names are known. */
void probe_meet(struct probe *p);

/* Ask for a form, and note replies and outcome in a row of row.h. delivers: if it is accepted, a message follows. */
void probe_trial(struct probe *p, const struct trial *trial, bool delivers, json_t *row);

/* Say one command outside of any transaction, and note the reply. */
void probe_command(struct probe *p, const char *command, json_t *row);

/* Say QUIT, and close. */
void probe_end(struct probe *p);

#endif
