/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/replay_exchange.h"

#include "classifier/classify.h"

#include <stdlib.h>

/* What one policy has to do with a session. */
struct tried {
	const struct policy_host *host;	/* NULL: it does not protect it */
	uint32_t network;
	bool disturbed;		/* it refused something without which the next commands are out of sequence */
};

struct watched {
	struct replay_session s;
	struct tried tried[EXCHANGE_POLICIES];
	struct ip address;
	bool missing, differs, opaque;
};

static struct tried
tried_of(const struct policy *p, const struct exchange_session *from)
{
	return (struct tried){ policy_host(p, &from->ends.host), policy_network(p, &from->ends.client), false };
}

static void *
on_begin(void *cookie, const struct exchange_session *from)
{
	struct replay_exchange *x = cookie;
	struct watched *w = calloc(1, sizeof(*w));

	x->sessions.seen++;
	if (w == NULL) {
		x->sessions.no_memory++;
		return NULL;
	}
	x->sessions.midstream += !from->from_start;
	memcpy(w->s.id, from->id, sizeof(w->s.id));
	w->s.client = from->ends.client;
	w->s.host = SPAN("not protected");
	w->address = from->ends.host;
	for (size_t i = x->policy_count; i-- > 0;) {
		w->tried[i] = tried_of(x->policies[i], from);
		if (w->tried[i].host != NULL)
			w->s.host = w->tried[i].host->name;
	}
	return w;
}

static struct replay_view
view_of(const struct tried *t, const struct judgement *j)
{
	struct replay_view v;

	return replay_view_unread(t->host, t->network, &v) ? v : replay_view_judgement(j);
}

/* Would it have been refused for what was said before it? */
static bool
follows(const struct tried *t, const struct replay_view *v)
{
	return t->disturbed && v->verdict == REPLAY_REFUSED && !v->judged &&
	    (strcmp(v->reason, "out-of-sequence") == 0 || strcmp(v->reason, "no-recipients") == 0);
}

/* What is refused that the host took sets the policy's session apart from the real one, up to the next MAIL that passes. */
static void
note_disturbance(struct tried *t, const struct replay_view *v, const struct replay_case *c, bool anew)
{
	if (c->subject == REPLAY_SENDER && (v->verdict == REPLAY_PASSED || v->verdict == REPLAY_COUNTED))
		t->disturbed = false;
	else if (anew || (c->accepted && replay_view_takes_away(v, true)))
		t->disturbed = true;
}

/* Is it a relay, whatever was said before it? The tap's judgement is of the sequence. */
static bool
is_relay(const struct watched *w, const struct tried *t, struct span argument)
{
	struct asked asked = { .host = t->host, .address = &w->address, .network = t->network, .authenticated = w->s.authenticated };
	struct verdict v;

	classify_recipient(&asked, argument, &v);
	return replay_is_relay(v.reason);
}

/* Does it depend on what the DNS says of its domain? */
static bool
wants_dns(const struct watched *w, const struct tried *t, struct span argument)
{
	struct asked asked = { .host = t->host, .address = &w->address, .network = t->network };
	struct verdict v;

	classify_sender(&asked, argument, &v);
	return v.unasked.len > 0;
}

/* What a policy would have asked before it let this pass. */
static void
note_doubts(struct replay *r, const struct watched *w, const struct tried *t, const struct replay_case *c, const struct replay_view *v)
{
	if (t->host == NULL) {
		if (c->subject == REPLAY_RECIPIENT)
			replay_note(&r->doubts, "not-protected");
		return;
	}
	if (!v->judged || v->verdict != REPLAY_PASSED)
		return;
	if (c->subject == REPLAY_SENDER && wants_dns(w, t, c->argument))
		replay_note(&r->doubts, "dns-not-asked");
	if (c->subject == REPLAY_RECIPIENT && t->host->rules[t->network].mode[RULE_BLOCK_LIST] != MODE_OFF)
		replay_note(&r->doubts, "lists-not-asked");
}

static void
judge(struct replay_exchange *x, struct watched *w, const struct exchange *e, struct replay_case *c)
{
	struct replay_view views[EXCHANGE_POLICIES] = { 0 };

	for (size_t i = 0; i < x->policy_count; i++) {
		struct tried *t = &w->tried[i];

		views[i] = view_of(t, &e->judged[i]);
		if (follows(t, &views[i])) {
			c->follows = true;
			views[i].relay = c->subject == REPLAY_RECIPIENT && is_relay(w, t, c->argument);
		}
		note_disturbance(t, &views[i], c, e->judged[i].anew);
		note_doubts(x->replay, w, t, c, &views[i]);
	}
	c->was = x->policy_count == 1 ? replay_view_host(e->code) : views[0];
	c->would = views[x->policy_count - 1];
	replay_judged(x->replay, &w->s, c);
}

static enum replay_subject
subject_of(const struct exchange *e)
{
	if (e->kind == EXCHANGE_MESSAGE)
		return REPLAY_MESSAGE;
	switch (e->verb) {
	case VERB_HELO:
	case VERB_EHLO:
		return REPLAY_HELLO;
	case VERB_MAIL:
		return REPLAY_SENDER;
	case VERB_RCPT:
		return REPLAY_RECIPIENT;
	default:
		return REPLAY_COMMAND;
	}
}

static void
on_command(struct replay_exchange *x, struct watched *w, const struct exchange *e)
{
	enum replay_subject subject = subject_of(e);
	struct replay_case c = {
		.subject = subject, .time_us = e->time_us, .argument = subject == REPLAY_COMMAND ? e->line : e->argument, .sender = e->sender,
		.reply = e->reply, .accepted = e->code != 0 && e->code < 400,
		.moves_no_mail = subject == REPLAY_COMMAND && e->verb != VERB_DATA && e->verb != VERB_BDAT,
	};

	if (e->verb == VERB_AUTH && e->code == 235)
		w->s.authenticated = true;
	judge(x, w, e, &c);
	if (e->verb == VERB_RSET && c.accepted)
		replay_abandon(x->replay, &w->s);
}

static void
on_message(struct replay_exchange *x, struct watched *w, const struct exchange *e)
{
	struct replay_case c = { .subject = REPLAY_MESSAGE, .time_us = e->time_us, .argument = e->sender, .sender = e->sender,
		.reply = e->reply, .accepted = e->code < 400 };

	judge(x, w, e, &c);
	replay_message(x->replay, &w->s, e->code == 0 ? REPLAY_PERHAPS : e->code < 400 ? REPLAY_DELIVERED : REPLAY_UNDELIVERED, 0);
}

/* What is on its way when a session ends, or cannot be read any more. */
static enum replay_fate
fate_at_end(const struct watched *w, enum flow_end end)
{
	bool is_whole = !w->missing && !w->opaque && (end == FLOW_CLOSED || end == FLOW_RESET);

	return is_whole ? REPLAY_UNDELIVERED : REPLAY_PERHAPS;
}

static void
on_close(struct replay_exchange *x, struct watched *w, const struct exchange *e)
{
	struct replay_sessions *n = &x->sessions;

	n->missing += w->missing;
	n->differs += w->differs;
	n->unfinished += e->end == FLOW_STOPPED || e->end == FLOW_EVICTED || e->end == FLOW_IDLE;
	replay_end(x->replay, &w->s, fate_at_end(w, e->end));
	free(w);
}

static void
on_exchange(void *cookie, const struct exchange_session *from, const struct exchange *e)
{
	struct replay_exchange *x = cookie;
	struct watched *w = from->user;

	if (w == NULL)
		return;
	switch (e->kind) {
	case EXCHANGE_COMMAND:
		on_command(x, w, e);
		break;
	case EXCHANGE_MESSAGE:
		on_message(x, w, e);
		break;
	case EXCHANGE_SECRET:
		w->s.authenticated |= e->code == 235;
		break;
	case EXCHANGE_OPAQUE:
		x->sessions.tls += e->code == 220;
		x->sessions.no_smtp += e->code != 220;
		w->opaque = true;
		break;
	case EXCHANGE_MISSING:
		w->missing = true;
		break;
	case EXCHANGE_DIFFERS:
		w->differs = true;
		break;
	case EXCHANGE_CLOSED:
		on_close(x, w, e);
		break;
	case EXCHANGE_BANNER:
	case EXCHANGE_KINDS:
		break;
	}
}

struct exchange_user
replay_exchange_user(struct replay_exchange *x)
{
	return (struct exchange_user){ .began = on_begin, .exchange = on_exchange, .cookie = x };
}
