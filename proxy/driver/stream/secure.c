/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/stream/session.h"

/*
 * The client's TLS will not be. To the dialogue the client is gone; what the
 * dialogue still has to say would be plain text, and is thrown away.
 */
static void
end_badly(struct stream_session *s, const char *why)
{
	const struct event_hooks *hooks = s->drill ? s->dialogue.conf.hooks : &s->shared->conf.hooks;
	const struct session *who = &s->dialogue.conf.session;
	struct peer *client = &s->peer[SIDE_CLIENT];

	s->securing = false;
	s->shared->counters->tls_failed++;
	peer_used(client, &s->shared->pool, peer_input(client).len);
	client->deaf = true;
	if (client->gone == PEER_HERE)
		client->gone = PEER_EOF;
	hooks->report(hooks->cookie, who, &(struct event){ .kind = EVENT_LIMIT, .what = "tls-handshake",
	    .argument = span_str(why) });
}

static void
end_well(struct stream_session *s, uint64_t now_ms)
{
	char how[TLS_HOW];

	s->securing = false;
	s->shared->counters->tls_sessions++;
	tls_describe(s->peer[SIDE_CLIENT].tls, how);
	if (s->witness != NULL)
		witness_secured(s->witness, how);
	dialogue_secured(&s->dialogue, how, now_ms);
}

bool
secure_move(struct stream_session *s, uint64_t now_ms)
{
	bool wanted = s->dialogue.state == DIALOGUE_STARTING && (dialogue_wants(&s->dialogue) & DIALOGUE_START_TLS) != 0;
	struct peer *client = &s->peer[SIDE_CLIENT];

	if (!wanted && s->securing) {
		end_badly(s, "given up before it was done");
		return true;
	}
	if (!wanted || client->gone != PEER_HERE || peer_blocked(client))
		return false;
	if (client->mem != NULL) {	/* read before TLS: nobody's words, CVE-2011-0411 */
		end_badly(s, "plain text before it");
		return true;
	}
	s->securing = true;
	switch (peer_handshake(client, s->shared->loop, s->creds)) {
	case TLS_DONE:
		end_well(s, now_ms);
		return true;
	case TLS_FAILED:
		end_badly(s, client->tls == NULL ? "no memory" : tls_why(client->tls));
		return true;
	default:
		return false;
	}
}
