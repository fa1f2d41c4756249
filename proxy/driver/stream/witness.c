/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/stream/witness.h"

#include "proxy/base/clock.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	TAIL = 5,		/* of CRLF.CRLF, which a reader has to see */
	CODE = 4,		/* octets in front of a reply that say nothing but how it was */
	REASONS = 8,		/* that are told apart */
};

/* Something that was refused. */
struct refused {
	enum event_kind kind;
	const char *what;	/* static */
	unsigned count;
};

struct witness {
	struct witnesses *all;
	struct event_hooks hooks;
	bool keeps_all;
	struct refused reasons[REASONS];
	unsigned reason_count, more;
	struct testimony testimony;
	uint64_t began_us, heard_us;	/* heard_us: the last octets */
	unsigned ended;			/* bits, by enum exhibit_what */

	size_t text[2];			/* octets of the message that were kept; of what passes to the client unread */
	uint8_t tail[TAIL];		/* the last octets of a message that are left out, if it ends there */
	size_t tail_octets;
	size_t held_back;		/* octets at the end of the client's input that may be more of the message */
	bool secret;			/* unknown words may be passwords */
	bool within, within_covered;	/* a line that is too long, of which the begin was used */
	uint64_t said;			/* octets that went to the client */
	uint64_t veil_from, veil_to;	/* of these: replies in an exchange of AUTH */
	unsigned column;		/* in the veil: octets of the line */
};

/* That is more than a verdict of a rule which only counts, or the end of a host. */
static bool
is_refusal(const struct event *e)
{
	switch (e->kind) {
	case EVENT_HELLO:
	case EVENT_SENDER:
	case EVENT_RECIPIENT:
		return e->verdict != NULL && e->verdict->action != ACTION_PASS;
	case EVENT_REPLY:
		return true;
	case EVENT_MESSAGE:
	case EVENT_COMMAND:
	case EVENT_RATE:
		return e->code >= 400;
	default:
		return false;
	}
}

static void
note_reason(struct witness *w, enum event_kind kind, const char *what)
{
	for (unsigned i = 0; i < w->reason_count; i++) {
		struct refused *r = &w->reasons[i];

		if (r->kind == kind && strcmp(r->what, what) == 0) {
			r->count++;
			return;
		}
	}
	if (w->reason_count < REASONS)
		w->reasons[w->reason_count++] = (struct refused){ .kind = kind, .what = what, .count = 1 };
	else
		w->more++;
}

static void
report(void *cookie, const struct session *s, const struct event *e)
{
	struct witness *w = cookie;
	const char *what = e->verdict != NULL ? reason_name(e->verdict->reason) : e->what;

	if (is_refusal(e))
		note_reason(w, e->kind, what == NULL ? "" : what);
	w->all->hooks->report(w->all->hooks->cookie, s, e);
}

struct witness *
witness_new(struct witnesses *all, const struct rules *rules)
{
	struct witness *w;

	if (rules->evidence == EVIDENCE_OFF || all->deliver == NULL)
		return NULL;
	w = calloc(1, sizeof(*w));
	if (w == NULL || testimony_init(&w->testimony, &all->budget) == -1) {
		all->counters->evidence_unseen++;
		free(w);
		return NULL;
	}
	w->all = all;
	w->hooks = (struct event_hooks){ .report = report, .cookie = w };
	w->keeps_all = rules->evidence == EVIDENCE_ALL;
	w->began_us = clock_of_day_us();
	return w;
}

const struct event_hooks *
witness_hooks(const struct witness *w)
{
	return &w->hooks;
}

/* Octets that mean nothing to the dialogue: of messages, or of what passes unread. */
static bool
is_text(enum dialogue_state state)
{
	return state == DIALOGUE_BODY || state == DIALOGUE_DISCARD || state == DIALOGUE_BLIND;
}

/* Of so many octets of text, how many are kept. */
static size_t
take_text(struct witness *w, enum exhibit_what what, size_t octets)
{
	size_t room = WITNESS_TEXT - w->text[what], taken = octets < room ? octets : room;

	w->text[what] += taken;
	return taken;
}

/* What a reader of left out text is to see of its end. */
static void
end_text(struct witness *w, bool covered)
{
	testimony_add(&w->testimony, EXHIBIT_HEARD, w->heard_us, span_of(w->tail, w->tail_octets));
	testimony_look(&w->testimony, w->tail_octets, covered);
	w->tail_octets = 0;
}

/* Text beyond what is kept may be the last of a message, and commands behind it: that is seen when it was used. */
void
witness_heard(struct witness *w, struct span octets, enum dialogue_state state)
{
	size_t keep = octets.len;

	w->heard_us = clock_of_day_us();
	if (!is_text(state))		/* the session ended in a message */
		end_text(w, false);
	if (w->held_back > 0)
		keep = 0;
	else if (is_text(state))
		keep = take_text(w, EXHIBIT_HEARD, keep);
	testimony_add(&w->testimony, EXHIBIT_HEARD, w->heard_us, span_cut(octets, 0, keep));
	w->held_back += octets.len - keep;
}

/* One line, or a part of one that is too long. Returns how much of it that was. */
static size_t
look_at_line(struct witness *w, struct span in)
{
	size_t end = span_find(in, 0, '\n'), octets = end < in.len ? end + 1 : end, shown_octets = 0;
	bool covered = w->within_covered;

	if (!w->within) {
		struct span line = span_cut(in, 0, end - (end < in.len && end > 0 && in.at[end - 1] == '\r'));
		struct command c;

		command_parse(line, &c);
		shown_octets = command_shown(&c, line, w->secret).len;
		shown_octets += shown_octets > 0 && shown_octets < line.len;	/* the blank, so that a reader sees the verb */
		w->secret = command_secret_behind(&c, w->secret);
		covered = shown_octets < line.len || c.verb == VERB_UNKNOWN || c.verb == VERB_AUTH;
	}
	testimony_look(&w->testimony, shown_octets, false);
	testimony_look(&w->testimony, octets - shown_octets, covered);
	w->within = end == in.len;
	w->within_covered = covered;
	return octets;
}

/* Octets that are in the testimony were used. */
static void
look(struct witness *w, struct span used, enum dialogue_state before)
{
	switch (before) {
	case DIALOGUE_BODY:
	case DIALOGUE_DISCARD:
	case DIALOGUE_BLIND:
		testimony_look(&w->testimony, used.len, false);
		break;
	case DIALOGUE_AUTH:
	case DIALOGUE_CLOSED:	/* nobody knows what it is */
		testimony_look(&w->testimony, used.len, true);
		break;
	default:
		while (used.len > 0)
			used = span_cut(used, look_at_line(w, used), used.len);
		break;
	}
}

/* Text that was held back was used: it is left out, but for its last octets, which may be its end. */
static void
leave_out(struct witness *w, struct span text, enum dialogue_state before, enum dialogue_state after)
{
	size_t last = text.len < TAIL ? text.len : TAIL, n = w->tail_octets + last, keep = n < TAIL ? n : TAIL;
	size_t out = w->tail_octets + text.len - keep;
	uint8_t both[2 * TAIL];

	memcpy(both, w->tail, w->tail_octets);
	memcpy(both + w->tail_octets, text.at + text.len - last, last);
	memcpy(w->tail, both + n - keep, keep);
	w->tail_octets = keep;
	testimony_skip(&w->testimony, EXHIBIT_HEARD, w->heard_us, out);
	testimony_look(&w->testimony, out, false);
	if (!is_text(after))
		end_text(w, !is_text(before));
}

void
witness_used(struct witness *w, struct span in, size_t used, enum dialogue_state before, enum dialogue_state after)
{
	size_t taken = in.len > w->held_back ? in.len - w->held_back : 0, first = used < taken ? used : taken;

	look(w, span_cut(in, 0, first), before);
	if (used > first) {
		w->held_back -= used - first;
		leave_out(w, span_cut(in, first, used), before, after);
	}
	if (is_text(after))
		return;
	w->text[EXHIBIT_HEARD] = 0;
	if (w->held_back > 0)
		testimony_add(&w->testimony, EXHIBIT_HEARD, w->heard_us, span_cut(in, in.len - w->held_back, in.len));
	w->held_back = 0;
}

/* What is still veiled and was not sent yet goes on, whatever came in between. */
void
witness_auth_answered(struct witness *w, size_t before, size_t after)
{
	if (after <= before)
		return;
	if (w->veil_to <= w->said) {
		w->veil_from = w->said + before;
		w->column = 0;
	}
	w->veil_to = w->said + after;
}

/* A host may repeat what it was told. taken: from w->said on. */
static void
veil(struct witness *w, struct testimony_taken taken)
{
	for (size_t i = 0; i < taken.len; i++) {
		uint8_t *c = &taken.at[i];

		if (w->said + i < w->veil_from || w->said + i >= w->veil_to)
			continue;
		if (*c == '\n')
			w->column = 0;
		else if (w->column < CODE)
			w->column++;
		else if (*c != '\r')
			*c = '*';
	}
}

void
witness_said(struct witness *w, struct span octets, enum dialogue_state state)
{
	uint64_t now_us = clock_of_day_us();
	size_t keep = octets.len;

	if (state == DIALOGUE_BLIND)
		keep = take_text(w, EXHIBIT_SAID, keep);
	veil(w, testimony_add(&w->testimony, EXHIBIT_SAID, now_us, span_cut(octets, 0, keep)));
	testimony_skip(&w->testimony, EXHIBIT_SAID, now_us, octets.len - keep);
	w->said += octets.len;
}

void
witness_secured(struct witness *w, const char *how)
{
	testimony_add(&w->testimony, EXHIBIT_TLS, clock_of_day_us(), span_str(how));
}

void
witness_ends(struct witness *w, enum exhibit_what what)
{
	const unsigned resets = 1u << EXHIBIT_CLIENT_RESETS | 1u << EXHIBIT_BOX_RESETS;

	if ((w->ended & (resets | 1u << what)) != 0)
		return;
	w->ended |= 1u << what;
	testimony_end(&w->testimony, what, clock_of_day_us());
}

static void
write_reasons(const struct witness *w, char out[EXHIBIT_WHY])
{
	size_t n = 0;

	for (unsigned i = 0; i < w->reason_count && n < EXHIBIT_WHY; i++) {
		const struct refused *r = &w->reasons[i];

		n += (size_t)snprintf(out + n, EXHIBIT_WHY - n, "%s%s %s %u", i == 0 ? "" : ", ", event_name(r->kind), r->what, r->count);
	}
	if (w->more > 0 && n < EXHIBIT_WHY)
		snprintf(out + n, EXHIBIT_WHY - n, ", others %u", w->more);
}

static void
deliver(struct witness *w, const struct session *who)
{
	struct exhibit_head head = { .began_us = w->began_us, .host = (uint32_t)(who->host - who->policy->hosts), .network = who->network,
		.client = who->client, .address = who->address, .client_port = who->client_port, .port = who->port };
	struct stream_counters *counters = w->all->counters;

	memcpy(head.id, who->id, sizeof(head.id));
	write_reasons(w, head.why);
	testimony_skip(&w->testimony, EXHIBIT_HEARD, w->heard_us, w->tail_octets + w->held_back);
	testimony_look(&w->testimony, UINT64_MAX, true);
	if (w->all->deliver(w->all->cookie, testimony_seal(&w->testimony, &head)) == -1) {
		counters->evidence_lost++;
		return;
	}
	counters->evidence_kept++;
	counters->evidence_cut += w->testimony.full;
}

void
witness_leave(struct witness *w, const struct session *who)
{
	if (w == NULL)
		return;
	if (w->keeps_all || w->reason_count > 0)
		deliver(w, who);
	testimony_done(&w->testimony);
	free(w);
}
