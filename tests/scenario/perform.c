/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/scenario/perform.h"

#include "classifier/ascii.h"
#include "proxy/base/escape.h"

#include <stdarg.h>
#include <stdio.h>

enum { SHOWN_OCTETS = 400 };

static void
arrived(void *cookie, enum side to, struct span octets)
{
	struct performance *p = cookie;

	tape_add(&p->got[to], octets);
	if (to == SIDE_CLIENT)
		ledger_got(&p->ledger, octets);
	else if (p->script->served)
		server_take(&p->server, octets);
}

static void
server_says(void *cookie, struct span segment)
{
	const struct performance *p = cookie;

	p->stage->ops->send(p->stage, SIDE_HOST, segment);
}

static void
server_closes(void *cookie)
{
	const struct performance *p = cookie;

	p->stage->ops->shut(p->stage, SIDE_HOST, true);
}

void
perform_report(void *cookie, const struct session *s, const struct event *e)
{
	struct performance *p = cookie;
	const char *what = e->what != NULL ? e->what : e->verdict != NULL ? reason_name(e->verdict->reason) : "-";

	(void)s;
	if (p->event_count < PERFORM_EVENTS)
		snprintf(p->events[p->event_count++], PERFORM_EVENT_OCTETS, "%s %s %u", event_name(e->kind), what, e->code);
}

void
perform_begin(struct performance *p, const struct script *script, const char *where, bool journaled,
    struct stage_listener *listener)
{
	const struct server_hooks hooks = { server_says, server_closes, p };

	p->script = script;
	p->where = where;
	p->journaled = journaled;
	p->event_count = p->event_next = 0;
	p->turn = 1;
	p->failed = false;
	tape_clear(&p->got[SIDE_CLIENT]);
	tape_clear(&p->got[SIDE_HOST]);
	tape_clear(&p->unsent);
	ledger_begin(&p->ledger);
	server_init(&p->server, script->mode, &hooks);
	*listener = (struct stage_listener){ arrived, p };
}

void
perform_free(struct performance *p)
{
	tape_free(&p->got[SIDE_CLIENT]);
	tape_free(&p->got[SIDE_HOST]);
	tape_free(&p->unsent);
	tape_free(&p->wanted);
	notation_free(&p->notation);
	ledger_free(&p->ledger);
	server_free(&p->server);
}

static void __attribute__((format(printf, 3, 4)))
fail(struct performance *p, const struct script_line *l, const char *format, ...)
{
	va_list arguments;

	if (p->failed)
		return;
	p->failed = true;
	printf("%s:%u: ", p->script->file, l->line);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf(" (%s)\n", p->where);
}

static const char *
name_of(enum side side)
{
	return side == SIDE_HOST ? "host" : "client";
}

/* Let everything happen that needs no time. */
static void
settle(struct performance *p)
{
	p->stage->ops->settle(p->stage, NULL, NULL, false);
}

static bool
put(void *cookie, const struct notation_step *step, struct span bytes)
{
	struct performance *p = cookie;
	uint64_t count = step->kind == NOTATION_REPEAT ? step->count : 1;

	for (; count > 0; count--)
		tape_add(&p->wanted, bytes);
	return true;
}

/* A line of the script, its notation resolved, is p->wanted. */
static void
resolve(struct performance *p, const struct script_line *l)
{
	size_t at;
	const char *wrong = notation_read(&p->notation, script_text(p->script, l), &at);

	tape_clear(&p->wanted);
	if (wrong != NULL) {
		fail(p, l, "%s", wrong);
		return;
	}
	for (size_t i = 0; i < p->notation.count; i++) {
		struct notation_step *step = &p->notation.steps[i];
		char number[24];

		if (step->kind == NOTATION_COUNTER) {
			snprintf(number, sizeof(number), "%llu", (unsigned long long)p->turn);
			tape_add(&p->wanted, span_str(number));
		} else if (step->kind == NOTATION_SEND || step->kind == NOTATION_REPEAT) {
			put(p, step, notation_bytes(&p->notation, step));
		} else {
			fail(p, l, "only {rep} and {n} may stand in a line");
		}
	}
}

static void
flush(struct performance *p, enum side side)
{
	struct span out = tape_span(&p->unsent);

	if (out.len == 0)
		return;
	if (side == SIDE_CLIENT)
		ledger_sent(&p->ledger, out);
	p->stage->ops->send(p->stage, side, out);
	tape_clear(&p->unsent);
}

/* Whatever came must have been expected before an end goes on talking. */
static void
check_all_read(struct performance *p, const struct script_line *l)
{
	for (enum side side = SIDE_CLIENT; side <= SIDE_HOST; side++) {
		struct span got = tape_span(&p->got[side]);
		char shown[SHOWN_OCTETS];

		if (got.len == 0 || (side == SIDE_HOST && p->script->served))
			continue;
		escape_write(got, shown, sizeof(shown));
		fail(p, l, "the %s got \"%s\", which is not expected", name_of(side), shown);
	}
}

static bool
begins(struct span s, struct span with)
{
	return s.len >= with.len && span_eq(span_cut(s, 0, with.len), with);
}

static bool
holds(struct span s, struct span part)
{
	for (; s.len >= part.len; s = span_cut(s, 1, s.len))
		if (begins(s, part))
			return true;
	return false;
}

/* In front of a server the script picks lines; the others pass by. */
static void
pass_by(struct performance *p)
{
	struct tape *got = &p->got[SIDE_HOST];

	while (got->len > 0 && !begins(tape_span(got), tape_span(&p->wanted))) {
		size_t end = span_find(tape_span(got), 0, '\n');

		tape_take(got, end < got->len ? end + 1 : end);
	}
}

/* "(0badcafe reason)" becomes "(id reason)": a session's id is another one each time. */
static void
hide_id(struct tape *t)
{
	enum { DIGITS = 8 };
	struct span s = tape_span(t);
	size_t at = span_find(s, 0, '('), end = at + 1 + DIGITS;
	struct tape hidden = { 0 };

	if (end >= s.len || s.at[end] != ' ' || at > span_find(s, 0, '\n') || !ascii_all(span_cut(s, at + 1, end), ASCII_LETDIG))
		return;
	tape_add(&hidden, span_cut(s, 0, at));
	tape_add(&hidden, SPAN("(id"));
	tape_add(&hidden, span_cut(s, end, s.len));
	tape_free(t);
	*t = hidden;
}

/* Has as much come as an expected line has, or will nothing come any more? */
static bool
has_come(void *cookie)
{
	const struct performance *p = cookie;
	const struct tape *got = &p->got[p->awaited];

	if (p->stage->ended[p->awaited] != STAGE_OPEN)
		return true;
	return p->awaited == SIDE_HOST && p->script->served ? holds(tape_span(got), tape_span(&p->wanted)) :
	    got->len >= p->wanted.len;
}

static void
expect(struct performance *p, const struct script_line *l)
{
	struct tape *got = &p->got[l->side];
	char want[SHOWN_OCTETS], came[SHOWN_OCTETS];
	size_t used;

	resolve(p, l);
	p->awaited = l->side;
	p->stage->ops->settle(p->stage, has_come, p, false);
	if (l->side == SIDE_CLIENT)
		hide_id(got);
	if (l->side == SIDE_HOST && p->script->served)
		pass_by(p);
	if (begins(tape_span(got), tape_span(&p->wanted))) {
		used = p->wanted.len;
		if (l->open_ended)
			used = span_find(tape_span(got), used, '\n') + 1;
		tape_take(got, used < got->len ? used : got->len);
		return;
	}
	escape_write(tape_span(&p->wanted), want, sizeof(want));
	escape_write(tape_span(got), came, sizeof(came));
	fail(p, l, "the %s was to get \"%s%s\", it got \"%s\"", name_of(l->side), want, l->open_ended ? "..." : "", came);
}

static void
expect_event(struct performance *p, const struct script_line *l)
{
	struct span want = script_text(p->script, l);

	if (!p->journaled)
		return;
	settle(p);
	for (size_t i = p->event_next; i < p->event_count; i++) {
		if (!begins(span_str(p->events[i]), want))
			continue;
		p->event_next = i + 1;
		return;
	}
	fail(p, l, "the journal was to have \"%.*s\", the last of it is \"%s\"", (int)want.len, (const char *)want.at,
	    p->event_count == 0 ? "" : p->events[p->event_count - 1]);
}

static bool
has_ended(void *cookie)
{
	const struct performance *p = cookie;

	return p->stage->ended[p->awaited] != STAGE_OPEN;
}

static void
expect_ended(struct performance *p, const struct script_line *l)
{
	static const char *const words[] = { "open", "closed", "reset" };

	p->awaited = l->side;
	p->stage->ops->settle(p->stage, l->number == STAGE_OPEN ? NULL : has_ended, p, false);
	if (p->stage->ended[l->side] != l->number)
		fail(p, l, "the %s's connection was to be %s, it is %s", name_of(l->side), words[l->number],
		    words[p->stage->ended[l->side]]);
	if (l->number == STAGE_RESET)	/* what came before a reset does not count, nor how much of it came */
		tape_clear(&p->got[l->side]);
}

static void
take(struct performance *p, const struct script_line *l)
{
	const struct stage_ops *ops = p->stage->ops;

	switch (l->kind) {
	case SCRIPT_SENDS:
		resolve(p, l);
		tape_add(&p->unsent, tape_span(&p->wanted));
		break;
	case SCRIPT_GETS:
		expect(p, l);
		break;
	case SCRIPT_WAIT:
		settle(p);
		check_all_read(p, l);
		ops->advance(p->stage, l->number);
		break;
	case SCRIPT_CLOSES:
	case SCRIPT_SHUTS:
		ops->shut(p->stage, l->side, l->kind == SCRIPT_CLOSES);
		break;
	case SCRIPT_HOLDS:
	case SCRIPT_TAKES:
		ops->hold(p->stage, l->side, l->kind == SCRIPT_HOLDS);
		break;
	case SCRIPT_SECURE:
		if (!ops->secure(p->stage))
			fail(p, l, "the box was to begin TLS, and does not");
		ledger_secured(&p->ledger);
		break;
	case SCRIPT_ENDED:
		expect_ended(p, l);
		break;
	case SCRIPT_JOURNAL:
		expect_event(p, l);
		break;
	case SCRIPT_MESSAGES:
		settle(p);
		if (p->server.message_count != l->number)
			fail(p, l, "the host was to have %llu messages, it has %zu", (unsigned long long)l->number,
			    p->server.message_count);
		break;
	default:	/* SPLIT, and what moves in the script */
		break;
	}
}

/* Lines of one end that follow each other go out in one write. */
static void
before(struct performance *p, const struct script_line *l, const struct script_line *next)
{
	bool goes_on = next != NULL && l->kind == SCRIPT_SENDS && next->kind == SCRIPT_SENDS && next->side == l->side;

	if (l->kind == SCRIPT_SENDS && p->unsent.len == 0) {
		settle(p);
		check_all_read(p, l);
	}
	take(p, l);
	if (l->kind == SCRIPT_SENDS && !goes_on)
		flush(p, l->side);
}

static void
play(struct performance *p)
{
	const struct script *s = p->script;
	size_t loop = 0;

	for (size_t i = 0; i < s->count && !p->failed; i++) {
		const struct script_line *l = &s->lines[i];

		if (l->kind == SCRIPT_REPEAT) {
			loop = i;
			p->turn = 1;
		} else if (l->kind == SCRIPT_END && p->turn < s->lines[loop].number) {
			p->turn++;
			i = loop;
		} else {
			before(p, l, i + 1 < s->count ? l + 1 : NULL);
		}
	}
}

bool
perform(struct performance *p, struct stage *stage)
{
	const struct script_line *last = &p->script->lines[p->script->count - 1];

	p->stage = stage;
	if (p->script->served)
		server_greet(&p->server);
	play(p);
	if (p->failed)
		return false;
	settle(p);
	check_all_read(p, last);
	if (p->ledger.fault != NULL)
		fail(p, last, "replies out of step: %s: \"%s\"", p->ledger.fault, p->ledger.reply);
	return !p->failed;
}
