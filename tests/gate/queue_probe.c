/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue_probe - a queue with one fixed answer, so that its tests do not hang on
 * anything that decides.
 *
 *	queue_probe NUMBER LENGTH ANSWER
 *
 * ANSWER is one of the table below. "ready" on stdout when packets may come, then
 * a line each; SIGTERM brings the counters, those of the hand and of the kernel, too,
 * and the end. The hand is a child, which ends with it.
 */
#include "proxy/driver/gate/hand.h"
#include "proxy/driver/gate/hold.h"
#include "proxy/driver/gate/packet.h"
#include "proxy/driver/gate/queue.h"
#include "proxy/driver/gate/queue_kernel.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libmnl/libmnl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MARK = 42, ANOTHER_MARK = 43, HOLD_MS = 300, HELD_MAX = 256, NO_SUCH_ID = 1000000, NOBODY = 65534 };

static struct queue *queue;
static struct { bool ready; struct hand_counters counters; } *hand;	/* as it told them last, in memory of both */
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

/* What a gate that is no longer itself might say, before a verdict that counts. */
static void
answer_nonsense(uint32_t id)
{
	const struct channel_record rows[CHANNEL_RECORDS_MAX + 1] = {
		{ .id = id, .what = 0 }, { .id = id, .what = CHANNEL_PASS + 1 }, { .id = id, .what = UINT32_MAX },
		{ .id = id, .what = CHANNEL_MARK, .mark = ANOTHER_MARK }, { .id = id, .what = CHANNEL_MARK, .mark = 0 },
	};
	const size_t octets[] = { 1, sizeof(rows[0]) - 1, sizeof(rows[0]) + 1, sizeof(rows), 5 * sizeof(rows[0]) };

	for (size_t i = 0; i < sizeof(octets) / sizeof(octets[0]); i++)
		if (send(queue_fd(queue), rows, octets[i], 0) == -1)
			abort();
	queue_verdict(queue, id, MARK);
}

static void
answer_pass(uint32_t id)
{
	queue_pass(queue, id);
}

static void
no_more(struct mnl_socket *nl)
{
	(void)nl;
}

static void
give_rights_up(struct mnl_socket *nl)
{
	(void)nl;
	if (setuid(NOBODY) == -1)
		abort();
}

/* The least that the kernel allows: room for a few packets. */
static void
make_socket_small(struct mnl_socket *nl)
{
	if (setsockopt(mnl_socket_get_fd(nl), SOL_SOCKET, SO_RCVBUF, &(int){ 1 }, sizeof(int)) == -1)
		abort();
}

static const struct answer {
	const char *name;
	void (*give)(uint32_t id);
	void (*prepare)(struct mnl_socket *nl);	/* in the hand */
} answers[] = {
	{ "mark", answer_mark, no_more },
	{ "drop", answer_drop, no_more },
	{ "late", answer_late, no_more },
	{ "never", answer_never, no_more },
	{ "twice", answer_twice, no_more },
	{ "pass", answer_pass, no_more },
	{ "in-need", answer_in_need, no_more },
	{ "nonsense", answer_nonsense, no_more },
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

	usleep(2 * HAND_BEAT_MS * 1000);	/* for those of the hand to be of now */
	printf("counters");
#define X(name, meaning) printf(" " #name "=%" PRIu64, c->name);
	QUEUE_COUNTERS(X)
#undef X
#define X(name, meaning) printf(" " #name "=%" PRIu64, hand->counters.name);
	HAND_COUNTERS(X)
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

static void
on_beat(void *cookie, const struct hand_counters *c)
{
	(void)cookie;
	hand->counters = *c;
	__atomic_store_n(&hand->ready, true, __ATOMIC_RELEASE);
}

/* In a child: it is the hand from now on. */
static void
be_hand(uint16_t number, uint32_t length, struct channels *c)
{
	struct hand_conf conf = { .number = number, .channels = { c->hand[CHANNEL_PACKETS], -1 }, .marks = { MARK }, .mark_count = 1, .beat = on_beat };
	const char *what;

	close(c->gate[CHANNEL_PACKETS]);
	conf.queue = hold_open(number, length, &what);
	if (conf.queue == NULL) {
		printf("open: %s: %s\n", what, strerror(errno));
		exit(1);
	}
	answer->prepare(conf.queue);
	exit(hand_run(&conf) == 0 ? 0 : 1);
}

/* Both halves of a queue. The hand's process, or -1 without one. */
static pid_t
begin(uint16_t number, uint32_t length)
{
	struct channels c;
	pid_t pid;

	hand = mmap(NULL, sizeof(*hand), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (hand == MAP_FAILED || channels_open(&c) == -1)
		return -1;
	pid = fork();
	if (pid == 0)
		be_hand(number, length, &c);
	close(c.hand[CHANNEL_PACKETS]);
	queue = queue_attach(c.gate[CHANNEL_PACKETS], length);
	while (!__atomic_load_n(&hand->ready, __ATOMIC_ACQUIRE)) {
		if (waitpid(pid, NULL, WNOHANG) != 0)
			return -1;
		usleep(1000);
	}
	return queue == NULL ? -1 : pid;
}

int
main(int argc, char **argv)
{
	uint16_t number;
	int result, status;
	pid_t pid;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; argc == 4 && i < sizeof(answers) / sizeof(answers[0]); i++)
		if (strcmp(argv[3], answers[i].name) == 0)
			answer = &answers[i];
	if (answer == NULL)
		return 2;
	signal(SIGTERM, on_end);
	number = (uint16_t)strtoul(argv[1], NULL, 10);
	pid = begin(number, (uint32_t)strtoul(argv[2], NULL, 10));
	if (pid == -1)
		return 1;
	result = serve();
	print_counters(number);
	queue_close(queue);
	waitpid(pid, &status, 0);
	printf("hand: status %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	return result;
}
