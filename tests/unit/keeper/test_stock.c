/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/worker/stock.h"

#include "tests/unit/suite.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static struct wire_message m;
static int ends[2];	/* the captain's, the worker's */

static struct tproxy_ends
from(const char *client, uint16_t port)
{
	struct tproxy_ends e = { .client_port = port, .port = 25 };
	uint8_t v4[4];

	if (inet_pton(AF_INET, client, v4) == 1) {
		e.client = e.address = ip_from_v4(v4);
	} else {
		inet_pton(AF_INET6, client, e.client.bytes);
		e.address = e.client;
	}
	return e;
}

static int
descriptor(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void
begin(struct stock *s)
{
	CU_ASSERT_FATAL(wire_pair(ends) == 0);
	stock_init(s, ends[1], true, false, 1000);
}

static void
finish(struct stock *s)
{
	stock_done(s);
	close(ends[0]);
	close(ends[1]);
}

/* What the captain hears next. */
static const char *
asked(void)
{
	if (wire_receive(ends[0], &m) != 1)
		return "nothing";
	return m.text;
}

static void
answer(struct stock *s, const char *text, size_t count)
{
	int fds[WIRE_FDS] = { 0 };

	for (size_t i = 0; i < count; i++)
		fds[i] = descriptor();
	CU_ASSERT(wire_send(ends[0], fds, count, "%s", text) == 0);
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
	CU_ASSERT(wire_receive(ends[1], &m) == 1);
	CU_ASSERT(stock_deliver(s, &m));
}

/* The descriptor, or the errno, negative. */
static int
take(struct stock *s, const struct tproxy_ends *e, bool keep_port, uint64_t now_ms)
{
	int fd = stock_take(s, e, keep_port, now_ms);

	return fd == -1 ? -errno : fd;
}

static void
more_are_asked_for_before_the_last_one_goes(void)
{
	const struct tproxy_ends e = from("192.0.2.1", 4000), v6 = from("2001:db8::1", 4000);
	struct stock s;

	begin(&s);
	CHECK(strcmp(asked(), "want4 32") == 0, "%s", m.text);
	CU_ASSERT(take(&s, &e, true, 1000) == -EAGAIN);
	CHECK(strcmp(asked(), "nothing") == 0, "%s, asked twice", m.text);
	answer(&s, "sockets4", STOCK_MOST);
	for (int i = 0; i < STOCK_MOST - STOCK_LOW; i++)
		close(take(&s, &e, true, 1001));
	CU_ASSERT(strcmp(asked(), "nothing") == 0);
	close(take(&s, &e, true, 1001));
	CHECK(strcmp(asked(), "want4 16") == 0, "%s", m.text);
	CU_ASSERT(take(&s, &v6, true, 1001) == -EAGAIN);
	CHECK(strcmp(asked(), "want6 32") == 0, "%s", m.text);
	finish(&s);
}

static void
too_many_are_closed(void)
{
	struct stock s;
	int probe = descriptor(), after;

	close(probe);
	begin(&s);
	answer(&s, "sockets4", STOCK_MOST);
	answer(&s, "sockets4", STOCK_MOST);
	CU_ASSERT(s.count[1] == STOCK_MOST);
	finish(&s);
	after = descriptor();
	CHECK(after == probe, "%d, and before it was %d: a descriptor was lost", after, probe);
	close(after);
}

static void
what_does_not_come_is_asked_for_again(void)
{
	const struct tproxy_ends low = from("192.0.2.1", 1000);
	struct stock s;

	begin(&s);
	asked();
	CU_ASSERT(!stock_look(&s, 1000 + STOCK_PATIENCE_MS - 1));
	CU_ASSERT(strcmp(asked(), "nothing") == 0);
	stock_look(&s, 1000 + STOCK_PATIENCE_MS);
	CHECK(strcmp(asked(), "want4 32") == 0, "%s", m.text);
	CU_ASSERT(take(&s, &low, true, 5000) == -EAGAIN);
	CHECK(strcmp(asked(), "port4 192.0.2.1 1000") == 0, "%s", m.text);
	CU_ASSERT(take(&s, &low, true, 5001) == -EAGAIN);
	CU_ASSERT(strcmp(asked(), "nothing") == 0);
	CU_ASSERT(stock_look(&s, 5000 + STOCK_PATIENCE_MS));	/* who waits tries again */
	asked();
	CU_ASSERT(take(&s, &low, true, 7000) == -EAGAIN);
	CHECK(strcmp(asked(), "port4 192.0.2.1 1000") == 0, "%s", m.text);
	finish(&s);
}

static void
a_low_port_comes_to_who_asked(void)
{
	const struct tproxy_ends one = from("192.0.2.1", 1000), other = from("2001:db8::1", 1000);
	struct stock s;
	int fd;

	begin(&s);
	answer(&s, "sockets4", 1);
	CU_ASSERT(take(&s, &one, true, 1000) == -EAGAIN && take(&s, &other, true, 1000) == -EAGAIN);
	answer(&s, "port 2001:db8::1 1000", 1);
	answer(&s, "port 192.0.2.9 1000", 1);		/* nobody's */
	answer(&s, "port nonsense", 1);
	CU_ASSERT(take(&s, &one, true, 1001) == -EAGAIN);
	CU_ASSERT((fd = take(&s, &other, true, 1001)) > 0);
	close(fd);
	answer(&s, "port 192.0.2.1 1000", 0);		/* cannot be had */
	CU_ASSERT(take(&s, &one, true, 1002) == -EACCES);
	CU_ASSERT(take(&s, &one, true, 1003) == -EAGAIN);	/* the next session from there asks anew */
	CU_ASSERT((fd = take(&s, &one, false, 1003)) > 0);	/* from any port */
	close(fd);
	finish(&s);
}

static void
low_ports_that_are_waited_for_are_bounded(void)
{
	struct stock s;
	struct tproxy_ends e;

	begin(&s);
	for (uint16_t i = 0; i < STOCK_BOUND; i++) {
		e = from("192.0.2.1", (uint16_t)(100 + i));
		CU_ASSERT(take(&s, &e, true, 1000) == -EAGAIN);
	}
	e = from("192.0.2.1", 500);
	CU_ASSERT(take(&s, &e, true, 1000) == -EACCES);
	finish(&s);
}

static void
without_a_captain_the_rest_is_used_up(void)
{
	const struct tproxy_ends e = from("192.0.2.1", 4000), low = from("192.0.2.1", 1000);
	struct stock s;
	int fd;

	begin(&s);
	answer(&s, "sockets4", 2);
	stock_cut_off(&s);
	CU_ASSERT((fd = take(&s, &e, true, 1000)) > 0);
	close(fd);
	CU_ASSERT((fd = take(&s, &low, true, 1000)) > 0);
	close(fd);
	CU_ASSERT(take(&s, &e, true, 1000) == -ENOTCONN);
	finish(&s);
}

static void
other_words_are_not_about_sockets(void)
{
	struct stock s;

	begin(&s);
	strcpy(m.text, "drain 15");
	m.fd_count = 0;
	CU_ASSERT(!stock_deliver(&s, &m));
	finish(&s);
}

static CU_TestInfo tests[] = {
	{ "more are asked for before the last one goes", more_are_asked_for_before_the_last_one_goes },
	{ "too many are closed", too_many_are_closed },
	{ "what does not come is asked for again", what_does_not_come_is_asked_for_again },
	{ "a low port comes to who asked", a_low_port_comes_to_who_asked },
	{ "low ports that are waited for are bounded", low_ports_that_are_waited_for_are_bounded },
	{ "without a captain the rest is used up", without_a_captain_the_rest_is_used_up },
	{ "other words are not about sockets", other_words_are_not_about_sockets },
	CU_TEST_INFO_NULL,
};
SUITE(stock, tests)
