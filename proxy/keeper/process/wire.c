/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* MSG_CMSG_CLOEXEC */
#include "proxy/keeper/process/wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union control {
	struct cmsghdr header;	/* for its alignment */
	char space[CMSG_SPACE(WIRE_FDS * sizeof(int))];
};

enum { MESSAGE_COST = 2048 };	/* octets of a short message with a descriptor, as the kernel counts them at most */

int
wire_pair(int ends[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends);
}

int
wire_widen(int fd, unsigned messages)
{
	int octets = (int)messages * MESSAGE_COST;

	return setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &octets, sizeof(octets));
}

static int send_text(int fd, const int *fds, size_t count, const char *format, va_list args) __attribute__((format(printf, 4, 0)));

static int
send_text(int fd, const int *fds, size_t count, const char *format, va_list args)
{
	char text[WIRE_TEXT];
	int len = vsnprintf(text, sizeof(text), format, args);
	struct iovec octets = { .iov_base = text, .iov_len = (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1 };
	struct msghdr m = { .msg_iov = &octets, .msg_iovlen = 1 };
	union control control = { 0 };

	if (count > WIRE_FDS) {
		errno = EINVAL;
		return -1;
	}
	if (count > 0) {
		m.msg_control = control.space;
		m.msg_controllen = CMSG_SPACE(count * sizeof(int));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
	}
	return sendmsg(fd, &m, MSG_NOSIGNAL) == -1 ? -1 : 0;
}

int
wire_say(int fd, const char *format, ...)
{
	va_list args;
	int result;

	va_start(args, format);
	result = send_text(fd, NULL, 0, format, args);
	va_end(args);
	return result;
}

int
wire_send(int fd, const int *fds, size_t count, const char *format, ...)
{
	va_list args;
	int result;

	va_start(args, format);
	result = send_text(fd, fds, count, format, args);
	va_end(args);
	return result;
}

static void
take_descriptors(struct msghdr *m, struct wire_message *out)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		out->fd_count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);	/* one such part, with room for WIRE_FDS */
		memcpy(out->fds, CMSG_DATA(c), out->fd_count * sizeof(int));
	}
}

int
wire_receive(int fd, struct wire_message *out)
{
	struct iovec octets = { .iov_base = out->text, .iov_len = sizeof(out->text) - 1 };
	union control control;
	struct msghdr m = { .msg_iov = &octets, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof(control.space) };
	ssize_t n;

	out->fd_count = 0;
	do
		n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return errno == EAGAIN ? 0 : -1;
	take_descriptors(&m, out);
	out->text[n] = '\0';
	out->cut = (m.msg_flags & MSG_CTRUNC) != 0;
	if (n > 0 && (m.msg_flags & MSG_TRUNC) == 0)
		return 1;
	wire_close_all(out);
	return -1;
}

const char *
wire_is(const struct wire_message *m, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(m->text, word, len) != 0 || (m->text[len] != ' ' && m->text[len] != '\0'))
		return NULL;
	return m->text + len + (m->text[len] == ' ');
}

bool
wire_word(const char **text, char *out, size_t size)
{
	size_t len = strcspn(*text, " ");

	if (len == 0 || len >= size)
		return false;
	memcpy(out, *text, len);
	out[len] = '\0';
	*text += len + ((*text)[len] == ' ');
	return true;
}

bool
wire_number(const char **text, unsigned most, unsigned *out)
{
	char word[16], *end;
	unsigned long n;

	if (!wire_word(text, word, sizeof(word)) || word[0] < '0' || word[0] > '9')
		return false;
	n = strtoul(word, &end, 10);
	*out = (unsigned)n;
	return *end == '\0' && n <= most;
}

void
wire_close_all(struct wire_message *m)
{
	for (size_t i = 0; i < m->fd_count; i++)
		if (m->fds[i] != -1)
			close(m->fds[i]);
	m->fd_count = 0;
}
