/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fuzz/rig.h"

#include "tests/fuzz/fuzz.h"

enum { HOST_TEXT = 10000 };

void
rig_begin(struct rig *r, const struct dialogue_conf *conf, const struct judge_conf *judge)
{
	for (int i = 0; i < 2; i++) {
		struct rig_side *s = &r->side[i];

		s->len = s->shown = s->used = s->cut = s->passing_len = 0;
		s->ended = s->told = s->stalled = false;
	}
	r->to_client = malloc(DIALOGUE_TO_CLIENT);	/* by itself: a sanitizer watches its end */
	r->to_host = malloc(DIALOGUE_TO_HOST);
	if (r->to_client == NULL || r->to_host == NULL)
		abort();
	r->heard = r->reply_count = 0;
	r->truth = DOMAIN_RESOLVES;
	r->now_ms = 0;
	r->reset = r->closed = r->dead = r->mute = false;
	judge_begin(&r->judge, judge);
	dialogue_init(&r->d, conf, 0);
	dialogue_lend(&r->d, SIDE_CLIENT, r->to_client);
	dialogue_lend(&r->d, SIDE_HOST, r->to_host);
	notes_lend(&r->d, &r->notes[0]);
	r->before = r->d.state;
}

/* The judge hears what was queued for the client since the last time. */
static void
sync_client(struct rig *r)
{
	struct span out = buf_span(&r->d.out[SIDE_CLIENT]);	/* a tarpit holds it back, and it is said all the same */

	judge_client_hears(&r->judge, span_cut(out, r->heard, out.len));
	r->heard = out.len;
}

void
rig_report(void *cookie, const struct session *s, const struct event *e)
{
	struct rig *r = cookie;

	HOLDS(strcmp(s->id, "0badcafe") == 0, "session %s", s->id);
	HOLDS(e->what == NULL || strcmp(e->what, "queue-overflow") != 0, "the queue to a side overflows");
	if (e->what != NULL && strcmp(e->what, "starttls-injection") == 0) {
		r->heard = 0;
		judge_client_misses(&r->judge);
	}
	sync_client(r);
	judge_event(&r->judge, e, r->before == DIALOGUE_FINAL);
}

static void
hear(struct rig *r, enum side to, struct span s)
{
	if (to == SIDE_HOST && !r->reset && !r->dead)
		judge_host_hears(&r->judge, s);
}

/* Up to most octets go out to a side: of what passes, then of the queue. */
static void
deliver(struct rig *r, enum side to, size_t most)
{
	struct rig_side *s = &r->side[to];
	size_t n = s->passing_len < most ? s->passing_len : most;
	struct span out;

	if (n > 0) {
		hear(r, to, span_of(s->passing, n));
		if (to == SIDE_CLIENT)
			judge_client_gets(&r->judge, span_of(s->passing, n));
		dialogue_sent(&r->d, to, n);
		s->passing_len -= n;
		memmove(s->passing, s->passing + n, s->passing_len);
		most -= n;
	}
	out = dialogue_output(&r->d, to);
	n = out.len < most ? out.len : most;
	if (n == 0 || s->passing_len > 0)
		return;
	hear(r, to, span_cut(out, 0, n));
	if (to == SIDE_CLIENT)
		r->heard -= n;
	dialogue_sent(&r->d, to, n);
}

/* Behind each call of the dialogue. */
static void
after(struct rig *r)
{
	unsigned wants;

	notes_change(&r->d, r->notes);
	sync_client(r);
	wants = dialogue_wants(&r->d);
	HOLDS(!r->d.out[SIDE_CLIENT].overflow && !r->d.out[SIDE_HOST].overflow, "a queue overflows");
	if ((wants & DIALOGUE_ABORT_HOST) != 0 && !r->reset) {
		judge_host_reset(&r->judge, r->before == DIALOGUE_FINAL);
		r->reset = true;
	}
	for (int to = 0; to < 2; to++)
		if (!r->side[to].stalled || (to == SIDE_HOST && (r->reset || r->dead)))
			deliver(r, to, SIZE_MAX);
	if ((wants & DIALOGUE_CLOSE_HOST) != 0 && !r->reset && !r->closed && dialogue_output(&r->d, SIDE_HOST).len == 0 &&
	    r->side[SIDE_HOST].passing_len == 0) {
		judge_host_closed(&r->judge);
		r->closed = true;
	}
}

static void
say(struct rig *r, enum side from, struct span s)
{
	struct rig_side *side = &r->side[from];

	if (side->ended || side->len + s.len > RIG_INPUT)
		return;
	if (s.len > 0)
		memcpy(side->octets + side->len, s.at, s.len);
	side->len += s.len;
	if (from == SIDE_HOST)
		judge_host_says(&r->judge, s);
	else
		judge_client_says(&r->judge, s);
}

/* Show the dialogue what a side has said. True when something changed. */
static bool
feed(struct rig *r, enum side from)
{
	struct rig_side *s = &r->side[from], *to = &r->side[!from];
	unsigned bit = from == SIDE_HOST ? DIALOGUE_READ_HOST : DIALOGUE_READ_CLIENT;
	size_t pass, used, left = s->len - s->used;
	uint8_t *copy;

	if ((dialogue_wants(&r->d) & bit) == 0 || left == 0 || s->told)
		return false;
	if (s->shown == s->used)
		s->shown = s->cut > 0 && s->cut < left ? s->used + s->cut : s->len;
	copy = malloc(s->shown - s->used);	/* of its exact size: a sanitizer watches */
	if (copy == NULL)
		abort();
	memcpy(copy, s->octets + s->used, s->shown - s->used);
	r->before = r->d.state;
	used = dialogue_feed(&r->d, from, span_of(copy, s->shown - s->used), &pass, r->now_ms);
	HOLDS(used <= s->shown - s->used && pass <= used, "%zu passed, %zu used of %zu", pass, used, s->shown - s->used);
	HOLDS(pass == 0 || to->passing_len == 0, "%zu octets pass while %zu are on their way", pass, to->passing_len);
	memcpy(to->passing, copy, pass);
	to->passing_len += pass;
	free(copy);
	s->used += used;
	after(r);
	if (used == 0 && r->d.state == r->before && s->shown < s->len) {
		s->shown = s->cut > 0 && s->cut < s->len - s->shown ? s->shown + s->cut : s->len;
		return true;
	}
	return used > 0 || r->d.state != r->before;
}

/* The client is told so, once the dialogue has seen all that was said before, or waits for the rest of a line. */
static bool
tell_end(struct rig *r, enum side side)
{
	unsigned bit = side == SIDE_HOST ? DIALOGUE_READ_HOST : DIALOGUE_READ_CLIENT;
	struct rig_side *s = &r->side[side];
	bool seen = s->used == s->len || (dialogue_wants(&r->d) & bit) != 0 || r->d.state == DIALOGUE_CLOSED;

	if (!s->ended || s->told || !seen)
		return false;
	s->told = true;
	r->dead = r->dead || side == SIDE_HOST;
	r->before = r->d.state;
	dialogue_eof(&r->d, side, r->now_ms);
	after(r);
	return true;
}

static unsigned
fitting_code(const struct entry *e)
{
	if (e->kind == ENTRY_BANNER)
		return 220;
	if (e->kind == ENTRY_RESPONSE || strcmp(e->verb, "AUTH") == 0)
		return 235;
	if (e->kind == ENTRY_MESSAGE)
		return 250;
	return strcmp(e->verb, "DATA") == 0 ? 354 : strcmp(e->verb, "STARTTLS") == 0 ? 220 : strcmp(e->verb, "QUIT") == 0 ? 221 : 250;
}

static size_t
write_lines(char *out, unsigned code, size_t tag, size_t total)
{
	size_t at = 0;

	while (at + 90 < total)
		at += (size_t)snprintf(out + at, HOST_TEXT - at, "%u-#%zu %070d\r\n", code, tag, 1);
	return at + (size_t)snprintf(out + at, HOST_TEXT - at, "%u #%zu end\r\n", code, tag);
}

/* One reply to an entry of that number; every reply names it, so that it can be known again at the client. */
static size_t
write_reply(char *out, const struct rig *r, const struct entry *e, size_t tag, enum script_reply kind)
{
	unsigned code = fitting_code(e);

	switch (kind) {
	case REPLY_LINES:
		return (size_t)snprintf(out, HOST_TEXT, "%u-#%zu\r\n%u-\r\n%u \x01ok\xff\r\n", code, tag, code, code);
	case REPLY_LATER:
		return (size_t)snprintf(out, HOST_TEXT, "451 #%zu later\r\n", tag);
	case REPLY_NEVER:
		return (size_t)snprintf(out, HOST_TEXT, "550 #%zu never\r\n", tag);
	case REPLY_SHUTDOWN:
		return (size_t)snprintf(out, HOST_TEXT, "421 #%zu shutting down\r\n", tag);
	case REPLY_CODE_ALONE:
		return (size_t)snprintf(out, HOST_TEXT, "%u\r\n", code);
	case REPLY_LF:
		return (size_t)snprintf(out, HOST_TEXT, "%u-#%zu\n%u ok\n", code, tag, code);
	case REPLY_354:
		return (size_t)snprintf(out, HOST_TEXT, "354 #%zu go on\r\n", tag);
	case REPLY_250:
		return (size_t)snprintf(out, HOST_TEXT, "250 #%zu ok\r\n", tag);
	case REPLY_334:
		return (size_t)snprintf(out, HOST_TEXT, "334 #%zu\r\n", tag);
	case REPLY_220:
		return (size_t)snprintf(out, HOST_TEXT, "220 #%zu ready\r\n", tag);
	case REPLY_MIXED:
		return (size_t)snprintf(out, HOST_TEXT, "%u-#%zu\r\n550 never\r\n", code, tag);
	case REPLY_JUNK:
		return (size_t)snprintf(out, HOST_TEXT, "oops #%zu\r\n", tag);
	case REPLY_LONG:
		return write_lines(out, code, tag, 6000);
	case REPLY_LONGER:
		return write_lines(out, code, tag, 8300);
	case REPLY_TWICE:
		return (size_t)snprintf(out, HOST_TEXT, "%u #%zu ok\r\n354 go on\r\n", code, tag);
	default:
		if (strcmp(e->verb, "EHLO") == 0)
			return (size_t)snprintf(out, HOST_TEXT, "250-#%zu mail.local.example\r\n%s250 HELP\r\n", tag, r->extensions);
		return (size_t)snprintf(out, HOST_TEXT, "%u #%zu ok\r\n", code, tag);
	}
}

static enum script_reply
next_kind(struct rig *r)
{
	enum script_reply kind = REPLY_FITTING;

	if (r->reply_count == 0)
		return kind;
	kind = r->replies[0] % REPLY_KINDS;
	memmove(r->replies, r->replies + 1, --r->reply_count);
	return kind;
}

/* The host answers what it has read. */
static bool
answer(struct rig *r)
{
	static char text[HOST_TEXT];
	const struct entry *e = judge_asked(&r->judge);
	struct judge *j = &r->judge;
	enum script_reply kind;

	if (r->side[SIDE_HOST].len + HOST_TEXT > RIG_INPUT)	/* it has said so much that nothing more fits */
		return false;
	if (e == NULL || j->host[0].state == MODEL_OPAQUE || r->mute || r->side[SIDE_HOST].ended || j->host_broken || j->host_left || j->host_over)
		return false;
	kind = next_kind(r);
	if (kind == REPLY_NONE)
		r->mute = true;
	else
		say(r, SIDE_HOST, span_of(text, write_reply(text, r, e, j->host[0].answered, kind)));
	return kind != REPLY_NONE;
}

/* A client who said something before TLS began does not get it. */
static bool
start_tls(struct rig *r)
{
	if ((dialogue_wants(&r->d) & DIALOGUE_START_TLS) == 0)
		return false;
	r->before = r->d.state;
	if (r->side[SIDE_CLIENT].used == r->side[SIDE_CLIENT].len && !r->side[SIDE_CLIENT].ended) {
		dialogue_secured(&r->d, "TLS", r->now_ms);
	} else {
		r->side[SIDE_CLIENT].ended = r->side[SIDE_CLIENT].told = true;
		dialogue_eof(&r->d, SIDE_CLIENT, r->now_ms);
	}
	after(r);
	return true;
}

/* The DNS answers; the lists when they are waited for. */
static bool
look_up(struct rig *r)
{
	if (r->d.state != DIALOGUE_LOOKUP || r->truth == DOMAIN_UNASKED)
		return false;
	r->before = r->d.state;
	if ((dialogue_wants(&r->d) & DIALOGUE_ASK_DOMAIN) == 0) {
		dialogue_listed(&r->d, r->truth != DOMAIN_RESOLVES, SPAN("bl.example"), r->now_ms);
		after(r);
		return true;
	}
	HOLDS(domain_tolerated(dialogue_question(&r->d)), "what is asked is no domain");
	dialogue_answer(&r->d, r->truth, r->now_ms);
	after(r);
	return true;
}

static void
pump(struct rig *r)
{
	for (bool moved = true; moved;) {
		moved = start_tls(r);
		moved = look_up(r) || moved;
		moved = answer(r) || moved;
		while (feed(r, SIDE_HOST))	/* all that a host said before its next command: so a stray reply shows */
			moved = true;
		moved = feed(r, SIDE_CLIENT) || moved;
		if (!moved)
			moved = tell_end(r, SIDE_HOST) || tell_end(r, SIDE_CLIENT);
	}
}

static void
tick(struct rig *r)
{
	r->before = r->d.state;
	dialogue_tick(&r->d, r->now_ms);
	after(r);
}

static void
hold(struct rig *r, unsigned bits)
{
	r->mute = (bits & 1) != 0;
	r->side[SIDE_CLIENT].stalled = (bits & 2) != 0;
	r->side[SIDE_HOST].stalled = (bits & 4) != 0;
	after(r);
}

void
rig_do(struct rig *r, const struct step *s)
{
	if (s->kind == STEP_CLIENT) {
		say(r, SIDE_CLIENT, s->text);
		return;
	}
	pump(r);
	switch (s->kind) {
	case STEP_REPLY:
		if (r->reply_count < RIG_REPLIES)
			r->replies[r->reply_count++] = (uint8_t)s->number;
		break;
	case STEP_HOST:
		say(r, SIDE_HOST, s->text);
		break;
	case STEP_HOLD:
		hold(r, s->number);
		break;
	case STEP_TAKE:
		deliver(r, SIDE_CLIENT, s->number);
		deliver(r, SIDE_HOST, s->number);
		break;
	case STEP_CUT:
		r->side[SIDE_CLIENT].cut = s->number & 15;
		r->side[SIDE_HOST].cut = s->number >> 4 & 15;
		break;
	case STEP_CLOCK:
		r->now_ms += s->number * 2000;
		tick(r);
		break;
	case STEP_END:
		r->side[s->number & 1].ended = true;
		break;
	case STEP_TRUTH:
		r->truth = s->number % (DOMAIN_UNSURE + 1);
		break;
	case STEP_LOST:
		r->dead = true;
		r->before = r->d.state;
		dialogue_host_lost(&r->d, "host-reset", r->now_ms);
		after(r);
		break;
	case STEP_SHUTDOWN:
		r->before = r->d.state;
		dialogue_shutdown(&r->d, r->now_ms);
		after(r);
		break;
	default:
		break;
	}
	pump(r);
}

void
rig_end(struct rig *r)
{
	r->side[SIDE_CLIENT].cut = r->side[SIDE_HOST].cut = 0;
	pump(r);
	r->reply_count = 0;
	r->truth = DOMAIN_RESOLVES;
	hold(r, 0);
	pump(r);
	while (r->d.tarpitted) {
		r->now_ms = dialogue_deadline(&r->d);
		tick(r);
		pump(r);
	}
	if (r->d.state != DIALOGUE_CLOSED && r->side[SIDE_HOST].len + HOST_TEXT <= RIG_INPUT)
		judge_quiet(&r->judge);
	for (unsigned i = 0; i < 3 && r->d.state != DIALOGUE_CLOSED; i++) {
		r->now_ms = dialogue_deadline(&r->d);
		tick(r);
		pump(r);
	}
	HOLDS(r->d.state == DIALOGUE_CLOSED, "state %d, with no time left", (int)r->d.state);
	HOLDS(dialogue_output(&r->d, SIDE_CLIENT).len == 0, "output is left");
	judge_end(&r->judge);
	free(r->to_client);
	free(r->to_host);
}
