/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/player.h"

static uint8_t to_client[DIALOGUE_TO_CLIENT], to_host[DIALOGUE_TO_HOST];

static void
start(struct player *p, const struct dialogue_conf *conf, uint64_t now_ms)
{
	dialogue_init(&p->d, conf, now_ms);
	dialogue_lend_note(&p->d, NOTE_TRANSACTION, &p->transaction);
	dialogue_lend_note(&p->d, NOTE_WORDS, &p->words);
}

void
player_init(struct player *p, const struct session *session, const struct dialogue_limits *limits, const struct event_hooks *hooks, uint64_t now_ms)
{
	struct dialogue_conf conf = { .session = *session, .limits = limits, .hooks = hooks };

	p->host = *session->host;
	p->host.uplift |= UPLIFT_CHUNKING;
	conf.session.host = &p->host;
	p->muted = false;
	p->unasked = 0;
	start(p, &conf, now_ms);
}

static void
throw_away(struct dialogue *d)
{
	for (enum side side = SIDE_CLIENT; side <= SIDE_HOST; side++) {
		if (d->passing[side] > 0)
			dialogue_sent(d, side, d->passing[side]);
		dialogue_sent(d, side, dialogue_output(d, side).len);
	}
}

void
player_begin(struct player *p, uint64_t now_ms)
{
	dialogue_lend(&p->d, SIDE_CLIENT, to_client);
	dialogue_lend(&p->d, SIDE_HOST, to_host);
	dialogue_tick(&p->d, now_ms);
}

void
player_end(struct player *p)
{
	throw_away(&p->d);
	dialogue_lend(&p->d, SIDE_CLIENT, NULL);
	dialogue_lend(&p->d, SIDE_HOST, NULL);
}

void
player_rewind(struct player *p, uint64_t now_ms)
{
	const struct dialogue_conf conf = p->d.conf;

	player_end(p);
	start(p, &conf, now_ms);
	player_begin(p, now_ms);
}

/* One call of the engine. Octets used. */
static size_t
feed(struct player *p, enum side from, struct span octets, uint64_t now_ms)
{
	size_t pass, used = dialogue_feed(&p->d, from, octets, &pass, now_ms);

	throw_away(&p->d);
	return used;
}

/* True: something was asked. */
static bool
answer_questions(struct player *p, uint64_t now_ms)
{
	unsigned wants = dialogue_wants(&p->d);

	if (wants & DIALOGUE_ASK_LISTS)
		dialogue_listed(&p->d, false, (struct span){ 0 }, now_ms);
	if (wants & DIALOGUE_ASK_DOMAIN) {
		p->unasked += !p->muted;
		dialogue_answer(&p->d, DOMAIN_RESOLVES, now_ms);
	}
	return (wants & (DIALOGUE_ASK_LISTS | DIALOGUE_ASK_DOMAIN)) != 0;
}

/* What the engine asks of its own accord. True: something was. */
static bool
answer_for_host(struct player *p, uint64_t now_ms)
{
	if (p->d.state != DIALOGUE_REPLY)
		return false;
	switch (p->d.asked.why) {
	case ASKED_RESET:
	case ASKED_OLD_HELLO:
	case ASKED_EMPTY:
		feed(p, SIDE_HOST, SPAN("250 ok\r\n"), now_ms);
		return true;
	case ASKED_FOR_CHUNK:
		feed(p, SIDE_HOST, SPAN("354 go on\r\n"), now_ms);
		return true;
	case ASKED_CANCEL:
		feed(p, SIDE_HOST, SPAN("501 cancelled\r\n"), now_ms);
		return true;
	default:
		return false;
	}
}

static bool
answer(struct player *p, uint64_t now_ms)
{
	bool answered = answer_questions(p, now_ms);

	return answer_for_host(p, now_ms) || answered;
}

size_t
player_client(struct player *p, struct span octets, uint64_t now_ms)
{
	size_t used = 0;
	bool moved = true;

	while (moved) {
		size_t n = feed(p, SIDE_CLIENT, span_cut(octets, used, octets.len), now_ms);

		used += n;
		moved = answer(p, now_ms) || (n > 0 && used < octets.len);
	}
	return used;
}

void
player_text_begin(struct player *p)
{
	p->carried = 0;
}

static bool
carry(struct player *p, struct span rest)
{
	p->carried = rest.len <= sizeof(p->carry) ? rest.len : 0;
	if (p->carried > 0)
		memcpy(p->carry, rest.at, rest.len);
	return rest.len <= sizeof(p->carry);
}

bool
player_text(struct player *p, struct span octets, uint64_t now_ms)
{
	size_t before = p->carried, n = octets.len < PLAYER_CARRY ? octets.len : PLAYER_CARRY, used;
	uint8_t both[2 * PLAYER_CARRY];

	if (before > 0) {	/* with the begin of these as one piece */
		memcpy(both, p->carry, before);
		memcpy(both + before, octets.at, n);
		used = player_client(p, span_of(both, before + n), now_ms);
		if (used < before || n == octets.len)
			return carry(p, span_of(both + used, before + n - used));
		octets = span_cut(octets, used - before, octets.len);
	}
	return carry(p, span_cut(octets, player_client(p, octets, now_ms), octets.len));
}

void
player_host(struct player *p, struct span octets, uint64_t now_ms)
{
	feed(p, SIDE_HOST, octets, now_ms);
	while (answer(p, now_ms))
		;
}

void
player_exchange(struct player *p, struct span command, struct span reply, uint64_t now_ms)
{
	bool muted = p->muted;

	p->muted = true;
	if (command.len > 0)
		player_client(p, command, now_ms);
	if (command.len == 0 || p->d.state == DIALOGUE_REPLY)
		player_host(p, reply, now_ms);
	p->muted = muted;
}

bool
player_is_over(const struct player *p)
{
	return p->d.state == DIALOGUE_CLOSED || p->d.state == DIALOGUE_ORPHAN;
}
