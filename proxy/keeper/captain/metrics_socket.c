/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/captain/metrics_socket.h"

#include "proxy/base/ip_text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <unistd.h>

#ifndef IPV6_FREEBIND
#define IPV6_FREEBIND 78	/* Linux 4.15; not in the libc's header */
#endif

enum { BACKLOG = 128 };

static const char prefix[] = "metrics:";

void
metrics_socket_name(const struct site *site, char name[STORE_NAME])
{
	bool v4 = ip_is_v4(&site->metrics_ip);
	char text[IP_TEXT];

	name[0] = '\0';
	if (site->metrics_port == 0)
		return;
	ip_text(&site->metrics_ip, text);
	snprintf(name, STORE_NAME, v4 ? "%s%s:%" PRIu16 : "%s[%s]:%" PRIu16, prefix, text, site->metrics_port);
}

static int
bind_to(int fd, const struct ip *ip, uint16_t port)
{
	if (ip_is_v4(ip)) {
		struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };

		memcpy(&a.sin_addr, ip->bytes + 12, sizeof(a.sin_addr));
		return bind(fd, (struct sockaddr *)&a, sizeof(a));
	}
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	memcpy(&a.sin6_addr, ip->bytes, sizeof(a.sin6_addr));
	return bind(fd, (struct sockaddr *)&a, sizeof(a));
}

/* The box may get its address after we have begun, and "::" is not to mean IPv4 too. */
static int
set_options(int fd, bool v4)
{
	static const int on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1)
		return -1;
	if (v4)
		return setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on));
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == -1)
		return -1;
	return setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof(on));
}

/* -1 with errno. */
static int
open_one(const struct ip *ip, uint16_t port)
{
	bool v4 = ip_is_v4(ip);
	int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error;

	if (fd == -1)
		return -1;
	if (set_options(fd, v4) == 0 && bind_to(fd, ip, port) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

void
metrics_socket_open(struct store *store, const struct site *site, FILE *errors)
{
	char name[STORE_NAME];
	int fd;

	metrics_socket_name(site, name);
	if (name[0] == '\0' || store_find(store, name) != -1)
		return;
	fd = open_one(&site->metrics_ip, site->metrics_port);
	if (fd != -1 && store_put(store, name, fd) == 0)
		return;
	fprintf(errors, "relaywall: metrics %s: %s; nobody can look there\n", name + sizeof(prefix) - 1, fd == -1 ? strerror(errno) : "too many sockets");
	if (fd != -1)
		close(fd);
}

bool
metrics_socket_unused(const struct site *site, const struct store_item *item)
{
	char name[STORE_NAME];

	metrics_socket_name(site, name);
	return strncmp(item->name, prefix, sizeof(prefix) - 1) == 0 && strcmp(item->name, name) != 0;
}
