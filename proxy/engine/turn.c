/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/engine/inside.h"

#include <assert.h>

void
dialogue_lend(struct dialogue *d, enum side to, uint8_t *mem)
{
	buf_move(&d->out[to], mem);
}

bool
dialogue_holds(const struct dialogue *d, enum side to)
{
	return buf_span(&d->out[to]).len > 0;
}

static void
lend_transaction(struct dialogue *d, struct dialogue_transaction *mem)
{
	if (mem != NULL && d->transaction != NULL) {
		*mem = *d->transaction;
	} else if (mem != NULL) {
		mem->sender.len = 0;
		mem->message = (struct message){ 0 };
	}
	d->transaction = mem;
}

static void
lend_words(struct dialogue *d, struct dialogue_words *mem)
{
	if (mem != NULL && d->words != NULL)
		*mem = *d->words;
	else if (mem != NULL)
		mem->text.len = mem->mechanism_octets = 0;
	d->words = mem;
}

void
dialogue_lend_note(struct dialogue *d, enum dialogue_note which, void *mem)
{
	assert(mem != NULL || !dialogue_keeps_note(d, which));
	if (which == NOTE_TRANSACTION)
		lend_transaction(d, mem);
	else
		lend_words(d, mem);
}

static bool
keeps_transaction(const struct dialogue *d)
{
	switch (d->state) {
	case DIALOGUE_BODY:
	case DIALOGUE_FINAL:
	case DIALOGUE_DISCARD:
		return true;
	case DIALOGUE_REPLY:
	case DIALOGUE_LOOKUP:
		return d->in_transaction || d->transaction->sender.len > 0;
	default:
		return d->in_transaction;
	}
}

static bool
keeps_words(const struct dialogue *d)
{
	bool asks = d->state == DIALOGUE_REPLY || d->state == DIALOGUE_LOOKUP;

	return d->words->mechanism_octets > 0 || (asks && d->words->text.len > 0);
}

bool
dialogue_keeps_note(const struct dialogue *d, enum dialogue_note which)
{
	if (d->state == DIALOGUE_ORPHAN || d->state == DIALOGUE_CLOSED)
		return false;
	if (which == NOTE_TRANSACTION)
		return d->transaction != NULL && keeps_transaction(d);
	return d->words != NULL && keeps_words(d);
}

bool
dialogue_all_sent(const struct dialogue *d, enum side to)
{
	return buf_span(&d->out[to]).len == 0 && d->passing[to] == 0;
}

struct span
dialogue_output(const struct dialogue *d, enum side to)
{
	struct span out = buf_span(&d->out[to]);

	return to == SIDE_CLIENT && d->tarpitted ? span_cut(out, 0, 0) : out;
}

void
dialogue_sent(struct dialogue *d, enum side to, size_t n)
{
	if (to == SIDE_HOST && n > 0)
		d->host_moved = true;
	if (d->passing[to] > 0) {
		assert(n <= d->passing[to]);
		d->passing[to] -= n;
	} else {
		if (to == SIDE_HOST)
			row_sent(d, span_cut(buf_span(&d->out[to]), 0, n));
		buf_take(&d->out[to], n);
	}
}

bool
dialogue_takes_command(const struct dialogue *d)
{
	if (d->state == DIALOGUE_REPLY)
		return row_is_possible(d);
	return (d->state == DIALOGUE_COMMAND || d->state == DIALOGUE_ORPHAN) && !d->tarpitted &&
	    buf_room(&d->out[SIDE_CLIENT]) >= 2 * ANSWER_OCTETS;
}

/* Which sides may be read, as far as the state says. */
static unsigned
reads(const struct dialogue *d)
{
	bool client_sent = dialogue_all_sent(d, SIDE_CLIENT), host_sent = dialogue_all_sent(d, SIDE_HOST);

	switch (d->state) {
	case DIALOGUE_COMMAND:
	case DIALOGUE_ORPHAN:
		return DIALOGUE_READ_HOST | (dialogue_takes_command(d) ? DIALOGUE_READ_CLIENT : 0);
	case DIALOGUE_AUTH:
	case DIALOGUE_BODY:
	case DIALOGUE_DISCARD:
		return DIALOGUE_READ_HOST | (host_sent ? DIALOGUE_READ_CLIENT : 0);
	case DIALOGUE_FINAL:	/* as long as the end of a message is not out, no word of the host can be the reply to it */
		return host_sent ? DIALOGUE_READ_HOST : 0;
	case DIALOGUE_REPLY:
		return DIALOGUE_READ_HOST | (d->asked.verb == VERB_STARTTLS || dialogue_takes_command(d) ? DIALOGUE_READ_CLIENT : 0);
	case DIALOGUE_STARTING:
		if (!client_sent)
			return DIALOGUE_READ_CLIENT;	/* whoever speaks now is refused */
		return starttls_ends_here(d) ? DIALOGUE_START_TLS : DIALOGUE_READ_CLIENT | DIALOGUE_READ_HOST;
	case DIALOGUE_BLIND:
		return (host_sent ? DIALOGUE_READ_CLIENT : 0) | (client_sent ? DIALOGUE_READ_HOST : 0);
	case DIALOGUE_LOOKUP:
		return DIALOGUE_READ_HOST | (dialogue_waits_for_lists(d) ? 0 : DIALOGUE_ASK_DOMAIN);
	default:
		return DIALOGUE_READ_HOST;
	}
}

static bool
wants_lists(const struct dialogue *d)
{
	const struct session *s = &d->conf.session;

	return d->listing == LISTING_UNASKED && s->host->rules[s->network].mode[RULE_BLOCK_LIST] != MODE_OFF;
}

unsigned
dialogue_wants(const struct dialogue *d)
{
	unsigned wants = d->close;

	if (d->close & DIALOGUE_ABORT_HOST)
		wants &= ~(unsigned)DIALOGUE_CLOSE_HOST;
	if (d->state != DIALOGUE_CLOSED)
		wants |= reads(d) | (wants_lists(d) ? DIALOGUE_ASK_LISTS : 0);
	if (d->host_gone || buf_room(&d->out[SIDE_CLIENT]) < d->room_wanted)
		wants &= ~(unsigned)DIALOGUE_READ_HOST;
	if (d->passing[SIDE_HOST] > 0)	/* the driver still holds what passes at the front of its input */
		wants &= ~(unsigned)DIALOGUE_READ_CLIENT;
	return wants;
}

uint64_t
dialogue_deadline(const struct dialogue *d)
{
	return d->tarpitted && d->tarpit_until_ms < d->deadline_ms ? d->tarpit_until_ms : d->deadline_ms;
}
