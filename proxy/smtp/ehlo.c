/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/smtp/ehlo.h"

#include "classifier/ascii.h"

#include <stdio.h>

/* A number of at most 18 digits, so that it fits; -1 if it is none. */
static int
read_number(struct span s, uint64_t *n)
{
	if (s.len == 0 || s.len > 18 || !ascii_all(s, ASCII_DIGIT))
		return -1;
	*n = 0;
	for (size_t i = 0; i < s.len; i++)
		*n = *n * 10 + (uint64_t)(s.at[i] - '0');
	return 0;
}

/* The next word of *rest, blanks taken off. Empty at the end. */
static struct span
next_word(struct span *rest)
{
	size_t start = 0, end;
	struct span word;

	while (start < rest->len && ascii_is(rest->at[start], ASCII_BLANK))
		start++;
	end = start;
	while (end < rest->len && !ascii_is(rest->at[end], ASCII_BLANK))
		end++;
	word = span_cut(*rest, start, end);
	*rest = span_cut(*rest, end, rest->len);
	return word;
}

static bool
read_nothing(struct ehlo *e, struct span value)
{
	(void)e;
	return value.len == 0;
}

static bool
read_size(struct ehlo *e, struct span value)
{
	return value.len == 0 || read_number(value, &e->size) == 0;
}

/* Tokens of RFC 4954: what a SASL mechanism may be called. */
static bool
read_mechanisms(struct ehlo *e, struct span value)
{
	for (size_t i = 0; i < value.len; i++)
		if (!ascii_is(value.at[i], ASCII_LDH | ASCII_BLANK) && value.at[i] != '_')
			return false;
	if ((e->keywords & EHLO_AUTH) == 0)	/* old servers say it twice, as "AUTH" and as "AUTH=" */
		e->mechanisms = value;
	return value.len > 0;
}

static bool
read_limits(struct ehlo *e, struct span value)
{
	struct span word;

	while ((word = next_word(&value)).len > 0) {
		size_t equals = span_find(word, 0, '=');
		struct span name = span_cut(word, 0, equals), number = span_cut(word, equals + (equals < word.len), word.len);
		uint64_t n;

		if (read_number(number, &n) == -1)
			continue;
		if (ascii_eq_nocase(name, SPAN("RCPTMAX")))
			e->rcpt_max = n;
		else if (ascii_eq_nocase(name, SPAN("MAILMAX")))
			e->mail_max = n;
	}
	return true;
}

static const struct {
	struct span name;
	enum ehlo_keyword keyword;
	bool (*read)(struct ehlo *, struct span value);
} table[] = {
	{ { (const uint8_t *)"PIPELINING", 10 }, EHLO_PIPELINING, read_nothing },
	{ { (const uint8_t *)"SIZE", 4 }, EHLO_SIZE, read_size },
	{ { (const uint8_t *)"8BITMIME", 8 }, EHLO_8BITMIME, read_nothing },
	{ { (const uint8_t *)"SMTPUTF8", 8 }, EHLO_SMTPUTF8, read_nothing },
	{ { (const uint8_t *)"DSN", 3 }, EHLO_DSN, read_nothing },
	{ { (const uint8_t *)"CHUNKING", 8 }, EHLO_CHUNKING, read_nothing },
	{ { (const uint8_t *)"LIMITS", 6 }, EHLO_LIMITS, read_limits },
	{ { (const uint8_t *)"STARTTLS", 8 }, EHLO_STARTTLS, read_nothing },
	{ { (const uint8_t *)"AUTH", 4 }, EHLO_AUTH, read_mechanisms },
	{ { (const uint8_t *)"HELP", 4 }, EHLO_HELP, read_nothing },
	{ { (const uint8_t *)"ENHANCEDSTATUSCODES", 19 }, EHLO_ENHANCEDSTATUSCODES, read_nothing },
};

enum { KEYWORDS = sizeof(table) / sizeof(table[0]) };

void
ehlo_read(struct ehlo *e, struct span line)
{
	size_t end = span_find(line, 0, ' ');

	if (end > 5 && ascii_eq_nocase(span_cut(line, 0, 5), SPAN("AUTH=")))	/* the form of a draft */
		end = 4;
	for (size_t i = 0; i < KEYWORDS; i++)
		if (ascii_eq_nocase(span_cut(line, 0, end), table[i].name) &&
		    table[i].read(e, ascii_trim(span_cut(line, end + (end < line.len), line.len))))
			e->keywords |= table[i].keyword;
}

static size_t
write_number(const char *name, uint64_t n, char *out, size_t cap)
{
	return n == 0 ? 0 : (size_t)snprintf(out, cap, " %s%llu", name, (unsigned long long)n);
}

static size_t
write_words(struct span words, char *out, size_t cap)
{
	struct span word;
	size_t n = 0;

	while ((word = next_word(&words)).len > 0 && n + 1 + word.len <= cap) {
		out[n] = ' ';
		for (size_t i = 0; i < word.len; i++)
			out[n + 1 + i] = (char)word.at[i];
		n += 1 + word.len;
	}
	return n;
}

size_t
ehlo_write(const struct ehlo *e, enum ehlo_keyword keyword, char out[EHLO_LINE_OCTETS])
{
	size_t i = 0, n;

	while (table[i].keyword != keyword)
		i++;
	n = table[i].name.len;
	memcpy(out, table[i].name.at, n);
	switch (keyword) {
	case EHLO_SIZE:
		n += write_number("", e->size, out + n, EHLO_LINE_OCTETS - n);
		break;
	case EHLO_LIMITS:
		n += write_number("MAILMAX=", e->mail_max, out + n, EHLO_LINE_OCTETS - n);
		n += write_number("RCPTMAX=", e->rcpt_max, out + n, EHLO_LINE_OCTETS - n);
		break;
	case EHLO_AUTH:
		n += write_words(e->mechanisms, out + n, EHLO_LINE_OCTETS - n);
		break;
	default:
		break;
	}
	return n;
}

enum ehlo_keyword
ehlo_next(enum ehlo_keyword keyword)
{
	size_t i = 0;

	if (keyword == 0)
		return table[0].keyword;
	while (table[i].keyword != keyword)
		i++;
	return i + 1 < KEYWORDS ? table[i + 1].keyword : 0;
}
