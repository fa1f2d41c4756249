/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/drill_play.h"

#include "proxy/base/clock.h"
#include "proxy/cli/shown.h"
#include "proxy/smtp/reply.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <strings.h>
#include <sys/socket.h>

enum { HEARD_OCTETS = 8192 };

struct play {
	int client, host;
	uint64_t until_ms;
	uint8_t said[REPLY_OCTETS];	/* to the client, and no reply yet */
	size_t said_len;
	char heard[HEARD_OCTETS];	/* by the host, since the session began */
	size_t heard_len, done, step;	/* of these: answered; before the step that is played */
	bool in_text;			/* of a message */
	unsigned recipients;		/* RCPT commands that it heard */
	bool client_ended, host_ended;	/* there will be no more from the session */
	const struct script_step *now;
	const char *who;
	FILE *faults;
};

__attribute__((format(printf, 2, 3))) static bool
fault(const struct play *p, const char *format, ...)
{
	const char *command = p->now->command;
	va_list ap;

	fprintf(p->faults, "%s, a dialogue, %s: ", p->who, command[0] == '\0' ? "greeting" : shown_bytes(span_str(command)));
	va_start(ap, format);
	vfprintf(p->faults, format, ap);
	va_end(ap);
	fputc('\n', p->faults);
	return false;
}

/* What is said is short: a socket that has no room for it has none because nobody reads, which the silence after it tells. */
static void
say(int fd, const char *text)
{
	char line[SCRIPT_OCTETS + 2];
	int len = snprintf(line, sizeof(line), "%s\r\n", text);

	(void)send(fd, line, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* What a host says that takes everything. */
static const char *
answer(struct play *p, const char *line, size_t len)
{
	static const struct {
		const char *verb, *reply;
	} replies[] = { { "EHLO", "250 " SCRIPT_FOREIGN }, { "HELO", "250 " SCRIPT_FOREIGN }, { "MAIL", "250 sender ok" },
		{ "RCPT", "250 recipient ok" }, { "DATA", "354 go on" }, { "RSET", "250 ok" }, { "NOOP", "250 ok" }, { "QUIT", "221 bye" } };

	if (p->in_text) {
		p->in_text = len != 1 || line[0] != '.';
		return p->in_text ? NULL : "250 taken";
	}
	for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
		if (len < 4 || strncasecmp(line, replies[i].verb, 4) != 0)
			continue;
		p->recipients += strcmp(replies[i].verb, "RCPT") == 0;
		p->in_text = strcmp(replies[i].verb, "DATA") == 0;
		return replies[i].reply;
	}
	return "500 what?";
}

static void
serve(struct play *p)
{
	ssize_t n = recv(p->host, p->heard + p->heard_len, sizeof(p->heard) - p->heard_len, MSG_DONTWAIT);
	const char *end, *reply;

	if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
		p->host_ended = true;
	if (n <= 0)
		return;
	p->heard_len += (size_t)n;
	while ((end = memchr(p->heard + p->done, '\n', p->heard_len - p->done)) != NULL) {
		const char *line = p->heard + p->done;
		size_t len = (size_t)(end - line);

		p->done += len + 1;
		reply = answer(p, line, len > 0 && line[len - 1] == '\r' ? len - 1 : len);
		if (reply != NULL)
			say(p->host, reply);
	}
}

static void
listen_to_reply(struct play *p)
{
	ssize_t n = recv(p->client, p->said + p->said_len, sizeof(p->said) - p->said_len, MSG_DONTWAIT);

	if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
		p->client_ended = true;
	p->said_len += n > 0 ? (size_t)n : 0;
}

/* Until one side says something. False: nobody does in time. */
static bool
wait_for_any(struct play *p)
{
	struct pollfd ends[] = { { .fd = p->client_ended ? -1 : p->client, .events = POLLIN }, { .fd = p->host_ended ? -1 : p->host, .events = POLLIN } };
	uint64_t now_ms = clock_ms();

	if (now_ms >= p->until_ms || poll(ends, 2, (int)(p->until_ms - now_ms)) == 0)
		return false;
	if (ends[1].revents != 0)
		serve(p);
	if (ends[0].revents != 0)
		listen_to_reply(p);
	return true;
}

static bool
await_reply(struct play *p)
{
	enum reply_result result;
	struct reply r;
	size_t used;

	while ((result = reply_read(span_of(p->said, p->said_len), &used, &r)) == REPLY_MORE) {
		if (p->client_ended)
			return fault(p, "the session ended");
		if (!wait_for_any(p))
			return fault(p, "no reply in time");
	}
	if (result == REPLY_BAD || r.code != p->now->code)
		return fault(p, "expected %u, got %s", p->now->code, shown_bytes(span_of(p->said, p->said_len)));
	p->said_len -= used;
	memmove(p->said, p->said + used, p->said_len);
	return true;
}

static bool
await_end(struct play *p)
{
	while (!p->client_ended || !p->host_ended)
		if (!wait_for_any(p))
			return fault(p, "the session does not end");
	return true;
}

static bool
overheard(const struct play *p)
{
	struct span heard = span_of((const uint8_t *)p->heard + p->step, p->heard_len - p->step);

	if (!p->now->overheard || span_eq(heard, span_str(p->now->heard)))
		return true;
	return fault(p, "the host was to hear %s, and heard %s", p->now->heard[0] == '\0' ? "nothing" : shown_bytes(span_str(p->now->heard)),
	    heard.len == 0 ? "nothing" : shown_bytes(heard));
}

static bool
step(struct play *p)
{
	p->step = p->heard_len;
	if (p->now->command[0] != '\0')
		say(p->client, p->now->command);
	else
		say(p->host, "220 " SCRIPT_FOREIGN " ESMTP");
	return await_reply(p) && overheard(p) && (!p->now->ends || await_end(p));
}

/* The last word: what came too late for its step has come by now. */
static bool
heard_all(const struct play *p, const struct script *s)
{
	return p->recipients == s->recipients || fault(p, "the host was to hear of %u recipients, and heard of %u", s->recipients, p->recipients);
}

bool
drill_play(const struct script *s, int client, int host, unsigned ms, const char *who, FILE *faults)
{
	static struct play p;

	p = (struct play){ .client = client, .host = host, .until_ms = clock_ms() + ms, .who = who, .faults = faults };
	for (size_t i = 0; i < s->count; i++) {
		p.now = &s->steps[i];
		if (!step(&p))
			return false;
	}
	return heard_all(&p, s);
}
