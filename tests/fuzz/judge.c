/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fuzz/judge.h"

#include "tests/fuzz/fuzz.h"

#include <string.h>
#include <strings.h>

/* As the client speaks: a bare LF ends a bad command too, so that its sender gets one reply for each. */
static const struct model_conf client_conf = { .name = "client", .lf_commands = true, .bdat = true };
static const struct model_conf tls_client_conf = { .name = "client", .lf_commands = true, .bdat = true, .tls_unseen = true };

void
judge_begin(struct judge *j, const struct judge_conf *conf)
{
	j->conf = *conf;
	for (size_t i = 0; i < MODEL_COUNT; i++)
		model_init(&j->host[i], &models[i]);
	model_init(&j->client, conf->ends_tls ? &tls_client_conf : &client_conf);
	j->to_host.len = j->from_client.len = j->blind.len = 0;
	j->to_host_blind = j->to_client_blind = 0;
	j->from_host = j->to_client = (struct reply_reader){ .tag = -1 };
	j->checked = 1;	/* the banner is the first entry */
	memset(j->compared, 0, sizeof(j->compared));
	j->approved_count = j->reported = j->unheard = 0;
	j->host_left = j->host_broken = j->host_over = j->client_over = j->stopped = j->authenticated = false;
}

static bool
applies(const struct judge *j, const struct model_conf *c)
{
	return j->conf.strip8 || !c->strip8;
}

static void
add(struct judge *j, struct tape *t, struct span s)
{
	if (t->len + s.len > sizeof(t->octets)) {
		j->stopped = true;
		return;
	}
	if (s.len > 0)
		memcpy(t->octets + t->len, s.at, s.len);
	t->len += s.len;
}

const struct entry *
judge_asked(const struct judge *j)
{
	const struct model *m = &j->host[0];

	return model_asks(m) ? &m->log[m->answered] : NULL;
}

/* The command of the client that is being answered. */
static const struct entry *
client_asks(const struct judge *j)
{
	const struct model *m = &j->client;

	return model_asks(m) ? &m->log[m->answered] : NULL;
}

static size_t
messages(const struct model *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->count; i++)
		n += m->log[i].kind == ENTRY_MESSAGE;
	return n;
}

/* The line of an entry without its end, cut to what can be shown. */
static struct span
line_of(const struct tape *t, const struct entry *e)
{
	struct span s = span_of(t->octets + e->begin, e->end - e->begin);

	while (s.len > 0 && (s.at[s.len - 1] == '\n' || s.at[s.len - 1] == '\r'))
		s.len--;
	return s;
}

static bool
starts(struct span s, const char *with)
{
	return s.len >= strlen(with) && memcmp(s.at, with, strlen(with)) == 0;
}

static bool
ends(struct span s, const char *with)
{
	return s.len >= strlen(with) && memcmp(s.at + s.len - strlen(with), with, strlen(with)) == 0;
}

/* "RCPT TO:<mailbox> ...": one plain mailbox of a local domain, and nothing that any server takes for an operator. */
static void
check_local(struct span line)
{
	struct span path = span_cut(line, 9, line.len), local;
	bool quoted = false;
	size_t end;

	for (end = 0; end < path.len && (quoted || path.at[end] != '>'); end++)
		if (path.at[end] == '"')
			quoted = !quoted;
	HOLDS(end < path.len && (end + 1 == path.len || path.at[end + 1] == ' '), "%.*s", (int)line.len, (const char *)line.at);
	path.len = end;
	if (span_eq(path, SPAN("postmaster")))
		return;
	HOLDS(ends(path, "@local.example") || ends(path, "@mail.local.example"), "%.*s", (int)line.len, (const char *)line.at);
	local = span_cut(path, 0, path.len - (ends(path, "@local.example") ? 14 : 19));
	HOLDS(local.len > 0, "%.*s", (int)line.len, (const char *)line.at);
	for (size_t i = 0; i < local.len; i++)
		HOLDS(strchr("%!@:^|`$,;()<>[]\\", local.at[i]) == NULL, "%.*s", (int)line.len, (const char *)line.at);
}

/* MAIL and RCPT are sent in the order in which they were approved, letter for letter. */
static void
check_approved(struct judge *j, struct span line)
{
	HOLDS(j->approved_count > 0, "never approved: %.*s", (int)line.len, (const char *)line.at);
	HOLDS(span_eq(line, span_of(j->approved[0], j->approved_len[0])), "approved was %.*s, sent %.*s", (int)j->approved_len[0],
	    (const char *)j->approved[0], (int)line.len, (const char *)line.at);
	j->approved_count--;
	memmove(j->approved, j->approved + 1, sizeof(j->approved[0]) * j->approved_count);
	memmove(j->approved_len, j->approved_len + 1, sizeof(j->approved_len[0]) * j->approved_count);
}

/* Is this what the host is to be asked for what the client says? */
static bool
stems_from(const struct entry *asked, const struct entry *asks)
{
	bool hello = strcmp(asks->verb, "HELO") == 0 || strcmp(asks->verb, "EHLO") == 0;

	if (asked->kind == ENTRY_MESSAGE)
		return asks->last;
	if (strcmp(asked->verb, "RSET") == 0 && hello)
		return true;	/* of our own: old sendmails keep a transaction over HELO */
	if (strcmp(asked->verb, "HELO") == 0 && hello)
		return true;	/* the host knows no EHLO */
	if (strcmp(asked->verb, "DATA") == 0 && strcmp(asks->verb, "BDAT") == 0)
		return true;
	return asked->kind == asks->kind && strcmp(asked->verb, asks->verb) == 0;
}

/* Base64, and what stands around it in AUTH and in its responses. */
static bool
is_auth(struct span line)
{
	for (size_t i = 0; i < line.len; i++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_ *", line.at[i]) == NULL)
			return false;
	return true;
}

static void
check_command(struct judge *j, const struct entry *e)
{
	static const char *const plain[] = { "DATA", "RSET", "NOOP", "QUIT" };
	struct span line = line_of(&j->to_host, e);
	bool known = starts(line, "EHLO ") || starts(line, "HELO ") || (j->conf.starttls && span_eq(line, SPAN("STARTTLS"))) ||
	    (j->conf.auth && starts(line, "AUTH ") && is_auth(line));

	HOLDS(e->end - e->begin <= 512, "a line of %zu octets", e->end - e->begin);
	for (size_t i = 0; i < line.len; i++)
		HOLDS(line.at[i] >= 0x20 && line.at[i] < 0x7f, "0x%02x in a command", line.at[i]);
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		known = known || span_eq(line, span_str(plain[i]));
	if (starts(line, "MAIL FROM:<") || starts(line, "RCPT TO:<")) {
		check_approved(j, line);
		known = true;
	}
	HOLDS(known, "the host got \"%.*s\"", (int)line.len, (const char *)line.at);
	if (starts(line, "RCPT") && j->conf.local && !(j->conf.local_before_auth && j->authenticated))
		check_local(line);
}

static void
check_response(const struct judge *j, const struct entry *e)
{
	struct span line = line_of(&j->to_host, e);

	HOLDS(j->conf.auth && is_auth(line), "a response \"%.*s\"", (int)line.len, (const char *)line.at);
}

/* RFC 2920 3.1: a host that said 354 and took no recipient gets a dot, and the client's DATA is refused. */
static bool
is_empty(const struct entry *e, const struct entry *asks)
{
	return e->kind == ENTRY_MESSAGE && e->recipients == 0 && e->end - e->begin == 3 && strcmp(asks->verb, "DATA") == 0;
}

static bool
is_in_row(const struct judge *j, const struct entry *e)
{
	const struct entry *before = e - 1;

	return j->conf.rows && e->kind == ENTRY_COMMAND && (strcmp(e->verb, "RCPT") == 0 || strcmp(e->verb, "DATA") == 0) &&
	    before->kind == ENTRY_COMMAND && (strcmp(before->verb, "MAIL") == 0 || strcmp(before->verb, "RCPT") == 0);
}

static void
check_message(const struct judge *j, const struct entry *e)
{
	const struct entry *asks = client_asks(j);

	HOLDS(j->conf.repairs ? asks->loose == e->loose : asks->text == e->text, "not the text of the client, at %zu to %zu",
	    e->begin, e->end);
	HOLDS(e->open && e->recipients > 0, "a message to %u recipients", e->recipients);
}

/* What the host reads is what was approved, and nothing that the client did not ask for now; or in a row, whose replies have tags. */
static void
check_entry(struct judge *j, const struct entry *e)
{
	static const char *const kinds[] = { "the banner", "a command", "a response", "a message" };
	const struct entry *asks = client_asks(j);

	if (asks != NULL && j->conf.rows && is_empty(e, asks)) {
		j->reported++;
		return;
	}
	HOLDS(asks != NULL && (stems_from(e, asks) || is_in_row(j, e)), "the host reads %s %s at %zu to %zu for %s", kinds[e->kind], e->verb, e->begin,
	    e->end, asks == NULL ? "nothing" : asks->verb);
	if (e->kind == ENTRY_COMMAND)
		check_command(j, e);
	else if (e->kind == ENTRY_RESPONSE)
		check_response(j, e);
	else
		check_message(j, e);
}

static void
compare(struct judge *j, size_t i)
{
	const struct model *strict = &j->host[0], *m = &j->host[i];

	for (; j->compared[i] < strict->count && j->compared[i] < m->count; j->compared[i]++) {
		const struct entry *a = &strict->log[j->compared[i]], *b = &m->log[j->compared[i]];

		HOLDS(entry_same(a, b), "\"%s\" reads %s %s at %zu to %zu, not %s %s at %zu to %zu", m->conf->name,
		    b->kind == ENTRY_MESSAGE ? "a message" : "command", b->verb, b->begin, b->end,
		    a->kind == ENTRY_MESSAGE ? "a message" : "command", a->verb, a->begin, a->end);
	}
}

/* RCPT, and at last DATA; the last line may be cut. */
static bool
is_row(struct span s)
{
	while (s.len > 0) {
		size_t end = span_find(s, 0, '\n');
		struct span line = span_cut(s, 0, end);
		const char *want = line.len > 0 && line.at[0] == 'D' ? "DATA\r" : "RCPT TO:<";

		s = span_cut(s, end < s.len ? end + 1 : s.len, s.len);
		if (memcmp(line.at, want, line.len < strlen(want) ? line.len : strlen(want)) != 0 || (want[0] == 'D' && s.len > 0))
			return false;
	}
	return true;
}

/* What the host has behind a command that it has not answered: the rest of a row. */
static bool
may_be_ahead(const struct judge *j)
{
	const struct model *strict = &j->host[0];
	const struct entry *last = &strict->log[strict->count - 1];
	struct span ahead = span_of(j->to_host.octets + strict->at, j->to_host.len - strict->at);

	return j->conf.rows && last->kind == ENTRY_COMMAND && (strcmp(last->verb, "MAIL") == 0 || strcmp(last->verb, "RCPT") == 0) &&
	    is_row(ahead);
}

/* All models read on, and what they see is looked at. */
static void
read_on(struct judge *j)
{
	struct model *strict = &j->host[0];

	for (size_t i = 0; i < MODEL_COUNT; i++) {
		model_read(&j->host[i], j->to_host.octets, j->to_host.len);
		j->stopped = j->stopped || model_full(&j->host[i]);
	}
	if (j->stopped)
		return;
	for (; j->checked < strict->count; j->checked++)
		check_entry(j, &strict->log[j->checked]);
	HOLDS(strict->at == j->to_host.len || may_be_ahead(j), "%zu octets before the reply", j->to_host.len - strict->at);
	for (size_t i = 1; i < MODEL_COUNT; i++)
		if (applies(j, &models[i]))
			compare(j, i);
}

static bool
host_reads(const struct judge *j)
{
	return !j->stopped && !j->host_left && !j->host_broken && !j->host_over;
}

/* What passes unread is what the other side said, behind the octets that were read. */
static void
check_blind(const struct tape *said, size_t from, size_t *passed, struct span s)
{
	HOLDS(from + *passed + s.len <= said->len && span_eq(s, span_of(said->octets + from + *passed, s.len)),
	    "%zu octets at %zu are not what was said", s.len, *passed);
	*passed += s.len;
}

void
judge_client_gets(struct judge *j, struct span s)
{
	if (j->stopped || j->host_broken || j->host_over)
		return;
	HOLDS(j->client.state == MODEL_OPAQUE, "%zu octets of the host pass", s.len);
	check_blind(&j->blind, 0, &j->to_client_blind, s);
}

void
judge_host_hears(struct judge *j, struct span s)
{
	if (!host_reads(j))
		return;
	if (j->host[0].state == MODEL_OPAQUE) {
		check_blind(&j->from_client, j->client.at, &j->to_host_blind, s);
		return;
	}
	add(j, &j->to_host, s);
	read_on(j);
}

/* The number of the host's reply whose text this is: "#7" at its begin, perhaps behind an enhanced code. */
static long
tag_of(const char *text)
{
	while ((*text >= '0' && *text <= '9') || *text == '.')
		text++;
	while (*text == ' ')
		text++;
	return *text == '#' ? strtol(text + 1, NULL, 10) : -1;
}

/* A line of a reply, without its LF. The code of a whole reply, or 0. */
static unsigned
reply_line(struct reply_reader *r, bool *bad)
{
	const char *l = r->line;
	unsigned code = 0;

	for (size_t i = 0; i < 3; i++) {
		if (l[i] < '0' || l[i] > '9') {
			*bad = true;
			return 0;
		}
		code = code * 10 + (unsigned)(l[i] - '0');
	}
	*bad = r->amid && code != r->code;
	if (r->tag == -1 && r->line[3] != '\0')
		r->tag = tag_of(l + 4);
	r->code = code;
	r->amid = l[3] == '-';
	return r->amid || *bad ? 0 : code;
}

/* One octet; true at the end of a line, which is then a string. */
static bool
reply_octet(struct reply_reader *r, uint8_t octet)
{
	if (octet == '\n') {
		r->line[r->len] = '\0';
		r->len = 0;
		return true;
	}
	if (r->len < sizeof(r->line) - 1)
		r->line[r->len++] = (char)octet;
	return false;
}

static void
host_replies(struct judge *j, unsigned code)
{
	bool asked = judge_asked(j) != NULL;

	if (code == 421)
		j->host_left = true;
	else if (!asked)
		j->host_broken = true;
	if (!asked)
		return;
	j->authenticated = j->authenticated || (code == 235 && judge_asked(j)->kind != ENTRY_BANNER);
	for (size_t i = 0; i < MODEL_COUNT; i++) {
		bool had = model_reply(&j->host[i], code);

		HOLDS(had || !applies(j, &models[i]), "\"%s\" has read less", models[i].name);
	}
	read_on(j);
}

void
judge_host_says(struct judge *j, struct span s)
{
	for (size_t i = 0; i < s.len && host_reads(j); i++) {
		bool bad = false;
		unsigned code;

		if (j->host[0].state == MODEL_OPAQUE) {
			add(j, &j->blind, span_cut(s, i, s.len));
			return;
		}
		if (!reply_octet(&j->from_host, s.at[i]))
			continue;
		code = reply_line(&j->from_host, &bad);
		j->host_broken = j->host_broken || bad;
		if (code != 0 && !bad)
			host_replies(j, code);
	}
}

void
judge_client_says(struct judge *j, struct span s)
{
	if (j->stopped)
		return;
	add(j, &j->from_client, s);
	model_read(&j->client, j->from_client.octets, j->from_client.len);
	j->stopped = j->stopped || model_full(&j->client);
}

/* A reply whose text is the host's belongs to the command that the host was asked. */
static void
check_tag(const struct judge *j, const struct entry *asks, long tag)
{
	const struct entry *e = &j->host[0].log[tag];

	HOLDS((size_t)tag < j->host[0].answered, "the reply %ld was never given", tag);
	HOLDS(stems_from(e, asks) || (e->kind == ENTRY_BANNER && asks->kind == ENTRY_BANNER), "the host's reply to %s goes to %s", e->verb, asks->verb);
}

static void
client_gets_reply(struct judge *j, const struct reply_reader *r)
{
	const struct entry *asks = client_asks(j);

	HOLDS(!j->client_over, "a reply %u behind the last", r->code);
	HOLDS(asks != NULL || r->code == 421, "a stray reply %u", r->code);
	if (asks == NULL) {
		j->client_over = true;
		return;
	}
	if (j->unheard > 0 && (strcmp(asks->verb, "MAIL") == 0 || strcmp(asks->verb, "RCPT") == 0))
		j->unheard--;
	HOLDS(r->code != 221 || strcmp(asks->verb, "QUIT") == 0, "221 to %s", asks->verb);
	HOLDS(r->code / 100 != 3 || (r->code == 354 && strcmp(asks->verb, "DATA") == 0) ||
	    (r->code == 334 && (asks->kind == ENTRY_RESPONSE || strcmp(asks->verb, "AUTH") == 0)), "%u to %s", r->code, asks->verb);
	if (r->tag >= 0 && !j->host_broken)
		check_tag(j, asks, r->tag);
	j->client_over = (r->code == 421 && asks->kind != ENTRY_BANNER) || r->code == 221;
	model_reply(&j->client, r->code);
	model_read(&j->client, j->from_client.octets, j->from_client.len);
	j->stopped = j->stopped || model_full(&j->client);
}

void
judge_client_misses(struct judge *j)
{
	j->to_client = (struct reply_reader){ .tag = -1 };
	if (j->client.state == MODEL_OPAQUE)	/* the 220 was among it: TLS never begins */
		j->client.state = MODEL_COMMANDS;
}

void
judge_client_hears(struct judge *j, struct span s)
{
	struct reply_reader *r = &j->to_client;

	HOLDS(j->stopped || s.len == 0 || j->client.state != MODEL_OPAQUE, "plain text \"%.*s\" within TLS", (int)s.len,
	    (const char *)s.at);
	for (size_t i = 0; i < s.len && !j->stopped; i++) {
		size_t len = r->len;
		bool bad = false;

		HOLDS((s.at[i] >= 0x20 && s.at[i] < 0x7f) || s.at[i] == '\r' || s.at[i] == '\n', "0x%02x in a reply", s.at[i]);
		if (!reply_octet(r, s.at[i]))
			continue;
		HOLDS(len >= 5 && (len == sizeof(r->line) - 1 || r->line[len - 1] == '\r'), "a reply line \"%s\"", r->line);
		HOLDS(r->line[3] == ' ' || r->line[3] == '-', "a reply line \"%s\"", r->line);
		if (reply_line(r, &bad) != 0) {
			client_gets_reply(j, r);
			r->tag = -1;
		}
		HOLDS(!bad && r->code >= 200 && r->code < 600, "a reply line \"%s\"", r->line);
	}
}

/* The line of the client that many lines behind this entry. */
static struct span
line_behind(const struct tape *t, const struct entry *e, size_t lines)
{
	struct entry at = { .begin = e->begin, .end = e->end };

	for (; lines > 0; lines--) {
		at.begin = at.end;
		while (at.end < t->len && t->octets[at.end++] != '\n')
			;
	}
	return line_of(t, &at);
}

/* The classifier has judged what the client says now, or behind what it has no reply to yet, and nothing else. */
static void
check_argument(const struct judge *j, const struct event *e)
{
	const struct entry *asks = client_asks(j);
	const char *verb = e->kind == EVENT_SENDER ? "MAIL" : "RCPT";
	struct span line;

	HOLDS(asks != NULL, "judged %s for nothing", event_name(e->kind));
	line = line_behind(&j->from_client, asks, j->unheard);
	HOLDS(line.len >= 4 && strncasecmp((const char *)line.at, verb, 4) == 0, "judged %s for %.*s", event_name(e->kind), (int)line.len,
	    (const char *)line.at);
	HOLDS(j->unheard == 0 || (j->conf.rows && e->kind == EVENT_RECIPIENT), "%zu replies too early", j->unheard);
	HOLDS(line.len >= e->argument.len && span_eq(e->argument, span_cut(line, line.len - e->argument.len, line.len)),
	    "judged %.*s for %.*s", (int)e->argument.len, (const char *)e->argument.at, (int)line.len, (const char *)line.at);
}

static void
approve(struct judge *j, const struct event *e)
{
	struct span sent = sent_span(&e->verdict->sent);

	check_argument(j, e);
	if (e->verdict->action != ACTION_PASS && e->verdict->action != ACTION_REWRITE)
		return;
	HOLDS(j->approved_count < APPROVED_MAX && sent.len <= sizeof(j->approved[0]), "%zu approved and not sent", j->approved_count);
	memcpy(j->approved[j->approved_count], sent.at, sent.len);
	j->approved_len[j->approved_count++] = sent.len;
	j->unheard++;
}

static void
check_complete_nowhere(const struct judge *j, bool final)
{
	for (size_t i = 0; i < MODEL_COUNT; i++)
		if (applies(j, &models[i]))
			HOLDS(messages(&j->host[i]) <= j->reported + final, "the message is complete for \"%s\"", models[i].name);
}

static void
message_ended(struct judge *j, const struct event *e, bool final)
{
	const struct model *m = &j->host[0];
	const struct entry *last = &m->log[m->count - 1], *asks = client_asks(j);

	if (e->what != NULL) {
		check_complete_nowhere(j, final);
		j->reported = messages(m);
		return;
	}
	HOLDS(messages(m) == ++j->reported && last->kind == ENTRY_MESSAGE, "%zu messages reported, the host has %zu", j->reported,
	    messages(m));
	HOLDS(asks != NULL && e->octets == asks->octets, "%llu octets reported of %zu", (unsigned long long)e->octets,
	    asks == NULL ? 0 : asks->octets);
	HOLDS(e->recipients == last->recipients, "%u recipients reported, the host has %u", e->recipients, last->recipients);
	HOLDS(e->code == last->code, "%u reported, the host said %u", e->code, last->code);
}

void
judge_event(struct judge *j, const struct event *e, bool final)
{
	HOLDS(e->kind < EVENT_COUNT, "event %d", (int)e->kind);
	if (j->stopped)
		return;
	if (e->kind == EVENT_SENDER || e->kind == EVENT_RECIPIENT)
		approve(j, e);
	if (e->kind == EVENT_MESSAGE && !j->host_broken)
		message_ended(j, e, final);
	else if (e->kind == EVENT_MESSAGE && e->what == NULL)	/* its reply was good, and a stray one behind it */
		j->reported = messages(&j->host[0]);
}

void
judge_host_reset(struct judge *j, bool final)
{
	if (!j->stopped)
		check_complete_nowhere(j, final);
	j->host_over = true;
}

void
judge_host_closed(struct judge *j)
{
	for (size_t i = 0; i < MODEL_COUNT && host_reads(j); i++)
		HOLDS(!model_amid(&j->host[i]) || !applies(j, &models[i]), "closed in the middle, for \"%s\"", models[i].name);
	j->host_over = true;
}

void
judge_quiet(const struct judge *j)
{
	if (j->stopped)
		return;
	HOLDS(!j->host_broken || j->host_over, "a host that is out of step is still used");
	HOLDS(client_asks(j) == NULL || j->client.state == MODEL_CHUNK, "no reply to %s", client_asks(j)->verb);
	HOLDS(j->approved_count == 0 || !host_reads(j), "%zu lines were approved and never sent", j->approved_count);
	for (size_t i = 1; i < MODEL_COUNT && host_reads(j); i++)
		HOLDS(j->host[i].count == j->host[0].count || !applies(j, &models[i]), "\"%s\" has read %zu, not %zu", models[i].name,
		    j->host[i].count, j->host[0].count);
}

void
judge_end(const struct judge *j)
{
	HOLDS(j->stopped || (!j->to_client.amid && j->to_client.len == 0), "half a reply");
}
