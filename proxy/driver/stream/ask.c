/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/stream/session.h"

static void
on_truth(void *cookie, enum domain_truth truth)
{
	struct stream_session *s = cookie;
	uint64_t now_ms = session_clock_ms();

	s->look = NULL;
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

bool
ask_move(struct stream_session *s, uint64_t now_ms)
{
	struct resolver *resolver = s->shared->conf.resolver;
	enum domain_truth truth = DOMAIN_UNSURE;

	give_up_old(s);
	if ((dialogue_wants(&s->dialogue) & DIALOGUE_ASK_DOMAIN) == 0 || s->look != NULL)
		return false;
	if (resolver != NULL)
		s->look = domain_look(resolver, dialogue_question(&s->dialogue), on_truth, s, &truth);
	if (s->look != NULL)
		return false;
	dialogue_answer(&s->dialogue, truth, now_ms);
	return true;
}
