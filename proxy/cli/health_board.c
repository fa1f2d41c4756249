/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/health_board.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static const char question[] = "GET /health HTTP/1.0\r\n\r\n", any_answer[] = "HTTP/1.";

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* At all addresses is at the loopback one, too: connect(2) takes one for the other. */
static socklen_t
address_of(const struct site *site, union address *a)
{
	*a = (union address){ .any.sa_family = AF_UNSPEC };
	if (ip_is_v4(&site->metrics_ip)) {
		a->v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(site->metrics_port) };
		memcpy(&a->v4.sin_addr, site->metrics_ip.bytes + 12, 4);
		return sizeof(a->v4);
	}
	a->v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(site->metrics_port) };
	memcpy(&a->v6.sin6_addr, site->metrics_ip.bytes, sizeof(site->metrics_ip.bytes));
	return sizeof(a->v6);
}

/* 0: something was answered, whatever it is; or -1 with errno. */
static int
ask(int fd, const union address *a, socklen_t len, unsigned ms)
{
	const struct timeval patience = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
	char answer[sizeof(any_answer)];
	ssize_t n;

	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == -1 || connect(fd, &a->any, len) == -1 ||
	    send(fd, question, sizeof(question) - 1, MSG_NOSIGNAL) == -1 ||
	    (n = recv(fd, answer, sizeof(any_answer) - 1, MSG_WAITALL)) == -1)
		return -1;
	errno = EPROTO;
	return (size_t)n == sizeof(any_answer) - 1 && memcmp(answer, any_answer, (size_t)n) == 0 ? 0 : -1;
}

void
health_board(const struct site *site, unsigned ms, FILE *faults)
{
	union address a;
	socklen_t len;
	int fd;

	if (site->metrics_port == 0)
		return;
	len = address_of(site, &a);
	fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1 || ask(fd, &a, len, ms) == -1)
		fprintf(faults, "the board does not answer: %s\n", errno == EAGAIN ? "not in time" : strerror(errno));
	if (fd != -1)
		close(fd);
}
