/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/ruling.h"

#include "classifier/argument.h"
#include "classifier/ascii.h"

enum { VERB_OCTETS = 5 };	/* "RCPT " or "MAIL " before the argument */

bool
ruling_is_local(const struct asked *asked, const struct path_host *h)
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

	return path_host_parse(host_text, &h) == PATH_OK && ruling_is_local(asked, &h);
}

void
ruling_refuse(struct verdict *v, enum rule rule, enum reason reason)
{
	v->action = ACTION_REFUSE;
	v->rule = rule;
	v->mode = MODE_ENFORCE;
	v->reason = reason;
	v->sent.len = v->path_from = v->path_to = 0;
}

void
ruling_begin(struct verdict *v, enum rule rule)
{
	v->action = ACTION_PASS;
	v->rule = rule;
	v->mode = MODE_ENFORCE;
	v->reason = REASON_LOCAL;
	v->path = v->target = v->by = v->unasked = (struct span){ 0 };
	v->unlisted = false;
	v->sent.len = v->path_from = v->path_to = 0;
	v->sent.overflow = false;
}

void
ruling_open_path(struct verdict *v, struct span head)
{
	sent_add(&v->sent, head);
	v->path_from = v->sent.len;
}

void
ruling_close_path(struct verdict *v)
{
	v->path_to = v->sent.len;
	sent_add_byte(&v->sent, '>');
}

enum mode
ruling_idle_mode(const struct rules *rules, enum rule rule)
{
	return rules->mode[rule] == MODE_OFF ? MODE_OFF : MODE_ENFORCE;
}

bool
ruling_apply(const struct rules *rules, enum rule rule, enum reason reason, struct verdict *v)
{
	if (rules->mode[rule] == MODE_ENFORCE) {
		ruling_refuse(v, rule, reason);
		return true;
	}
	if (rules->mode[rule] == MODE_COUNT && v->mode != MODE_COUNT) {
		v->rule = rule;
		v->mode = MODE_COUNT;
		v->reason = reason;
	}
	return false;
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

enum reason
ruling_parse(const struct asked *asked, struct span text, enum param_verb verb, struct verdict *v,
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
