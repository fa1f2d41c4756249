/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/mailbox.h"

#include "classifier/ascii.h"

static bool
has(struct span s, uint8_t c)
{
	return span_find(s, 0, c) < s.len;
}

/* "=?charset?b?text?=" (RFC 2047) at any place: libraries decode it to an address. */
static bool
has_encoded_word(struct span s)
{
	for (size_t i = 0; i + 1 < s.len; i++) {
		size_t mark[3], at = i + 2;

		if (s.at[i] != '=' || s.at[i + 1] != '?')
			continue;
		for (size_t k = 0; k < 3; k++) {
			mark[k] = span_find(s, at, '?');
			at = mark[k] + 1;
		}
		if (mark[2] + 1 < s.len && mark[1] == mark[0] + 2 && s.at[mark[2] + 1] == '=')
			return true;
	}
	return s.len >= 4 && s.at[0] == '=' && s.at[1] == '?' && s.at[s.len - 2] == '?' && s.at[s.len - 1] == '=';
}

/*
 * An X.500 name of Exchange's own, "IMCEAEX-_O=ORG_CN=USER" ("_" is "/"): no
 * other address inside, plain or encoded as +HH.
 */
static bool
is_exchange_name(struct span s)
{
	static const struct span head = { (const uint8_t *)"IMCEAEX-_", 9 };
	static const struct span operators = { (const uint8_t *)"@%!:|^\"<>(),;", 13 };

	if (!ascii_starts_nocase(s, head))
		return false;
	for (size_t i = head.len; i < s.len; i++) {
		int byte = s.at[i] == '+' ? ascii_hex_pair(s, i + 1) : -1;

		if (byte != -1 && has(operators, (uint8_t)byte))
			return false;
		if (ascii_starts_nocase(span_cut(s, i, s.len), SPAN("IMCEA")))
			return false;
	}
	return true;
}

/* A component ".." of something that may be taken for a file name. */
static bool
has_parent_folder(struct span s)
{
	for (size_t i = 0; i + 1 < s.len; i++)
		if (s.at[i] == '.' && s.at[i + 1] == '.' && (i == 0 || s.at[i - 1] == '/') &&
		    (i + 2 == s.len || s.at[i + 2] == '/') && has(s, '/'))
			return true;
	return false;
}

/* The first byte that is an operator somewhere, most telling first. */
static enum reason
operator_in(struct span s)
{
	static const struct {
		uint8_t byte;
		enum reason reason;
	} operators[] = {
		{ '@', REASON_QUOTED_ROUTING },
		{ '%', REASON_PERCENT_HACK },
		{ '!', REASON_BANG_PATH },
		{ '^', REASON_BANG_PATH },	/* "!" to sendmail 5 */
		{ ':', REASON_COLON_ROUTE },
		{ '|', REASON_PROGRAM },
		{ '`', REASON_EXPANSION },
		{ '$', REASON_EXPANSION },
		{ ',', REASON_LIST },
		{ ';', REASON_LIST },
		{ '(', REASON_COMMENT },
		{ ')', REASON_COMMENT },
	};

	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
		if (has(s, operators[i].byte))
			return operators[i].reason;
	return REASON_LOCAL_PART;
}

enum reason
mailbox_fault(struct span local, bool quoted, unsigned profile, size_t max_local)
{
	bool plain = local.len > 0;

	for (size_t i = 0; i < local.len; i++)
		plain = plain && (ascii_is(local.at[i], ASCII_SAFE) || local.at[i] == '.' || local.at[i] == ' ');
	if (ascii_starts_nocase(local, SPAN("IMCEA")) &&
	    !(plain && (profile & PROFILE_EXCHANGE) && is_exchange_name(local)))
		return REASON_ENCAPSULATION;
	if (local.len > 0 && local.at[0] == '|')
		return REASON_PROGRAM;
	if ((local.len > 0 && local.at[0] == '/') || ascii_starts_nocase(local, SPAN(":include:")) ||
	    has_parent_folder(local))
		return REASON_FILE;
	if (!plain)
		return operator_in(local);
	if (local.at[0] == '-')
		return REASON_OPTION;
	if (local.at[0] == ' ' || local.at[local.len - 1] == ' ')
		return REASON_BLANK;
	if (has_encoded_word(local))
		return REASON_ENCODED_WORD;
	if (quoted && (profile & PROFILE_DOMINO))
		return REASON_QUOTED_STRING;
	if ((profile & PROFILE_HOST_DOT_USER) && (has(local, '.') || has(local, '=')))
		return REASON_HOST_DOT_USER;
	if (local.len > max_local)
		return REASON_LOCAL_LENGTH;
	return REASON_LOCAL;
}

bool
mailbox_is_hostile_sender(struct span local)
{
	size_t first = 0;

	while (first < local.len && (local.at[first] == ' ' || local.at[first] == '"'))
		first++;
	if (first < local.len && (local.at[first] == '/' || local.at[first] == ':'))
		return true;
	return has(local, '|') || has(local, '$') || has(local, '`');
}

bool
mailbox_has_operator(struct span local)
{
	return has(local, '%') || has(local, '!') || has(local, '@') || has(local, ':') || has(local, '^');
}
