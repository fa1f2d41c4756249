/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue_probe - a queue with one fixed answer, so that its tests do not hang on
 * anything that decides.
 *
 *	queue_probe NUMBER LENGTH ANSWER
 *
 * ANSWER is one of the table below. "ready" on stdout when packets may come, then
 * a line each; SIGTERM brings the counters, the kernel's too, and the end.
 */
#include "proxy/driver/gate/packet.h"
#include "proxy/driver/gate/queue.h"
#include "proxy/driver/gate/queue_kernel.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MARK = 42, HOLD_MS = 300, HELD_MAX = 256, NO_SUCH_ID = 1000000, NOBODY = 65534 };

static struct queue *queue;
static struct { uint32_t id; uint64_t due_ms; } held[HELD_MAX];
static size_t held_count;
static volatile sig_atomic_t ended;

static uint64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void
answer_mark(uint32_t id)
{
	queue_verdict(queue, id, MARK);
}

static void
answer_drop(uint32_t id)
{
	queue_drop(queue, id);
}

static void
answer_late(uint32_t id)
{
	if (held_count < HELD_MAX) {
		held[held_count].id = id;
		held[held_count++].due_ms = now_ms() + HOLD_MS;
	}
}

static void
answer_never(uint32_t id)
{
	(void)id;
}

static void
answer_twice(uint32_t id)
{
	queue_verdict(queue, id, MARK);
	queue_verdict(queue, id, MARK);
}

/* A time in which nothing can be sent: verdicts wait, and when too many wait, none is taken. */
static void
answer_in_need(uint32_t id)
{
	int fd = queue_fd(queue), saved = dup(fd), null = open("/dev/null", O_RDWR);
	unsigned taken = 0;

	dup2(null, fd);
	queue_verdict(queue, id, MARK);
	printf("flush %d\n", queue_flush(queue));
	while (taken < 1000 && queue_verdict(queue, NO_SUCH_ID + taken, MARK) == 0)
		taken++;
	dup2(saved, fd);
	close(saved);
	close(null);
	printf("taken %u, flush %d\n", 1 + taken, queue_flush(queue));
}

static void
no_more(void)
{
}

static void
give_rights_up(void)
{
	if (setuid(NOBODY) == -1)
		abort();
}

/* The least that the kernel allows: room for a few packets. */
static void
make_socket_small(void)
{
	if (setsockopt(queue_fd(queue), SOL_SOCKET, SO_RCVBUF, &(int){ 1 }, sizeof(int)) == -1)
		abort();
}

static const struct answer {
	const char *name;
	void (*give)(uint32_t id);
	void (*prepare)(void);
} answers[] = {
	{ "mark", answer_mark, no_more },
	{ "drop", answer_drop, no_more },
	{ "late", answer_late, no_more },
	{ "never", answer_never, no_more },
	{ "twice", answer_twice, no_more },
	{ "in-need", answer_in_need, no_more },
	{ "without-rights", answer_mark, give_rights_up },
	{ "small-socket", answer_mark, make_socket_small },
};
static const struct answer *answer;

static void
print_address(const struct ip *ip)
{
	char text[INET6_ADDRSTRLEN];

	if (ip_is_v4(ip))
		inet_ntop(AF_INET, ip->bytes + 12, text, sizeof(text));
	else
		inet_ntop(AF_INET6, ip->bytes, text, sizeof(text));
	printf(" %s", text);
}

static void
on_packet(void *cookie, const struct queue_packet *shown)
{
	struct packet p;
	enum packet_result result = packet_read(shown->octets, &p);

	(void)cookie;
	printf("packet %s", packet_result_name(result));
	print_address(&p.client);
	print_address(&p.host);
	printf(" port=%u mark=%" PRIu32 " hook=%u interface=%" PRIu32 "\n", p.port, shown->mark, shown->hook, shown->interface);
	answer->give(shown->id);
}

static void
release_held(void)
{
	size_t kept = 0;

	for (size_t i = 0; i < held_count; i++) {
		if (held[i].due_ms <= now_ms())
			queue_verdict(queue, held[i].id, MARK);
		else
			held[kept++] = held[i];
	}
	if (kept < held_count)
		queue_flush(queue);
	held_count = kept;
}

static void
print_counters(uint16_t number)
{
	const struct queue_counters *c = queue_counters(queue);
	struct queue_kernel k;

	printf("counters");
#define X(name, meaning) printf(" " #name "=%" PRIu64, c->name);
	QUEUE_COUNTERS(X)
#undef X
	printf("\n");
	if (queue_kernel_read(number, &k) == 0)
		printf("kernel waiting=%" PRIu32 " queue_dropped=%" PRIu32 " user_dropped=%" PRIu32 " last_id=%" PRIu32 "\n", k.waiting,
		    k.queue_dropped, k.user_dropped, k.last_id);
}

static void
on_end(int signal)
{
	(void)signal;
	ended = 1;
}

static int
serve(void)
{
	struct pollfd wait = { .fd = queue_fd(queue), .events = POLLIN };

	printf("ready\n");
	while (!ended) {
		if (poll(&wait, 1, 10) == 1 && queue_read(queue, on_packet, NULL) == -1) {
			printf("read: %s\n", strerror(errno));
			return 1;
		}
		release_held();
	}
	return 0;
}

int
main(int argc, char **argv)
{
	const char *what;
	uint16_t number;
	int result;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; argc == 4 && i < sizeof(answers) / sizeof(answers[0]); i++)
		if (strcmp(argv[3], answers[i].name) == 0)
			answer = &answers[i];
	if (answer == NULL)
		return 2;
	number = (uint16_t)strtoul(argv[1], NULL, 10);
	queue = queue_open(number, (uint32_t)strtoul(argv[2], NULL, 10), &what);
	if (queue == NULL) {
		printf("open: %s: %s\n", what, strerror(errno));
		return 1;
	}
	signal(SIGTERM, on_end);
	answer->prepare();
	result = serve();
	print_counters(number);
	queue_close(queue);
	return result;
}
