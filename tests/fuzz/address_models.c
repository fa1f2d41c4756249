/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fuzz/address_models.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

const struct address_model address_models[ADDRESS_MODEL_COUNT] = {
	{ .name = "sendmail 5", .line = LINE_WHOLE, .operators = "^!:%", .strip8 = true, .phrases = true, .blanks = true,
	    .at_word = true },
	{ .name = "sendmail 5, 8 bits", .line = LINE_WHOLE, .operators = "^!:%", .phrases = true, .blanks = true, .at_word = true },
	{ .name = "sendmail 8.6", .operators = "!%", .quotes = QUOTES_BARE, .phrases = true, .blanks = true },
	{ .name = "sendmail 8.6, 7 bits", .operators = "!%", .quotes = QUOTES_BARE, .phrases = true, .blanks = true, .strip8 = true },
	{ .name = "sendmail 8.9", .operators = "!%", .quotes = QUOTES_WORD, .phrases = true, .blanks = true },
	{ .name = "sendmail 8.12", .operators = "!%", .quotes = QUOTES_WORD, .route = ROUTE_DROPPED, .phrases = true, .blanks = true },
	{ .name = "Postfix", .operators = "!%", .quotes = QUOTES_OFF, .route = ROUTE_DROPPED, .phrases = true, .blanks = true },
	{ .name = "Exim", .operators = "", .route = ROUTE_DROPPED, .phrases = true, .once = true },
	{ .name = "Exim, percent hack", .operators = "%", .quotes = QUOTES_OFF, .route = ROUTE_DROPPED, .phrases = true },
	{ .name = "qmail", .line = LINE_QMAIL, .operators = "", .quotes = QUOTES_OFF, .route = ROUTE_DROPPED, .once = true },
	{ .name = "qmail, percent hack", .line = LINE_QMAIL, .operators = "%", .quotes = QUOTES_OFF, .route = ROUTE_DROPPED },
	{ .name = "smail", .operators = "!:%", .phrases = true, .blanks = true },
	{ .name = "smail, RFC 1123", .operators = "%!:", .phrases = true, .blanks = true },
	{ .name = "PMDF, bangoverpercent", .operators = "!%", .quotes = QUOTES_OFF, .phrases = true, .blanks = true },
	{ .name = "PMDF", .operators = "%!", .quotes = QUOTES_OFF, .phrases = true, .blanks = true, .gateway = true },
	{ .name = "Exchange", .operators = "%", .quotes = QUOTES_OFF, .route = ROUTE_COLON, .phrases = true, .imcea = true },
	{ .name = "Exchange, a plain route", .operators = "", .route = ROUTE_DROPPED, .phrases = true, .imcea = true },
	{ .name = "Domino", .operators = "%", .quotes = QUOTES_OFF, .route = ROUTE_DROPPED, .phrases = true, .lists = true },
	{ .name = "gateways", .operators = "!%", .quotes = QUOTES_OFF, .route = ROUTE_DROPPED, .gateway = true, .imcea = true },
	{ .name = "RFC 2047 first", .operators = "!%", .quotes = QUOTES_OFF, .route = ROUTE_DROPPED, .phrases = true, .words = true },
	{ .name = "numbers are addresses", .operators = "!%", .quotes = QUOTES_WORD, .phrases = true, .blanks = true, .resolves = true },
	{ .name = "sendmail 8.9, short names", .operators = "!%", .quotes = QUOTES_WORD, .phrases = true, .blanks = true,
	    .nicknames = true },
	{ .name = "sendmail 5, Berkeley", .line = LINE_WHOLE, .operators = "^!:=%.", .phrases = true, .blanks = true, .strip8 = true,
	    .berkeley = true },
	{ .name = "a parser of today", .operators = "", .route = ROUTE_DROPPED, .once = true },
};

struct text {
	uint8_t at[ADDRESS_OCTETS];
	size_t len;
};

enum { NONE = ADDRESS_OCTETS };

static void
put(struct text *t, uint8_t octet)
{
	if (t->len < sizeof(t->at))
		t->at[t->len++] = octet;
}

static void
cut(struct text *t, size_t from, size_t to)
{
	memmove(t->at, t->at + from, to - from);
	t->len = to - from;
}

static void
trim(struct text *t)
{
	size_t from = 0, to = t->len;

	while (from < to && (t->at[from] == ' ' || t->at[from] == '\t'))
		from++;
	while (to > from && (t->at[to - 1] == ' ' || t->at[to - 1] == '\t'))
		to--;
	cut(t, from, to);
}

static bool
begins(const struct text *t, size_t at, const char *with)
{
	return t->len - at >= strlen(with) && strncasecmp((const char *)t->at + at, with, strlen(with)) == 0;
}

/* Where the text is no text but syntax: outside of quotes, and not behind a backslash. */
static void
find_plain(const struct text *t, bool plain[ADDRESS_OCTETS])
{
	bool quoted = false;

	for (size_t i = 0; i < t->len; i++) {
		plain[i] = !quoted && t->at[i] != '"';
		if (t->at[i] == '\\' && i + 1 < t->len) {
			plain[i++] = false;
			plain[i] = !quoted && t->at[i] == '!';	/* which stays an operator, in every sendmail */
		} else if (t->at[i] == '"') {
			quoted = !quoted;
		}
	}
}

static size_t
first_of(const struct text *t, size_t from, const char *octets)
{
	bool plain[ADDRESS_OCTETS];

	find_plain(t, plain);
	for (size_t i = from; i < t->len; i++)
		if (plain[i] && t->at[i] != 0 && strchr(octets, t->at[i]) != NULL)
			return i;
	return NONE;
}

static size_t
last_of(const struct text *t, size_t before, uint8_t octet)
{
	bool plain[ADDRESS_OCTETS];

	find_plain(t, plain);
	for (size_t i = before; i > 0; i--)
		if (plain[i - 1] && t->at[i - 1] == octet)
			return i - 1;
	return NONE;
}

/* Remove what is behind the end of a C string, and bit 8. */
static void
read_octets(const struct address_model *m, const uint8_t *argument, size_t len, struct text *t)
{
	t->len = 0;
	for (size_t i = 0; i < len; i++) {
		uint8_t octet = m->strip8 ? argument[i] & 0x7f : argument[i];

		if (octet == 0)
			break;
		put(t, octet);
	}
}

/* What stands behind "TO:", and behind words that stand for it. */
static void
behind_keyword(struct text *t)
{
	size_t bracket = first_of(t, 0, "<"), colon = first_of(t, 0, ":");

	if (colon < bracket)
		cut(t, colon + 1, t->len);
	else if (bracket != NONE)
		cut(t, bracket, t->len);
	else
		t->len = 0;
	trim(t);
}

static void
to_blank(struct text *t)
{
	unsigned angle = 0, round = 0;
	bool plain[ADDRESS_OCTETS];

	find_plain(t, plain);
	for (size_t i = 0; i < t->len; i++) {
		if (!plain[i])
			continue;
		angle += t->at[i] == '<';
		angle -= t->at[i] == '>' && angle > 0;
		round += t->at[i] == '(';
		round -= t->at[i] == ')' && round > 0;
		if ((t->at[i] == ' ' || t->at[i] == '\t') && angle == 0 && round == 0) {
			t->len = i;
			return;
		}
	}
}

/* qmail-smtpd: addrparse() */
static void
qmail_path(struct text *t)
{
	uint8_t *open = memchr(t->at, '<', t->len), *colon = memchr(t->at, ':', t->len);
	size_t end;

	if (open == NULL && colon == NULL) {
		t->len = 0;
		return;
	}
	cut(t, (size_t)((open != NULL ? open : colon) - t->at) + 1, t->len);
	if (open == NULL)
		trim(t);
	end = first_of(t, 0, open != NULL ? ">" : " ");
	t->len = end == NONE ? t->len : end;
}

/* Comments go; a bracket that opens none and closes none stays. */
static void
drop_comments(struct text *t)
{
	bool plain[ADDRESS_OCTETS];
	struct text out = { .len = 0 };
	unsigned depth = 0;

	find_plain(t, plain);
	for (size_t i = 0; i < t->len; i++) {
		if (plain[i] && t->at[i] == '(')
			depth++;
		else if (plain[i] && t->at[i] == ')' && depth > 0)
			depth--;
		else if (depth == 0)
			put(&out, t->at[i]);
	}
	*t = out;
}

static void
innermost_brackets(struct text *t)
{
	size_t open, close;

	while ((open = first_of(t, 0, "<")) != NONE) {
		close = first_of(t, open, ">");
		if (close != NONE)
			open = last_of(t, close, '<');
		cut(t, open + 1, close == NONE ? t->len : close);
	}
	close = first_of(t, 0, ">");
	if (close != NONE)
		t->len = close;
}

static void
drop_blanks(struct text *t)
{
	bool plain[ADDRESS_OCTETS];
	struct text out = { .len = 0 };

	find_plain(t, plain);
	for (size_t i = 0; i < t->len; i++)
		if (!plain[i] || (t->at[i] != ' ' && t->at[i] != '\t'))
			put(&out, t->at[i]);
	*t = out;
}

static void
read_at_word(struct text *t)
{
	bool plain[ADDRESS_OCTETS];

	find_plain(t, plain);
	for (size_t i = 0; i + 4 <= t->len; i++) {
		if (plain[i] && begins(t, i, " at ")) {
			t->at[i] = '@';
			memmove(t->at + i + 1, t->at + i + 4, t->len - i - 4);
			t->len -= 3;
			return;
		}
	}
}

static void
drop_quotes(struct text *t)
{
	struct text out = { .len = 0 };

	for (size_t i = 0; i < t->len; i++) {
		if (t->at[i] == '\\' && i + 1 < t->len)
			put(&out, t->at[++i]);
		else if (t->at[i] != '"')
			put(&out, t->at[i]);
	}
	*t = out;
}

static bool
is_quoted_word(const struct text *t)
{
	bool plain[ADDRESS_OCTETS];

	if (t->len < 2 || t->at[0] != '"' || t->at[t->len - 1] != '"')
		return false;
	find_plain(t, plain);
	for (size_t i = 0; i < t->len; i++)
		if (plain[i])
			return false;
	return true;
}

static int
hex(uint8_t c)
{
	const char *digits = "0123456789abcdef", *at = c == 0 ? NULL : strchr(digits, c | 0x20);

	return at == NULL ? -1 : (int)(at - digits);
}

/* Octets of two hex digits behind a mark: "+40", "=40". */
static void
decode_hex(struct text *t, uint8_t mark)
{
	struct text out = { .len = 0 };

	for (size_t i = 0; i < t->len; i++) {
		if (t->at[i] == mark && i + 2 < t->len && hex(t->at[i + 1]) >= 0 && hex(t->at[i + 2]) >= 0) {
			put(&out, (uint8_t)(hex(t->at[i + 1]) << 4 | hex(t->at[i + 2])));
			i += 2;
		} else {
			put(&out, t->at[i]);
		}
	}
	*t = out;
}

static void
decode_base64(struct text *t)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct text out = { .len = 0 };
	unsigned held = 0, bits = 0;

	for (size_t i = 0; i < t->len && t->at[i] != '='; i++) {
		const char *digit = t->at[i] == 0 ? NULL : strchr(digits, t->at[i]);

		held = held << 6 | (digit == NULL ? 0 : (unsigned)(digit - digits));
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			put(&out, (uint8_t)(held >> bits));
		}
	}
	*t = out;
}

/* "=?utf-8?q?user=40host?=", wherever it stands; the first one. */
static void
decode_word(struct text *t)
{
	for (size_t i = 0; i + 6 < t->len; i++) {
		const uint8_t *encoding, *text, *end = t->at + t->len;
		struct text word = { .len = 0 }, rest;
		size_t behind;

		if (!begins(t, i, "=?") || (encoding = memchr(t->at + i + 2, '?', t->len - i - 2)) == NULL || end - encoding < 4 ||
		    encoding[2] != '?')
			continue;
		for (text = encoding + 3; text + 1 < end && !(text[0] == '?' && text[1] == '='); text++)
			put(&word, *text);
		if (text + 1 >= end || ((encoding[1] | 0x20) != 'b' && (encoding[1] | 0x20) != 'q'))
			continue;
		if ((encoding[1] | 0x20) == 'b')
			decode_base64(&word);
		else
			decode_hex(&word, '=');
		behind = (size_t)(text - t->at) + 2;
		rest = *t;
		t->len = i;
		for (size_t k = 0; k < word.len; k++)
			put(t, word.at[k]);
		for (size_t k = behind; k < rest.len; k++)
			put(t, rest.at[k]);
		return;
	}
}

/* What a gateway takes out of a local part: the quoted address of another system, or X.400's RFC-822 attribute. */
static bool
open_gateway(struct text *t)
{
	uint8_t *quote = memchr(t->at, '"', t->len);

	if (quote != NULL && quote > t->at && (quote[-1] == '%' || quote[-1] == ':')) {
		cut(t, (size_t)(quote - t->at), t->len);
		drop_quotes(t);
		return true;
	}
	for (size_t i = 0; i < t->len && t->at[0] == '/'; i++) {
		if (!begins(t, i, "RFC-822="))
			continue;
		cut(t, i + 8, t->len);
		for (i = 0; i < t->len && t->at[i] != '/'; i++) {
			if (begins(t, i, "(a)")) {
				t->at[i] = '@';
				memmove(t->at + i + 1, t->at + i + 3, t->len - i - 3);
				t->len -= 2;
			}
		}
		t->len = i;
		return true;
	}
	return false;
}

/* An address as inet_aton(3) reads it, in brackets or without: written as four decimal numbers. */
static void
resolve_number(struct text *domain)
{
	char name[64] = "";
	struct in_addr address;
	size_t from = domain->len > 0 && domain->at[0] == '[', to = domain->len;

	if (to > from && domain->at[to - 1] == ']')
		to--;
	if (to - from == 0 || to - from >= sizeof(name))
		return;
	memcpy(name, domain->at + from, to - from);
	if (!inet_aton(name[0] == '#' ? name + 1 : name, &address))
		return;
	domain->len = (size_t)snprintf((char *)domain->at, sizeof(domain->at), "[%s]", inet_ntoa(address));
}

static bool
is_local(const struct address_model *m, struct text *domain)
{
	static const char *const names[] = { "local.example", "mail.local.example", "[198.51.100.25]", "mail", "mail.local", "localhost",
		"[127.0.0.1]" };
	size_t count = m->nicknames ? 7 : 3;

	trim(domain);
	if (m->resolves)
		resolve_number(domain);
	if (domain->len > 0 && domain->at[domain->len - 1] == '.')
		domain->len--;
	for (size_t i = 0; i < count; i++)
		if (domain->len == strlen(names[i]) && begins(domain, 0, names[i]))
			return true;
	return domain->len == 0;
}

static void
see_host(struct address_seen *seen, const struct text *domain)
{
	size_t n = 0;

	seen->end = ADDRESS_FOREIGN;
	for (; n < domain->len && n < sizeof(seen->host) - 1; n++)
		seen->host[n] = (char)(domain->at[n] >= 'A' && domain->at[n] <= 'Z' ? domain->at[n] | 0x20 : domain->at[n]);
	seen->host[n] = '\0';
}

static void
see_mailbox(struct address_seen *seen, struct text *t)
{
	drop_quotes(t);
	seen->end = t->len == 0 ? ADDRESS_NOWHERE : strchr("|/-`$", t->at[0]) != NULL || begins(t, 0, ":include:") ? ADDRESS_SPECIAL :
	    ADDRESS_LOCAL;
	memcpy(seen->mailbox, t->at, t->len);
	seen->mailbox_len = t->len;
}

static struct text
part(const struct text *t, size_t from, size_t to)
{
	struct text p = *t;

	cut(&p, from, to);
	return p;
}

/* A step goes on with what is left of t, or has seen where it ends. */
enum step { STEP_NO, STEP_ON, STEP_SEEN };

static enum step
read_route(const struct address_model *m, struct text *t, struct address_seen *seen)
{
	size_t end = first_of(t, 0, m->route == ROUTE_FOLLOWED ? ",:" : ":");
	struct text hop;

	if (end == NONE || (t->at[0] != '@' && m->route != ROUTE_COLON))
		return STEP_NO;
	hop = part(t, t->at[0] == '@', end > 0 ? end : 0);
	if (m->route == ROUTE_FOLLOWED && !is_local(m, &hop)) {
		see_host(seen, &hop);
		return STEP_SEEN;
	}
	cut(t, end + 1, t->len);
	return STEP_ON;
}

/* IMCEA is Exchange's way to put an address of any kind into a mailbox. */
static bool
open_imcea(struct text *t)
{
	uint8_t *hyphen = memchr(t->at, '-', t->len);

	if (begins(t, 0, "\"IMCEA ")) {
		cut(t, 7, t->len);
		drop_quotes(t);
		return true;
	}
	if (!begins(t, 0, "IMCEA") || hyphen == NULL)
		return false;
	cut(t, (size_t)(hyphen - t->at) + 1, t->len);
	decode_hex(t, '+');
	return true;
}

/* Nothing of syntax is left: is what is there to be read again? */
static enum step
unwrap(const struct address_model *m, struct text *t, bool qualified)
{
	bool quoted = memchr(t->at, '"', t->len) != NULL || memchr(t->at, '\\', t->len) != NULL;

	if (m->imcea && open_imcea(t))
		return STEP_ON;
	if (m->quotes == QUOTES_OFF ? quoted : is_quoted_word(t) && (m->quotes == QUOTES_WORD || (m->quotes == QUOTES_BARE && !qualified))) {
		drop_quotes(t);
		return STEP_ON;
	}
	return STEP_NO;
}

static enum step
read_domain(const struct address_model *m, struct text *t, struct address_seen *seen)
{
	size_t at = last_of(t, t->len, '@');
	struct text domain;

	if (at == NONE)
		return STEP_NO;
	domain = part(t, at + 1, t->len);
	if (!is_local(m, &domain)) {
		see_host(seen, &domain);
		return STEP_SEEN;
	}
	t->len = at;
	trim(t);
	if (m->once) {
		see_mailbox(seen, t);
		return STEP_SEEN;
	}
	if (m->gateway && is_quoted_word(t))
		drop_quotes(t);
	if (m->gateway)
		open_gateway(t);
	return STEP_ON;
}

static enum step
read_operator(const struct address_model *m, char operator, struct text *t, struct address_seen *seen)
{
	const char one[2] = { operator, '\0' };
	size_t at = operator == '%' ? last_of(t, t->len, '%') : first_of(t, 0, one);
	struct text host;

	if (at == NONE)
		return STEP_NO;
	if (operator == '%') {
		t->at[at] = '@';
		return STEP_ON;
	}
	host = part(t, 0, at);
	if (operator == '=')
		for (const char *c = ".BITNET"; *c != '\0'; c++)
			put(&host, (uint8_t)*c);
	if (!is_local(m, &host)) {
		see_host(seen, &host);
		return STEP_SEEN;
	}
	cut(t, at + 1, t->len);
	return STEP_ON;
}

static void
resolve(const struct address_model *m, struct text *t, struct address_seen *seen)
{
	bool qualified = false;

	for (unsigned turn = 0; turn < 100; turn++) {
		enum step step;

		trim(t);
		step = read_route(m, t, seen);
		if (step == STEP_NO) {
			step = read_domain(m, t, seen);
			qualified = qualified || step == STEP_ON;
		}
		for (const char *o = m->operators; *o != '\0' && step == STEP_NO; o++)
			step = read_operator(m, *o, t, seen);
		if (step == STEP_NO)
			step = unwrap(m, t, qualified);
		if (step == STEP_SEEN)
			return;
		if (step == STEP_NO) {
			see_mailbox(seen, t);
			return;
		}
	}
}

/* One after the other; the first that is not local decides. */
static void
resolve_list(const struct address_model *m, struct text *t, struct address_seen *seen)
{
	for (size_t from = 0, i = 0; i <= t->len; i++) {
		struct text one;

		if (i < t->len && t->at[i] != ',' && t->at[i] != ';')
			continue;
		one = part(t, from, i);
		if (from > 0 || i < t->len)	/* half a quoted string each */
			drop_quotes(&one);
		resolve(m, &one, seen);
		if (seen->end != ADDRESS_LOCAL)
			return;
		from = i + 1;
	}
}

void
address_see(const struct address_model *m, const uint8_t *argument, size_t len, struct address_seen *seen)
{
	static struct text t;

	seen->end = ADDRESS_NOWHERE;
	seen->mailbox_len = 0;
	seen->host[0] = '\0';
	read_octets(m, argument, len, &t);
	if (m->line == LINE_QMAIL) {
		qmail_path(&t);
	} else {
		behind_keyword(&t);
		if (m->line == LINE_BLANK)
			to_blank(&t);
	}
	if (m->phrases)
		drop_comments(&t);
	if (m->line != LINE_QMAIL)
		innermost_brackets(&t);
	if (m->at_word)
		read_at_word(&t);
	if (m->blanks)
		drop_blanks(&t);
	if (m->words)
		decode_word(&t);
	trim(&t);
	if (t.len == 0)
		return;
	if (m->lists)
		resolve_list(m, &t, seen);
	else
		resolve(m, &t, seen);
}
