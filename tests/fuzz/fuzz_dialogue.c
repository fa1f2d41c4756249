/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_dialogue.c - a session: what the client sends, what the host answers, the clock.
 *
 * Input: one byte of flags, then operations of one byte, some with a length or a
 * number behind it (seeds.py writes them). Whatever the two sides say, the host
 * gets known commands in canonical form, to local recipients alone, one at a
 * time, and message text only behind a DATA that it answered with 354.
 */
#include "proxy/engine/dialogue.h"

#include "tests/fuzz/fuzz.h"
#include "tests/unit/corpus.h"

enum flag { FLAG_REDIRECT = 1, FLAG_STRIP8 = 2, FLAG_DROP = 4 };

enum operation { OP_CLIENT = 0, OP_HOST, OP_ANSWER, OP_HOLD, OP_TAKE, OP_CLOCK, OP_EOF, OP_LOST };

enum answer {	/* upper five bits of OP_ANSWER */
	ANSWER_FITTING = 0, ANSWER_EXTENSIONS, ANSWER_LATER, ANSWER_NEVER, ANSWER_SHUTDOWN, ANSWER_LONG, ANSWER_LONGER,
};

enum { INPUT_MAX = 1 << 16 };

struct world {
	struct dialogue d;
	uint64_t now_ms;
	uint8_t to_client[DIALOGUE_TO_CLIENT], to_host[DIALOGUE_TO_HOST];
	struct buf in[2];	/* by side: what was sent and not used yet */
	bool hold[2];		/* output is not taken but by OP_TAKE */
	bool ended[2];		/* dialogue_eof() was called */
	size_t replies;		/* lines of the host that were used */
	size_t commands;	/* lines that the host got */
	/* the host */
	uint8_t line[600];
	size_t line_len;
	bool data_said;		/* its last command was DATA */
	bool says_354;		/* ... and it has answered so */
	bool in_body;
	uint8_t tail[5];	/* the last octets of the message */
	size_t tail_len;
	bool reset;		/* its connection is to be reset: nothing counts any more */
};

static void
report(void *cookie, const struct session *s, const struct event *e)
{
	(void)cookie;
	HOLDS(strcmp(s->id, "0badcafe") == 0 && e->kind < EVENT_COUNT, "event %d", (int)e->kind);
	HOLDS(e->sender.len <= PATH_MAX_OCTETS, "a sender of %zu octets", e->sender.len);
}

static bool
starts(struct span s, const char *with)
{
	size_t n = strlen(with);

	return s.len >= n && memcmp(s.at, with, n) == 0;
}

static bool
ends(struct span s, const char *with)
{
	size_t n = strlen(with);

	return s.len >= n && memcmp(s.at + s.len - n, with, n) == 0;
}

static void
check_recipient(struct span line)
{
	struct span path = span_cut(line, 9, line.len), local;
	bool quoted = false;
	size_t end;

	for (end = 0; end < path.len && (quoted || path.at[end] != '>'); end++)
		if (path.at[end] == '"')
			quoted = !quoted;
	path.len = end;
	if (span_eq(path, SPAN("postmaster")))
		return;
	HOLDS(ends(path, "@local.example") || ends(path, "@mail.local.example"), "%.*s", (int)line.len, (const char *)line.at);
	local = span_cut(path, 0, path.len - (ends(path, "@local.example") ? 14 : 19));
	for (size_t i = 0; i < local.len; i++)
		HOLDS(strchr("%!@:^|`$,;()<>[]\\", local.at[i]) == NULL, "%.*s", (int)line.len, (const char *)line.at);
}

/* A command line at the host, without CRLF. */
static void
host_command(struct world *w, struct span line)
{
	static const char *const plain[] = { "DATA", "RSET", "NOOP", "QUIT" };
	bool known = starts(line, "EHLO ") || starts(line, "HELO ") || starts(line, "MAIL FROM:<") || starts(line, "RCPT TO:<");

	for (size_t i = 0; i < 4; i++)
		known = known || span_eq(line, span_str(plain[i]));
	HOLDS(known && line.len <= 510, "the host got \"%.*s\"", (int)line.len, (const char *)line.at);
	for (size_t i = 0; i < line.len; i++)
		HOLDS(line.at[i] >= 0x20 && line.at[i] < 0x7f, "0x%02x in a command", line.at[i]);
	if (starts(line, "RCPT"))
		check_recipient(line);
	w->commands++;
	HOLDS(w->replies >= w->commands, "command %zu after %zu lines of replies", w->commands, w->replies);
	w->data_said = span_eq(line, SPAN("DATA"));
	w->says_354 = false;
}

static void
host_gets_command_octets(struct world *w, struct span s)
{
	HOLDS(s.len == 0 || (!w->in_body && !w->reset), "%.*s at the wrong time", (int)s.len, (const char *)s.at);
	for (size_t i = 0; i < s.len; i++) {
		HOLDS(w->line_len < sizeof(w->line), "a line of more than %zu octets", w->line_len);
		w->line[w->line_len++] = s.at[i];
		if (s.at[i] != '\n')
			continue;
		HOLDS(ends(span_of(w->line, w->line_len), "\r\n"), "LF without CR");
		host_command(w, span_of(w->line, w->line_len - 2));
		w->line_len = 0;
	}
}

static void
host_gets_text(struct world *w, struct span s)
{
	if (s.len == 0)
		return;
	HOLDS(!w->reset && w->line_len == 0, "text at the wrong time");
	if (!w->in_body) {
		HOLDS(w->data_said && w->says_354, "text without DATA and 354");
		w->in_body = true;
		w->data_said = w->says_354 = false;
		memcpy(w->tail, "\r\n", 2);	/* a dot may be its first line */
		w->tail_len = 2;
	}
	for (size_t i = 0; i < s.len; i++) {
		HOLDS(w->in_body, "text behind the end of the message");
		HOLDS(s.at[i] != 0 && (s.at[i] == '\n') == (w->tail_len > 0 && w->tail[w->tail_len - 1] == '\r'), "0x%02x in the message", s.at[i]);
		if (w->tail_len == sizeof(w->tail))
			memmove(w->tail, w->tail + 1, --w->tail_len);
		w->tail[w->tail_len++] = s.at[i];
		if (w->tail_len == 5 && memcmp(w->tail, "\r\n.\r\n", 5) == 0)
			w->in_body = false;
	}
}

static void
take_output(struct world *w, enum side side, size_t most)
{
	struct span out = dialogue_output(&w->d, side);
	size_t n = out.len < most ? out.len : most;

	HOLDS(!w->d.out[side].overflow, "the queue to side %d overflows", (int)side);
	if (side == SIDE_HOST && w->reset)	/* a driver that resets sends no more */
		return;
	if (side == SIDE_HOST)
		host_gets_command_octets(w, span_cut(out, 0, n));
	dialogue_sent(&w->d, side, n);
}

/* After each call: take what may be taken, and see whether the host is to be reset. */
static void
settle(struct world *w)
{
	if (dialogue_wants(&w->d) & DIALOGUE_ABORT_HOST)
		w->reset = true;
	for (int side = 0; side < 2; side++)
		if (!w->hold[side])
			take_output(w, side, SIZE_MAX);
}

/* What the host said and the dialogue used: lines, and whether it was a 354. */
static void
note_replies(struct world *w, struct span used)
{
	for (size_t i = 0; i < used.len; i++)
		w->replies += used.at[i] == '\n';
	if (w->data_said && starts(used, "354"))
		w->says_354 = true;
}

static bool
feed(struct world *w, enum side side)
{
	struct span in = buf_span(&w->in[side]);
	enum dialogue_state was = w->d.state;
	size_t pass, used;

	if (in.len == 0 || w->ended[side])
		return false;
	used = dialogue_feed(&w->d, side, in, &pass, w->now_ms);
	HOLDS(used <= in.len && pass <= used, "%zu passed, %zu used of %zu", pass, used, in.len);
	if (side == SIDE_HOST)
		note_replies(w, span_cut(in, 0, used));
	host_gets_text(w, span_cut(in, 0, pass));
	dialogue_sent(&w->d, SIDE_HOST, pass);
	settle(w);
	buf_take(&w->in[side], used);
	return used > 0 || w->d.state != was;
}

/*
 * Feed until nothing moves. Then what waits must wait for a reason: with all
 * output taken, no whole reply of the host is left unread.
 */
static void
pump(struct world *w)
{
	struct reply r;
	size_t used;

	for (bool moved = true; moved;) {
		moved = feed(w, SIDE_HOST);
		moved = feed(w, SIDE_CLIENT) || moved;
	}
	HOLDS(w->hold[SIDE_CLIENT] || w->ended[SIDE_HOST] || reply_read(buf_span(&w->in[SIDE_HOST]), &used, &r) != REPLY_READY,
	    "a reply of %zu octets is never read", r.text.len);
}

static void
send(struct world *w, enum side side, struct span text, size_t piece)
{
	for (size_t at = 0; at < text.len; at += piece) {
		buf_add(&w->in[side], span_cut(text, at, piece < text.len - at ? at + piece : text.len));
		pump(w);
	}
}

/* What a host would say to what it got last. */
static void
answer(struct world *w, enum answer how)
{
	static const char extensions[] = "250-mail.local.example\r\n250-SIZE 10000\r\n250-8BITMIME\r\n250-STARTTLS\r\n250 DSN\r\n";
	bool banner = w->d.state == DIALOGUE_BANNER;
	static char text[9000];
	size_t total = how == ANSWER_LONG ? 6000 : 8000 + 193, at = 0;

	switch (how) {
	case ANSWER_EXTENSIONS:
		send(w, SIDE_HOST, span_str(extensions), SIZE_MAX);
		return;
	case ANSWER_LATER:
		send(w, SIDE_HOST, SPAN("451 4.3.0 later\r\n"), SIZE_MAX);
		return;
	case ANSWER_NEVER:
		send(w, SIDE_HOST, SPAN("550 5.1.1 never\r\n"), SIZE_MAX);
		return;
	case ANSWER_SHUTDOWN:
		send(w, SIDE_HOST, SPAN("421 4.3.2 shutting down\r\n"), SIZE_MAX);
		return;
	case ANSWER_LONG:
	case ANSWER_LONGER:
		while (at + 80 < total)
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%d-%070d\r\n", banner ? 220 : 250, 1);
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%d end\r\n", banner ? 220 : 250);
		send(w, SIDE_HOST, span_of(text, at), SIZE_MAX);
		return;
	default:
		send(w, SIDE_HOST, banner ? SPAN("220 mail.local.example\r\n") : w->data_said ? SPAN("354 go on\r\n") : SPAN("250 ok\r\n"), SIZE_MAX);
		return;
	}
}

/* One operation at the front of in; the octets it took. */
static size_t
operate(struct world *w, struct span in)
{
	unsigned more = in.at[0] >> 3;
	size_t number = in.len > 1 ? in.at[1] : 0, length = number < in.len - (in.len > 1 ? 2 : 1) ? number : in.len - (in.len > 1 ? 2 : 1);
	struct span text = in.len > 1 ? span_cut(in, 2, 2 + length) : (struct span){ 0 };
	enum side side = more & 1 ? SIDE_HOST : SIDE_CLIENT;

	switch ((enum operation)(in.at[0] & 7)) {
	case OP_CLIENT:
	case OP_HOST:
		send(w, in.at[0] & 7 ? SIDE_HOST : SIDE_CLIENT, text, more == 0 ? SIZE_MAX : more);
		return in.len > 1 ? 2 + length : 1;
	case OP_ANSWER:
		answer(w, more % (ANSWER_LONGER + 1));
		return 1;
	case OP_HOLD:
		w->hold[SIDE_CLIENT] = (more & 1) != 0;
		w->hold[SIDE_HOST] = (more & 2) != 0;
		settle(w);
		pump(w);
		return 1;
	case OP_TAKE:
		take_output(w, SIDE_CLIENT, number);
		take_output(w, SIDE_HOST, number);
		pump(w);
		return in.len > 1 ? 2 : 1;
	case OP_CLOCK:
		w->now_ms += number * 2000;
		dialogue_tick(&w->d, w->now_ms);
		settle(w);
		return in.len > 1 ? 2 : 1;
	case OP_EOF:
		if (!w->ended[side])
			dialogue_eof(&w->d, side, w->now_ms);
		w->ended[side] = true;
		settle(w);
		pump(w);
		return 1;
	default:
		dialogue_host_lost(&w->d, "host-refused", w->now_ms);
		settle(w);
		pump(w);
		return 1;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t memory[2][INPUT_MAX];
	static const struct event_hooks hooks = { .report = report };
	struct policy_host host = *corpus_asked()->host;
	struct rules rules = rules_default(POLICY_UNTRUSTED);
	struct dialogue_limits limits = dialogue_limits_default;
	struct dialogue_conf conf = {
		.session = { .id = "0badcafe", .address = *corpus_asked()->address, .host = &host },
		.limits = &limits, .hooks = &hooks,
	};
	struct world *w;

	if (size == 0 || size > INPUT_MAX / 2)
		return 0;
	host.rules = &rules;
	host.profile = data[0] & FLAG_STRIP8 ? PROFILE_STRIP8 : 0;
	rules.relay_action = data[0] & FLAG_REDIRECT ? RELAY_REDIRECT : data[0] & FLAG_DROP ? RELAY_DROP : RELAY_REFUSE;
	rules.relay_trap = SPAN("trap@local.example");
	limits.errors_max = limits.refused_max = 20;
	limits.recipients_max = 4;
	w = calloc(1, sizeof(*w));	/* behind it a sanitizer watches */
	if (w == NULL)
		abort();
	for (int side = 0; side < 2; side++)
		buf_init(&w->in[side], memory[side], INPUT_MAX);
	dialogue_init(&w->d, &conf, w->to_client, w->to_host, 0);
	for (size_t at = 1; at < size;)
		at += operate(w, span_of(data + at, size - at));
	free(w);
	return 0;
}
