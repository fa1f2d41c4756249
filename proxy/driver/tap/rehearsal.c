/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/rehearsal.h"

#include "proxy/driver/tap/hidden.h"
#include "proxy/engine/dialogue.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	KEPT_LINE = LINE_OCTETS + 2,
	KEPT_REPLY = 1024,
	MISSING_MAX = 1 << 20,	/* octets of a chunk that are made up; what misses more ends the session */
	CARRY = 128,		/* octets of a text that the engine wants to see again with more behind them: a line end, a name */
};

struct kept {
	size_t len;		/* 0: nothing is */
	uint8_t octets[KEPT_REPLY];
};

struct rehearsal {
	struct dialogue d;
	struct policy_host host;		/* as it is in the policy, but that BDAT is offered */
	struct event_hooks own;			/* of the dialogue */
	const struct event_hooks *hooks;
	struct dialogue_transaction transaction;
	struct dialogue_words words;
	bool muted;				/* what is played was not said now: it is not reported */
	bool asked;				/* the engine waits for the host's reply to what was said */
	bool torn;				/* some of the text is missing */
	bool in_text;				/* some of it came */
	size_t carried;
	uint8_t carry[CARRY];
	bool sure;				/* nothing is missing that would say where the dialogue is */
	bool open;				/* the host has a transaction */
	bool authenticated;
	bool turned_away;			/* ... or let in unread: said once */
	unsigned unasked;
	struct judgement judgement;
	struct judgement data;			/* of the DATA or BDAT whose text comes */
	struct kept hello, answer, mail;	/* EHLO or HELO and the host's answer, MAIL: to begin anew */
};

/* One thread, one at a time: what the engine says is thrown away at once. */
static uint8_t to_client[DIALOGUE_TO_CLIENT], to_host[DIALOGUE_TO_HOST];

static void
keep(struct kept *k, struct span octets)
{
	k->len = octets.len <= sizeof(k->octets) ? octets.len : 0;
	if (k->len > 0)
		memcpy(k->octets, octets.at, k->len);
}

static void
note(struct rehearsal *r, const struct event *e)
{
	struct judgement *j = &r->judgement;
	const struct verdict *v = e->verdict;

	if (v != NULL) {
		j->judged = true;
		j->action = v->action;
		j->rule = v->rule;
		j->mode = v->mode;
		j->reason = v->reason;
		j->code = e->code;
		j->what = reason_name(v->reason);
	} else if (e->what != NULL && e->code >= 400 && e->kind != EVENT_REPLY && e->kind != EVENT_HOST) {
		j->action = ACTION_REFUSE;
		j->code = e->code;
		j->what = e->what;
	}
}

static void
report(void *cookie, const struct session *s, const struct event *e)
{
	struct rehearsal *r = cookie;

	if (r->muted)
		return;
	note(r, e);
	if (r->hooks != NULL)
		r->hooks->report(r->hooks->cookie, s, e);
}

static void
begin(struct rehearsal *r, const struct session *session, const struct dialogue_limits *limits, uint64_t now_ms)
{
	const struct dialogue_conf conf = { .session = *session, .limits = limits, .hooks = &r->own };

	dialogue_init(&r->d, &conf, now_ms);
	dialogue_lend_note(&r->d, NOTE_TRANSACTION, &r->transaction);
	dialogue_lend_note(&r->d, NOTE_WORDS, &r->words);
	r->asked = false;
}

struct rehearsal *
rehearsal_new(const struct rehearsal_conf *conf, uint64_t now_us)
{
	struct rehearsal *r = calloc(1, sizeof(*r));
	struct session session = conf->session;

	if (r == NULL)
		return NULL;
	r->host = *session.host;
	r->host.uplift |= UPLIFT_CHUNKING;
	session.host = &r->host;
	r->own = (struct event_hooks){ .report = report, .cookie = r };
	r->hooks = conf->hooks;
	r->sure = conf->from_start;
	begin(r, &session, conf->limits, now_us / 1000);
	return r;
}

void
rehearsal_free(struct rehearsal *r)
{
	free(r);
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

/* One call of the engine, whose queues have memory only for that time. Octets used. */
static size_t
feed(struct rehearsal *r, enum side from, struct span octets, uint64_t now_ms)
{
	size_t pass, used;

	dialogue_lend(&r->d, SIDE_CLIENT, to_client);
	dialogue_lend(&r->d, SIDE_HOST, to_host);
	used = dialogue_feed(&r->d, from, octets, &pass, now_ms);
	throw_away(&r->d);
	return used;
}

static void
give_queues_back(struct rehearsal *r)
{
	throw_away(&r->d);
	dialogue_lend(&r->d, SIDE_CLIENT, NULL);
	dialogue_lend(&r->d, SIDE_HOST, NULL);
}

/* Whatever nobody recorded is answered so that it changes no verdict. True: something was. */
static bool
answer_questions(struct rehearsal *r, uint64_t now_ms)
{
	struct dialogue *d = &r->d;
	unsigned wants = dialogue_wants(d);

	if (wants & DIALOGUE_ASK_LISTS)
		dialogue_listed(d, false, (struct span){ 0 }, now_ms);
	if (wants & DIALOGUE_ASK_DOMAIN) {
		r->unasked += !r->muted;
		dialogue_answer(d, DOMAIN_RESOLVES, now_ms);
	}
	return (wants & (DIALOGUE_ASK_LISTS | DIALOGUE_ASK_DOMAIN)) != 0;
}

/* What the engine asks of its own accord the host was not asked: it says yes. True: something was. */
static bool
answer_for_host(struct rehearsal *r, uint64_t now_ms)
{
	if (r->d.state != DIALOGUE_REPLY)
		return false;
	switch (r->d.asked.why) {
	case ASKED_RESET:
	case ASKED_OLD_HELLO:
	case ASKED_EMPTY:
		feed(r, SIDE_HOST, SPAN("250 ok\r\n"), now_ms);
		return true;
	case ASKED_FOR_CHUNK:
		feed(r, SIDE_HOST, SPAN("354 go on\r\n"), now_ms);
		return true;
	case ASKED_CANCEL:
		feed(r, SIDE_HOST, SPAN("501 cancelled\r\n"), now_ms);
		return true;
	default:
		return false;
	}
}

/* Whatever is asked now is answered. True: something was. */
static bool
answer(struct rehearsal *r, uint64_t now_ms)
{
	bool answered = answer_questions(r, now_ms);

	return answer_for_host(r, now_ms) || answered;
}

/* These octets of the client, and what the engine wants to know meanwhile. How many it used. */
static size_t
feed_client(struct rehearsal *r, struct span octets, uint64_t now_ms)
{
	size_t used = 0;
	bool moved = true;

	while (moved) {
		size_t n = feed(r, SIDE_CLIENT, span_cut(octets, used, octets.len), now_ms);

		used += n;
		moved = answer(r, now_ms) || (n > 0 && used < octets.len);
	}
	return used;
}

static void
feed_host(struct rehearsal *r, struct span octets, uint64_t now_ms)
{
	feed(r, SIDE_HOST, octets, now_ms);
	while (answer(r, now_ms))
		;
}

/* Something that was said before, or would have been, and the host's reply to it. */
static void
play(struct rehearsal *r, struct span command, struct span reply, uint64_t now_ms)
{
	bool muted = r->muted;

	r->muted = true;
	feed_client(r, command, now_ms);
	if (r->d.state == DIALOGUE_REPLY)
		feed_host(r, reply, now_ms);
	r->muted = muted;
}

static struct span
kept_span(const struct kept *k)
{
	return span_of(k->octets, k->len);
}

static bool
is_over(const struct rehearsal *r)
{
	return r->d.state == DIALOGUE_CLOSED || r->d.state == DIALOGUE_ORPHAN;
}

/* It would have ended the session: what comes now is judged in another one, which has come as far. */
static void
begin_anew(struct rehearsal *r, uint64_t now_ms)
{
	const struct session session = r->d.conf.session;

	give_queues_back(r);
	begin(r, &session, r->d.conf.limits, now_ms);
	r->muted = true;
	feed_host(r, SPAN("220 anew\r\n"), now_ms);
	r->muted = false;
	if (r->hello.len > 0)
		play(r, kept_span(&r->hello), r->answer.len > 0 ? kept_span(&r->answer) : SPAN("250 ok\r\n"), now_ms);
	r->d.authenticated = r->authenticated;
	r->judgement.anew = true;
}

/* Where the host stands, as far as that matters for the command that comes. */
static void
catch_up(struct rehearsal *r, enum verb verb, uint64_t now_ms)
{
	bool wants_open = verb == VERB_RCPT || verb == VERB_DATA || verb == VERB_BDAT;

	if (is_over(r))
		begin_anew(r, now_ms);
	if (r->d.state == DIALOGUE_BANNER) {	/* the begin was not seen */
		r->muted = true;
		feed_host(r, SPAN("220 unseen\r\n"), now_ms);
		r->muted = false;
	}
	if (r->d.in_transaction && !r->open && !r->d.transaction->message.chunked)
		play(r, SPAN("RSET\r\n"), SPAN("250 ok\r\n"), now_ms);
	if (!wants_open || r->d.in_transaction || (r->sure && !(r->judgement.anew && r->open)))
		return;
	if (r->mail.len > 0)
		play(r, kept_span(&r->mail), SPAN("250 ok\r\n"), now_ms);
	if (!r->d.in_transaction)
		play(r, SPAN("MAIL FROM:<>\r\n"), SPAN("250 ok\r\n"), now_ms);
	r->open = true;
}

static void
take_command(struct rehearsal *r, const struct said *s, uint64_t now_ms)
{
	uint8_t shorter[KEPT_LINE];
	struct span line = s->octets;

	r->judgement = (struct judgement){ .known = true };
	catch_up(r, s->verb, now_ms);
	if (s->verb == VERB_HELO || s->verb == VERB_EHLO)
		keep(&r->hello, line);
	if (s->verb == VERB_MAIL)
		keep(&r->mail, line);
	if (s->verb == VERB_MAIL || s->verb == VERB_RCPT)
		line = hidden_leave_out(line, kept_span(&r->answer), shorter, sizeof(shorter));
	feed_client(r, line, now_ms);
	r->asked = r->d.state == DIALOGUE_REPLY;
	if (s->verb == VERB_DATA || s->verb == VERB_BDAT)
		r->data = r->judgement;
	r->torn = r->in_text = false;
	r->carried = 0;
}

static void
carry(struct rehearsal *r, struct span rest)
{
	r->torn = r->torn || rest.len > sizeof(r->carry);
	r->carried = r->torn ? 0 : rest.len;
	if (r->carried > 0)
		memcpy(r->carry, rest.at, rest.len);
}

/* What is carried and the begin of octets, as one piece: how many of octets are done with. */
static size_t
feed_carried(struct rehearsal *r, struct span octets, uint64_t now_ms)
{
	size_t before = r->carried, n = octets.len < CARRY ? octets.len : CARRY, used;
	uint8_t both[2 * CARRY];

	memcpy(both, r->carry, before);
	memcpy(both + before, octets.at, n);
	used = feed_client(r, span_of(both, before + n), now_ms);
	if (used >= before && n < octets.len) {
		r->carried = 0;
		return used - before;
	}
	carry(r, span_of(both + used, before + n - used));
	return octets.len;
}

/* Text that the engine does not want is that of a DATA that it refused. */
static void
take_text(struct rehearsal *r, struct span octets, uint64_t now_ms)
{
	if (!r->in_text)
		r->judgement = (struct judgement){ .known = true, .anew = r->data.anew };
	r->in_text = true;
	if ((r->d.state != DIALOGUE_BODY && r->d.state != DIALOGUE_DISCARD) || r->torn || octets.len == 0)
		return;
	if (r->carried > 0)
		octets = span_cut(octets, feed_carried(r, octets, now_ms), octets.len);
	if (octets.len > 0)
		carry(r, span_cut(octets, feed_client(r, octets, now_ms), octets.len));
}

/* What is missing of a chunk, to its end. */
static void
fill_chunk(struct rehearsal *r, uint64_t now_ms)
{
	static const char filler[] = "octets that nobody saw\r\n";
	uint64_t left = r->transaction.message.left;

	for (; left > 0 && left < MISSING_MAX; left = r->transaction.message.left) {
		size_t n = left < sizeof(filler) - 1 ? (size_t)left : sizeof(filler) - 1;

		if (feed_client(r, span_of(filler + sizeof(filler) - 1 - n, n), now_ms) == 0)
			break;
	}
	if (left > 0)
		dialogue_eof(&r->d, SIDE_CLIENT, now_ms);
}

/*
 * The client waits for the reply now. Where the engine sees no end it would wait for ever: its judgement is that of a
 * text that goes on and ends.
 */
static void
end_text(struct rehearsal *r, uint64_t now_ms)
{
	bool waits = r->d.state == DIALOGUE_BODY || r->d.state == DIALOGUE_DISCARD, torn = r->torn;

	if (r->data.action != ACTION_PASS)
		r->judgement = r->data;
	r->judgement.known = !torn;
	r->muted = torn;
	r->torn = false;
	if (waits && r->transaction.message.counted)
		fill_chunk(r, now_ms);
	else if (waits)
		take_text(r, SPAN("\r\n.\r\n"), now_ms);
	r->muted = false;
	r->torn = torn;		/* the reply is not reported either */
	r->asked = r->d.state == DIALOGUE_FINAL;
}

static void
follow_host(struct rehearsal *r, const struct said *s)
{
	bool well = s->code >= 200 && s->code < 300;

	if (s->verb == VERB_MAIL)
		r->open = r->open || well;
	else if ((s->verb == VERB_RSET || s->verb == VERB_HELO || s->verb == VERB_EHLO) && well)
		r->open = false;
	if (s->verb == VERB_MAIL || s->verb == VERB_RSET)
		r->sure = true;
	if (s->verb == VERB_AUTH && s->code == 235)
		r->authenticated = true;
	if ((s->verb == VERB_EHLO || s->verb == VERB_HELO) && well)
		keep(&r->answer, s->octets);
}

/* The reply that was not seen, as far as its code is likely. */
static struct span
assumed(unsigned code, char line[16])
{
	int n = snprintf(line, 16, "%u unseen\r\n", code);

	return span_of(line, (size_t)n);
}

static void
take_reply(struct rehearsal *r, const struct said *s, uint64_t now_ms)
{
	char line[16];
	struct span octets = s->octets.len > 0 ? s->octets : assumed(s->code, line);
	bool wants = r->d.state == DIALOGUE_REPLY || r->d.state == DIALOGUE_FINAL || r->d.state == DIALOGUE_BANNER;

	follow_host(r, s);
	r->muted = r->torn;
	if (wants && (r->asked || s->kind == SAID_BANNER))
		feed_host(r, octets, now_ms);
	r->muted = false;
	r->asked = false;
}

/* Whose connections are no dialogue for the shield: they pass unread, or do not begin. */
static void
take_at_the_door(struct rehearsal *r, const struct said *s, enum admit admit)
{
	static const char *const names[ADMITS] = { [ADMIT_REFUSE] = "refuse", [ADMIT_RESET] = "reset", [ADMIT_DROP] = "drop" };
	const struct session *session = &r->d.conf.session;

	if (admit != ADMIT_PASS && !r->turned_away && r->hooks != NULL)
		r->hooks->report(r->hooks->cookie, session, &(struct event){ .kind = EVENT_ADMIT, .what = names[admit],
		    .code = admit == ADMIT_REFUSE ? 554 : 0 });
	r->turned_away = true;
	if (s->kind != SAID_COMMAND && s->kind != SAID_TEXT_END && s->kind != SAID_SECRET)
		return;
	r->judgement = (struct judgement){ .known = true };
	if (admit != ADMIT_PASS)
		r->judgement = (struct judgement){ .known = true, .action = ACTION_REFUSE, .what = "admit", .code = admit == ADMIT_REFUSE ? 554 : 0 };
}

void
rehearsal_said(struct rehearsal *r, const struct said *s)
{
	const struct session *session = &r->d.conf.session;
	enum admit admit = session->host->rules[session->network].admit;
	uint64_t now_ms = s->time_us / 1000;

	if (admit != ADMIT_SHIELD) {
		take_at_the_door(r, s, admit);
		return;
	}
	dialogue_lend(&r->d, SIDE_CLIENT, to_client);
	dialogue_lend(&r->d, SIDE_HOST, to_host);
	dialogue_tick(&r->d, now_ms);
	switch (s->kind) {
	case SAID_BANNER:
	case SAID_REPLY:
		take_reply(r, s, now_ms);
		break;
	case SAID_COMMAND:
		take_command(r, s, now_ms);
		break;
	case SAID_PART:
		if (r->d.state == DIALOGUE_COMMAND)
			feed_client(r, s->octets, now_ms);
		break;
	case SAID_SECRET:
		r->judgement = (struct judgement){ .known = true };
		if (r->d.state == DIALOGUE_AUTH)
			feed_client(r, s->octets, now_ms);
		r->asked = r->d.state == DIALOGUE_REPLY;
		break;
	case SAID_TEXT:
		take_text(r, s->octets, now_ms);
		break;
	case SAID_TEXT_END:
		end_text(r, now_ms);
		r->open = false;
		break;
	case SAID_MISSING:
		r->torn = r->torn || s->side == SIDE_CLIENT;
		r->sure = false;
		break;
	case SAID_OPAQUE:
		break;
	case SAID_END:
		dialogue_eof(&r->d, SIDE_CLIENT, now_ms);
		break;
	}
	give_queues_back(r);
}

const struct judgement *
rehearsal_judgement(const struct rehearsal *r)
{
	return &r->judgement;
}

unsigned
rehearsal_unasked(const struct rehearsal *r)
{
	return r->unasked;
}
