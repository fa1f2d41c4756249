/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/stream/session.h"

#include "proxy/base/clock.h"

static void
on_truth(void *cookie, enum domain_truth truth)
{
	struct stream_session *s = cookie;
	uint64_t now_ms = clock_ms();

	s->look = NULL;
	loan_begin(s);
	dialogue_answer(&s->dialogue, truth, now_ms);
	session_go_on(s, now_ms);
}

/* After a deadline the dialogue may ask about the next domain before this one was given up. */
static void
give_up_old(struct stream_session *s)
{
	if (s->look == NULL || span_eq(domain_looked_at(s->look), dialogue_question(&s->dialogue)))
		return;
	domain_give_up(s->look);
	s->look = NULL;
}

static bool
ask_domain(struct stream_session *s, bool wanted, uint64_t now_ms)
{
	struct resolver *resolver = s->drill ? NULL : s->shared->conf.resolver;
	enum domain_truth truth = DOMAIN_UNSURE;

	give_up_old(s);
	if (!wanted || s->look != NULL)
		return false;
	if (resolver != NULL)
		s->look = domain_look(resolver, dialogue_question(&s->dialogue), on_truth, s, &truth);
	if (s->look != NULL)
		return false;
	dialogue_answer(&s->dialogue, truth, now_ms);
	return true;
}

static void
tell_listing(struct stream_session *s, const struct blocklist_verdict *v, uint64_t now_ms)
{
	struct span name = { 0 };

	if (v->because != NULL)
		name = v->because->name;
	dialogue_listed(&s->dialogue, v->refuse, name, now_ms);
}

static void
on_listing(void *cookie, const struct blocklist_verdict *verdict)
{
	struct stream_session *s = cookie;
	uint64_t now_ms = clock_ms();

	s->listing = NULL;
	loan_begin(s);
	tell_listing(s, verdict, now_ms);
	session_go_on(s, now_ms);
}

/* From the begin of the session on: mostly the answer is there before anything waits for it. */
static bool
ask_lists(struct stream_session *s, bool wanted, uint64_t now_ms)
{
	struct lists *lists = s->drill ? NULL : s->shared->conf.lists;
	struct blocklist_verdict verdict = { 0 };

	if (!wanted && s->listing != NULL) {
		lists_give_up(s->listing);
		s->listing = NULL;
	}
	if (!wanted || s->listing != NULL)
		return false;
	if (lists != NULL)
		s->listing = lists_look(lists, &s->dialogue.conf.session.client, on_listing, s, &verdict);
	if (s->listing != NULL)
		return false;
	tell_listing(s, &verdict, now_ms);
	return true;
}

bool
ask_move(struct stream_session *s, uint64_t now_ms)
{
	unsigned wants = dialogue_wants(&s->dialogue);

	return ask_lists(s, (wants & DIALOGUE_ASK_LISTS) != 0, now_ms) || ask_domain(s, (wants & DIALOGUE_ASK_DOMAIN) != 0, now_ms);
}
