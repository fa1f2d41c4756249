/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/bench/load/caller.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static enum caller_result
fail(struct caller *c, const char *fault, int error)
{
	c->fault = fault;
	c->error = error;
	return CALLER_FAILED;
}

void
caller_tell(const struct caller *c)
{
	fprintf(stderr, "load: %s: %s%s%s\n", talk_turn_name(c->talk.turn), c->fault, c->error == 0 ? "" : ": ",
	    c->error == 0 ? "" : strerror(c->error));
}

void
caller_close(struct caller *c)
{
	if (c->fd != -1)
		close(c->fd);
	c->fd = -1;
}

/* Without a port until connect(): the kernel may use one again that goes elsewhere. */
static int
bind_address(int fd, struct in_addr from)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = from };

	if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &(int){ 1 }, sizeof(int)) == -1)
		return -1;
	return bind(fd, (struct sockaddr *)&a, sizeof(a));
}

enum caller_result
caller_begin(struct caller *c, int epoll, const struct plan *plan, struct in_addr from, uint64_t due_ns)
{
	struct epoll_event watch = { .events = EPOLLIN, .data.ptr = c };

	talk_begin(&c->talk, plan);
	buf_init(&c->out, c->memory, sizeof(c->memory));
	c->due_ns = due_ns;
	c->text = (struct span){ NULL, 0 };
	c->wants_room = false;
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd == -1)
		return fail(c, "socket", errno);
	if (setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int)) == -1 ||
	    bind_address(c->fd, from) == -1)
		return fail(c, "bind", errno);
	if (connect(c->fd, (const struct sockaddr *)&plan->to, sizeof(plan->to)) == -1 && errno != EINPROGRESS)
		return fail(c, "connect", errno);
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &watch) == -1)
		return fail(c, "epoll", errno);
	return CALLER_GOES_ON;
}

/* Ask for EPOLLOUT while something waits, and only then: most turns go out whole. */
static enum caller_result
watch_room(struct caller *c, int epoll, bool wanted)
{
	struct epoll_event watch = { .events = EPOLLIN | (wanted ? EPOLLOUT : 0), .data.ptr = c };

	if (c->wants_room == wanted)
		return CALLER_GOES_ON;
	if (epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &watch) == -1)
		return fail(c, "epoll", errno);
	c->wants_room = wanted;
	return CALLER_GOES_ON;
}

/* Commands and text in one call, so that short messages are one segment. */
static enum caller_result
flush(struct caller *c, int epoll)
{
	while (buf_span(&c->out).len + c->text.len > 0) {
		struct span commands = buf_span(&c->out);
		struct iovec parts[2] = {
			{ (void *)commands.at, commands.len },
			{ (void *)c->text.at, c->text.len },
		};
		struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
		ssize_t sent = sendmsg(c->fd, &message, MSG_NOSIGNAL);
		size_t of_commands;

		if (sent == -1 && (errno == EAGAIN || errno == EINTR))
			return watch_room(c, epoll, true);
		if (sent == -1)
			return fail(c, "send", errno);
		of_commands = (size_t)sent < commands.len ? (size_t)sent : commands.len;
		buf_take(&c->out, of_commands);
		c->text = span_cut(c->text, (size_t)sent - of_commands, c->text.len);
	}
	return watch_room(c, epoll, false);
}

static enum caller_result
speak(struct caller *c, int epoll, struct span letter)
{
	bool text = talk_say(&c->talk, &c->out);
	size_t len = c->talk.turn == TALK_TEXT ? letter.len : c->talk.plan->octets;

	if (c->out.overflow)
		return fail(c, "no room for what is to be said", 0);
	if (text)
		c->text = span_cut(letter, 0, len);
	return flush(c, epoll);
}

static enum caller_result
hear(struct caller *c, int epoll, struct span in, struct span letter)
{
	switch (talk_hear(&c->talk, in)) {
	case TALK_MORE:
		return CALLER_GOES_ON;
	case TALK_SPEAK:
		return speak(c, epoll, letter);
	case TALK_HOLD:
		return CALLER_HOLDS;
	case TALK_FAULT:
		break;
	}
	return fail(c, c->talk.line, 0);
}

enum caller_result
caller_step(struct caller *c, int epoll, struct span letter)
{
	uint8_t in[8192];
	ssize_t n;

	if (c->wants_room && flush(c, epoll) == CALLER_FAILED)
		return CALLER_FAILED;
	n = recv(c->fd, in, sizeof(in), 0);
	if (n > 0)
		return hear(c, epoll, span_of(in, (size_t)n), letter);
	if (n == 0)
		return c->talk.turn == TALK_OVER ? CALLER_ENDED : fail(c, "the connection ended too early", 0);
	return errno == EAGAIN || errno == EINTR ? CALLER_GOES_ON : fail(c, "receive", errno);
}
