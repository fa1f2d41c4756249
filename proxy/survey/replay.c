/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/replay.h"

#include "classifier/argument.h"
#include "classifier/path.h"

#include <stdlib.h>

struct replay *
replay_new(bool as_written)
{
	struct replay *r = calloc(1, sizeof(*r));

	if (r != NULL)
		r->as_written = as_written;
	return r;
}

void
replay_free(struct replay *r)
{
	if (r != NULL)
		replay_groups_done(&r->groups);
	free(r);
}

void
replay_note(struct replay_notes *n, const char *name)
{
	size_t i = 0;

	while (i < n->used && strcmp(n->list[i].name, name) != 0)
		i++;
	if (i == REPLAY_NOTES) {
		n->others++;
		return;
	}
	if (i == n->used)
		n->list[n->used++] = (struct replay_note){ .name = name };
	n->list[i].count++;
}

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* What the end of a message means for a change that was held for it. */
static void
settle(struct replay_held *h, enum replay_fate fate, unsigned accepted, unsigned declined, unsigned no_relays)
{
	struct replay_group *g = h->group;
	unsigned n = h->whole ? no_relays : h->recipients;
	unsigned most = least(n, accepted), sure = h->whole ? n : n - least(n, declined);

	if (n == 0)
		return;
	g->messages[fate]++;
	if (fate != REPLAY_DELIVERED) {
		g->recipients[fate] += n;
		return;
	}
	g->recipients[REPLAY_DELIVERED] += sure;
	g->recipients[REPLAY_PERHAPS] += most - least(sure, most);
	g->recipients[REPLAY_UNDELIVERED] += n - most;
}

/* The transaction is over. Greetings are held on: they concern the next one, too. */
static void
close_transaction(struct replay *r, struct replay_session *s, enum replay_fate fate, unsigned declined)
{
	unsigned accepted = s->accepted - least(declined, s->accepted);
	unsigned relays = least(s->relays, accepted), no_relays = accepted - relays, lost = least(s->lost, no_relays);
	size_t kept = 0;

	for (size_t i = 0; i < s->held_count; i++) {
		settle(&s->held[i], fate, accepted, declined, no_relays);
		if (s->held[i].whole)
			lost = no_relays;
		if (s->held[i].lasting)
			s->held[kept++] = s->held[i];
	}
	if (s->dropped != NULL) {
		if (fate != REPLAY_UNDELIVERED)
			s->dropped->beside += no_relays - lost;
		lost = no_relays;
	}
	r->lost_recipients[fate] += lost;
	r->lost_messages[fate] += lost > 0;
	r->relay_recipients[fate] += relays;
	r->relay_messages[fate] += relays > 0;
	s->held_count = kept;
	s->accepted = s->relays = s->lost = 0;
	s->dropped = NULL;
}

void
replay_message(struct replay *r, struct replay_session *s, enum replay_fate fate, unsigned declined)
{
	r->messages[fate]++;
	close_transaction(r, s, fate, declined);
}

void
replay_abandon(struct replay *r, struct replay_session *s)
{
	close_transaction(r, s, REPLAY_UNDELIVERED, 0);
}

void
replay_end(struct replay *r, struct replay_session *s, enum replay_fate fate)
{
	close_transaction(r, s, fate, 0);
	s->held_count = 0;
}

/* A change whose fate depends on how the message ends. */
static void
hold(struct replay *r, struct replay_session *s, struct replay_group *g, enum replay_subject subject)
{
	bool is_recipient = subject == REPLAY_RECIPIENT;
	struct replay_held *h = s->held;

	while (h < s->held + s->held_count && h->group != g)
		h++;
	if (h == s->held + REPLAY_HELD) {
		r->spilled++;
		g->recipients[REPLAY_PERHAPS] += is_recipient;
		return;
	}
	if (h == s->held + s->held_count) {
		*h = (struct replay_held){ .group = g, .whole = !is_recipient, .lasting = subject == REPLAY_HELLO };
		s->held_count++;
	}
	h->recipients += is_recipient;
}

/* A new greeting counts in the place of those before. */
static void
forget_greetings(struct replay_session *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->held_count; i++)
		if (!s->held[i].lasting)
			s->held[kept++] = s->held[i];
	s->held_count = kept;
}

/* A relay is what nobody has allowed: neither the host, by a password, nor a policy that judged the very same and let it pass. */
static bool
is_relay(const struct replay_session *s, const struct replay_case *c)
{
	bool allowed = c->was.judged && c->was.verdict == REPLAY_PASSED;

	return c->would.relay && !s->authenticated && !allowed;
}

static enum replay_class
class_of(const struct replay *r, const struct replay_session *s, const struct replay_case *c)
{
	bool was_away = replay_view_takes_away(&c->was, r->as_written);
	bool away = replay_view_takes_away(&c->would, r->as_written);

	if (c->was.verdict == REPLAY_DECLINED || c->follows)
		return REPLAY_SAME;
	if (was_away != away && c->moves_no_mail)
		return REPLAY_OTHER;
	if (!was_away && away)
		return is_relay(s, c) ? REPLAY_RELAY : REPLAY_LOST;
	if (was_away && !away)
		return REPLAY_OPENED;
	if (c->was.verdict == c->would.verdict || c->was.verdict == REPLAY_ACCEPTED)
		return REPLAY_SAME;
	if (!r->as_written && (c->was.verdict == REPLAY_COUNTED || c->would.verdict == REPLAY_COUNTED))
		return REPLAY_SAME;	/* it passed and passes, or how it will be refused one day is not written yet */
	return REPLAY_OTHER;
}

/* The domain of a recipient that would be refused for it. */
static struct span
domain_of(const struct replay_case *c, struct path *p)
{
	struct argument a;

	if (c->subject != REPLAY_RECIPIENT || argument_parse(c->argument, SPAN("TO"), &a) != ARGUMENT_OK ||
	    path_parse(a.path, p) != PATH_OK || p->form != PATH_MAILBOX)
		return (struct span){ 0 };
	return p->host.text;
}

static struct replay_group *
add(struct replay *r, struct replay_session *s, const struct replay_case *c, enum replay_class class)
{
	bool by_would = class != REPLAY_OPENED && (class != REPLAY_OTHER || replay_view_takes_away(&c->would, false));
	const struct replay_key key = { .host = s->host, .subject = c->subject, .class = class, .was = c->was.verdict,
		.would = c->would.verdict, .reason = by_would ? c->would.reason : c->was.reason };
	struct path p;
	const struct replay_event event = { .time_us = c->time_us, .session = s->id, .client = &s->client, .argument = c->argument,
		.sender = c->sender, .reply = c->reply, .domain = domain_of(c, &p) };

	return replay_groups_add(&r->groups, &key, &event);
}

/* Those that host and policy refuse alike are no change, but tell whether the host relays for everybody. */
static void
note_own_refusal(struct replay *r, struct replay_session *s, const struct replay_case *c)
{
	if (c->subject == REPLAY_RECIPIENT && c->was.verdict == REPLAY_DECLINED && strcmp(c->would.reason, reason_name(REASON_FOREIGN)) == 0)
		add(r, s, c, REPLAY_SAME);
}

static void
count_recipient(struct replay_session *s, const struct replay_case *c, enum replay_class class)
{
	s->accepted++;
	s->relays += class == REPLAY_RELAY || (c->follows && is_relay(s, c));
	s->lost += class == REPLAY_LOST;
}

static void
change(struct replay *r, struct replay_session *s, const struct replay_case *c, enum replay_class class)
{
	struct replay_group *g = add(r, s, c, class);

	r->classes[class]++;
	if (class != REPLAY_LOST && class != REPLAY_RELAY)
		return;
	if (!c->accepted) {
		g->recipients[REPLAY_UNDELIVERED] += c->subject == REPLAY_RECIPIENT;
		return;
	}
	hold(r, s, g, c->subject);
	if (c->would.verdict == REPLAY_DROPPED)
		s->dropped = g;
}

/* One that cannot be told in either view. */
static bool
is_unknown(struct replay *r, const struct replay_case *c)
{
	const struct replay_view *v = c->was.verdict == REPLAY_UNKNOWN ? &c->was : &c->would;

	if (v->verdict != REPLAY_UNKNOWN)
		return false;
	replay_note(&r->unknown, v->reason);
	return true;
}

void
replay_judged(struct replay *r, struct replay_session *s, const struct replay_case *c)
{
	struct replay_count *count = &r->counts[c->subject];
	enum replay_class class = REPLAY_SAME;
	bool begins = c->subject == REPLAY_SENDER || c->subject == REPLAY_HELLO;

	if (c->accepted && begins)
		replay_abandon(r, s);
	if (c->accepted && c->subject == REPLAY_HELLO)
		forget_greetings(s);
	count->seen++;
	count->was[c->was.verdict]++;
	count->would[c->would.verdict]++;
	if (!is_unknown(r, c)) {
		class = class_of(r, s, c);
		count->follows += c->follows;
		count->same += class == REPLAY_SAME && !c->follows;
		count->changed += class != REPLAY_SAME;
	}
	if (c->accepted && c->subject == REPLAY_RECIPIENT)
		count_recipient(s, c, class);
	if (class != REPLAY_SAME)
		change(r, s, c, class);
	else
		note_own_refusal(r, s, c);
}

uint64_t
replay_cost(const struct replay *r)
{
	return r->lost_recipients[REPLAY_DELIVERED] + r->lost_recipients[REPLAY_PERHAPS];
}

uint64_t
replay_changes(const struct replay *r)
{
	uint64_t n = 0;

	for (enum replay_class c = REPLAY_SAME + 1; c < REPLAY_CLASSES; c++)
		n += r->classes[c];
	return n;
}
