/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/bench/load/talk.h"

enum { GREETING = 220, BYE = 221, DONE = 250, GO_ON = 354, REFUSED = 550 };

void
talk_begin(struct talk *t, const struct plan *plan)
{
	*t = (struct talk){ .plan = plan };
}

const char *
talk_turn_name(enum talk_turn turn)
{
	static const char *const names[] = {
		"greeting", "EHLO", "MAIL", "RCPT", "DATA", "MAIL to DATA", "text", "BDAT", "QUIT", "end",
	};

	return names[turn];
}

/* --- what is said ------------------------------------------------------------- */

/* The last recipients of a message are the ones to be refused, so that there is always a good one before them. */
static bool
is_refused(const struct plan *plan, unsigned recipient)
{
	return recipient >= plan->recipients - plan->refused;
}

static void
say_mail(struct buf *out)
{
	buf_add_str(out, "MAIL FROM:<sender@client.example>\r\n");
}

static void
say_recipient(const struct plan *plan, unsigned recipient, struct buf *out)
{
	buf_addf(out, "RCPT TO:<user%u@%s.example>\r\n", recipient, is_refused(plan, recipient) ? "victim" : "local");
}

static void
say_row(const struct plan *plan, struct buf *out)
{
	say_mail(out);
	for (unsigned i = 0; i < plan->recipients; i++)
		say_recipient(plan, i, out);
	if (!plan->chunked)
		buf_add_str(out, "DATA\r\n");
}

bool
talk_say(const struct talk *t, struct buf *out)
{
	switch (t->turn) {
	case TALK_CONNECT:
	case TALK_OVER:
		return false;
	case TALK_HELLO:
		buf_add_str(out, "EHLO client.example\r\n");
		return false;
	case TALK_MAIL:
		say_mail(out);
		return false;
	case TALK_RECIPIENT:
		say_recipient(t->plan, t->recipients, out);
		return false;
	case TALK_DATA:
		buf_add_str(out, "DATA\r\n");
		return false;
	case TALK_ROW:
		say_row(t->plan, out);
		return false;
	case TALK_TEXT:
		return true;
	case TALK_CHUNK:
		buf_addf(out, "BDAT %u LAST\r\n", t->plan->octets);
		return true;
	case TALK_QUIT:
		buf_add_str(out, "QUIT\r\n");
		return false;
	}
	return false;
}

/* --- what is heard ------------------------------------------------------------ */

static unsigned
wanted_in_row(const struct plan *plan, unsigned heard)
{
	if (heard == 0)
		return DONE;
	if (heard == plan->recipients + 1)
		return GO_ON;
	return is_refused(plan, heard - 1) ? REFUSED : DONE;
}

static unsigned
wanted(const struct talk *t)
{
	switch (t->turn) {
	case TALK_CONNECT:
		return GREETING;
	case TALK_RECIPIENT:
		return is_refused(t->plan, t->recipients) ? REFUSED : DONE;
	case TALK_DATA:
		return GO_ON;
	case TALK_ROW:
		return wanted_in_row(t->plan, t->heard);
	case TALK_QUIT:
		return BYE;
	case TALK_OVER:
		return 0;
	default:
		return DONE;
	}
}

static unsigned
replies_of(const struct talk *t)
{
	return t->turn != TALK_ROW ? 1 : t->plan->recipients + (t->plan->chunked ? 1 : 2);
}

static enum talk_turn
next_message(const struct talk *t)
{
	if (t->messages == t->plan->messages)
		return TALK_QUIT;
	return t->plan->pipelined ? TALK_ROW : TALK_MAIL;
}

static enum talk_turn
next_turn(const struct talk *t)
{
	enum talk_turn text = t->plan->chunked ? TALK_CHUNK : TALK_DATA;

	switch (t->turn) {
	case TALK_CONNECT:
		return TALK_HELLO;
	case TALK_MAIL:
		return TALK_RECIPIENT;
	case TALK_RECIPIENT:
		return t->recipients < t->plan->recipients ? TALK_RECIPIENT : text;
	case TALK_ROW:
		return t->plan->chunked ? TALK_CHUNK : TALK_TEXT;
	case TALK_DATA:
		return TALK_TEXT;
	case TALK_QUIT:
	case TALK_OVER:
		return TALK_OVER;
	default:	/* HELLO, TEXT, CHUNK */
		return next_message(t);
	}
}

/* All replies of the turn are here, as they were wanted. */
static enum talk_result
turn_over(struct talk *t)
{
	enum talk_turn was = t->turn;

	if (was == TALK_TEXT || was == TALK_CHUNK) {
		t->messages++;
		t->recipients = 0;
	}
	t->turn = next_turn(t);
	t->heard = 0;
	if (t->plan->hold == PLAN_HOLD_GREETING || (t->plan->hold == PLAN_HOLD_TRANSACTION && was == TALK_RECIPIENT &&
	    t->turn != TALK_RECIPIENT))
		return TALK_HOLD;
	return TALK_SPEAK;
}

/* The last line of a reply. */
static enum talk_result
reply(struct talk *t, unsigned code)
{
	bool about_recipient = t->turn == TALK_RECIPIENT ||
	    (t->turn == TALK_ROW && t->heard > 0 && t->heard <= t->plan->recipients);

	if (code != wanted(t))
		return TALK_FAULT;
	if (about_recipient) {
		t->recipients++;
		*(code == REFUSED ? &t->refused : &t->taken) += 1;
	}
	t->heard++;
	return t->heard < replies_of(t) ? TALK_MORE : turn_over(t);
}

static enum talk_result
line_end(struct talk *t)
{
	const char *c = t->line;
	bool whole = t->len >= 4;

	t->line[t->len] = '\0';
	t->len = 0;
	for (int i = 0; i < 3; i++)
		whole = whole && c[i] >= '0' && c[i] <= '9';
	if (!whole)
		return TALK_FAULT;
	return c[3] == '-' ? TALK_MORE : reply(t, (unsigned)((c[0] - '0') * 100 + (c[1] - '0') * 10 + (c[2] - '0')));
}

enum talk_result
talk_hear(struct talk *t, struct span in)
{
	enum talk_result result = TALK_MORE;

	for (size_t i = 0; i < in.len; i++) {
		if (result != TALK_MORE)
			return TALK_FAULT;	/* a reply to what was not said yet */
		if (in.at[i] == '\n')
			result = line_end(t);
		else if (t->len < sizeof(t->line) - 1)
			t->line[t->len++] = (char)in.at[i];
	}
	return result;
}
