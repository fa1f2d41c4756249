/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* ppoll() */
#include "proxy/audit/talk.h"

#include "proxy/audit/dial.h"
#include "proxy/base/clock.h"
#include "proxy/smtp/command.h"
#include "proxy/smtp/line.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

void
talk_init(struct talk *t, const struct talk_conf *conf)
{
	*t = (struct talk){ .conf = conf, .fd = -1, .until_ms = UINT64_MAX };
}

void
talk_close(struct talk *t)
{
	if (t->fd != -1)
		close(t->fd);
	t->fd = -1;
	t->len = t->used = 0;
}

static enum talk_result
ended(struct talk *t, enum talk_result why)
{
	talk_close(t);
	return why;
}

static bool
is_stopped(const struct talk *t)
{
	return (t->conf->stop != NULL && *t->conf->stop != 0) || clock_ms() >= t->until_ms;
}

/*
 * Wait until something is so of the socket (events; 0: until the time alone). TALK_REPLY: it is; TALK_SILENT: the time has come.
 * A signal that asks for the end arrives in ppoll() or before is_stopped() is asked again, never between.
 */
static enum talk_result
wait_for(const struct talk *t, short events, uint64_t deadline_ms)
{
	struct pollfd p = { .fd = events == 0 ? -1 : t->fd, .events = events };

	for (;;) {
		uint64_t now = clock_ms(), until = deadline_ms < t->until_ms ? deadline_ms : t->until_ms, left;
		struct timespec wait;

		if (is_stopped(t))
			return TALK_STOPPED;
		if (now >= until)
			return TALK_SILENT;
		left = until - now;
		wait = (struct timespec){ .tv_sec = (time_t)(left / 1000), .tv_nsec = (long)(left % 1000) * 1000000 };
		if (ppoll(&p, 1, &wait, t->conf->mask) == 1)
			return TALK_REPLY;
	}
}

enum talk_result
talk_wait(struct talk *t, uint64_t ms)
{
	enum talk_result r = wait_for(t, 0, clock_ms() + ms);

	return r == TALK_SILENT ? TALK_REPLY : r;
}

/* A command is due now; the next one is so many intervals later. */
static enum talk_result
keep_pace(struct talk *t, unsigned intervals)
{
	uint64_t now = clock_ms();
	enum talk_result r = now < t->next_ms ? talk_wait(t, t->next_ms - now) : is_stopped(t) ? TALK_STOPPED : TALK_REPLY;

	t->next_ms = clock_ms() + intervals * t->conf->interval_ms;
	return r;
}

static enum talk_result
unreached(struct talk *t, int error)
{
	t->error = error;
	return ended(t, TALK_UNREACHED);
}

static enum talk_result
reach(struct talk *t)
{
	enum talk_result r;

	t->fd = dial_begin(&t->conf->to, t->conf->port, t->conf->from);
	if (t->fd == -1)
		return unreached(t, errno);
	r = wait_for(t, POLLOUT, clock_ms() + t->conf->timeout_ms);
	if (r != TALK_REPLY)
		return r == TALK_SILENT ? unreached(t, ETIMEDOUT) : ended(t, r);
	if (dial_end(t->fd, &t->own) == -1)
		return unreached(t, errno);
	return TALK_REPLY;
}

/* The lines of the reply as one text. */
static void
join_lines(struct talk *t)
{
	struct span rest = t->reply.text, line;
	size_t at = 0;

	while (reply_line(&rest, &line)) {
		if (at > 0 && at < TALK_TEXT - 1)
			t->text[at++] = ' ';
		for (size_t i = 0; i < line.len && at < TALK_TEXT - 1; i++)
			t->text[at++] = line.at[i] == '\0' ? '?' : (char)line.at[i];
	}
	t->text[at] = '\0';
}

static enum talk_result
take_reply(struct talk *t)
{
	t->code = t->reply.code;
	join_lines(t);
	if (t->code == 421)		/* RFC 5321 3.8: it closes the channel */
		return ended(t, TALK_CLOSED);
	return TALK_REPLY;
}

static enum talk_result
read_reply(struct talk *t)
{
	uint64_t deadline = clock_ms() + t->conf->timeout_ms;	/* of all of it: a host that drips is silent */

	for (;;) {
		enum reply_result what = reply_read(span_of(t->octets, t->len), &t->used, &t->reply);
		enum talk_result r;
		ssize_t n;

		if (what == REPLY_READY)
			return take_reply(t);
		if (what == REPLY_BAD || t->len == sizeof(t->octets))
			return ended(t, TALK_GARBAGE);
		r = wait_for(t, POLLIN, deadline);
		if (r != TALK_REPLY)
			return ended(t, r);
		n = recv(t->fd, t->octets + t->len, sizeof(t->octets) - t->len, 0);
		if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
			return ended(t, TALK_CLOSED);
		t->len += n > 0 ? (size_t)n : 0;
	}
}

/* What came before anything was asked: a farewell mostly, which explains more than the end that it comes before. */
static enum talk_result
hear_unasked(struct talk *t)
{
	enum talk_result r;

	t->len -= t->used;
	memmove(t->octets, t->octets + t->used, t->len);
	t->used = 0;
	if (t->len == 0) {
		ssize_t n = recv(t->fd, t->octets, sizeof(t->octets), MSG_DONTWAIT);

		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			return TALK_REPLY;
		if (n <= 0)
			return ended(t, TALK_CLOSED);
		t->len = (size_t)n;
	}
	r = read_reply(t);
	return r == TALK_REPLY ? ended(t, TALK_GARBAGE) : r;
}

/*
 * May this go out? Verbs that ask and change nothing, a message only with leave; and no octet that ends a line for anybody, also for
 * who clears the eighth bit.
 */
static bool
may_go(const struct talk *t, struct span line)
{
	struct command c;

	for (size_t i = 0; i < line.len; i++)
		if ((line.at[i] & 0x7f) < ' ')
			return false;
	command_parse(line, &c);
	switch (c.verb) {
	case VERB_EHLO:
	case VERB_HELO:
	case VERB_MAIL:
	case VERB_RCPT:
	case VERB_RSET:
	case VERB_VRFY:
	case VERB_EXPN:
	case VERB_QUIT:
		return line.len <= LINE_OCTETS;
	case VERB_DATA:
		return t->conf->delivers && line.len == 4;
	default:
		return false;
	}
}

/* The one place that writes to a host. */
static enum talk_result
write_all(struct talk *t, struct span s)
{
	uint64_t deadline = clock_ms() + t->conf->timeout_ms;

	while (s.len > 0) {
		enum talk_result r = wait_for(t, POLLOUT, deadline);
		ssize_t n;

		if (r != TALK_REPLY)
			return ended(t, r);
		n = send(t->fd, s.at, s.len, MSG_NOSIGNAL);
		if (n == -1 && errno != EAGAIN && errno != EINTR)
			return ended(t, TALK_CLOSED);
		s = span_cut(s, n > 0 ? (size_t)n : 0, s.len);
	}
	return TALK_REPLY;
}

enum talk_result
talk_open(struct talk *t)
{
	enum talk_result r;

	assert(t->fd == -1);
	t->code = 0;
	t->text[0] = '\0';
	r = keep_pace(t, TALK_CONNECT);
	if (r == TALK_REPLY)
		r = reach(t);
	if (r != TALK_REPLY)
		return r;
	t->connections++;
	return read_reply(t);
}

enum talk_result
talk_say(struct talk *t, struct span line)
{
	uint8_t octets[LINE_OCTETS + 2];
	enum talk_result r;

	assert(t->fd != -1);
	if (!may_go(t, line))
		return TALK_FORBIDDEN;
	t->code = 0;
	t->text[0] = '\0';
	r = keep_pace(t, 1);
	if (r != TALK_REPLY)
		return ended(t, r);
	r = hear_unasked(t);
	if (r != TALK_REPLY)
		return r;
	memcpy(octets, line.at, line.len);
	memcpy(octets + line.len, "\r\n", 2);
	t->commands++;
	r = write_all(t, span_of(octets, line.len + 2));
	return r == TALK_REPLY ? read_reply(t) : r;
}

/* Each line with a dot before it that begins with one, RFC 5321 4.5.2. */
static enum talk_result
write_text(struct talk *t, struct span text)
{
	enum talk_result r = TALK_REPLY;

	while (r == TALK_REPLY && text.len > 0) {
		size_t lf = span_find(text, 0, '\n'), n = lf < text.len ? lf + 1 : text.len;

		if (text.at[0] == '.')
			r = write_all(t, SPAN("."));
		if (r == TALK_REPLY)
			r = write_all(t, span_cut(text, 0, n));
		text = span_cut(text, n, text.len);
	}
	return r;
}

enum talk_result
talk_message(struct talk *t, struct span text)
{
	enum talk_result r;

	if (!t->conf->delivers || t->fd == -1 || t->code != 354)
		return TALK_FORBIDDEN;
	t->code = 0;
	t->text[0] = '\0';
	t->len = t->used = 0;		/* its 354 is read */
	r = write_text(t, text);
	if (r == TALK_REPLY)
		r = write_all(t, SPAN(".\r\n"));
	return r == TALK_REPLY ? read_reply(t) : r;
}
