/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/scenario/row.h"

#include "classifier/ascii.h"

#include <stdarg.h>
#include <stdio.h>

static char fault[1024];

static const char *__attribute__((format(printf, 1, 2)))
say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(fault, sizeof(fault), format, arguments);
	va_end(arguments);
	return fault;
}

static const char *const actions[ROW_ACTIONS] = {
	[ROW_REJECT_CMD] = "reject-cmd", [ROW_REJECT_MSG] = "reject-msg", [ROW_CLOSE] = "close",
	[ROW_ANSWER_LOCAL] = "answer-local", [ROW_REWRITE] = "rewrite", [ROW_PASS] = "pass",
};

static int
copy(char *out, size_t cap, const char *text)
{
	return snprintf(out, cap, "%s", text) < (int)cap ? 0 : -1;
}

static const char *
find_mode(struct row *row)
{
	row->mode = SERVER_PLAIN;
	for (size_t i = 0; i < row->script.count; i++) {
		const struct notation_step *step = &row->script.steps[i];
		int mode;

		if (step->kind != NOTATION_SERVER)
			continue;
		mode = server_mode_find(notation_bytes(&row->script, step));
		if (mode == -1)
			return "a server mode that is not known";
		row->mode = (enum server_mode)mode;
	}
	return NULL;
}

const char *
row_read(struct row *row, char *line)
{
	enum { ID, FAMILY, DESCRIPTION, BYTES, SERVER, MUST, ACTION, ALLOWED, SOURCE, FIELDS };
	const char *field[FIELDS], *wrong;
	size_t at;

	line[strcspn(line, "\n")] = '\0';
	for (size_t i = 0; i < FIELDS; i++) {
		field[i] = strsep(&line, "\t");
		if (field[i] == NULL)
			return "a row with too few fields";
	}
	if (copy(row->id, sizeof(row->id), field[ID]) == -1 || copy(row->family, sizeof(row->family), field[FAMILY]) == -1 ||
	    copy(row->allowed, sizeof(row->allowed), field[ALLOWED]) == -1)
		return "a field that is too long";
	for (row->action = 0; row->action < ROW_ACTIONS; row->action++)
		if (strcmp(actions[row->action], field[ACTION]) == 0)
			break;
	if (row->action == ROW_ACTIONS)
		return "an action that is not known";
	wrong = notation_read(&row->script, span_str(field[BYTES]), &at);
	return wrong != NULL ? wrong : find_mode(row);
}

const struct notation_step *
row_obstacle(const struct row *row, bool sockets)
{
	for (size_t i = 0; i < row->script.count; i++) {
		const struct notation_step *step = &row->script.steps[i];

		bool wire = step->kind == NOTATION_OOB || step->kind == NOTATION_SYN_DATA || step->kind == NOTATION_CONNECT;

		if (step->kind >= NOTATION_IDENT || (wire && !sockets))
			return step;
	}
	return NULL;
}

/* One "*" in pattern stands for any run of characters. */
static bool
matches(struct span pattern, struct span text)
{
	size_t star = span_find(pattern, 0, '*'), tail;

	if (star == pattern.len)
		return span_eq(pattern, text);
	tail = pattern.len - star - 1;
	return text.len >= star + tail && span_eq(span_cut(pattern, 0, star), span_cut(text, 0, star)) &&
	    span_eq(span_cut(pattern, star + 1, pattern.len), span_cut(text, text.len - tail, text.len));
}

static bool
is_allowed(const struct row *row, struct span mailbox)
{
	struct span list = span_str(row->allowed);

	while (list.len > 0) {
		size_t end = span_find(list, 0, ',');

		if (matches(span_cut(list, 0, end), mailbox))
			return true;
		list = span_cut(list, end < list.len ? end + 1 : end, list.len);
	}
	return false;
}

static bool
has_verb(const char *line, const char *verb)
{
	size_t n = strlen(verb);

	return strlen(line) >= n && ascii_eq_nocase(span_of(line, n), span_of(verb, n));
}

/* The path of a RCPT, as lenient servers find it: behind the colon, without brackets. */
static struct span
mailbox_of(const char *line)
{
	struct span s = span_str(line);
	size_t colon = span_find(s, 0, ':');

	s = ascii_trim(span_cut(s, colon < s.len ? colon + 1 : s.len, s.len));
	if (s.len > 0 && s.at[0] == '<')
		s = span_cut(s, 1, span_find(s, 0, '>'));
	return s;
}

static bool
is_carried(const char *line, bool opened)
{
	static const char *const verbs[] = { "HELO ", "EHLO ", "MAIL FROM:<", "RCPT TO:<" };
	static const char *const plain[] = { "DATA", "RSET", "NOOP", "QUIT" };

	for (size_t i = 0; i < 4; i++)
		if (strncmp(line, verbs[i], strlen(verbs[i])) == 0 || strcmp(line, plain[i]) == 0)
			return true;
	return opened && strncmp(line, "AUTH ", 5) == 0;
}

/* Criterion 1, and the short list of what goes to a host at all, spelt as it is written anew. */
static const char *
judge_commands(const struct row *row, const struct play *p, unsigned how)
{
	for (const char *line = server_command(&p->server, NULL); line != NULL; line = server_command(&p->server, line)) {
		if (!is_carried(line, (how & ROW_OPENED) != 0))
			return say("the host got \"%s\"", line);
		if (has_verb(line, "RCPT") && !is_allowed(row, mailbox_of(line)))
			return say("the host got \"%s\", and may only get %s", line, row->allowed);
	}
	if (p->server.misled != NULL)
		return say("the host got %s", p->server.misled);
	return p->secured ? say("the box took STARTTLS") : NULL;
}

static bool
is_keyword(struct span word, bool opened)
{
	static const char *const known[] = { "SIZE", "8BITMIME", "DSN", "PIPELINING", "ENHANCEDSTATUSCODES", "HELP", "LIMITS" };
	static const char *const more[] = { "CHUNKING", "SMTPUTF8", "AUTH" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (span_eq(word, span_str(known[i])))
			return true;
	for (size_t i = 0; opened && i < sizeof(more) / sizeof(more[0]); i++)
		if (span_eq(word, span_str(more[i])))
			return true;
	return false;
}

static const char *
judge_keywords(const struct ledger *l, bool opened)
{
	struct span words = tape_span(&l->keywords);

	for (size_t at = 0; at < words.len;) {
		size_t end = span_find(words, at, ' ');
		struct span word = span_cut(words, at, end);

		if (!is_keyword(word, opened))
			return say("the client is shown %.*s", (int)word.len, (const char *)word.at);
		at = end + 1;
	}
	return NULL;
}

/* Criterion 2. A box that refuses and closes owes nothing to what was sent behind that. */
static const char *
judge_replies(const struct play *p)
{
	const struct ledger *l = &p->ledger;
	const struct ledger_entry *last = &l->entries[l->count - 1];

	if (l->fault != NULL)
		return say("%s: \"%s\"", l->fault, l->reply);
	if (!ledger_owed(l) || p->shut)
		return NULL;
	if (p->box_closed && l->count > 1 && last[-1].code >= 400)
		return NULL;
	return say("no reply to %s", last->kind == LEDGER_LINE ? last->line : last->kind == LEDGER_BANNER ? "the connection" :
	    "a message");
}

/* What the client was told, as far as the judgement needs it. */
struct told {
	size_t recipients;		/* accepted */
	size_t messages, taken, refused;	/* by DATA or a last chunk; with 2xx, with 5xx */
	bool no;			/* anything was refused for good, or answered without being done */
};

static struct told
told(const struct ledger *l)
{
	struct told t = { .no = l->state == LEDGER_OVER };

	for (size_t i = 0; i < l->count; i++) {
		const struct ledger_entry *e = &l->entries[i];

		bool message = e->kind == LEDGER_TEXT || e->kind == LEDGER_LAST_CHUNK;

		t.recipients += e->kind == LEDGER_LINE && has_verb(e->line, "RCPT") && e->code / 100 == 2;
		t.messages += message;
		t.taken += message && e->code / 100 == 2;
		t.refused += message && e->code / 100 == 5;
		t.no = t.no || e->code / 100 == 5 || e->code == 252 || e->code == 214;
	}
	return t;
}

/* What the client was told of recipients and messages is what the host knows of them. */
static const char *
judge_accounts(const struct play *p)
{
	struct told t = told(&p->ledger);
	size_t at_host = 0;

	for (const char *line = server_command(&p->server, NULL); line != NULL; line = server_command(&p->server, line))
		at_host += has_verb(line, "RCPT");
	if (t.recipients > at_host)
		return say("%zu recipients were accepted, the host knows of %zu", t.recipients, at_host);
	if (p->server.message_count < t.taken)
		return say("%zu messages were accepted, the host has %zu", t.taken, p->server.message_count);
	if (p->server.message_count > t.messages - t.refused)
		return say("the host has %zu messages, the client sent %zu of which %zu were refused", p->server.message_count,
		    t.messages, t.refused);
	return NULL;
}

static bool
reached(const struct play *p, struct span pattern)
{
	for (const char *line = server_command(&p->server, NULL); line != NULL; line = server_command(&p->server, line))
		if (has_verb(line, "RCPT") && matches(pattern, mailbox_of(line)))
			return true;
	return false;
}

static const char *
judge_reached(const struct row *row, const struct play *p)
{
	struct span list = span_str(row->allowed);

	if (span_eq(list, SPAN("-")))
		return NULL;
	while (list.len > 0) {
		size_t end = span_find(list, 0, ',');

		if (!reached(p, span_cut(list, 0, end)))
			return say("the host did not get %.*s", (int)end, (const char *)list.at);
		list = span_cut(list, end < list.len ? end + 1 : end, list.len);
	}
	return NULL;
}

/* Texts that were taken: the same at both ends, or all of them changed. */
static const char *
judge_texts(const struct play *p, bool changed)
{
	size_t n = 0;

	for (size_t i = 0; i < p->ledger.count; i++) {
		const struct ledger_entry *e = &p->ledger.entries[i];

		if (e->kind != LEDGER_TEXT || e->code / 100 != 2)
			continue;
		if (n == SERVER_MESSAGES || digest_eq(&e->text, &p->server.messages[n]) == changed)
			return say("a message came %s", changed ? "as it was" : "with other text");
		n++;
	}
	return NULL;
}

static const char *
judge_passed(const struct row *row, const struct play *p)
{
	const char *wrong = judge_reached(row, p);
	struct told t = told(&p->ledger);

	if (wrong == NULL && t.refused > 0)
		wrong = say("a message was refused");
	return wrong == NULL ? judge_texts(p, false) : wrong;
}

/* Criterion 4, beside what every row that passes must do. */
static const char *
judge_legitimate(const struct play *p)
{
	for (size_t i = 0; i < p->ledger.count; i++) {
		const struct ledger_entry *e = &p->ledger.entries[i];

		if (e->kind == LEDGER_TEXT && e->code / 100 != 2)
			return say("a message got %u", e->code);
		if (e->kind == LEDGER_LINE && has_verb(e->line, "RCPT") && e->code / 100 != 2)
			return say("%s got %u", e->line, e->code);
	}
	return NULL;
}

/* Criterion 3. What is stricter will do, but for mail that is legitimate. */
static const char *
judge_action(const struct row *row, const struct play *p)
{
	const char *wrong;

	switch (row->action) {
	case ROW_REJECT_CMD:
	case ROW_ANSWER_LOCAL:
	case ROW_CLOSE:
		return told(&p->ledger).no || p->box_closed ? NULL : say("nothing was refused");
	case ROW_REJECT_MSG:	/* refused, or nothing smuggled: criterion 1 and the accounts */
		return NULL;
	case ROW_REWRITE:
		return judge_reached(row, p);
	default:
		wrong = judge_passed(row, p);
		return wrong == NULL && strcmp(row->family, "legit-dialogue") == 0 ? judge_legitimate(p) : wrong;
	}
}

/* Of a header field that is to be renamed, for hosts that act on it. */
static bool
is_reflecting(const struct row *row)
{
	return row->action == ROW_REWRITE && strcmp(row->family, "header-and-content") == 0;
}

const char *
row_judge(const struct row *row, const struct play *p, unsigned how)
{
	const char *wrong = judge_commands(row, p, how);

	if (wrong == NULL)
		wrong = judge_keywords(&p->ledger, (how & ROW_OPENED) != 0);
	if (wrong == NULL)
		wrong = judge_replies(p);
	if (wrong == NULL)
		wrong = judge_accounts(p);
	if (wrong == NULL && p->endless)
		wrong = say("the session does not end");
	if (wrong == NULL && (how & ROW_ACTION))
		wrong = judge_action(row, p);
	if (wrong == NULL && (how & ROW_REFLECT) && is_reflecting(row))
		wrong = judge_texts(p, true);
	return wrong;
}
