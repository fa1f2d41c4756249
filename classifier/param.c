/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/param.h"

#include "classifier/ascii.h"

/* xtext, RFC 3461 4: printable without "+" and "=", or "+" and two upper-case hex digits */
static bool
is_xtext(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (ascii_is(s.at[i], ASCII_XCHAR))
			continue;
		if (s.at[i] != '+' || ascii_hex_pair(s, i + 1) == -1)
			return false;
		if (s.at[i + 1] >= 'a' || s.at[i + 2] >= 'a')	/* hexchar is upper case */
			return false;
		i += 2;
	}
	return s.len > 0;
}

static enum param_fault
on_size(struct params *p, struct span value)
{
	uint64_t n = 0;

	if (value.len == 0 || value.len > 20 || !ascii_all(value, ASCII_DIGIT))
		return PARAM_VALUE;
	for (size_t i = 0; i < value.len; i++) {
		n = n * 10 + (uint64_t)(value.at[i] - '0');
		if (n >= UINT64_C(1) << 31)
			return PARAM_TOO_BIG;
	}
	p->size = value;
	p->octets = n;
	return PARAM_OK;
}

static enum param_fault
on_body(struct params *p, struct span value)
{
	if (ascii_eq_nocase(value, SPAN("8BITMIME")))
		p->eight_bit = true;
	else if (!ascii_eq_nocase(value, SPAN("7BIT")))	/* never sent on: it makes old hosts clear bit 8 */
		return ascii_eq_nocase(value, SPAN("BINARYMIME")) ? PARAM_UNKNOWN : PARAM_VALUE;
	return PARAM_OK;
}

static enum param_fault
on_ret(struct params *p, struct span value)
{
	p->ret = value;
	return ascii_eq_nocase(value, SPAN("FULL")) || ascii_eq_nocase(value, SPAN("HDRS")) ?
	    PARAM_OK : PARAM_VALUE;
}

static enum param_fault
on_envid(struct params *p, struct span value)
{
	p->envid = value;
	return value.len <= 100 && is_xtext(value) ? PARAM_OK : PARAM_VALUE;
}

/* Checked and never sent on: whom a client claims to have authenticated is no fact here (RFC 4954 5). */
static enum param_fault
on_auth(struct params *p, struct span value)
{
	(void)p;
	return is_xtext(value) ? PARAM_OK : PARAM_VALUE;
}

static enum param_fault
on_utf8(struct params *p, struct span value)
{
	(void)value;
	p->utf8 = true;
	return PARAM_OK;
}

static enum param_fault
on_notify(struct params *p, struct span value)
{
	static const struct span words[] = {
		{ (const uint8_t *)"SUCCESS", 7 },
		{ (const uint8_t *)"FAILURE", 7 },
		{ (const uint8_t *)"DELAY", 5 },
	};
	unsigned seen = 0;
	size_t at = 0;

	p->notify = value;
	if (ascii_eq_nocase(value, SPAN("NEVER")))
		return PARAM_OK;
	while (at <= value.len) {
		size_t comma = span_find(value, at, ',');
		unsigned word = 0;

		while (word < 3 && !ascii_eq_nocase(span_cut(value, at, comma), words[word]))
			word++;
		if (word == 3 || (seen & 1u << word) != 0)
			return PARAM_VALUE;
		seen |= 1u << word;
		at = comma + 1;
	}
	return PARAM_OK;
}

static enum param_fault
on_orcpt(struct params *p, struct span value)
{
	size_t semicolon = span_find(value, 0, ';');

	p->orcpt = value;
	if (semicolon == 0 || semicolon == value.len || !ascii_all(span_cut(value, 0, semicolon), ASCII_LDH))
		return PARAM_VALUE;
	return is_xtext(span_cut(value, semicolon + 1, value.len)) ? PARAM_OK : PARAM_VALUE;
}

static const struct {
	struct span name;
	unsigned verb;
	bool has_value;
	enum param_fault (*take)(struct params *, struct span value);
} table[] = {
	{ { (const uint8_t *)"SIZE", 4 },     PARAM_OF_MAIL, true, on_size },
	{ { (const uint8_t *)"BODY", 4 },     PARAM_OF_MAIL, true, on_body },
	{ { (const uint8_t *)"RET", 3 },      PARAM_OF_MAIL, true, on_ret },
	{ { (const uint8_t *)"ENVID", 5 },    PARAM_OF_MAIL, true, on_envid },
	{ { (const uint8_t *)"AUTH", 4 },     PARAM_OF_MAIL, true, on_auth },
	{ { (const uint8_t *)"SMTPUTF8", 8 }, PARAM_OF_MAIL, false, on_utf8 },
	{ { (const uint8_t *)"NOTIFY", 6 },   PARAM_OF_RCPT, true, on_notify },
	{ { (const uint8_t *)"ORCPT", 5 },    PARAM_OF_RCPT, true, on_orcpt },
};

static enum param_fault
take(struct params *p, enum param_verb verb, struct span word)
{
	size_t equals = span_find(word, 0, '=');
	struct span name = span_cut(word, 0, equals);

	for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].verb != (unsigned)verb || !ascii_eq_nocase(name, table[i].name))
			continue;
		if ((p->given & 1u << i) != 0)
			return PARAM_TWICE;
		p->given |= 1u << i;
		if ((equals < word.len) != table[i].has_value)
			return PARAM_VALUE;
		return table[i].take(p, span_cut(word, equals + table[i].has_value, word.len));
	}
	return PARAM_UNKNOWN;
}

enum param_fault
params_parse(struct span text, enum param_verb verb, struct params *p)
{
	size_t at = 0;

	*p = (struct params){ 0 };
	while (at < text.len) {
		size_t end = span_find(text, at, ' ');
		enum param_fault fault;

		if (end > at && (fault = take(p, verb, span_cut(text, at, end))) != PARAM_OK)
			return fault;
		at = end + 1;
	}
	return PARAM_OK;
}

static void
write_one(struct sent *out, struct span key, struct span value)
{
	if (value.len == 0)
		return;
	sent_add(out, key);
	sent_add(out, value);
}

void
params_write(const struct params *p, unsigned offered, struct sent *out)
{
	if (offered & OFFER_SIZE)
		write_one(out, SPAN(" SIZE="), p->size);
	if ((offered & OFFER_8BITMIME) && p->eight_bit)
		sent_add(out, SPAN(" BODY=8BITMIME"));
	if ((offered & OFFER_SMTPUTF8) && p->utf8)
		sent_add(out, SPAN(" SMTPUTF8"));
	if (offered & OFFER_DSN) {
		write_one(out, SPAN(" RET="), p->ret);
		write_one(out, SPAN(" ENVID="), p->envid);
		write_one(out, SPAN(" NOTIFY="), p->notify);
		write_one(out, SPAN(" ORCPT="), p->orcpt);
	}
}
