/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/transcript_inside.h"

#include "classifier/ascii.h"
#include "proxy/smtp/chunk.h"

static struct span
without_line_end(struct span line)
{
	if (line.len > 0 && line.at[line.len - 1] == '\n')
		line.len--;
	if (line.len > 0 && line.at[line.len - 1] == '\r')
		line.len--;
	return line;
}

/* The client's next line with its end; empty: not all of it is there. */
static struct span
next_line(const struct transcript *t)
{
	struct span now = strand_now(&t->side[SIDE_CLIENT]);
	size_t lf = span_find(now, 0, '\n');

	return span_cut(now, 0, lf < now.len ? lf + 1 : 0);
}

/* Text can begin with a word that is a verb; what follows it has to fit, too. A word alone is not much: *alone. */
static bool
fits(const struct command *c, bool *alone)
{
	*alone = false;
	switch (c->verb) {
	case VERB_MAIL:
		return ascii_starts_nocase(ascii_trim(c->argument), SPAN("FROM:"));
	case VERB_RCPT:
		return ascii_starts_nocase(ascii_trim(c->argument), SPAN("TO:"));
	case VERB_HELO:
	case VERB_EHLO:
	case VERB_AUTH:
	case VERB_BDAT:
	case VERB_VRFY:
	case VERB_EXPN:
	case VERB_ETRN:
		return c->argument.len > 0;
	case VERB_DATA:
	case VERB_RSET:
	case VERB_QUIT:
	case VERB_NOOP:
	case VERB_HELP:
	case VERB_STARTTLS:
		*alone = true;
		return c->argument.len == 0;
	default:
		return false;
	}
}

bool
transcript_looks_like_command(const struct transcript *t, enum verb *verb, bool *alone)
{
	struct span line = next_line(t);
	struct command c;

	command_parse(without_line_end(line), &c);
	*verb = c.verb;
	return fits(&c, alone) && line.len > 0 && c.clean;
}

/* Some octets of the client are missing: where commands begin is to be found anew. */
static bool
lose(struct transcript *t)
{
	uint64_t missing = strand_take_gap(transcript_client(t));

	if (missing == 0)
		return false;
	transcript_say_missing(t, SIDE_CLIENT, missing);
	t->state = TRANSCRIPT_LOST;
	return true;
}

/* What waits is no whole line: nothing to be done, but where the rest of it is missing, will not come, or makes it too long. */
static bool
no_line(struct transcript *t, bool told)
{
	struct strand *client = transcript_client(t);
	struct span now = strand_now(client);
	struct command c;

	if (now.len == 0)
		return lose(t);
	if (now.len < TRANSCRIPT_LINE && client->gap_count == 0 && !t->stopping)
		return false;
	if (!t->in_part) {
		command_parse(now, &c);
		t->part = c.verb;
	}
	t->in_part = true;
	if (told)
		transcript_say(t, &(struct said){ .kind = SAID_PART, .octets = now, .verb = t->part });
	strand_use(client, now.len);
	return true;
}

/* Behind a BDAT come octets that are no commands, whatever the host says to it. */
static void
ask(struct transcript *t, const struct command *c, bool in_part)
{
	struct chunk chunk;

	t->asked_at = transcript_client(t)->offset;
	t->state = TRANSCRIPT_REPLY;
	t->finals = false;
	if (t->asked == VERB_MAIL || t->asked == VERB_RSET || t->last)	/* the next chunk is the first */
		t->text = (struct text_end){ 0 };
	if (in_part || t->asked != VERB_BDAT || chunk_parse(c->argument, &chunk) == -1)
		return;
	t->left = chunk.octets;
	t->last = chunk.last;
	t->torn = false;
	t->state = TRANSCRIPT_CHUNK;
}

bool
transcript_command(struct transcript *t)
{
	struct strand *client = transcript_client(t);
	struct span line = next_line(t);
	bool in_part = t->in_part;
	struct command c;

	if (line.len == 0)
		return no_line(t, true);
	if (!transcript_is_heard(t, client->offset))
		return false;
	transcript_drop_replies(t, client->offset);
	command_parse(without_line_end(line), &c);
	t->asked = in_part ? t->part : c.verb;
	t->in_part = false;
	transcript_say(t, &(struct said){ .kind = SAID_COMMAND, .octets = line, .verb = t->asked });
	strand_use(client, line.len);
	ask(t, &c, in_part);
	return true;
}

bool
transcript_secret(struct transcript *t)
{
	struct span line = next_line(t);

	if (line.len == 0)
		return no_line(t, false);
	transcript_say(t, &(struct said){ .kind = SAID_SECRET, .octets = line });
	strand_use(transcript_client(t), line.len);
	t->in_part = false;
	t->asked_at = transcript_client(t)->offset;
	t->state = TRANSCRIPT_REPLY;
	return true;
}

static void
end_text(struct transcript *t)
{
	transcript_say(t, &(struct said){ .kind = SAID_TEXT_END, .text = &t->text });
	t->asked_at = transcript_client(t)->offset;
	t->finals = true;
	t->state = TRANSCRIPT_REPLY;
}

static bool
tear(struct transcript *t)
{
	uint64_t missing = strand_take_gap(transcript_client(t));

	if (missing == 0)
		return false;
	transcript_say_missing(t, SIDE_CLIENT, missing);
	t->torn = true;
	text_end_tear(&t->text, missing);
	return true;
}

/*
 * The end of a text that is torn may be among what is missing. Where the client had seen more of the host than its 354,
 * the text was over; and the host's reply tells that it was: what the host had seen by then belongs to the text at most. For
 * a text that is whole that holds when nothing more will come.
 */
static bool
text_is_over(struct transcript *t, struct span *now)
{
	uint64_t seen, offset = transcript_client(t)->offset;

	if (t->torn)
		*now = span_cut(*now, 0, strand_before(transcript_client(t), now->len, t->text_seen));
	if (t->torn && now->len == 0 && strand_now(transcript_client(t)).len > 0)
		return true;
	if ((!t->torn && !t->stopping) || !transcript_has_reply(t, &seen))
		return false;
	if (seen > offset && seen - offset < now->len)
		*now = span_cut(*now, 0, (size_t)(seen - offset));
	return seen == 0 ? now->len == 0 : offset >= seen;
}

bool
transcript_text(struct transcript *t)
{
	struct strand *client = transcript_client(t);
	struct span now = strand_now(client);
	enum text_end_result result;
	size_t used;

	if (text_is_over(t, &now)) {
		end_text(t);
		return true;
	}
	if (now.len == 0)
		return tear(t);
	result = text_end_find(&t->text, now, &used);
	transcript_say(t, &(struct said){ .kind = SAID_TEXT, .octets = span_cut(now, 0, used) });
	strand_use(client, used);
	if (result == TEXT_END_STRICT) {
		t->torn = false;	/* where it ended is known */
		end_text(t);
	} else if (result == TEXT_END_LOOSE) {
		t->state = TRANSCRIPT_LOOSE;
	}
	return true;
}

/*
 * Look further on for an end for every server, up to what is there: *at is the offset behind it, or behind what was looked at. What
 * was looked at once is not looked at again, however the octets come, and however many ends there are for some servers alone.
 */
static bool
ends_strictly(struct transcript *t, uint64_t *at)
{
	const struct strand *client = transcript_client(t);
	struct span now = strand_now(client);
	size_t used;

	if (t->ahead_at < client->offset) {
		t->ahead = t->text;
		t->ahead_at = client->offset;
		t->ahead_ends = false;
	}
	now = span_cut(now, (size_t)(t->ahead_at - client->offset), now.len);
	while (now.len > 0 && !t->ahead_ends) {
		t->ahead_ends = text_end_find(&t->ahead, now, &used) == TEXT_END_STRICT;
		now = span_cut(now, used, now.len);
		t->ahead_at += used;
	}
	*at = t->ahead_at;
	return t->ahead_ends;
}

/*
 * A dot was said that ends the text for some servers: the host at hand is one of them if it answers without having seen an end for
 * all of them. So its answer is waited for; it may be the one to what is not there yet.
 */
bool
transcript_loose(struct transcript *t)
{
	struct strand *client = transcript_client(t);
	uint64_t seen, at;
	bool strict, answered;

	if (client->gap_count > 0 || strand_waiting(client) > TRANSCRIPT_WAITING) {
		t->state = TRANSCRIPT_TEXT;
		return true;
	}
	strict = ends_strictly(t, &at);
	answered = transcript_has_reply(t, &seen);
	if (answered ? seen < at || (!strict && (seen == at || t->stopping)) : t->stopping && strand_waiting(client) == 0) {
		end_text(t);
		return true;
	}
	if (!t->stopping && !(answered && strict))
		return false;
	t->state = TRANSCRIPT_TEXT;
	return true;
}

static void
end_chunk(struct transcript *t)
{
	if (t->last) {
		end_text(t);
		return;
	}
	t->asked_at = transcript_client(t)->offset;
	t->state = TRANSCRIPT_REPLY;
}

/* What is missing may reach beyond the chunk. */
static bool
tear_chunk(struct transcript *t)
{
	uint64_t missing = strand_take_gap(transcript_client(t));

	if (missing == 0)
		return false;
	transcript_say_missing(t, SIDE_CLIENT, missing);
	if (missing > t->left)
		t->state = TRANSCRIPT_LOST;
	else
		t->left -= missing;
	t->text.octets += missing;
	return true;
}

bool
transcript_chunk(struct transcript *t)
{
	struct strand *client = transcript_client(t);
	struct span now = strand_now(client);

	if (t->left == 0) {
		end_chunk(t);
		return true;
	}
	if (now.len == 0)
		return tear_chunk(t);
	now = span_cut(now, 0, now.len < t->left ? now.len : (size_t)t->left);
	transcript_say(t, &(struct said){ .kind = SAID_TEXT, .octets = now });
	strand_use(client, now.len);
	t->left -= now.len;
	t->text.octets += now.len;
	return true;
}

/*
 * Lines go by unread up to one that must be a command: MAIL FROM:, or a word alone behind which a host has spoken. The
 * first one may be either.
 */
bool
transcript_lost(struct transcript *t)
{
	struct strand *client = transcript_client(t);
	struct span line = next_line(t);
	uint64_t seen = strand_seen(client, client->offset);
	enum verb verb;
	bool alone;

	if (line.len == 0)
		return no_line(t, false);
	if (t->in_part || !transcript_looks_like_command(t, &verb, &alone) || (alone && t->skipped && seen <= t->skipped_seen)) {
		strand_use(client, line.len);
		t->in_part = false;
		t->skipped = true;
		t->skipped_seen = seen;
		return true;
	}
	t->skipped = false;
	t->host_torn = false;
	t->owed = 0;
	transcript_drop_replies(t, client->offset);
	t->state = TRANSCRIPT_COMMAND;
	return true;
}
