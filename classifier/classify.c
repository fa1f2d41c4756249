/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/classify.h"

#include "classifier/argument.h"
#include "classifier/ascii.h"
#include "classifier/mailbox.h"
#include "classifier/param.h"
#include "classifier/path.h"
#include "classifier/recheck.h"

enum { VERB_OCTETS = 5 };	/* "RCPT " or "MAIL " before the argument */

static bool
is_local(const struct asked *asked, const struct path_host *h)
{
	uint8_t lower[DOMAIN_MAX];

	if (h->literal)		/* IPv6 literals are unknown to the servers that need this box */
		return ip_is_v4(&h->ip) && ip_eq(&h->ip, asked->address);
	return domain_table_has(&asked->host->local, domain_lower(h->text, lower));
}

bool
classify_is_local(const struct asked *asked, struct span host_text)
{
	struct path_host h;

	return path_host_parse(host_text, &h) == PATH_OK && is_local(asked, &h);
}

static void
refuse(struct verdict *v, enum rule rule, enum reason reason)
{
	v->action = ACTION_REFUSE;
	v->rule = rule;
	v->mode = MODE_ENFORCE;
	v->reason = reason;
	v->sent.len = v->path_from = v->path_to = 0;
}

static void
begin(struct verdict *v, enum rule rule)
{
	v->action = ACTION_PASS;
	v->rule = rule;
	v->mode = MODE_ENFORCE;
	v->reason = REASON_LOCAL;
	v->path = v->target = v->unasked = (struct span){ 0 };
	v->sent.len = v->path_from = v->path_to = 0;
	v->sent.overflow = false;
}

static void
open_path(struct verdict *v, struct span head)
{
	sent_add(&v->sent, head);
	v->path_from = v->sent.len;
}

static void
close_path(struct verdict *v)
{
	v->path_to = v->sent.len;
	sent_add_byte(&v->sent, '>');
}

/* Bytes that no command may hold; HTAB may stand where a blank may. REASON_LOCAL: none. */
static enum reason
byte_fault(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] >= 0x20 && s.at[i] < 0x7f)
			continue;
		if (s.at[i] == 0)
			return REASON_NUL_BYTE;
		if (s.at[i] >= 0x80)
			return REASON_EIGHT_BIT;
		if (s.at[i] != '\t')
			return REASON_CONTROL_BYTE;
	}
	return REASON_LOCAL;
}

static enum reason
argument_reason(enum argument_fault fault, struct span path)
{
	switch (fault) {
	case ARGUMENT_KEYWORD:
		return REASON_KEYWORD;
	case ARGUMENT_EMPTY:
		return REASON_EMPTY_PATH;
	case ARGUMENT_OPEN:
		return span_find(path, 0, '"') < path.len ? REASON_QUOTES : REASON_BRACKETS;
	default:
		return REASON_SECOND_PATH;
	}
}

/* The most telling name for a path that is none: what a tolerant server would have seen in it. */
static enum reason
path_reason(enum path_fault fault, struct span path)
{
	if (span_find(path, 0, '(') < path.len || span_find(path, 0, ')') < path.len)
		return REASON_COMMENT;
	switch (fault) {
	case PATH_TOO_LONG:
		return REASON_PATH_LENGTH;
	case PATH_ROUTE:
		return REASON_SOURCE_ROUTE;
	case PATH_SECOND_AT:
		return REASON_DOUBLE_AT;
	case PATH_LOCAL_LONG:
		return REASON_LOCAL_LENGTH;
	case PATH_BACKSLASH:
		return REASON_BACKSLASH;
	case PATH_QUOTE:
		return REASON_QUOTES;
	case PATH_LITERAL:
		return REASON_BAD_LITERAL;
	case PATH_DOMAIN:
		return REASON_BAD_DOMAIN;
	default:
		break;
	}
	for (size_t i = 0; i < path.len; i++) {
		uint8_t c = path.at[i];

		if (ascii_is(c, ASCII_BLANK))
			return REASON_BLANK;
		if (c == ':')
			return REASON_COLON_ROUTE;
		if (c == ',' || c == ';')
			return REASON_LIST;
	}
	return REASON_LOCAL_PART;
}

static enum reason
param_reason(enum param_fault fault)
{
	switch (fault) {
	case PARAM_UNKNOWN:
		return REASON_PARAMETER;
	case PARAM_TOO_BIG:
		return REASON_SIZE;
	default:
		return REASON_PARAMETER_VALUE;
	}
}

/* "user@192.0.2.1", for a host that takes it for its literal. */
static bool
bare_literal(const struct asked *asked, struct span path, struct path *p)
{
	size_t at = span_find(path, 0, '@');
	struct ip ip;

	if (!(asked->host->profile & PROFILE_BARE_LITERAL) || at == path.len)
		return false;
	if (ip_parse_quad(span_cut(path, at + 1, path.len), &ip) == -1 || !ip_eq(&ip, asked->address))
		return false;
	if (path_parse(span_cut(path, 0, at), p) != PATH_OK || p->form != PATH_BARE)
		return false;
	p->form = PATH_MAILBOX;
	p->host = (struct path_host){ .text = span_cut(path, at + 1, path.len), .literal = true, .ip = ip };
	return true;
}

/* Bytes, keyword, path, parameters. REASON_LOCAL, or the fault. */
static enum reason
parse(const struct asked *asked, struct span text, enum param_verb verb, struct verdict *v,
    struct path *p, struct params *params)
{
	struct span keyword = verb == PARAM_OF_RCPT ? SPAN("TO") : SPAN("FROM");
	enum argument_fault argument_fault;
	enum path_fault path_fault;
	enum param_fault param_fault;
	struct argument a;
	enum reason bytes;

	argument_fault = argument_parse(text, keyword, &a);
	v->path = a.path;
	if (text.len + VERB_OCTETS > SENT_MAX)
		return REASON_LINE_LENGTH;
	if ((bytes = byte_fault(text)) != REASON_LOCAL)
		return bytes;
	if (argument_fault != ARGUMENT_OK)
		return argument_reason(argument_fault, a.path);
	path_fault = path_parse(a.path, p);
	if (path_fault != PATH_OK && !bare_literal(asked, a.path, p))
		return path_reason(path_fault, a.path);
	if (p->form == PATH_NULL && verb == PARAM_OF_RCPT)
		return REASON_EMPTY_PATH;
	if (p->form == PATH_MAILBOX)
		v->target = p->host.text;
	if ((param_fault = params_parse(a.params, verb, params)) != PARAM_OK)
		return param_reason(param_fault);
	if (params->utf8 && !(asked->offered & OFFER_SMTPUTF8))
		return REASON_PARAMETER;
	if (asked->host->max_message != 0 && params->octets > asked->host->max_message)
		return REASON_SIZE;
	return REASON_LOCAL;
}

/*
 * Does every server that we know deliver this path on the asked host or for one
 * of its relay domains? Then the kind of yes, else why not. *own_route: it has a
 * route, of own hops only.
 */
static enum reason
judge_recipient(const struct asked *asked, const struct path *p, struct verdict *v, bool *own_route)
{
	const struct policy_host *host = asked->host;
	struct span route = p->route;
	enum reason kind = REASON_LOCAL, fault;
	struct path_host hop;
	uint8_t lower[DOMAIN_MAX];

	*own_route = false;
	while (path_hop(&route, &hop)) {
		if (!is_local(asked, &hop)) {
			v->target = hop.text;
			return REASON_SOURCE_ROUTE;
		}
	}
	*own_route = p->route.len > 0;
	if (p->form == PATH_BARE) {
		if (ascii_eq_nocase(path_local(p), SPAN("postmaster")))
			return REASON_POSTMASTER;
	} else if (p->host.literal) {
		if (!is_local(asked, &p->host))
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
 * Is this a mailbox that the host has not? kind: what judge_recipient() said. Mailboxes of relay domains are another
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

/* MODE_COUNT in a verdict says that something was found; a rule that finds nothing is on or off. */
static enum mode
mode_without_fault(const struct rules *rules, enum rule rule)
{
	return rules->mode[rule] == MODE_OFF ? MODE_OFF : MODE_ENFORCE;
}

/* Apply a rule that found a fault. True when that ends the matter. */
static bool
apply(const struct rules *rules, enum rule rule, enum reason reason, struct verdict *v)
{
	if (rules->mode[rule] == MODE_ENFORCE) {
		refuse(v, rule, reason);
		return true;
	}
	if (rules->mode[rule] == MODE_COUNT && v->mode != MODE_COUNT) {
		v->rule = rule;
		v->mode = MODE_COUNT;
		v->reason = reason;
	}
	return false;
}

static void
write_recipient(const struct asked *asked, struct path *p, const struct params *params, bool yes,
    struct verdict *v)
{
	open_path(v, SPAN("RCPT TO:<"));
	if (yes && p->form == PATH_BARE && ascii_eq_nocase(path_local(p), SPAN("postmaster"))) {
		sent_add(&v->sent, SPAN("postmaster"));
	} else {
		if (p->form == PATH_MAILBOX && is_local(asked, &p->host) && p->host.literal)
			p->host.text = asked->host->hostname;
		path_write(p, &v->sent);
	}
	close_path(v);
	params_write(params, asked->offered, &v->sent);
}

static void
redirect(const struct rules *rules, struct verdict *v)
{
	v->action = ACTION_REWRITE;
	open_path(v, SPAN("RCPT TO:<"));
	sent_add(&v->sent, rules->relay_trap);
	close_path(v);
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
		refuse(v, RULE_SYNTAX, REASON_LINE_LENGTH);
	else if (!recheck_recipient(sent_span(&v->sent), &allowed))
		refuse(v, RULE_RELAY, REASON_RECHECK);
}

void
classify_recipient(const struct asked *asked, struct span argument, struct verdict *v)
{
	const struct rules in_force = rules_in_force(asked), *rules = &in_force;
	struct params params;
	enum reason reason;
	struct path p;
	bool own_route;

	begin(v, RULE_RELAY);
	if ((reason = parse(asked, argument, PARAM_OF_RCPT, v, &p, &params)) != REASON_LOCAL) {
		refuse(v, RULE_SYNTAX, reason);
		return;
	}
	reason = judge_recipient(asked, &p, v, &own_route);
	v->mode = mode_without_fault(rules, RULE_RELAY);
	v->reason = is_yes(reason) ? reason : REASON_RULE_OFF;
	if (!is_yes(reason) && apply(rules, RULE_RELAY, reason, v)) {
		if (rules->relay_action == RELAY_DROP)
			v->action = ACTION_DROP;
		if (rules->relay_action == RELAY_REDIRECT) {
			redirect(rules, v);
			check_recipient(asked, rules, v);
		}
		return;
	}
	if (p.form == PATH_BARE && reason != REASON_POSTMASTER &&
	    apply(rules, RULE_UNQUALIFIED_RECIPIENT, REASON_UNQUALIFIED, v))
		return;
	if (is_unknown(asked, &p, reason) && apply(rules, RULE_UNKNOWN_RECIPIENT, REASON_UNKNOWN_RECIPIENT, v))
		return;
	if (own_route)
		p.route.len = 0;
	write_recipient(asked, &p, &params, is_yes(reason), v);
	check_recipient(asked, rules, v);
}

/* A literal that leads back to this host, or to whichever host answers it. */
static bool
loops_back(const struct asked *asked, const struct path_host *h)
{
	static const struct ip zero, loopback6 = { .bytes = { [15] = 1 } };

	if (!h->literal)
		return false;
	for (size_t i = 0; i < asked->host->address_count; i++)
		if (ip_eq(&h->ip, &asked->host->addresses[i]))
			return true;
	if (ip_is_v4(&h->ip))
		return h->ip.bytes[12] == 127 || h->ip.bytes[12] == 0;
	return ip_eq(&h->ip, &loopback6) || ip_eq(&h->ip, &zero);
}

/* Can an answer to this sender, which is foreign and has a domain, be sent? */
static void
judge_domain(const struct asked *asked, const struct rules *rules, struct span domain, struct verdict *v)
{
	if (rules->mode[RULE_UNRESOLVABLE_SENDER] == MODE_OFF)
		return;
	switch (asked->sender_domain) {
	case DOMAIN_UNASKED:
		v->unasked = domain;
		break;
	case DOMAIN_RESOLVES:
		break;
	case DOMAIN_UNKNOWN:
		apply(rules, RULE_UNRESOLVABLE_SENDER, REASON_UNRESOLVABLE, v);
		break;
	case DOMAIN_NULL_MX:
		apply(rules, RULE_UNRESOLVABLE_SENDER, REASON_NULL_MX, v);
		break;
	case DOMAIN_UNSURE:
		apply(rules, RULE_UNRESOLVABLE_SENDER, REASON_LOOKUP_FAILED, v);
		break;
	}
}

void
classify_sender(const struct asked *asked, struct span argument, struct verdict *v)
{
	const struct rules *rules = &asked->host->rules[asked->network];
	struct params params;
	enum reason reason;
	struct path p;
	bool local;

	begin(v, RULE_UNSAFE_SENDER);
	if ((reason = parse(asked, argument, PARAM_OF_MAIL, v, &p, &params)) != REASON_LOCAL) {
		refuse(v, RULE_SYNTAX, reason);
		return;
	}
	v->mode = mode_without_fault(rules, RULE_UNSAFE_SENDER);
	v->reason = REASON_SENDER_OK;
	local = p.form == PATH_MAILBOX && is_local(asked, &p.host);
	if ((mailbox_is_hostile_sender(path_local(&p)) || loops_back(asked, &p.host) ||
	    ((local || p.form == PATH_BARE) && mailbox_has_operator(path_local(&p)))) &&
	    apply(rules, RULE_UNSAFE_SENDER, REASON_UNSAFE_SENDER, v))
		return;
	if (p.form == PATH_BARE && apply(rules, RULE_UNQUALIFIED_SENDER, REASON_UNQUALIFIED, v))
		return;
	if (local && apply(rules, RULE_FORGED_LOCAL_SENDER, REASON_FORGED_LOCAL, v))
		return;
	p.route.len = 0;	/* a bounce that follows a route is a relay too */
	open_path(v, SPAN("MAIL FROM:<"));
	path_write(&p, &v->sent);
	close_path(v);
	params_write(&params, asked->offered, &v->sent);
	if (v->sent.overflow)
		refuse(v, RULE_SYNTAX, REASON_LINE_LENGTH);
	else if (!recheck_sender(sent_span(&v->sent)))
		refuse(v, RULE_SYNTAX, REASON_RECHECK);
	else if (p.form == PATH_MAILBOX && !p.host.literal && !local)
		judge_domain(asked, rules, p.host.text, v);
}
