/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/smtp/text.h"

#include <assert.h>

enum { HEADER_SLICE = 512 };	/* octets of a header block that may be looked at again, when one of them is replaced */

void
text_begin(struct text *t, const struct text_conf *conf)
{
	*t = (struct text){ .conf = *conf, .header = { .rename = conf->rename_reflecting, .strip8 = conf->strip8 } };
	body_begin(&t->body, conf->strip8, conf->counted);
}

static void
emit(struct text_step *step, struct span s)
{
	assert(step->emitted + s.len <= TEXT_EMIT_OCTETS);
	memcpy(step->emit + step->emitted, s.at, s.len);
	step->emitted += s.len;
}

/* Our own line end. A line that is a dot to some server becomes one that is a dot to nobody. */
static void
emit_line_end(struct text *t, struct text_step *step)
{
	if (t->body.segment == SEGMENT_DOT)
		emit(step, SPAN("."));
	emit(step, SPAN("\r\n"));
	body_new_line(&t->body);
	t->body.stuff = t->conf.counted;	/* the client stuffed its lines, or it did not */
	header_new_line(&t->header);
}

static enum text_fault
fault_of(enum body_result r)
{
	switch (r) {
	case BODY_BARE_CR:
		return TEXT_BARE_CR;
	case BODY_BARE_LF:
		return TEXT_BARE_LF;
	case BODY_NUL:
		return TEXT_NUL;
	case BODY_LONG_LINE:
		return TEXT_LONG_LINE;
	case BODY_DOT:
		return TEXT_DOT;
	default:
		return TEXT_OK;
	}
}

/*
 * Take back all of in behind at. before: the state with which in was begun. Up to
 * two octets before at, *used of in being used, wait to become a line end.
 */
static void
go_back(struct text *t, const struct body *before, struct span in, size_t at, size_t *used)
{
	t->body = *before;
	body_scan(&t->body, span_cut(in, 0, at), used);
}

/* A line is too long by what *pass now covers: take back all behind its 998th octet. */
static void
take_back(struct text *t, const struct body *before, struct span in, size_t *pass)
{
	size_t over = t->body.column - body_line_most(&t->body);
	size_t at = over < *pass ? *pass - over : 0;

	go_back(t, before, in, at, pass);
	body_put_in(&t->body, span_cut(in, *pass, at));	/* whatever they begin, it is broken there */
	*pass = at;
}

/* End a line in its middle. A field of the header is folded. */
static void
break_line(struct text *t, struct text_step *step)
{
	emit_line_end(t, step);
	t->body.stuff = true;	/* by the client it is not */
	if (!t->in_text) {
		emit(step, SPAN(" "));
		t->header.line = true;
		body_put_in(&t->body, SPAN(" "));
	}
}

/*
 * A NUL goes. Inside of a character it leaves a space, or where the line is full a
 * line end: what it parted could be U+2028 together.
 */
static void
drop_nul(struct text *t, struct text_step *step)
{
	step->skip = 1;
	if (t->body.high && t->body.column >= body_line_most(&t->body)) {
		break_line(t, step);
	} else if (t->body.high) {
		emit(step, SPAN(" "));
		body_put_in(&t->body, SPAN(" "));
	}
	t->body.stray = true;
}

/* A stray line end ends the line for the header block too, and that with it where the line was empty, or no field. */
static void
end_line(struct text *t, struct text_step *step)
{
	if (!t->header.line || t->header.in_name)
		t->in_text = true;
	emit_line_end(t, step);
}

/* What was found at in[step->pass] is repaired there. A line that lost an octet is not what ends a message. */
static void
repair(struct text *t, enum body_result found, struct span in, struct text_step *step)
{
	step->fault = fault_of(found);
	switch (found) {
	case BODY_NUL:
		drop_nul(t, step);
		break;
	case BODY_BARE_CR:
		step->skip = 1;
		t->body.stray = true;
		if (!span_eq(span_cut(in, step->pass + 1, step->pass + 2), SPAN("\r")))	/* of CR CR LF the last one ends the line */
			end_line(t, step);
		break;
	case BODY_BARE_LF:
		step->skip = 1;
		end_line(t, step);
		break;
	case BODY_DOT:
		emit(step, SPAN("."));
		body_put_in(&t->body, SPAN("."));
		break;
	case BODY_LONG_LINE:
		break_line(t, step);
		break;
	default:
		emit(step, SPAN("."));
		body_stuffed(&t->body);
		break;
	}
}

/*
 * An event of the header block at in[at], which the framing has gone past: go
 * back there. What waits before it becomes no line end: it goes on with what is
 * put in.
 */
static enum text_result
header_measure(struct text *t, enum header_event event, const struct body *before, struct span in, size_t at,
    struct text_step *step)
{
	go_back(t, before, in, at, &step->pass);
	if (event == HEADER_BLOCK_LONG || event == HEADER_MIME_LONG) {
		step->fault = event == HEADER_BLOCK_LONG ? TEXT_HEADER_BLOCK : TEXT_MIME_HEADER;
		return TEXT_FAULT;
	}
	step->skip = at - step->pass;
	emit(step, span_cut(in, step->pass, at));
	if (event == HEADER_FF) {
		step->skip++;
		emit(step, SPAN("\x7f"));
	} else if (event == HEADER_FLAGS) {
		emit(step, SPAN("X"));
	} else {
		emit(step, SPAN("-Renamed"));
	}
	body_put_in(&t->body, span_of(step->emit, step->emitted));
	return TEXT_GO;
}

/* One step over in, nothing being held. */
static enum text_result
scan(struct text *t, struct span in, struct text_step *step)
{
	struct body before = t->body;
	enum body_result found = body_scan(&t->body, in, &step->pass);
	size_t at;

	if (found == BODY_LONG_LINE && t->conf.normalize)
		take_back(t, &before, in, &step->pass);
	if (!t->in_text) {
		enum header_event event = header_scan(&t->header, span_cut(in, 0, step->pass), &at);

		t->in_text = event == HEADER_DONE;
		if (event != HEADER_NOTHING && event != HEADER_DONE)
			return header_measure(t, event, &before, in, at, step);
	}
	if (found == BODY_MORE)
		return TEXT_MORE;
	if (found == BODY_END)
		return TEXT_END;
	if (!t->conf.normalize && found != BODY_STUFF) {
		step->fault = fault_of(found);
		return TEXT_FAULT;
	}
	repair(t, found, in, step);
	return TEXT_GO;
}

/*
 * A step over in that passes as much as it can: the header block is looked at in
 * slices, and slices with nothing in them are one step together.
 */
static enum text_result
scan_slices(struct text *t, struct span in, struct text_step *step)
{
	size_t done = 0;

	for (;;) {
		bool slice = !t->in_text && in.len - done > HEADER_SLICE;
		enum text_result result;

		*step = (struct text_step){ 0 };
		result = scan(t, span_cut(in, done, slice ? done + HEADER_SLICE : in.len), step);
		done += step->pass;
		step->pass = done;
		if (result != TEXT_MORE || !slice)
			return result;
	}
}

/*
 * What was held back at the end of a chunk, with the first octets of the next
 * one behind it: a step over both, as octets that are put in for those of in.
 */
static enum text_result
scan_held(struct text *t, struct span in, struct text_step *step)
{
	uint8_t both[TEXT_HELD_OCTETS + 2];
	size_t held = t->held_octets, more = in.len < 2 ? in.len : 2, n;
	struct text_step inner = { 0 };
	enum text_result result;

	memcpy(both, t->held, held);
	memcpy(both + held, in.at, more);
	result = scan(t, span_of(both, held + more), &inner);
	n = inner.pass + inner.skip;
	*step = (struct text_step){ .skip = n > held ? n - held : 0, .fault = inner.fault };
	emit(step, span_of(both, inner.pass));
	emit(step, span_of(inner.emit, inner.emitted));
	t->held_octets = n < held ? held - n : 0;
	memmove(t->held, both + n, t->held_octets);
	return result == TEXT_MORE && n > 0 ? TEXT_GO : result;
}

enum text_result
text_step(struct text *t, struct span in, bool last, struct text_step *step)
{
	enum text_result result;
	size_t rest;

	if (t->held_octets > 0 && in.len > 0)
		result = scan_held(t, in, step);
	else
		result = scan_slices(t, in, step);
	if (result == TEXT_FAULT) {	/* of a line that is too long some server would read the end as another line */
		step->skip += step->pass;
		step->pass = step->emitted = 0;
	}
	rest = in.len - step->pass - step->skip;
	if (result == TEXT_MORE && last && rest > 0) {
		assert(t->held_octets + rest <= TEXT_HELD_OCTETS);
		memcpy(t->held + t->held_octets, in.at + in.len - rest, rest);
		t->held_octets += rest;
		step->skip += rest;
	}
	return result;
}

enum text_fault
text_finish(struct text *t, uint8_t out[TEXT_EMIT_OCTETS], size_t *n)
{
	struct text_step step = { 0 };
	bool cr = t->held_octets > 0 && t->held[0] == '\r';
	enum text_fault fault = cr ? TEXT_BARE_CR : TEXT_OK;

	if (t->held_octets > 0 && !cr) {	/* begins no line end */
		emit(&step, span_of(t->held, t->held_octets));
		body_put_in(&t->body, span_of(t->held, t->held_octets));
	}
	if (t->body.segment == SEGMENT_DOT)
		fault = TEXT_DOT;
	if (fault != TEXT_OK && !t->conf.normalize)
		return fault;
	if (t->body.column > 0 || cr)
		emit_line_end(t, &step);
	emit(&step, SPAN(".\r\n"));
	memcpy(out, step.emit, step.emitted);
	*n = step.emitted;
	return TEXT_OK;
}

void
text_skip_begin(const struct text *t, struct body_skip *s)
{
	body_skip_begin(s, &t->body);
}

const char *
text_fault_name(enum text_fault f)
{
	static const char *const names[TEXT_FAULTS] = {
		[TEXT_OK] = "none",
		[TEXT_BARE_CR] = "bare-cr",
		[TEXT_BARE_LF] = "bare-lf",
		[TEXT_NUL] = "nul",
		[TEXT_LONG_LINE] = "long-line",
		[TEXT_DOT] = "ambiguous-dot",
		[TEXT_HEADER_BLOCK] = "header-block",
		[TEXT_MIME_HEADER] = "mime-header",
	};

	return names[f];
}
