/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/ruling.h"

#include "classifier/mailbox.h"
#include "classifier/recheck.h"

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
		ruling_apply(rules, RULE_UNRESOLVABLE_SENDER, REASON_UNRESOLVABLE, v);
		break;
	case DOMAIN_NULL_MX:
		ruling_apply(rules, RULE_UNRESOLVABLE_SENDER, REASON_NULL_MX, v);
		break;
	case DOMAIN_UNSURE:
		ruling_apply(rules, RULE_UNRESOLVABLE_SENDER, REASON_LOOKUP_FAILED, v);
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

	ruling_begin(v, RULE_UNSAFE_SENDER);
	if ((reason = ruling_parse(asked, argument, PARAM_OF_MAIL, v, &p, &params)) != REASON_LOCAL) {
		ruling_refuse(v, RULE_SYNTAX, reason);
		return;
	}
	v->mode = ruling_idle_mode(rules, RULE_UNSAFE_SENDER);
	v->reason = REASON_SENDER_OK;
	local = p.form == PATH_MAILBOX && ruling_is_local(asked, &p.host);
	if ((mailbox_is_hostile_sender(path_local(&p)) || loops_back(asked, &p.host) ||
	    ((local || p.form == PATH_BARE) && mailbox_has_operator(path_local(&p)))) &&
	    ruling_apply(rules, RULE_UNSAFE_SENDER, REASON_UNSAFE_SENDER, v))
		return;
	if (p.form == PATH_BARE && ruling_apply(rules, RULE_UNQUALIFIED_SENDER, REASON_UNQUALIFIED, v))
		return;
	if (local && ruling_apply(rules, RULE_FORGED_LOCAL_SENDER, REASON_FORGED_LOCAL, v))
		return;
	p.route.len = 0;	/* a bounce that follows a route is a relay too */
	ruling_open_path(v, SPAN("MAIL FROM:<"));
	path_write(&p, &v->sent);
	ruling_close_path(v);
	params_write(&params, asked->offered, &v->sent);
	if (v->sent.overflow)
		ruling_refuse(v, RULE_SYNTAX, REASON_LINE_LENGTH);
	else if (!recheck_sender(sent_span(&v->sent)))
		ruling_refuse(v, RULE_SYNTAX, REASON_RECHECK);
	else if (p.form == PATH_MAILBOX && !p.host.literal && !local)
		judge_domain(asked, rules, p.host.text, v);
}
