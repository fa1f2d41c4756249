/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/hindsight.h"

#include "classifier/argument.h"
#include "classifier/param.h"

enum { AUTHENTICATED = 235 };	/* RFC 4954, 6 */

static bool
is_reason(const struct journal_verdict *line, enum reason reason)
{
	return line->understood && line->as_reason == reason;
}

void
facts_learn(struct facts *f, const struct journal_verdict *line)
{
	if (line->kind == EVENT_AUTH)
		f->authenticated = line->code == AUTHENTICATED;
	if (line->kind == EVENT_RECIPIENT && is_reason(line, REASON_BLOCK_LIST)) {
		f->listing = LISTING_REFUSE;
		f->listed_by = line->list;
	}
}

static enum domain_truth
truth_told(const struct journal_verdict *line)
{
	if (is_reason(line, REASON_UNRESOLVABLE))
		return DOMAIN_UNKNOWN;
	if (is_reason(line, REASON_NULL_MX))
		return DOMAIN_NULL_MX;
	return is_reason(line, REASON_LOOKUP_FAILED) ? DOMAIN_UNSURE : DOMAIN_UNASKED;
}

/* The extensions whose parameters went to the host; of what did not go there, only SMTPUTF8 changes a verdict. */
static unsigned
offer_of(const struct journal_verdict *line)
{
	enum { VERB = sizeof("RCPT ") - 1 };
	bool mail = line->kind == EVENT_SENDER;
	struct argument a;
	struct params p;

	if (line->sent.len < VERB)
		return is_reason(line, REASON_PARAMETER) ? 0 : OFFER_SIZE | OFFER_8BITMIME | OFFER_DSN | OFFER_SMTPUTF8;
	if (argument_parse(span_cut(line->sent, VERB, line->sent.len), mail ? SPAN("FROM") : SPAN("TO"), &a) != ARGUMENT_OK ||
	    params_parse(a.params, mail ? PARAM_OF_MAIL : PARAM_OF_RCPT, &p) != PARAM_OK)
		return 0;
	return (p.size.len > 0 ? OFFER_SIZE : 0u) | (p.eight_bit ? OFFER_8BITMIME : 0u) | (p.utf8 ? OFFER_SMTPUTF8 : 0u) |
	    (p.ret.len + p.envid.len + p.notify.len + p.orcpt.len > 0 ? OFFER_DSN : 0u);
}

/* Did the policy of then have DNS or block lists asked for this line? Then they had nothing against it, unless that is its reason. */
static void
learn_from_silence(struct facts *f, const struct journal_verdict *line, const struct site *then)
{
	static struct hindsight h;

	hindsight_judge(&h, then, line, f);
	if (!h.is_protected)
		return;
	if (h.e.verdict.unasked.len > 0)
		f->truth = DOMAIN_RESOLVES;
	if (h.e.verdict.unlisted)
		f->listing = LISTING_NONE;
}

struct facts
facts_of(const struct facts *learnt, const struct journal_verdict *line, const struct site *then)
{
	struct facts f = *learnt;

	f.offered = offer_of(line);
	f.truth = truth_told(line);
	facts_learn(&f, line);
	if (then != NULL)
		learn_from_silence(&f, line, then);
	return f;
}

struct facts
facts_for_others(const struct facts *f, const struct journal_verdict *line)
{
	struct facts sure = *f;

	if (!line->understood || line->as_mode != MODE_COUNT)
		return sure;
	if (f->truth == DOMAIN_RESOLVES)
		sure.truth = DOMAIN_UNASKED;
	if (f->listing == LISTING_NONE)
		sure.listing = LISTING_UNASKED;
	return sure;
}

static bool
is_same(const struct verdict *v, const struct journal_verdict *line)
{
	return span_eq(line->verdict, span_str(action_name(v->action))) && span_eq(line->rule, span_str(rule_name(v->rule))) &&
	    span_eq(line->mode, span_str(mode_name(v->mode))) && span_eq(line->reason, span_str(reason_name(v->reason))) &&
	    span_eq(line->target, v->target) && span_eq(line->sent, sent_span(&v->sent));
}

void
hindsight_judge(struct hindsight *h, const struct site *site, const struct journal_verdict *line, const struct facts *f)
{
	struct explanation *e = &h->e;

	*h = (struct hindsight){ 0 };
	ip_text(&line->client, h->client);
	ip_text(&line->address, h->address);
	e->policy = &site->policy;
	e->id = line->session;
	e->client_text = h->client;
	e->host_text = h->address;
	e->client = line->client;
	e->address = line->address;
	e->asked = (struct asked){ .host = policy_host(&site->policy, &line->address), .address = &e->address,
		.network = policy_network(&site->policy, &line->client), .offered = f->offered, .authenticated = f->authenticated,
		.listing = f->listing, .listed_by = f->listed_by, .sender_domain = f->truth };
	h->is_protected = e->asked.host != NULL;
	if (!h->is_protected)
		return;
	h->not_shielded = e->asked.host->rules[e->asked.network].admit != ADMIT_SHIELD;
	explanation_judge(e, line->kind, line->argument);
	h->hangs_on_dns = e->verdict.unasked.len > 0;
	h->hangs_on_lists = e->verdict.unlisted;
	h->same = !h->not_shielded && !h->hangs_on_dns && !h->hangs_on_lists && is_same(&e->verdict, line);
}
