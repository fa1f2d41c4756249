/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/deadman.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MARK_DIGIT = 7, FIRST_DIGIT = 28 };	/* behind those of gate_rules.h; in bits */

uint32_t
deadman_mark(uint32_t fwmark)
{
	return fwmark ^ (uint32_t)MARK_DIGIT << FIRST_DIGIT;
}

int
deadman_open(uint32_t fwmark)
{
	const uint32_t mark = deadman_mark(fwmark);
	int saved, fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd == -1)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

/*
 * The kernel runs the rules of the hook output while it sends, and EPERM is what a sender gets whose packet they drop: here
 * that is the answer that is hoped for. The socket is not connected, or a later call would get the ICMP error of a packet
 * that nobody took.
 */
static int
say(int fd, const char *where)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(25) };

	inet_pton(AF_INET, where, &to.sin_addr);
	if (sendto(fd, "", 0, 0, (const struct sockaddr *)&to, sizeof(to)) == -1)
		return errno == EPERM ? 0 : -1;
	errno = ENOENT;
	return -1;
}

int
deadman_refresh(int fd)
{
	return say(fd, DEADMAN_SERVING);
}

int
deadman_end(int fd)
{
	return say(fd, DEADMAN_PAUSED);
}
