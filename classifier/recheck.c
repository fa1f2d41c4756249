/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/recheck.h"

static bool
letter_or_digit(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool
safe(uint8_t c)
{
	return letter_or_digit(c) || (c != 0 && strchr("#&'*+-/=?_{}~", c) != NULL);
}

/* A local part that no server routes by: dots between safe bytes, or the same and blanks in quotes. */
static bool
safe_local(struct span s)
{
	bool quoted = s.len >= 2 && s.at[0] == '"' && s.at[s.len - 1] == '"';

	if (quoted)
		s = span_cut(s, 1, s.len - 1);
	if (s.len == 0 || s.len > 64 || s.at[0] == '-' || s.at[0] == '/')
		return false;
	if (!quoted && (s.at[0] == '.' || s.at[s.len - 1] == '.'))
		return false;
	if (s.at[0] == ' ' || s.at[s.len - 1] == ' ')
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (safe(s.at[i]) || (quoted && (s.at[i] == ' ' || s.at[i] == '.')))
			continue;
		if (s.at[i] != '.' || s.at[i - 1] == '.')
			return false;
	}
	return true;
}

static bool
allowed_domain(struct span s, const struct recheck *allowed)
{
	for (size_t i = 0; i < s.len; i++)
		if (!((s.at[i] >= 'a' && s.at[i] <= 'z') || (s.at[i] >= '0' && s.at[i] <= '9') ||
		    s.at[i] == '-' || s.at[i] == '.'))
			return false;
	return domain_table_has(allowed->local, s) || domain_table_has(allowed->relay, s);
}

/* " KEY=value", or " WORD" for a key without "=", of the keys given, in any number; what stands behind the path. */
static bool
known_params(struct span s, const char *const *keys)
{
	while (s.len > 0) {
		size_t end = span_find(s, 1, ' ');
		bool known = false;

		if (s.at[0] != ' ')
			return false;
		for (const char *const *key = keys; *key != NULL; key++) {
			size_t n = strlen(*key);
			bool fits = (*key)[n - 1] == '=' ? end > n : end == n + 1;

			known = known || (fits && memcmp(s.at + 1, *key, n) == 0);
		}
		if (!known)
			return false;
		s = span_cut(s, end, s.len);
	}
	return true;
}

/* The one path of line behind head, and the rest behind its bracket; -1 if there is no such thing. */
static int
split(struct span line, const char *head, struct span *path, struct span *rest)
{
	size_t n = strlen(head), close;
	bool quoted = false;

	if (line.len > 510 || line.len < n || memcmp(line.at, head, n) != 0)
		return -1;
	for (size_t i = 0; i < line.len; i++)
		if (line.at[i] < 0x20 || line.at[i] > 0x7e)
			return -1;
	for (close = n; close < line.len; close++) {
		if (quoted && line.at[close] == '\\')
			close++;
		else if (line.at[close] == '"')
			quoted = !quoted;
		else if (!quoted && line.at[close] == '>')
			break;
		else if (!quoted && line.at[close] == '<')
			return -1;
	}
	if (close >= line.len)
		return -1;
	*path = span_cut(line, n, close);
	*rest = span_cut(line, close + 1, line.len);
	return 0;
}

bool
recheck_recipient(struct span line, const struct recheck *allowed)
{
	static const char *const keys[] = { "NOTIFY=", "ORCPT=", NULL };
	struct span path, rest;
	size_t at;

	if (split(line, "RCPT TO:<", &path, &rest) == -1 || !known_params(rest, keys) || path.len == 0)
		return false;
	if (allowed->local == NULL)
		return true;
	if (path.len == 10 && memcmp(path.at, "postmaster", 10) == 0)
		return true;
	at = span_find(path, 0, '@');
	if (!safe_local(span_cut(path, 0, at)))
		return false;
	if (at == path.len)
		return allowed->bare;
	return allowed_domain(span_cut(path, at + 1, path.len), allowed);
}

bool
recheck_sender(struct span line)
{
	static const char *const keys[] = { "SIZE=", "BODY=8BITMIME", "RET=", "ENVID=", "SMTPUTF8", NULL };
	struct span path, rest;

	return split(line, "MAIL FROM:<", &path, &rest) == 0 && known_params(rest, keys);
}
