/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/conversation.h"

#include "classifier/ascii.h"
#include "proxy/base/siphash.h"
#include "proxy/driver/tap/transcript.h"
#include "proxy/smtp/mechanism.h"

#include <stdio.h>
#include <stdlib.h>

enum { KEPT_LINE = 1024 };	/* octets of a command that are told; more than any server takes */

struct words {
	size_t len;
	uint8_t octets[KEPT_LINE];
};

struct conversation {
	const struct conversation_conf *conf;
	struct exchange_session session;
	struct transcript transcript;
	struct rehearsal *rehearsals[EXCHANGE_POLICIES];
	struct exchange now;		/* a command or message that waits for its reply */
	bool pending;
	bool secret;			/* AUTH was refused: unknown lines may be passwords */
	bool within;			/* a line that is too long: what is told of it is kept */
	unsigned accepted;		/* recipients of this transaction */
	struct words line, sender;
};

static void
keep(struct words *t, struct span octets)
{
	t->len = octets.len < sizeof(t->octets) ? octets.len : sizeof(t->octets);
	if (t->len > 0)
		memcpy(t->octets, octets.at, t->len);
}

static struct span
span_of_words(const struct words *t)
{
	return span_of(t->octets, t->len);
}

static void
tell(struct conversation *t, struct exchange *e)
{
	const struct exchange_user *user = t->conf->user;
	bool is_judged = e->kind == EXCHANGE_COMMAND || e->kind == EXCHANGE_SECRET || e->kind == EXCHANGE_MESSAGE;

	for (size_t i = 0; i < EXCHANGE_POLICIES && is_judged; i++)
		if (t->rehearsals[i] != NULL)
			e->judged[i] = *rehearsal_judgement(t->rehearsals[i]);
	t->conf->counters->exchanges++;
	if (user->exchange != NULL)
		user->exchange(user->cookie, &t->session, e);
}

/* The one that waits is told as it is. */
static void
tell_pending(struct conversation *t)
{
	if (t->pending)
		tell(t, &t->now);
	t->pending = false;
}

static struct span
without_stray_ends(struct span line)
{
	while (line.len > 0 && (line.at[line.len - 1] == '\n' || line.at[line.len - 1] == '\r'))
		line.len--;
	return line;
}

static unsigned
faults_of(struct span line)
{
	struct span text = without_stray_ends(line);
	unsigned faults = 0;

	if (line.len > 0 && line.at[line.len - 1] == '\n' && line.len - text.len != 2)
		faults |= 1u << (line.len - text.len == 1 ? TEXT_BARE_LF : TEXT_BARE_CR);
	if (span_find(text, 0, '\r') < text.len)
		faults |= 1u << TEXT_BARE_CR;
	return faults;
}

/* What of a line may be shown: never what can be a password. Of AUTH the mechanism is of interest. */
static struct span
shown(const struct conversation *t, const struct command *c, struct span line)
{
	size_t from = c->name.len, to;

	if (c->verb != VERB_AUTH)
		return command_shown(c, line, t->secret);
	while (from < line.len && ascii_is(line.at[from], ASCII_BLANK))
		from++;
	for (to = from; to < line.len && !ascii_is(line.at[to], ASCII_BLANK);)
		to++;
	return span_cut(line, 0, mechanism_is_known(span_cut(line, from, to)) ? to : from);
}

/* What is told of a line, by how it begins: all of it, or the first part of one that is too long. */
static void
begin_line(struct conversation *t, struct span line)
{
	struct command c;

	if (t->within)
		return;
	command_parse(line, &c);
	keep(&t->line, shown(t, &c, line));
	t->secret = command_secret_behind(&c, t->secret);
}

static void
take_command(struct conversation *t, const struct said *s)
{
	struct command c;

	begin_line(t, without_stray_ends(s->octets));
	t->within = false;
	command_parse(span_of_words(&t->line), &c);
	t->now = (struct exchange){ .kind = EXCHANGE_COMMAND, .time_us = s->time_us, .verb = s->verb, .line = span_of_words(&t->line),
	    .argument = c.argument, .faults = faults_of(s->octets) };
	t->pending = true;
}

/* What the host took changes the transaction. */
static void
follow(struct conversation *t, const struct exchange *e, unsigned code)
{
	bool well = code >= 200 && code < 300;

	if (e->kind == EXCHANGE_MESSAGE || (well && (e->verb == VERB_RSET || e->verb == VERB_HELO || e->verb == VERB_EHLO))) {
		t->accepted = 0;
		t->sender.len = 0;
	} else if (e->verb == VERB_MAIL && well) {
		t->accepted = 0;
		keep(&t->sender, e->argument);
	} else if (e->verb == VERB_RCPT && well) {
		t->accepted++;
	} else if (e->verb == VERB_AUTH && well) {
		t->secret = false;
	}
}

static void
take_reply(struct conversation *t, const struct said *s)
{
	struct exchange *e = &t->now;

	if (s->kind == SAID_BANNER) {
		t->now = (struct exchange){ .kind = EXCHANGE_BANNER, .time_us = s->time_us };
		t->pending = true;
	}
	if (!t->pending)
		return;
	if (s->reply != NULL) {
		e->code = s->code;
		e->reply = s->reply->text;
	}
	e->sender = span_of_words(&t->sender);
	e->accepted = t->accepted;
	tell(t, e);
	t->pending = false;
	if (e->kind == EXCHANGE_COMMAND || e->kind == EXCHANGE_MESSAGE)
		follow(t, e, s->code);
}

static void
take(struct conversation *t, const struct said *s)
{
	switch (s->kind) {
	case SAID_BANNER:
	case SAID_REPLY:
		take_reply(t, s);
		break;
	case SAID_COMMAND:
		take_command(t, s);
		break;
	case SAID_SECRET:
		t->now = (struct exchange){ .kind = EXCHANGE_SECRET, .time_us = s->time_us, .verb = VERB_AUTH };
		t->pending = true;
		break;
	case SAID_TEXT_END:
		t->now = (struct exchange){ .kind = EXCHANGE_MESSAGE, .time_us = s->time_us, .sender = span_of_words(&t->sender),
		    .accepted = t->accepted, .octets = s->text->octets, .faults = s->text->faults };
		t->pending = true;
		break;
	case SAID_PART:
		begin_line(t, s->octets);
		t->within = true;
		break;
	case SAID_MISSING:
		t->within = t->within && s->side != SIDE_CLIENT;
		tell(t, &(struct exchange){ .kind = EXCHANGE_MISSING, .time_us = s->time_us, .from = s->side, .octets = s->missing });
		break;
	case SAID_OPAQUE:
		tell_pending(t);
		tell(t, &(struct exchange){ .kind = EXCHANGE_OPAQUE, .time_us = s->time_us,
		    .code = t->transcript.asked == VERB_STARTTLS ? 220 : 0 });
		break;
	case SAID_TEXT:
	case SAID_END:
		break;
	}
}

static void
said(void *cookie, const struct said *s)
{
	struct conversation *t = cookie;

	if (s->kind == SAID_COMMAND || s->kind == SAID_PART || s->kind == SAID_SECRET || s->kind == SAID_TEXT_END || s->kind == SAID_END)
		tell_pending(t);	/* of chunks: the reply to the last one is the message's */
	if (t->conf->now_us != NULL)
		*t->conf->now_us = s->time_us;
	for (size_t i = 0; i < EXCHANGE_POLICIES; i++)
		if (t->rehearsals[i] != NULL)
			rehearsal_said(t->rehearsals[i], s);
	take(t, s);
}

/* The same connection has the same id in every run over a capture: who compares two runs finds it again. */
static void
name_session(struct exchange_session *s)
{
	static const uint64_t key[2] = { 0, 0 };
	struct {
		struct flow_ends ends;
		uint64_t began_us;
	} whole;

	memset(&whole, 0, sizeof(whole));
	whole.ends.client = s->ends.client;
	whole.ends.host = s->ends.host;
	whole.ends.client_port = s->ends.client_port;
	whole.ends.port = s->ends.port;
	whole.began_us = s->began_us;
	snprintf(s->id, sizeof(s->id), "%08x", (unsigned)(siphash_octets(key, span_of(&whole, sizeof(whole))) & 0xffffffff));
}

/* One policy beside it, where that protects the host. 0, or -1 without memory. */
static int
try_policy(struct conversation *t, size_t i)
{
	const struct policy *policy = t->conf->policies[i];
	const struct exchange_session *s = &t->session;
	const struct policy_host *host = policy == NULL ? NULL : policy_host(policy, &s->ends.host);
	struct rehearsal_conf conf = { .from_start = s->from_start, .limits = t->conf->limits[i], .hooks = i == 0 ? t->conf->hooks : NULL };

	if (host == NULL)
		return 0;
	conf.session = (struct session){ .client = s->ends.client, .address = s->ends.host, .client_port = s->ends.client_port,
	    .port = s->ends.port, .policy = policy, .host = host, .network = policy_network(policy, &s->ends.client) };
	memcpy(conf.session.id, s->id, sizeof(s->id));
	t->rehearsals[i] = rehearsal_new(&conf, s->began_us);
	return t->rehearsals[i] == NULL ? -1 : 0;
}

static void *
opened(void *cookie, const struct flow_ends *ends, bool from_start, uint64_t time_us)
{
	const struct conversation_conf *conf = cookie;
	struct conversation *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		conf->counters->unwatched++;
		return NULL;
	}
	t->conf = conf;
	t->session = (struct exchange_session){ .ends = *ends, .began_us = time_us, .from_start = from_start };
	name_session(&t->session);
	transcript_init(&t->transcript, said, t, from_start, conf->account);
	for (size_t i = 0; i < EXCHANGE_POLICIES; i++)
		if (try_policy(t, i) == -1)
			conf->counters->unwatched++;
	conf->counters->sessions++;
	conf->counters->unprotected += conf->policies[0] != NULL && t->rehearsals[0] == NULL && t->rehearsals[1] == NULL;
	if (conf->user->began != NULL)
		t->session.user = conf->user->began(conf->user->cookie, &t->session);
	return t;
}

static void
octets(void *flow, enum side from, struct span in, uint64_t acknowledged, uint64_t time_us)
{
	struct conversation *t = flow;

	transcript_octets(&t->transcript, from, in, acknowledged, time_us);
}

static void
gap(void *flow, enum side from, uint64_t n, uint64_t time_us)
{
	struct conversation *t = flow;

	transcript_gap(&t->transcript, from, n, time_us);
}

static void
differs(void *flow, enum side from, uint64_t offset, uint64_t n, uint64_t time_us)
{
	(void)offset;
	tell(flow, &(struct exchange){ .kind = EXCHANGE_DIFFERS, .time_us = time_us, .from = from, .octets = n });
}

static void
ended(void *flow, enum side from, uint64_t time_us)
{
	struct conversation *t = flow;

	transcript_ended(&t->transcript, from, time_us);
}

static void
closed(void *flow, enum flow_end how, uint64_t time_us)
{
	struct conversation *t = flow;

	t->conf->counters->unwatched += t->transcript.side[SIDE_CLIENT].failed || t->transcript.side[SIDE_HOST].failed;
	transcript_stop(&t->transcript, time_us);
	tell(t, &(struct exchange){ .kind = EXCHANGE_CLOSED, .time_us = time_us, .end = how });
	if (t->rehearsals[0] != NULL)
		t->conf->counters->unasked += rehearsal_unasked(t->rehearsals[0]);
	for (size_t i = 0; i < EXCHANGE_POLICIES; i++)
		rehearsal_free(t->rehearsals[i]);
	free(t);
}

const struct flow_user conversation_flows = {
	.opened = opened,
	.octets = octets,
	.gap = gap,
	.differs = differs,
	.ended = ended,
	.closed = closed,
};
