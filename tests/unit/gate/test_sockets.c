/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/gate/sockets.h"

#include "proxy/driver/gate/channel.h"
#include "tests/unit/suite.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const int families[] = { AF_INET, AF_INET6 };

static int
option(int fd, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	getsockopt(fd, SOL_SOCKET, name, &value, &len);
	return value;
}

static size_t
open_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	size_t n = 0;

	while (folder != NULL && readdir(folder) != NULL)
		n++;
	if (folder != NULL)
		closedir(folder);
	return n;
}

static void
what_the_gate_takes_is_a_tcp_socket_that_does_not_block(void)
{
	struct channels c;
	struct sockets s;

	CU_ASSERT(channels_open(&c) == 0);
	sockets_init(&s, c.gate[CHANNEL_SOCKETS]);
	for (size_t i = 0; i < 2; i++)
		CHECK(sockets_serve(c.hand[CHANNEL_SOCKETS], 0) == SOCKETS_MAX, "family %d: not so many were made", families[i]);
	for (size_t i = 0; i < 2; i++) {
		int fd = sockets_take(&s, families[i]);

		CHECK(option(fd, SO_DOMAIN) == families[i], "family %d: %d", families[i], option(fd, SO_DOMAIN));
		CHECK(option(fd, SO_PROTOCOL) == IPPROTO_TCP, "protocol %d", option(fd, SO_PROTOCOL));
		CHECK((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0, "family %d: it blocks", families[i]);
		CHECK((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0, "family %d: a program would get it", families[i]);
		close(fd);
	}
	sockets_done(&s);
	c.gate[CHANNEL_SOCKETS] = -1;
	channels_close(&c);
}

/* Served: how many orders are seen to between two that are taken. */
static unsigned
take_many(unsigned wanted, unsigned served)
{
	struct channels c;
	struct sockets s;
	unsigned taken = 0;

	CU_ASSERT(channels_open(&c) == 0);
	sockets_init(&s, c.gate[CHANNEL_SOCKETS]);
	for (unsigned n = 0; n < wanted; n++) {
		int fd;

		for (unsigned i = 0; i < served; i++)
			(void)sockets_serve(c.hand[CHANNEL_SOCKETS], 0);
		fd = sockets_take(&s, AF_INET);
		taken += fd != -1;
		CHECK(fd != -1 || errno == EAGAIN, "%s", strerror(errno));
		if (fd != -1)
			close(fd);
	}
	sockets_done(&s);
	c.gate[CHANNEL_SOCKETS] = -1;
	channels_close(&c);
	return taken;
}

static void
more_are_ordered_before_the_store_is_empty(void)
{
	unsigned taken = take_many(10 * SOCKETS_MAX, 2);

	CHECK(taken == 10 * SOCKETS_MAX, "%u of %u", taken, 10 * SOCKETS_MAX);
}

static void
without_a_hand_nobody_waits(void)
{
	struct sockets s;

	CHECK(take_many(3, 0) == 0, "a socket came from nowhere");
	sockets_init(&s, -1);
	CHECK(sockets_take(&s, AF_INET) == -1 && errno == EAGAIN, "no channel: %s", strerror(errno));
	sockets_done(&s);
}

static void
an_order_that_makes_no_sense_is_refused(void)
{
	static const struct { const char *name; uint32_t order[3]; size_t octets; } cases[] = {
		{ "no such family", { 2, 1 }, 8 }, { "a family far away", { UINT32_MAX, 1 }, 8 }, { "too many", { 0, SOCKETS_MAX + 1 }, 8 },
		{ "far too many", { 0, UINT32_MAX }, 8 }, { "too short", { 0, 1 }, 7 }, { "one octet", { 0 }, 1 }, { "too long", { 0, 1, 0 }, 12 },
	};
	struct channels c;

	CU_ASSERT(channels_open(&c) == 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t before = open_descriptors();
		int served;

		CU_ASSERT(send(c.gate[CHANNEL_SOCKETS], cases[i].order, cases[i].octets, 0) == (ssize_t)cases[i].octets);
		served = sockets_serve(c.hand[CHANNEL_SOCKETS], 0);
		CHECK(served == -1 && errno == EBADMSG, "%s: %d, %s", cases[i].name, served, strerror(errno));
		CHECK(open_descriptors() == before, "%s: a socket was made", cases[i].name);
	}
	CHECK(sockets_serve(c.hand[CHANNEL_SOCKETS], 0) == -1 && errno == EAGAIN, "an answer to nothing: %s", strerror(errno));
	channels_close(&c);
}

static void
a_gate_that_fetches_nothing_gets_no_more(void)
{
	static const uint32_t order[] = { 0, SOCKETS_MAX };
	struct channels c;
	size_t before;
	int served = 0, orders;

	CU_ASSERT(channels_open(&c) == 0);
	before = open_descriptors();
	for (orders = 0; orders < 1000 && served != -1; orders++) {
		CU_ASSERT(send(c.gate[CHANNEL_SOCKETS], order, sizeof(order), 0) == sizeof(order));
		served = sockets_serve(c.hand[CHANNEL_SOCKETS], 0);
	}
	CHECK(served == -1 && errno == EAGAIN && orders < 20, "after %d orders: %d, %s", orders, served, strerror(errno));
	CHECK(open_descriptors() == before, "the hand keeps %zu", open_descriptors() - before);
	channels_close(&c);
}

static void
each_side_sees_that_the_other_is_gone(void)
{
	struct channels c;
	struct sockets s;

	CU_ASSERT(channels_open(&c) == 0);
	close(c.gate[CHANNEL_SOCKETS]);
	c.gate[CHANNEL_SOCKETS] = -1;
	CHECK(sockets_serve(c.hand[CHANNEL_SOCKETS], 0) == -1 && errno == EPIPE, "the hand: %s", strerror(errno));
	channels_close(&c);

	CU_ASSERT(channels_open(&c) == 0);
	close(c.hand[CHANNEL_SOCKETS]);
	c.hand[CHANNEL_SOCKETS] = -1;
	sockets_init(&s, c.gate[CHANNEL_SOCKETS]);
	CHECK(sockets_take(&s, AF_INET6) == -1 && errno == EAGAIN, "the gate: %s", strerror(errno));
	sockets_done(&s);
	c.gate[CHANNEL_SOCKETS] = -1;
	channels_close(&c);
}

static CU_TestInfo tests[] = {
	{ "what the gate takes is a TCP socket that does not block", what_the_gate_takes_is_a_tcp_socket_that_does_not_block },
	{ "more are ordered before the store is empty", more_are_ordered_before_the_store_is_empty },
	{ "without a hand nobody waits", without_a_hand_nobody_waits },
	{ "an order that makes no sense is refused", an_order_that_makes_no_sense_is_refused },
	{ "a gate that fetches nothing gets no more", a_gate_that_fetches_nothing_gets_no_more },
	{ "each side sees that the other is gone", each_side_sees_that_the_other_is_gone },
	CU_TEST_INFO_NULL,
};
SUITE(sockets, tests)
