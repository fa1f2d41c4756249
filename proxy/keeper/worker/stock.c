/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/worker/stock.h"

#include "proxy/base/ip_text.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

enum { ON_ITS_WAY = -1, NOT_TO_BE_HAD = -2 };

static void
ask(struct stock *s, bool v4, uint64_t now_ms)
{
	if (s->wire == -1 || s->asked_ms[v4] != 0)
		return;
	if (wire_say(s->wire, "want%c %u", v4 ? '4' : '6', STOCK_MOST - s->count[v4]) == 0)
		s->asked_ms[v4] = now_ms;
}

void
stock_init(struct stock *s, int wire, bool v4, bool v6, uint64_t now_ms)
{
	*s = (struct stock){ .wire = wire };
	if (v4)
		ask(s, true, now_ms);
	if (v6)
		ask(s, false, now_ms);
}

static bool
is_same(const struct tproxy_ends *a, const struct tproxy_ends *b)
{
	return memcmp(&a->client, &b->client, sizeof(a->client)) == 0 && a->client_port == b->client_port &&
	    ip_is_v4(&a->address) == ip_is_v4(&b->address);
}

static void
say_bound(struct stock *s, struct stock_bound *b, uint64_t now_ms)
{
	char text[IP_TEXT];

	ip_text(&b->ends.client, text);
	if (wire_say(s->wire, "port%c %s %u", ip_is_v4(&b->ends.client) ? '4' : '6', text, b->ends.client_port) == 0)
		b->asked_ms = now_ms;
}

/* One that the captain binds: its port needs a right, too. */
static int
take_bound(struct stock *s, const struct tproxy_ends *ends, uint64_t now_ms)
{
	struct stock_bound *free_place = NULL;

	for (size_t i = 0; i < STOCK_BOUND; i++) {
		struct stock_bound *b = &s->bound[i];

		if (b->asked_ms == 0) {
			free_place = b;
			continue;
		}
		if (!is_same(&b->ends, ends))
			continue;
		errno = b->fd == ON_ITS_WAY ? EAGAIN : EACCES;
		if (b->fd != ON_ITS_WAY)
			b->asked_ms = 0;
		return b->fd < 0 ? -1 : b->fd;
	}
	errno = EACCES;
	if (free_place == NULL)
		return -1;
	*free_place = (struct stock_bound){ .ends = *ends, .fd = ON_ITS_WAY };
	say_bound(s, free_place, now_ms);
	errno = free_place->asked_ms == 0 ? EACCES : EAGAIN;
	return -1;
}

int
stock_take(struct stock *s, const struct tproxy_ends *ends, bool keep_port, uint64_t now_ms)
{
	bool v4 = ip_is_v4(&ends->address);

	if (keep_port && ends->client_port < IPPORT_RESERVED && s->wire != -1)
		return take_bound(s, ends, now_ms);
	if (s->count[v4] <= STOCK_LOW)
		ask(s, v4, now_ms);
	if (s->count[v4] > 0)
		return s->spare[v4][--s->count[v4]];
	errno = s->wire == -1 ? ENOTCONN : EAGAIN;
	return -1;
}

static void
deliver_spare(struct stock *s, bool v4, struct wire_message *m)
{
	s->asked_ms[v4] = 0;
	for (size_t i = 0; i < m->fd_count && s->count[v4] < STOCK_MOST; i++) {
		s->spare[v4][s->count[v4]++] = m->fds[i];
		m->fds[i] = -1;
	}
}

/* "ADDRESS PORT", and the socket if it could be had. */
static void
deliver_bound(struct stock *s, const char *whose, struct wire_message *m)
{
	char text[INET6_ADDRSTRLEN];
	unsigned port;

	if (!wire_word(&whose, text, sizeof(text)) || !wire_number(&whose, UINT16_MAX, &port))
		return;
	for (size_t i = 0; i < STOCK_BOUND; i++) {
		struct stock_bound *b = &s->bound[i];
		char its[IP_TEXT];

		ip_text(&b->ends.client, its);
		if (b->asked_ms == 0 || b->fd != ON_ITS_WAY || b->ends.client_port != port || strcmp(its, text) != 0)
			continue;
		b->fd = m->fd_count > 0 ? m->fds[0] : NOT_TO_BE_HAD;
		if (m->fd_count > 0)
			m->fds[0] = -1;
		return;
	}
}

bool
stock_deliver(struct stock *s, struct wire_message *m)
{
	const char *whose;

	if (wire_is(m, "sockets4") != NULL)
		deliver_spare(s, true, m);
	else if (wire_is(m, "sockets6") != NULL)
		deliver_spare(s, false, m);
	else if ((whose = wire_is(m, "port")) != NULL)
		deliver_bound(s, whose, m);
	else
		return false;
	wire_close_all(m);	/* what nobody asked for */
	return true;
}

bool
stock_look(struct stock *s, uint64_t now_ms)
{
	bool again = false;

	for (int v4 = 0; v4 < 2; v4++) {
		if (s->asked_ms[v4] == 0 || now_ms - s->asked_ms[v4] < STOCK_PATIENCE_MS)
			continue;
		s->asked_ms[v4] = 0;
		ask(s, v4 == 1, now_ms);
	}
	for (size_t i = 0; i < STOCK_BOUND; i++) {
		struct stock_bound *b = &s->bound[i];

		if (b->asked_ms == 0 || now_ms - b->asked_ms < STOCK_PATIENCE_MS)
			continue;
		if (b->fd >= 0)
			close(b->fd);
		b->asked_ms = 0;
		again = true;
	}
	return again;
}

void
stock_cut_off(struct stock *s)
{
	s->wire = -1;
}

void
stock_done(struct stock *s)
{
	for (int v4 = 0; v4 < 2; v4++)
		while (s->count[v4] > 0)
			close(s->spare[v4][--s->count[v4]]);
	for (size_t i = 0; i < STOCK_BOUND; i++)
		if (s->bound[i].asked_ms != 0 && s->bound[i].fd >= 0)
			close(s->bound[i].fd);
}
