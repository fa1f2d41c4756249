/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows, RFC 2920: to a host that pipelines, what follows MAIL goes before MAIL is answered, as long as it only passes. RCPT and
 * at last DATA; of the text no octet goes before the host's 354. Whatever needs a reply of ours waits until the row is answered.
 */
#include "proxy/engine/inside.h"

#include "classifier/ascii.h"

enum { ROW_MOST = 64 };		/* recipients that may be unanswered */

_Static_assert(DIALOGUE_TO_HOST >= 2 * (SENT_MAX + 2), "a command fits beside another one");

/* Not behind a MAIL that was refused: what follows it is refused here. */
static bool
is_open(const struct dialogue *d)
{
	return d->state == DIALOGUE_REPLY && d->asked.why == ASKED_BY_CLIENT &&
	    (d->asked.verb == VERB_MAIL || (d->asked.verb == VERB_RCPT && d->in_transaction)) && !d->row.data && !d->row.waits;
}

/* However the host answers what it has, the client is within the limits of a session. */
static bool
has_room(const struct dialogue *d)
{
	return d->row.recipients < ROW_MOST && d->refused + d->row.recipients < d->conf.limits->refused_max &&
	    buf_room(&d->out[SIDE_HOST]) >= SENT_MAX + 2;
}

bool
row_is_possible(const struct dialogue *d)
{
	return is_open(d) && (d->host_said.keywords & d->shown & EHLO_PIPELINING) != 0 && has_room(d);
}

/* Not where it is known to be refused: then there is neither a MAIL nor a recipient on its way. */
static bool
take_data(struct dialogue *d, const struct command *c)
{
	bool has_recipient = d->recipients > 0 || d->row.recipients > 0 || d->asked.verb == VERB_RCPT;

	if (!c->clean || ascii_trim(c->argument).len > 0 || !has_recipient || d->transaction->message.failed)
		return false;
	command_send(d, SPAN("DATA"));
	d->row.data = true;
	d->idle_commands++;
	return true;
}

bool
row_take(struct dialogue *d, enum line_result how, const struct command *c)
{
	bool taken = false;

	if (how == LINE_READY && c->verb == VERB_RCPT && judged_recipient_ahead(d, c)) {
		d->row.recipients++;
		taken = true;
	} else if (how == LINE_READY && c->verb == VERB_DATA) {
		taken = take_data(d, c);
	}
	d->row.waits = !taken;
	return taken;
}

void
row_sent(struct dialogue *d, struct span octets)
{
	for (size_t i = 0; i < octets.len && d->state == DIALOGUE_REPLY; i++)
		d->row.sent += octets.at[i] == '\n';
}

bool
row_is_asked(const struct dialogue *d)
{
	return d->row.recipients > 0 || d->row.data ? d->row.sent > 0 : dialogue_all_sent(d, SIDE_HOST);
}

void
row_answered(struct dialogue *d, uint64_t now_ms)
{
	d->row.sent -= d->row.sent > 0;
	if (d->row.recipients > 0) {
		d->row.recipients--;
		command_asked(d, VERB_RCPT, ASKED_BY_CLIENT, now_ms);
	} else if (d->row.data) {
		d->row.data = false;
		command_asked(d, VERB_DATA, ASKED_BY_CLIENT, now_ms);
	} else {
		d->row = (struct asked_row){ 0 };
		dialogue_enter(d, DIALOGUE_COMMAND, now_ms);
	}
}
