/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/ruling.h"

#include "classifier/ascii.h"
#include "classifier/mailbox.h"
#include "classifier/recheck.h"

/*
 * Does every server that we know deliver this path on the asked host or for one
 * of its relay domains? Then the kind of yes, else why not. *own_route: it has a
 * route, of own hops only.
 */
static enum reason
read_recipient(const struct asked *asked, const struct path *p, struct verdict *v, bool *own_route)
{
	const struct policy_host *host = asked->host;
	struct span route = p->route;
	enum reason kind = REASON_LOCAL, fault;
	struct path_host hop;
	uint8_t lower[DOMAIN_MAX];

	*own_route = false;
	while (path_hop(&route, &hop)) {
		if (!ruling_is_local(asked, &hop)) {
			v->target = hop.text;
			return REASON_SOURCE_ROUTE;
		}
	}
	*own_route = p->route.len > 0;
	if (p->form == PATH_BARE) {
		if (ascii_eq_nocase(path_local(p), SPAN("postmaster")))
			return REASON_POSTMASTER;
	} else if (p->host.literal) {
		if (!ruling_is_local(asked, &p->host))
			return REASON_FOREIGN_LITERAL;
		kind = REASON_OWN_LITERAL;
	} else {
		struct span domain = domain_lower(p->host.text, lower);

		if (!domain_table_has(&host->local, domain)) {
			if (!domain_table_has(&host->relay, domain))
				return REASON_FOREIGN;
			kind = REASON_RELAY_DOMAIN;
		}
	}
	fault = mailbox_fault(path_local(p), p->quoted, host->profile, host->max_local);
	return fault == REASON_LOCAL ? kind : fault;
}

/*
 * Is this a mailbox that the host has not? kind: what read_recipient() said. Mailboxes of relay domains are another
 * host's to know. The host's own literal, and a name that it completes, lie in the domain of its own name.
 */
static bool
is_unknown(const struct asked *asked, const struct path *p, enum reason kind)
{
	const struct policy_host *host = asked->host;
	struct span domain = host->hostname;
	uint8_t lower[DOMAIN_MAX];

	if (host->recipients.entries.count == 0 || (kind != REASON_LOCAL && kind != REASON_OWN_LITERAL))
		return false;
	if (kind == REASON_LOCAL && p->form == PATH_MAILBOX)
		domain = domain_lower(p->host.text, lower);
	return !recipients_know(&host->recipients, path_local(p), domain);
}

static bool
is_yes(enum reason r)
{
	return r == REASON_LOCAL || r == REASON_OWN_LITERAL || r == REASON_POSTMASTER || r == REASON_RELAY_DOMAIN;
}

static struct rules
rules_in_force(const struct asked *asked)
{
	struct rules rules = asked->host->rules[asked->network];

	if (asked->authenticated && rules.relay_if_authenticated)
		rules.mode[RULE_RELAY] = MODE_OFF;
	return rules;
}

static void
write_recipient(const struct asked *asked, struct path *p, const struct params *params, bool yes,
    struct verdict *v)
{
	ruling_open_path(v, SPAN("RCPT TO:<"));
	if (yes && p->form == PATH_BARE && ascii_eq_nocase(path_local(p), SPAN("postmaster"))) {
		sent_add(&v->sent, SPAN("postmaster"));
	} else {
		if (p->form == PATH_MAILBOX && ruling_is_local(asked, &p->host) && p->host.literal)
			p->host.text = asked->host->hostname;
		path_write(p, &v->sent);
	}
	ruling_close_path(v);
	params_write(params, asked->offered, &v->sent);
}

static void
redirect(const struct rules *rules, struct verdict *v)
{
	v->action = ACTION_REWRITE;
	ruling_open_path(v, SPAN("RCPT TO:<"));
	sent_add(&v->sent, rules->relay_trap);
	ruling_close_path(v);
}

/* The last word: what is about to be sent must be what the rules in force allow. */
static void
check_recipient(const struct asked *asked, const struct rules *rules, struct verdict *v)
{
	struct recheck allowed = { .bare = rules->mode[RULE_UNQUALIFIED_RECIPIENT] != MODE_ENFORCE };

	if (rules->mode[RULE_RELAY] == MODE_ENFORCE) {
		allowed.local = &asked->host->local;
		allowed.relay = &asked->host->relay;
	}
	if (v->sent.overflow)
		ruling_refuse(v, RULE_SYNTAX, REASON_LINE_LENGTH);
	else if (!recheck_recipient(sent_span(&v->sent), &allowed))
		ruling_refuse(v, RULE_RELAY, REASON_RECHECK);
}

/* Is the client on a list? To the postmaster it can say that it should not be (RFC 5321 4.5.1). */
static void
judge_listing(const struct asked *asked, const struct rules *rules, const struct path *p, struct verdict *v)
{
	if (rules->mode[RULE_BLOCK_LIST] == MODE_OFF || ascii_eq_nocase(path_local(p), SPAN("postmaster")))
		return;
	v->unlisted = asked->listing == LISTING_UNASKED;
	if (asked->listing != LISTING_REFUSE)
		return;
	v->by = asked->listed_by;
	ruling_apply(rules, RULE_BLOCK_LIST, REASON_BLOCK_LIST, v);
}

void
classify_recipient(const struct asked *asked, struct span argument, struct verdict *v)
{
	const struct rules in_force = rules_in_force(asked), *rules = &in_force;
	struct params params;
	enum reason reason;
	struct path p;
	bool own_route;

	ruling_begin(v, RULE_RELAY);
	if ((reason = ruling_parse(asked, argument, PARAM_OF_RCPT, v, &p, &params)) != REASON_LOCAL) {
		ruling_refuse(v, RULE_SYNTAX, reason);
		return;
	}
	reason = read_recipient(asked, &p, v, &own_route);
	v->mode = ruling_idle_mode(rules, RULE_RELAY);
	v->reason = is_yes(reason) ? reason : REASON_RULE_OFF;
	if (!is_yes(reason) && ruling_apply(rules, RULE_RELAY, reason, v)) {
		if (rules->relay_action == RELAY_DROP)
			v->action = ACTION_DROP;
		if (rules->relay_action == RELAY_REDIRECT) {
			redirect(rules, v);
			check_recipient(asked, rules, v);
		}
		return;
	}
	if (p.form == PATH_BARE && reason != REASON_POSTMASTER &&
	    ruling_apply(rules, RULE_UNQUALIFIED_RECIPIENT, REASON_UNQUALIFIED, v))
		return;
	if (is_unknown(asked, &p, reason) && ruling_apply(rules, RULE_UNKNOWN_RECIPIENT, REASON_UNKNOWN_RECIPIENT, v))
		return;
	if (own_route)
		p.route.len = 0;
	write_recipient(asked, &p, &params, is_yes(reason), v);
	check_recipient(asked, rules, v);
	if (v->action == ACTION_PASS)
		judge_listing(asked, rules, &p, v);
}
