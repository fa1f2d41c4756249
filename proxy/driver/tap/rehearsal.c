/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/rehearsal.h"

#include "proxy/driver/tap/hidden.h"
#include "proxy/driver/tap/player.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	KEPT_LINE = LINE_OCTETS + 2,
	KEPT_REPLY = 1024,
	MISSING_MAX = 1 << 20,	/* octets of a chunk that are made up; what misses more ends the session */
};

struct kept {
	size_t len;		/* 0: nothing is */
	uint8_t octets[KEPT_REPLY];
};

struct rehearsal {
	struct player player;
	struct event_hooks own;			/* of the player */
	const struct event_hooks *hooks;	/* whom it passes them on to, or NULL */
	bool asked;				/* the engine waits for the host's reply to what was said */
	bool within;				/* a command whose line is too long: parts of it were said */
	bool torn;				/* some of the text is missing */
	bool in_text;				/* some of it came */
	bool sure;				/* nothing is missing that would say where the dialogue is */
	bool open;				/* the host has a transaction */
	bool authenticated;
	bool turned_away;			/* ... or let in unread: said once */
	struct judgement judgement;
	struct judgement data;			/* of the DATA or BDAT whose text comes */
	struct kept hello, answer, mail;	/* EHLO or HELO and the host's answer, MAIL: to begin anew */
};

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

	if (r->player.muted)
		return;
	note(r, e);
	if (r->hooks != NULL)
		r->hooks->report(r->hooks->cookie, s, e);
}

struct rehearsal *
rehearsal_new(const struct rehearsal_conf *conf, uint64_t now_us)
{
	struct rehearsal *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->own = (struct event_hooks){ .report = report, .cookie = r };
	r->hooks = conf->hooks;
	r->sure = conf->from_start;
	player_init(&r->player, &conf->session, conf->limits, &r->own, now_us / 1000);
	return r;
}

void
rehearsal_free(struct rehearsal *r)
{
	free(r);
}

static struct span
kept_span(const struct kept *k)
{
	return span_of(k->octets, k->len);
}

/* It would have ended the session: what comes now is judged in another one, which has come as far. */
static void
begin_anew(struct rehearsal *r, uint64_t now_ms)
{
	player_rewind(&r->player, now_ms);
	r->asked = false;
	player_exchange(&r->player, SPAN(""), SPAN("220 anew\r\n"), now_ms);
	if (r->hello.len > 0)
		player_exchange(&r->player, kept_span(&r->hello), r->answer.len > 0 ? kept_span(&r->answer) : SPAN("250 ok\r\n"), now_ms);
	r->player.d.authenticated = r->authenticated;
	r->judgement.anew = true;
}

/* Where the host stands, as far as that matters for the command that comes. */
static void
catch_up(struct rehearsal *r, enum verb verb, uint64_t now_ms)
{
	bool wants_open = verb == VERB_RCPT || verb == VERB_DATA || verb == VERB_BDAT;

	if (player_is_over(&r->player))
		begin_anew(r, now_ms);
	if (r->player.d.state == DIALOGUE_BANNER)	/* the begin was not seen */
		player_exchange(&r->player, SPAN(""), SPAN("220 unseen\r\n"), now_ms);
	if (r->player.d.in_transaction && !r->open && !r->player.d.transaction->message.chunked)
		player_exchange(&r->player, SPAN("RSET\r\n"), SPAN("250 ok\r\n"), now_ms);
	if (!wants_open || r->player.d.in_transaction || (r->sure && !(r->judgement.anew && r->open)))
		return;
	if (r->mail.len > 0)
		player_exchange(&r->player, kept_span(&r->mail), SPAN("250 ok\r\n"), now_ms);
	if (!r->player.d.in_transaction)
		player_exchange(&r->player, SPAN("MAIL FROM:<>\r\n"), SPAN("250 ok\r\n"), now_ms);
	r->open = true;
}

/* A command begins, with all of it or a part. */
static void
begin_command(struct rehearsal *r, enum verb verb, uint64_t now_ms)
{
	if (r->within)
		return;
	r->judgement = (struct judgement){ .known = true };
	catch_up(r, verb, now_ms);
}

/* Of a line that is too long the engine passes over all up to its end, so nothing is to come in between. */
static void
take_part(struct rehearsal *r, const struct said *s, uint64_t now_ms)
{
	begin_command(r, s->verb, now_ms);
	r->within = true;
	if (r->player.d.state == DIALOGUE_COMMAND)
		player_client(&r->player, s->octets, now_ms);
}

/* The rest of such a line is missing. */
static void
end_part(struct rehearsal *r, uint64_t now_ms)
{
	if (r->within && r->player.d.line.skipping)
		player_exchange(&r->player, SPAN("\r\n"), (struct span){ 0 }, now_ms);
	r->within = false;
}

/* The line as a client would have sent it through the shield, and what is to be known of it later. */
static struct span
note_command(struct rehearsal *r, const struct said *s, uint8_t shorter[KEPT_LINE])
{
	if (s->verb == VERB_HELO || s->verb == VERB_EHLO)
		keep(&r->hello, s->octets);
	if (s->verb == VERB_MAIL)
		keep(&r->mail, s->octets);
	return s->verb == VERB_MAIL || s->verb == VERB_RCPT ? hidden_leave_out(s->octets, kept_span(&r->answer), shorter, KEPT_LINE) : s->octets;
}

static void
take_command(struct rehearsal *r, const struct said *s, uint64_t now_ms)
{
	uint8_t shorter[KEPT_LINE];
	bool rest = r->within;

	begin_command(r, s->verb, now_ms);
	r->within = false;
	if (rest && player_is_over(&r->player))
		r->judgement.known = false;	/* it ended in the middle of the line, of which the rest is no command */
	else
		player_client(&r->player, rest ? s->octets : note_command(r, s, shorter), now_ms);
	r->asked = r->player.d.state == DIALOGUE_REPLY;
	if (s->verb == VERB_DATA || s->verb == VERB_BDAT)
		r->data = r->judgement;
	r->torn = r->in_text = false;
	player_text_begin(&r->player);
}

/* Text that the engine does not want is that of a DATA that it refused. */
static void
take_text(struct rehearsal *r, struct span octets, uint64_t now_ms)
{
	if (!r->in_text)
		r->judgement = (struct judgement){ .known = true, .anew = r->data.anew };
	r->in_text = true;
	if ((r->player.d.state != DIALOGUE_BODY && r->player.d.state != DIALOGUE_DISCARD) || r->torn || octets.len == 0)
		return;
	r->torn = !player_text(&r->player, octets, now_ms);
}

#define UNSEEN "octets that nobody saw\r\n"
#define UNSEEN_8 UNSEEN UNSEEN UNSEEN UNSEEN UNSEEN UNSEEN UNSEEN UNSEEN

/* What is missing of a chunk, to its end. In large pieces: a few octets of a capture can make a megabyte of it. */
static void
fill_chunk(struct rehearsal *r, uint64_t now_ms)
{
	static const char filler[] = UNSEEN_8 UNSEEN_8 UNSEEN_8 UNSEEN_8 UNSEEN_8 UNSEEN_8 UNSEEN_8 UNSEEN_8;
	uint64_t left = r->player.transaction.message.left;

	for (; left > 0 && left < MISSING_MAX; left = r->player.transaction.message.left) {
		size_t n = left < sizeof(filler) - 1 ? (size_t)left : sizeof(filler) - 1;

		if (player_client(&r->player, span_of(filler + sizeof(filler) - 1 - n, n), now_ms) == 0)
			break;
	}
	if (left > 0)
		dialogue_eof(&r->player.d, SIDE_CLIENT, now_ms);
}

/*
 * The client waits for the reply now. Where the engine sees no end it would wait for ever: its judgement is that of a
 * text that goes on and ends.
 */
static void
end_text(struct rehearsal *r, uint64_t now_ms)
{
	bool waits = r->player.d.state == DIALOGUE_BODY || r->player.d.state == DIALOGUE_DISCARD, torn = r->torn;

	if (r->data.action != ACTION_PASS)
		r->judgement = r->data;
	r->judgement.known = !torn;
	r->player.muted = torn;
	r->torn = false;
	if (waits && r->player.transaction.message.counted)
		fill_chunk(r, now_ms);
	else if (waits)
		take_text(r, SPAN("\r\n.\r\n"), now_ms);
	r->player.muted = false;
	r->torn = torn;		/* the reply is not reported either */
	r->open = false;
	r->asked = r->player.d.state == DIALOGUE_FINAL;
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
	bool wants = r->player.d.state == DIALOGUE_REPLY || r->player.d.state == DIALOGUE_FINAL || r->player.d.state == DIALOGUE_BANNER;

	follow_host(r, s);
	r->player.muted = r->torn;
	if (wants && (r->asked || s->kind == SAID_BANNER))
		player_host(&r->player, octets, now_ms);
	r->player.muted = false;
	r->asked = false;
}

static void
take_secret(struct rehearsal *r, const struct said *s, uint64_t now_ms)
{
	r->judgement = (struct judgement){ .known = true };
	if (r->player.d.state == DIALOGUE_AUTH)
		player_client(&r->player, s->octets, now_ms);
	r->asked = r->player.d.state == DIALOGUE_REPLY;
}

static void
take_missing(struct rehearsal *r, const struct said *s, uint64_t now_ms)
{
	if (s->side == SIDE_CLIENT)
		end_part(r, now_ms);
	r->torn = r->torn || s->side == SIDE_CLIENT;
	r->sure = false;
}

/* Whose connections are no dialogue for the shield: they pass unread, or do not begin. */
static void
take_at_the_door(struct rehearsal *r, const struct said *s, enum admit admit)
{
	static const char *const names[ADMITS] = { [ADMIT_REFUSE] = "refuse", [ADMIT_RESET] = "reset", [ADMIT_DROP] = "drop" };
	const struct session *session = &r->player.d.conf.session;

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
	const struct session *session = &r->player.d.conf.session;
	enum admit admit = session->host->rules[session->network].admit;
	uint64_t now_ms = s->time_us / 1000;

	if (admit != ADMIT_SHIELD) {
		take_at_the_door(r, s, admit);
		return;
	}
	player_begin(&r->player, now_ms);
	switch (s->kind) {
	case SAID_BANNER:
	case SAID_REPLY:
		take_reply(r, s, now_ms);
		break;
	case SAID_COMMAND:
		take_command(r, s, now_ms);
		break;
	case SAID_PART:
		take_part(r, s, now_ms);
		break;
	case SAID_SECRET:
		take_secret(r, s, now_ms);
		break;
	case SAID_TEXT:
		take_text(r, s->octets, now_ms);
		break;
	case SAID_TEXT_END:
		end_text(r, now_ms);
		break;
	case SAID_MISSING:
		take_missing(r, s, now_ms);
		break;
	case SAID_OPAQUE:
		break;
	case SAID_END:
		dialogue_eof(&r->player.d, SIDE_CLIENT, now_ms);
		break;
	}
	player_end(&r->player);
}

const struct judgement *
rehearsal_judgement(const struct rehearsal *r)
{
	return &r->judgement;
}

unsigned
rehearsal_unasked(const struct rehearsal *r)
{
	return r->player.unasked;
}
