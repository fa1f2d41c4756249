/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An interface is listened to: loopback, in a network of the test's own. And captures without memory. */
#include "proxy/base/clock.h"
#include "proxy/driver/tap/capture.h"
#include "tests/unit/net.h"
#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"
#include "tests/unit/tap/memory_file.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { PATIENCE_MS = 5000, TICK_US = 20 * 1000 };

static unsigned shown;
static uint64_t shown_us;

/* Frames that have an IPv4 header at 14 and the port of their TCP header at 36, or 34 for the answer. */
static void
take(void *cookie, const struct tap_packet *p)
{
	const unsigned *port = cookie;
	unsigned from = p->octets.len < 38 ? 0 : p->octets.at[34] << 8 | p->octets.at[35], to = p->octets.len < 38 ? 0 : p->octets.at[36] << 8 | p->octets.at[37];

	CHECK(from == *port || to == *port, "ports %u, %u", from, to);
	shown_us = p->time_us;
	shown++;
}

static struct capture *
listen_to(const char *interface, const uint16_t *ports, size_t port_count, const char *filter, char error[CAPTURE_ERROR])
{
	const struct capture_conf conf = { .interface = interface, .ports = ports, .port_count = port_count, .filter = filter, .buffer_octets = 1 << 20,
		.promiscuous = true };

	error[0] = '\0';
	return capture_open(&conf, error);
}

/* Nobody is there: a SYN and a RST. */
static void
knock(uint16_t port)
{
	const struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	CU_ASSERT(connect(fd, (const struct sockaddr *)&address, sizeof(address)) == -1);
	close(fd);
}

/* Until so many packets were shown, and then what else is there. */
static void
read_packets(struct capture *c, unsigned want, unsigned port)
{
	uint64_t end_ms = clock_ms() + PATIENCE_MS;

	shown = 0;
	while (shown < want && clock_ms() < end_ms)
		CU_ASSERT(capture_read(c, take, &port) == CAPTURE_MORE);
	CU_ASSERT(capture_read(c, take, &port) == CAPTURE_MORE);	/* which ends, though nothing comes */
	CHECK(shown == want, "%u packets", shown);
}

static void
an_interface_shows_packets_of_the_ports_alone(void)
{
	static const struct { uint16_t ports[2]; size_t count; const char *filter; unsigned port; unsigned packets, filtered; } cases[] = {
		{ { 0 }, 0, NULL, 25, 2, 0 },
		{ { 587, 2525 }, 2, NULL, 2525, 2, 0 },
		{ { 0 }, 0, "tcp[13] & 4 = 0", 25, 1, 1 },		/* no RST */
	};

	if (!net_own())
		return;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char error[CAPTURE_ERROR];
		struct capture *c = listen_to("lo", cases[i].count == 0 ? NULL : cases[i].ports, cases[i].count, cases[i].filter, error);
		uint64_t begin_us = clock_of_day_us();
		struct capture_progress p;

		CHECK(c != NULL, "case %zu: %s", i, error);
		CU_ASSERT_PTR_NOT_NULL_FATAL(c);
		knock(26);
		knock((uint16_t)cases[i].port);
		read_packets(c, cases[i].packets, cases[i].port);
		capture_progress(c, &p);
		CHECK(p.packets == cases[i].packets && p.filtered == cases[i].filtered, "case %zu: %" PRIu64 " packets, %" PRIu64 " filtered", i, p.packets,
		    p.filtered);
		CHECK(p.octets == 0 && p.octets_all == 0 && p.dropped == 0, "case %zu: %" PRIu64 " dropped", i, p.dropped);
		CHECK(shown_us >= begin_us && shown_us <= clock_of_day_us() && p.time_us == shown_us, "case %zu: time %" PRIu64, i, shown_us);
		capture_close(c);
	}
}

static struct capture *waiting;

static void
on_tick(int number)
{
	(void)number;
	if (waiting != NULL)
		capture_stop(waiting);
}

static void
who_waits_for_an_interface_is_stopped_by_a_signal(void)
{
	const struct sigaction act = { .sa_handler = on_tick };
	const struct itimerval timer = { { 0, TICK_US }, { 0, TICK_US } }, none = { { 0, 0 }, { 0, 0 } };
	uint64_t begin_ms = clock_ms();
	char error[CAPTURE_ERROR];
	unsigned port = 25;

	if (!net_own())
		return;
	waiting = listen_to("lo", NULL, 0, NULL, error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(waiting);
	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
	while (capture_read(waiting, take, &port) == CAPTURE_MORE && clock_ms() < begin_ms + PATIENCE_MS)
		;
	setitimer(ITIMER_REAL, &none, NULL);
	CHECK(clock_ms() < begin_ms + PATIENCE_MS, "nobody stops it");
	capture_close(waiting);
	waiting = NULL;
}

static void
set_up(const char *interface, bool up)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq r = { .ifr_flags = up ? IFF_UP : 0 };

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", interface);
	CU_ASSERT_FATAL(ioctl(fd, SIOCSIFFLAGS, &r) == 0);
	close(fd);
}

static void
an_interface_that_cannot_be_listened_to_is_told(void)
{
	char error[CAPTURE_ERROR];

	if (!net_own())
		return;
	CU_ASSERT_PTR_NULL(listen_to("nonexistent0", NULL, 0, NULL, error));
	CHECK(strcmp(error, "nonexistent0: there is no such interface") == 0, "%s", error);
	CU_ASSERT_PTR_NULL(listen_to("lo", NULL, 0, "tcp prot 25", error));
	CHECK(strncmp(error, "lo: the filter \"tcp prot 25\": ", 30) == 0, "%s", error);
	set_up("lo", false);
	CU_ASSERT_PTR_NULL(listen_to("lo", NULL, 0, NULL, error));
	CHECK(strcmp(error, "lo: the interface is not up") == 0, "%s", error);
	set_up("lo", true);
}

static void
an_interface_that_goes_down_is_waited_for(void)
{
	char error[CAPTURE_ERROR];
	struct capture *c;
	uint64_t begin_ms;
	unsigned port = 25;

	if (!net_own())
		return;
	c = listen_to("lo", NULL, 0, NULL, error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(c);
	set_up("lo", false);
	CU_ASSERT(capture_read(c, take, &port) == CAPTURE_MORE);
	begin_ms = clock_ms();
	for (int i = 0; i < 5; i++)
		CU_ASSERT(capture_read(c, take, &port) == CAPTURE_MORE);
	CHECK(clock_ms() - begin_ms >= 4 * CAPTURE_WAIT_MS, "it was not waited for: %u ms", (unsigned)(clock_ms() - begin_ms));
	set_up("lo", true);
	knock(25);
	read_packets(c, 2, 25);
	capture_close(c);
}

static void
an_interface_that_is_taken_away_is_told(void)
{
	char error[CAPTURE_ERROR];
	enum capture_result result = CAPTURE_MORE;
	uint64_t end_ms = clock_ms() + PATIENCE_MS;
	struct capture *c;

	if (!net_own())
		return;
	CU_ASSERT_FATAL(system("ip link add away0 type veth peer name away1 && ip link set away0 up") == 0);
	c = listen_to("away0", NULL, 0, NULL, error);
	CHECK(c != NULL, "%s", error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(c);
	CU_ASSERT_FATAL(system("ip link delete away0") == 0);
	while (result == CAPTURE_MORE && clock_ms() < end_ms)
		result = capture_read(c, take, NULL);
	CHECK(result == CAPTURE_BROKEN && strncmp(capture_error(c), "away0: ", 7) == 0 && strlen(capture_error(c)) > 7, "%d: %s", result, capture_error(c));
	capture_close(c);
}

static void
count(void *cookie, const struct tap_packet *p)
{
	(void)cookie, (void)p;
	shown++;
}

/* The compiler of filters in libpcap 1.10 reads address 0 without memory. */
static void
without_memory_it_is_told(void)
{
	static const char *const crashes[] = { "libpcap.so", NULL };
	static const uint8_t file[] = "\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\xff\xff\0\0\1\0\0\0" "\1\0\0\0\2\0\0\0\3\0\0\0\3\0\0\0abc";
	int fd = memory_file(span_of(file, sizeof(file) - 1));
	unsigned before = memory_file_count();
	struct scarce s;

	scarce_spare(crashes);
	SCARCE_EACH(&s) {
		const struct capture_conf conf = { .file = memory_file_path(fd), .filter = "greater 3" };
		char error[CAPTURE_ERROR] = "";
		struct capture *c;

		shown = 0;
		scarce_begin(&s);
		c = capture_open(&conf, error);
		while (c != NULL && capture_read(c, count, NULL) == CAPTURE_MORE)
			;
		scarce_end(&s);
		CHECK(c != NULL || (s.denied && error[0] != '\0'), "%s: not told", scarce_run(&s));
		CHECK(c == NULL || shown == 1, "%s: %u packets: %s", scarce_run(&s), shown, capture_error(c));
		capture_close(c);
	}
	scarce_spare(NULL);
	CHECK(memory_file_count() == before, "%u descriptors, %u before", memory_file_count(), before);
	close(fd);
}

static CU_TestInfo tests[] = {
	{ "an interface shows packets of the ports alone", an_interface_shows_packets_of_the_ports_alone },
	{ "who waits for an interface is stopped by a signal", who_waits_for_an_interface_is_stopped_by_a_signal },
	{ "an interface that cannot be listened to is told", an_interface_that_cannot_be_listened_to_is_told },
	{ "an interface that goes down is waited for", an_interface_that_goes_down_is_waited_for },
	{ "an interface that is taken away is told", an_interface_that_is_taken_away_is_told },
	{ "without memory it is told", without_memory_it_is_told },
	CU_TEST_INFO_NULL,
};
SUITE(capture_live, tests)
