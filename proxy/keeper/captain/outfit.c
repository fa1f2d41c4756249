/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/captain/outfit.h"

#include "proxy/driver/stream/tproxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

/* As many as there are descriptors for; an answer without any is one, too: it is asked again later. */
static void
send_sockets(int wire, bool v4, unsigned wanted)
{
	int fds[WIRE_FDS];
	size_t count = 0;

	while (count < wanted && count < WIRE_FDS && (fds[count] = tproxy_socket(v4)) != -1)
		count++;
	(void)wire_send(wire, fds, count, "sockets%c", v4 ? '4' : '6');	/* if it does not fit, it is asked for again */
	while (count > 0)
		close(fds[--count]);
}

static int
bind_socket(bool v4, const char *address, unsigned port)
{
	struct tproxy_ends ends = { .client_port = (uint16_t)port };
	uint8_t octets[4] = { 0 };
	int fd;

	if (port == 0 || port >= IPPORT_RESERVED || inet_pton(v4 ? AF_INET : AF_INET6, address, v4 ? octets : ends.client.bytes) != 1)
		return -1;
	if (v4)
		ends.client = ip_from_v4(octets);
	fd = tproxy_socket(v4);
	if (fd != -1 && tproxy_bind(fd, &ends) == 0)
		return fd;
	if (fd != -1)
		close(fd);
	return -1;
}

static void
send_bound(int wire, bool v4, const char *whose)
{
	char address[INET6_ADDRSTRLEN];
	unsigned port;
	int fd;

	if (!wire_word(&whose, address, sizeof(address)) || !wire_number(&whose, UINT16_MAX, &port))
		return;
	fd = bind_socket(v4, address, port);
	(void)wire_send(wire, &fd, fd == -1 ? 0 : 1, "port %s %u", address, port);
	if (fd != -1)
		close(fd);
}

bool
outfit_answer(int wire, const struct wire_message *m)
{
	const char *rest;

	if ((rest = wire_is(m, "want4")) != NULL || (rest = wire_is(m, "want6")) != NULL)
		send_sockets(wire, m->text[4] == '4', (unsigned)strtoul(rest, NULL, 10));
	else if ((rest = wire_is(m, "port4")) != NULL || (rest = wire_is(m, "port6")) != NULL)
		send_bound(wire, m->text[4] == '4', rest);
	else
		return false;
	return true;
}
