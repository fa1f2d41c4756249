/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Transactions: who writes to whom through a host, and what the host takes. */
#include "proxy/survey/survey_inside.h"

#include "classifier/argument.h"
#include "classifier/ascii.h"
#include "proxy/smtp/reply.h"
#include "proxy/survey/form.h"

/* That the host knows its mailboxes, or that it would be relaying. Old ones say it in words alone. */
static const char *const unknown_user[] = { "5.1.1", "user unknown", "unknown user", "no such user", "no such mailbox", "unknown local", NULL };
static const char *const denied[] = { "5.7.1", "relay", "rcpthosts", "5.7.54", NULL };

/* Octets at the begin of a text that are not the host's own words: the address that it was asked for, or whatever is in brackets. */
static size_t
repeated(struct span text, struct span address)
{
	size_t close;

	if (address.len > 0 && ascii_starts_nocase(text, address))
		return address.len;
	if (!ascii_starts_nocase(text, SPAN("<")))
		return 0;
	close = span_find(text, 0, '>');
	return close < text.len ? close : 0;
}

/* Does the host say one of these, letters in any case? Who asks for 5.1.1@partner.example chooses words of its reply. */
static bool
says(struct span reply, struct span address, const char *const *words)
{
	for (size_t i = 0; i < reply.len && i < REPLY_LINE_OCTETS; i++) {
		struct span rest = span_cut(reply, i, reply.len);
		size_t skip = repeated(rest, address);

		for (const char *const *word = words; skip == 0 && *word != NULL; word++)
			if (ascii_starts_nocase(rest, span_str(*word)))
				return true;
		i += skip > 0 ? skip - 1 : 0;
	}
	return false;
}

/* Why a host refused a recipient, as far as it says. */
static void
count_cause(struct survey_turn *t, struct inventory_domain *d)
{
	struct argument a;

	argument_parse(t->e->argument, SPAN("TO"), &a);
	if (says(t->e->reply, a.path, unknown_user))
		d->unknown_user++;
	else if (says(t->e->reply, a.path, denied))
		d->denied++;
}

static void
count_sender(struct survey_turn *t)
{
	struct survey_session *m = t->m;
	uint8_t text[DOMAIN_MAX];
	struct inventory_sender *s;
	struct inventory_link *l;
	struct span name;
	uint32_t i;

	m->sender_counted = true;
	t->host->mails++;
	if (t->client != NULL)
		t->client->mails++;
	m->is_null_sender = form_read_sender(t->e->sender, text, &name) == FORM_SENDER_NULL;
	if (name.len == 0 || (i = inventory_sender(t->v, m->host, name)) == INVENTORY_NONE)
		return;
	s = inventory_sender_at(t->v, i);
	s->mails++;
	if (m->hello.len >= name.len && span_eq(span_cut(m->hello, m->hello.len - name.len, m->hello.len), name) &&
	    (m->hello.len == name.len || m->hello.at[m->hello.len - name.len - 1] == '.'))
		s->aligned++;
	l = inventory_link(t->v, &s->links, m->client, &s->links_left_out);
	if (l != NULL)
		l->accepted++;
}

/* How a policy that was given judged it, if it did. */
static void
take_judgement(struct inventory_domain *d, const struct judgement *j)
{
	if (!j->known || !j->judged)
		return;
	d->told_local += j->reason == REASON_LOCAL;
	d->told_relay += j->reason == REASON_RELAY_DOMAIN;
	d->told_foreign += j->reason == REASON_FOREIGN;
}

static void
seen(struct inventory_domain *d, uint64_t time_us)
{
	if (d->first_us == 0 || time_us < d->first_us)
		d->first_us = time_us;
	if (time_us > d->last_us)
		d->last_us = time_us;
}

/* The domain of a plain recipient; its place. */
static uint32_t
count_plain(struct survey_turn *t, const struct form *f, bool taken, bool refused)
{
	uint32_t i = inventory_domain(t->v, t->m->host, f->target, taken);
	struct inventory_domain *d;
	struct inventory_link *l;

	if (i == INVENTORY_NONE)
		return INVENTORY_NONE;
	d = inventory_domain_at(t->v, i);
	seen(d, t->e->time_us);
	take_judgement(d, &t->e->judged[0]);
	d->accepted += taken;
	d->refused += refused;
	d->null_sender += taken && t->m->is_null_sender;
	if (refused)
		count_cause(t, d);
	l = inventory_link(t->v, &d->links, t->m->client, &d->links_left_out);
	if (l != NULL) {
		l->accepted += taken;
		l->refused += refused;
	}
	return i;
}

/* A recipient in a routing form: the domain that it leads to; its place. */
static uint32_t
count_form(struct survey_turn *t, const struct form *f, bool taken)
{
	uint32_t hop = f->hop.len == 0 || !taken ? INVENTORY_NONE : inventory_domain(t->v, t->m->host, f->hop, false);
	uint32_t i = f->target.len == 0 ? INVENTORY_NONE : inventory_domain(t->v, t->m->host, f->target, false);
	struct inventory_domain *d;

	t->host->forms[f->kind].tried++;
	t->host->forms[f->kind].accepted += taken;
	if (t->client != NULL) {
		t->client->forms++;
		t->client->forms_accepted += taken;
	}
	if (hop != INVENTORY_NONE)
		inventory_domain_at(t->v, hop)->hop++;
	if (i == INVENTORY_NONE)
		return INVENTORY_NONE;
	d = inventory_domain_at(t->v, i);
	seen(d, t->e->time_us);
	d->target++;
	d->target_accepted += taken;
	d->forms |= UINT64_C(1) << f->kind;
	return i;
}

/* It goes along until the message ends, so that it can be said to have been delivered. */
static void
follow(struct survey_turn *t, uint32_t domain, enum reading_kind kind)
{
	struct survey_recipient *r = t->m->recipients.count == SURVEY_RECIPIENTS ? NULL : vec_push(&t->m->recipients, sizeof(*r));

	if (r == NULL)
		t->v->recipients_left_out++;
	else
		*r = (struct survey_recipient){ .domain = domain, .kind = kind };
}

void
survey_mail(struct survey_turn *t)
{
	if (survey_is(t->e->code, 2))
		survey_no_message(t);
}

void
survey_recipient(struct survey_turn *t)
{
	bool taken = survey_is(t->e->code, 2), refused = survey_is(t->e->code, 5);
	uint32_t domain = INVENTORY_NONE;
	struct form f;

	t->host->accepted += taken;
	t->host->refused += refused;
	t->host->deferred += survey_is(t->e->code, 4);
	if (t->client != NULL) {
		t->client->accepted += taken;
		t->client->refused += refused;
	}
	if (taken && !t->m->sender_counted)
		count_sender(t);
	form_read(&t->host->ip, t->e->argument, &f);
	if (f.kind != READING_PLAIN)
		domain = count_form(t, &f, taken);
	else if (f.target.len > 0 && (taken || refused))
		domain = count_plain(t, &f, taken, refused);
	else if (taken)
		t->host->bare++;
	if (taken)
		follow(t, domain, f.kind);
}

void
survey_no_message(struct survey_turn *t)
{
	t->m->recipients.count = 0;
	t->m->sender_counted = false;
}

static void
deliver(struct survey_turn *t, const struct survey_recipient *r)
{
	struct inventory_domain *d = r->domain == INVENTORY_NONE ? NULL : inventory_domain_at(t->v, r->domain);
	struct inventory_link *l;
	uint64_t left_out = 0;

	if (r->kind != READING_PLAIN) {
		t->host->forms[r->kind].delivered++;
		if (t->client != NULL)
			t->client->forms_delivered++;
		if (d != NULL)
			d->target_delivered++;
		return;
	}
	if (d == NULL)
		return;
	d->delivered++;
	l = inventory_link(t->v, &d->links, t->m->client, &left_out);
	if (l != NULL)
		l->delivered++;
}

void
survey_message(struct survey_turn *t)
{
	const struct survey_recipient *r = t->m->recipients.at;

	if (survey_is(t->e->code, 2)) {
		t->host->messages++;
		t->host->octets += t->e->octets;
		if (t->client != NULL)
			t->client->messages++;
		for (size_t i = 0; i < t->m->recipients.count; i++)
			deliver(t, &r[i]);
		survey_reply(t);
	} else if (t->e->code != 0) {
		t->host->messages_refused++;
	}
	survey_no_message(t);
}
