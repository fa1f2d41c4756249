/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/transcript_inside.h"

#include "classifier/ascii.h"

enum { CHUNKS_AHEAD = 16 * 1024 };	/* octets behind a chunk that its reply is not waited for: clients send the next one at once */

/* Behind missing octets: does a line of a reply begin here? */
static bool
begins_reply(struct span s)
{
	return s.len > 3 && ascii_all(span_cut(s, 0, 3), ASCII_DIGIT) && memchr(" -\r\n", s.at[3], 4) != NULL;
}

/* Octets of the host are missing at the front: some reply is. */
static bool
lose(struct transcript *t)
{
	struct strand *host = transcript_host(t);
	uint64_t missing = strand_take_gap(host);

	if (missing == 0)
		return false;
	transcript_say_missing(t, SIDE_HOST, missing);
	t->host_torn = true;
	t->host_torn_at = host->offset;
	t->host_mid = true;
	return true;
}

/* Behind what is missing: pass over the rest of a line. False: more of it has to come. */
static bool
find_line(struct transcript *t)
{
	struct strand *host = transcript_host(t);
	struct span now = strand_now(host);
	size_t lf = span_find(now, 0, '\n');

	if (!t->host_mid)
		return true;
	if (lf == now.len && now.len < 4)
		return false;
	if (!begins_reply(now))
		strand_use(host, lf < now.len ? lf + 1 : now.len);
	t->host_mid = lf == now.len && !begins_reply(now);
	return !t->host_mid;
}

/* The next reply of the host. Parts of one whose rest is missing are used up. */
static enum reply_result
read_reply(struct transcript *t, struct reply *r, size_t *used)
{
	struct strand *host = transcript_host(t);
	enum reply_result result;

	do {
		struct span now;

		result = find_line(t) ? REPLY_READY : REPLY_MORE;
		now = strand_now(host);
		if (result == REPLY_READY)
			result = reply_read(now, used, r);
		if (result != REPLY_MORE || host->gap_count == 0)
			return result;
		strand_use(host, now.len);
	} while (lose(t));
	return result;
}

bool
transcript_has_reply(struct transcript *t, uint64_t *seen)
{
	struct reply r;
	size_t used;

	if (read_reply(t, &r, &used) != REPLY_READY)
		return false;
	*seen = strand_seen(transcript_host(t), transcript_host(t)->offset + used - 1);
	return true;
}

bool
transcript_is_heard(const struct transcript *t, uint64_t offset)
{
	const struct strand *client = &t->side[SIDE_CLIENT], *host = &t->side[SIDE_HOST];

	return t->stopping || host->ended || strand_waiting(client) > TRANSCRIPT_WAITING || strand_end(host) >= strand_seen(client, offset);
}

void
transcript_drop_replies(struct transcript *t, uint64_t offset)
{
	uint64_t seen = strand_seen(transcript_client(t), offset);
	struct strand *host = transcript_host(t);
	struct reply r;
	size_t used;

	while (read_reply(t, &r, &used) == REPLY_READY && host->offset + used <= seen) {
		strand_use(host, used);
		t->owed -= t->owed > 0;
	}
	if (seen >= t->host_torn_at)
		t->host_torn = false;
}

/* What will not come, or comes too late to be waited for. */
static bool
is_silent(const struct transcript *t)
{
	const struct strand *client = &t->side[SIDE_CLIENT], *host = &t->side[SIDE_HOST];
	size_t waiting = strand_waiting(client);

	if (t->state == TRANSCRIPT_REPLY && t->asked == VERB_BDAT && !t->finals && waiting > CHUNKS_AHEAD)
		return true;
	return waiting > TRANSCRIPT_WAITING || (waiting > 0 && (t->stopping || (host->ended && strand_waiting(host) == 0)));
}

/* The code of a reply that was not seen, by what the client did then. */
static unsigned
likely_code(const struct transcript *t)
{
	struct span now = strand_now(&t->side[SIDE_CLIENT]);
	enum verb next;
	bool alone, commands = transcript_looks_like_command(t, &next, &alone);

	if (t->finals)
		return 250;
	switch (t->asked) {
	case VERB_DATA:
		return commands ? 550 : 354;
	case VERB_AUTH:
		return !commands ? 334 : next == VERB_MAIL ? 235 : 535;
	case VERB_STARTTLS:
		return now.len > 0 && now.at[0] == 0x16 ? 220 : 454;	/* a record of a TLS handshake */
	case VERB_QUIT:
		return 221;
	default:
		return 250;
	}
}

static void
follow(struct transcript *t, unsigned code)
{
	bool finals = t->finals;

	t->finals = false;
	if (finals) {
		t->state = t->torn ? TRANSCRIPT_LOST : TRANSCRIPT_COMMAND;
	} else if (t->asked == VERB_DATA && code == 354) {
		t->text = (struct text_end){ 0 };
		t->ahead_at = 0;
		t->torn = false;
		t->text_seen = t->owed > 0 ? UINT64_MAX : transcript_host(t)->offset;
		t->state = TRANSCRIPT_TEXT;
	} else if (t->asked == VERB_AUTH && code == 334) {
		t->state = TRANSCRIPT_SECRET;
	} else if (t->asked == VERB_STARTTLS && code == 220) {
		transcript_give_up(t);
	} else {
		t->state = TRANSCRIPT_COMMAND;
	}
}

static void
say_reply(struct transcript *t, const struct reply *r, struct span octets, unsigned code)
{
	transcript_say(t, &(struct said){ .kind = t->state == TRANSCRIPT_BANNER ? SAID_BANNER : SAID_REPLY, .reply = r, .octets = octets,
	    .code = code, .verb = t->asked });
}

/* A reply, of which used octets still wait at the front. */
static bool
take(struct transcript *t, const struct reply *r, struct span octets, size_t used)
{
	bool parted = t->state == TRANSCRIPT_REPLY && !t->finals && t->asked == VERB_QUIT && r->code == 221;

	say_reply(t, r, octets, r->code);
	strand_use(transcript_host(t), used);
	follow(t, r->code);
	if (parted)	/* RFC 5321, 4.1.1.10: nobody reads what is said after that */
		t->state = TRANSCRIPT_OVER;
	return true;
}

static bool
take_next(struct transcript *t, const struct reply *r, size_t used)
{
	return take(t, r, span_cut(strand_now(transcript_host(t)), 0, used), used);
}

static bool
take_unseen(struct transcript *t)
{
	unsigned code = likely_code(t);

	say_reply(t, NULL, (struct span){ 0 }, code);
	follow(t, code);
	return true;
}

/* A line that is no reply. */
static bool
take_bad(struct transcript *t)
{
	struct span now = strand_now(transcript_host(t));
	size_t lf = span_find(now, 0, '\n');

	now = span_cut(now, 0, lf < now.len ? lf + 1 : now.len);
	say_reply(t, NULL, now, 0);
	strand_use(transcript_host(t), now.len);
	follow(t, 0);
	return true;
}

/* RFC 5321, 4.3.2. What begins with another one is the rest of a session, as of one inside of TLS: nobody greets there. */
static bool
can_greet(unsigned code)
{
	return code == 220 || code >= 400;
}

bool
transcript_banner(struct transcript *t)
{
	struct reply r;
	size_t used;

	switch (read_reply(t, &r, &used)) {
	case REPLY_READY:
		if (can_greet(r.code))
			take_next(t, &r, used);
		else
			say_reply(t, NULL, (struct span){ 0 }, 220);
		break;
	case REPLY_BAD:
		transcript_give_up(t);
		return true;
	case REPLY_MORE:
		if (!t->host_torn && !is_silent(t))
			return false;
		t->owed += !t->host_torn && !t->stopping;
		say_reply(t, NULL, (struct span){ 0 }, 220);
		break;
	}
	t->state = TRANSCRIPT_COMMAND;
	return true;
}

/* What a client does behind DATA and AUTH tells what it was answered, when there is a line of it. */
static bool
shows_its_way(const struct transcript *t)
{
	struct span now = strand_now(&t->side[SIDE_CLIENT]);
	bool has_ways = !t->finals && (t->asked == VERB_DATA || t->asked == VERB_AUTH);

	return !has_ways || t->stopping || now.len >= TRANSCRIPT_LINE || span_find(now, 0, '\n') < now.len;
}

/*
 * Some reply is missing, and which is not known by counting any more. What the client had seen before it went on was the
 * answer to what it had said; what it said at once behind a command is no sign of that one's answer.
 */
static bool
take_torn(struct transcript *t)
{
	struct strand *client = transcript_client(t), *host = transcript_host(t);
	bool goes_on = strand_now(client).len > 0, found = false;
	uint64_t seen = goes_on ? strand_seen(client, client->offset) : UINT64_MAX;
	struct span octets = { 0 };
	struct reply r, last;
	size_t used;

	if (!goes_on && !t->stopping)
		return false;
	if (goes_on && (!transcript_is_heard(t, client->offset) || !shows_its_way(t)))
		return false;
	if (seen < t->host_torn_at)
		return take_unseen(t);
	while (read_reply(t, &r, &used) == REPLY_READY && host->offset + used <= seen) {
		found = true;
		last = r;
		octets = span_cut(strand_now(host), 0, used);
		strand_use(host, used);
	}
	t->host_torn = false;
	if (found)
		return take(t, &last, octets, 0);	/* what was used stays where it is for this call */
	return goes_on && take_unseen(t);
}

bool
transcript_reply(struct transcript *t)
{
	struct reply r;
	size_t used;
	enum reply_result result = read_reply(t, &r, &used);

	if (t->host_torn)
		return take_torn(t);
	if (result == REPLY_BAD)
		return take_bad(t);
	if (result == REPLY_READY && t->owed > 0) {
		t->owed--;
		strand_use(transcript_host(t), used);
		return true;
	}
	if (result == REPLY_READY)
		return take_next(t, &r, used);
	if (!is_silent(t))
		return false;
	t->owed += !t->stopping && !transcript_host(t)->ended;
	return take_unseen(t);
}
