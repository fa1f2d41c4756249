/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/hidden.h"

#include "classifier/ascii.h"
#include "proxy/smtp/reply.h"

/* Parameters that classifier/param.c does not know, and who offers them. Registered at IANA, "SMTP Service Extensions". */
static const struct {
	const char *parameter, *keyword;
} table[] = {
	{ "BODY=BINARYMIME", "BINARYMIME" },		/* RFC 3030 */
	{ "BY=", "DELIVERBY" },				/* RFC 2852 */
	{ "HOLDFOR=", "FUTURERELEASE" },		/* RFC 4865 */
	{ "HOLDUNTIL=", "FUTURERELEASE" },
	{ "MT-PRIORITY=", "MT-PRIORITY" },		/* RFC 6710 */
	{ "MTRK=", "MTRK" },				/* RFC 3885 */
	{ "SOLICIT=", "NO-SOLICITING" },		/* RFC 3865 */
	{ "CONPERM", "CONPERM" },			/* RFC 4141 */
	{ "CONNEG=", "CONNEG" },
	{ "RRVS=", "RRVS" },				/* RFC 7293 */
	{ "REQUIRETLS", "REQUIRETLS" },			/* RFC 8689 */
	{ "BY", "DELIVERBY" },
	{ "XVERP", "XVERP" },				/* of Postfix and others, not registered */
	{ "VERP", "VERP" },
};

/* Does a line of the reply begin with this word? */
static bool
is_offered(struct span answer, struct span keyword)
{
	struct span text;

	while (reply_line(&answer, &text)) {
		size_t end = 0;

		while (end < text.len && !ascii_is(text.at[end], ASCII_BLANK) && text.at[end] != '=')
			end++;
		if (ascii_eq_nocase(span_cut(text, 0, end), keyword))
			return true;
	}
	return false;
}

/* "BY=" and "XVERP" stand for all words that begin so, up to a value of their own. */
static bool
is_of(struct span word, struct span parameter)
{
	bool whole = parameter.at[parameter.len - 1] == '=';

	return ascii_starts_nocase(word, parameter) && (whole || word.len == parameter.len || word.at[parameter.len] == '=');
}

static bool
is_hidden(struct span word, struct span answer)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (is_of(word, span_str(table[i].parameter)) && is_offered(answer, span_str(table[i].keyword)))
			return true;
	return false;
}

struct span
hidden_leave_out(struct span line, struct span answer, uint8_t *memory, size_t size)
{
	size_t at = 0, n = 0;

	if (line.len > size || answer.len == 0)
		return line;
	while (at < line.len) {		/* words, each with the blanks before it; the line's end is a word, too */
		size_t word = at, end;

		while (word < line.len && ascii_is(line.at[word], ASCII_BLANK))
			word++;
		end = word;
		while (end < line.len && !ascii_is(line.at[end], ASCII_BLANK) && line.at[end] != '\r' && line.at[end] != '\n')
			end++;
		end += end == word && end < line.len;
		if (!is_hidden(span_cut(line, word, end), answer)) {
			memcpy(memory + n, line.at + at, end - at);
			n += end - at;
		}
		at = end;
	}
	return span_of(memory, n);
}
