/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/dial.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static socklen_t
address_of(const struct ip *ip, uint16_t port, struct sockaddr_storage *out)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (ip_is_v4(ip)) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		memcpy(&v4->sin_addr, ip->bytes + 12, 4);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	memcpy(&v6->sin6_addr, ip->bytes, 16);
	return sizeof(*v6);
}

static int
bind_to(int fd, const struct ip *from)
{
	struct sockaddr_storage a;
	socklen_t len = address_of(from, 0, &a);

	return bind(fd, (struct sockaddr *)&a, len);
}

int
dial_begin(const struct ip *to, uint16_t port, const struct ip *from)
{
	struct sockaddr_storage a;
	socklen_t len = address_of(to, port, &a);
	int fd = socket(a.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error;

	if (fd == -1)
		return -1;
	if ((from == NULL || bind_to(fd, from) == 0) && (connect(fd, (struct sockaddr *)&a, len) == 0 || errno == EINPROGRESS))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

int
dial_end(int fd, struct ip *own)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof(a), error_len = sizeof(int);
	int error;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &error_len) == -1)
		return -1;
	if (error != 0) {
		errno = error;
		return -1;
	}
	if (getsockname(fd, (struct sockaddr *)&a, &len) == -1)
		return -1;
	if (a.ss_family == AF_INET)
		*own = ip_from_v4((const uint8_t *)&((struct sockaddr_in *)&a)->sin_addr);
	else
		memcpy(own->bytes, &((struct sockaddr_in6 *)&a)->sin6_addr, 16);
	return 0;
}
