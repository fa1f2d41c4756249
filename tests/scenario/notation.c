/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/scenario/notation.h"

#include "proxy/base/escape.h"

#include <stdio.h>
#include <stdlib.h>

enum { LOOPS_DEEP = 8 };

/* Between the braces: a name alone, or a name, a colon and a value. */
static const struct directive {
	const char *name;
	enum notation_kind kind;
	enum { NOTHING, COUNT, SECONDS, BYTES, COUNT_AND_BYTES, WORD } value;
} directives[] = {
	{ "wait", NOTATION_WAIT, NOTHING },
	{ "split", NOTATION_SPLIT, NOTHING },
	{ "bytewise", NOTATION_BYTEWISE, NOTHING },
	{ "rep", NOTATION_REPEAT, COUNT_AND_BYTES },
	{ "loop", NOTATION_LOOP, COUNT },
	{ "endloop", NOTATION_ENDLOOP, NOTHING },
	{ "n", NOTATION_COUNTER, NOTHING },
	{ "delay", NOTATION_DELAY, SECONDS },
	{ "close", NOTATION_CLOSE, NOTHING },
	{ "shutwr", NOTATION_SHUTWR, NOTHING },
	{ "nobanner", NOTATION_NOBANNER, NOTHING },
	{ "tls", NOTATION_TLS, NOTHING },
	{ "tlsclose", NOTATION_TLSCLOSE, NOTHING },
	{ "oob", NOTATION_OOB, BYTES },
	{ "server", NOTATION_SERVER, WORD },
	{ "connect", NOTATION_CONNECT, WORD },
	{ "ident", NOTATION_IDENT, WORD },
	{ "ptr", NOTATION_PTR, WORD },
	{ "overlap", NOTATION_OVERLAP, WORD },
	{ "reorder", NOTATION_REORDER, WORD },
	{ "syn-data", NOTATION_SYN_DATA, BYTES },
};

const char *
notation_name(const struct notation_step *step)
{
	for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++)
		if (directives[i].kind == step->kind)
			return directives[i].name;
	return "text";
}

static struct notation_step *
add(struct notation *n, enum notation_kind kind)
{
	struct notation_step *step;

	if (n->count == n->cap) {
		n->cap = n->cap == 0 ? 32 : 2 * n->cap;
		n->steps = realloc(n->steps, n->cap * sizeof(*n->steps));
		if (n->steps == NULL) {
			perror("notation");
			exit(1);
		}
	}
	step = &n->steps[n->count++];
	*step = (struct notation_step){ .kind = kind, .at = n->bytes.len };
	return step;
}

/* Escaped bytes onto the tape. -1: no escape. */
static int
add_bytes(struct notation *n, struct notation_step *step, struct span text)
{
	uint8_t *decoded = malloc(text.len + 1);
	ptrdiff_t len = decoded == NULL ? -1 : escape_read(text, decoded);

	if (len >= 0) {
		tape_add(&n->bytes, span_of(decoded, (size_t)len));
		step->len += (size_t)len;
	}
	free(decoded);
	return len < 0 ? -1 : 0;
}

/* Decimal digits at the front of s, which are taken from it. -1: there is none. */
static int
take_number(struct span *s, uint64_t *number)
{
	size_t n = 0;

	for (*number = 0; n < s->len && s->at[n] >= '0' && s->at[n] <= '9'; n++)
		*number = *number * 10 + (uint64_t)(s->at[n] - '0');
	*s = span_cut(*s, n, s->len);
	return n == 0 || n > 12 ? -1 : 0;
}

/* Seconds with up to three places, as ms. */
static int
take_seconds(struct span *s, uint64_t *ms)
{
	uint64_t place = 100;

	if (take_number(s, ms) == -1)
		return -1;
	*ms *= 1000;
	if (s->len == 0 || s->at[0] != '.')
		return 0;
	for (*s = span_cut(*s, 1, s->len); s->len > 0 && place > 0; place /= 10) {
		*ms += (uint64_t)(s->at[0] - '0') * place;
		*s = span_cut(*s, 1, s->len);
	}
	return 0;
}

static const char *
read_value(struct notation *n, const struct directive *d, struct span value)
{
	struct notation_step *step = add(n, d->kind);
	bool good = true;

	switch (d->value) {
	case NOTHING:
		break;
	case COUNT:
		good = take_number(&value, &step->count) == 0;
		break;
	case SECONDS:
		good = take_seconds(&value, &step->count) == 0;
		break;
	case COUNT_AND_BYTES:
		good = take_number(&value, &step->count) == 0 && value.len > 0 && value.at[0] == ':';
		value = span_cut(value, good ? 1 : 0, value.len);
		/* fallthrough */
	case BYTES:
		good = good && add_bytes(n, step, value) == 0;
		value.len = 0;
		break;
	case WORD:
		tape_add(&n->bytes, value);
		step->len = value.len;
		value.len = 0;
		break;
	}
	return !good || value.len > 0 ? "a directive with a value that it cannot have" : NULL;
}

static const char *
read_directive(struct notation *n, struct span inside)
{
	size_t end = span_find(inside, 0, ':');
	struct span name = span_cut(inside, 0, end), value = span_cut(inside, end < inside.len ? end + 1 : end, inside.len);

	for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++)
		if (span_eq(span_str(directives[i].name), name))
			return read_value(n, &directives[i], value);
	return "no directive of this name";
}

/* Do loops end, and begin before they end? */
static const char *
check_loops(const struct notation *n)
{
	unsigned deep = 0;

	for (size_t i = 0; i < n->count; i++) {
		if (n->steps[i].kind == NOTATION_LOOP && ++deep > LOOPS_DEEP)
			return "too many loops within each other";
		if (n->steps[i].kind == NOTATION_ENDLOOP && deep-- == 0)
			return "{endloop} without {loop}";
	}
	return deep == 0 ? NULL : "{loop} without {endloop}";
}

const char *
notation_read(struct notation *n, struct span text, size_t *at)
{
	const char *wrong;

	n->count = 0;
	tape_clear(&n->bytes);
	for (*at = 0; *at < text.len;) {
		size_t brace = span_find(text, *at, '{'), end = span_find(text, brace, '}');

		if (brace > *at && add_bytes(n, add(n, NOTATION_SEND), span_cut(text, *at, brace)) == -1)
			return "a backslash that begins no escape";
		*at = brace;
		if (brace == text.len)
			break;
		if (end == text.len)
			return "a brace without its end";
		wrong = read_directive(n, span_cut(text, brace + 1, end));
		if (wrong != NULL)
			return wrong;
		*at = end + 1;
	}
	return check_loops(n);
}

void
notation_free(struct notation *n)
{
	tape_free(&n->bytes);
	free(n->steps);
	*n = (struct notation){ 0 };
}

struct turn {
	size_t first;		/* step behind {loop} */
	uint64_t number, count;
};

/* Where the steps go on behind the {endloop} that belongs to a {loop} before it. */
static size_t
behind_loop(const struct notation *n, size_t i)
{
	unsigned deep = 1;

	for (; deep > 0; i++)
		deep += n->steps[i].kind == NOTATION_LOOP ? 1u : n->steps[i].kind == NOTATION_ENDLOOP ? -1u : 0;
	return i;
}

void
notation_play(const struct notation *n,
    bool (*take)(void *cookie, const struct notation_step *step, struct span bytes), void *cookie)
{
	struct turn turns[LOOPS_DEEP + 1] = { { 0, 1, 1 } };
	unsigned deep = 0;

	for (size_t i = 0; i < n->count;) {
		const struct notation_step *step = &n->steps[i++];
		struct turn *turn = &turns[deep];
		char number[24];

		if (step->kind == NOTATION_LOOP && step->count == 0) {
			i = behind_loop(n, i);
		} else if (step->kind == NOTATION_LOOP) {
			turns[++deep] = (struct turn){ .first = i, .number = 1, .count = step->count };
		} else if (step->kind == NOTATION_ENDLOOP && turn->number < turn->count) {
			turn->number++;
			i = turn->first;
		} else if (step->kind == NOTATION_ENDLOOP) {
			deep--;
		} else if (step->kind == NOTATION_COUNTER) {
			struct notation_step send = { .kind = NOTATION_SEND };

			snprintf(number, sizeof(number), "%llu", (unsigned long long)turn->number);
			if (!take(cookie, &send, span_str(number)))
				return;
		} else if (!take(cookie, step, notation_bytes(n, step))) {
			return;
		}
	}
}
