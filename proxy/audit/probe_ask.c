/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/probe_inside.h"

#include "proxy/audit/letter.h"
#include "proxy/audit/row.h"

static enum outcome
outcome_of_loss(enum talk_result r)
{
	switch (r) {
	case TALK_CLOSED:
	case TALK_UNREACHED:
		return OUTCOME_CLOSED;
	case TALK_SILENT:
		return OUTCOME_SILENT;
	case TALK_GARBAGE:
		return OUTCOME_GARBAGE;
	default:
		return OUTCOME_UNTESTED;
	}
}

/* A command of a transaction, noted. */
static enum talk_result
ask(struct probe *p, const char *stage, const char *verb, const char *argument, json_t *row)
{
	enum talk_result r = probe_say(p, verb, argument);

	probe_keep(p, row_reply(row, stage, p->talk.code, r == TALK_FORBIDDEN ? "not sent: it is no command" : p->talk.text));
	return r;
}

/* A form, what is said for it, and what came of it. */
struct question {
	const struct trial *trial;
	char sender[TRIAL_OCTETS], recipient[TRIAL_OCTETS];
	bool delivers;
	json_t *row;
	enum outcome outcome;
};

static void
note_outcome(const struct probe *p, struct question *q)
{
	q->outcome = outcome_of_reply(p->talk.code, p->talk.text);
}

/* The message of a form that was accepted. */
static enum talk_result
send_message(struct probe *p, struct question *q)
{
	struct letter m = {
		.trial = q->trial, .run = p->conf->run, .serial = ++p->messages, .helo = p->helo, .literal = p->literal,
		.from = p->conf->sender, .user = p->conf->user, .domain = p->conf->domain,
	};
	enum talk_result r = ask(p, "data", "DATA", "", q->row);

	if (r == TALK_REPLY && p->talk.code != 354)
		note_outcome(p, q);
	if (r != TALK_REPLY || p->talk.code != 354)
		return r;
	letter_write(&m);
	probe_keep(p, json_object_set_new(q->row, "message", json_string(m.id)));
	r = talk_message(&p->talk, span_of(m.text, m.len));
	probe_keep(p, row_reply(q->row, "message", p->talk.code, p->talk.text));
	if (r == TALK_REPLY)
		note_outcome(p, q);
	if (q->outcome == OUTCOME_ACCEPTED)
		q->outcome = OUTCOME_TAKEN;
	return r;
}

/* MAIL, RCPT, perhaps a message. Anything but TALK_REPLY: there is no outcome. */
static enum talk_result
transact(struct probe *p, struct question *q)
{
	enum talk_result r = ask(p, "mail", "MAIL FROM:", q->sender, q->row);
	char first[TRIAL_OCTETS];

	if (r == TALK_REPLY)
		note_outcome(p, q);
	if (r != TALK_REPLY || q->outcome != OUTCOME_ACCEPTED)
		return r;
	if (q->trial->kind == TRIAL_SECOND && trial_expand("<postmaster@{local}>", &p->names, first) != -1) {
		r = ask(p, "rcpt", "RCPT TO:", first, q->row);
		if (r != TALK_REPLY)
			return r;
	}
	r = ask(p, "rcpt", "RCPT TO:", q->recipient, q->row);
	if (r == TALK_REPLY)
		note_outcome(p, q);
	if (r == TALK_REPLY && q->delivers && q->outcome == OUTCOME_ACCEPTED && trial_is_for_mailbox(q->trial))
		r = send_message(p, q);
	return r;
}

/* Once more in another session, where one is lost. */
static enum talk_result
transact_twice(struct probe *p, struct question *q)
{
	enum talk_result r = TALK_CLOSED;

	for (unsigned tries = 0; tries < 2 && probe_has_session(p); tries++) {
		p->transactions++;
		r = transact(p, q);
		if (r == TALK_REPLY || r == TALK_FORBIDDEN)
			return r;
		q->outcome = outcome_of_loss(r);
		probe_lose(p, r);
	}
	return r;
}

void
probe_trial(struct probe *p, const struct trial *trial, bool delivers, json_t *row)
{
	struct question q = { .trial = trial, .delivers = delivers, .row = row, .outcome = OUTCOME_UNTESTED };
	enum talk_result r;

	if (trial_expand(trial->sender, &p->names, q.sender) == -1 || trial_expand(trial->recipient, &p->names, q.recipient) == -1) {
		probe_keep(p, row_reply(row, "", 0, "not sent: these names make it too long for a command"));
		return;
	}
	r = transact_twice(p, &q);
	if (r == TALK_FORBIDDEN)
		q.outcome = OUTCOME_UNTESTED;
	if (r == TALK_REPLY) {
		p->lost = 0;
		r = probe_say(p, "RSET", "");
		if (r == TALK_STOPPED)
			probe_lose(p, r);
	}
	probe_keep(p, row_outcome(row, q.outcome));
}

void
probe_command(struct probe *p, const char *command, json_t *row)
{
	enum outcome o = OUTCOME_UNTESTED;

	if (probe_has_session(p)) {
		enum talk_result r = ask(p, "command", command, "", row);

		o = r == TALK_REPLY ? outcome_of_reply(p->talk.code, p->talk.text) : outcome_of_loss(r);
		if (r == TALK_REPLY)
			p->lost = 0;
		else
			probe_lose(p, r);
	}
	probe_keep(p, row_outcome(row, o));
}
