/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* recvmmsg() */
#include "proxy/driver/gate/queue.h"

#include "proxy/driver/gate/channel.h"
#include "proxy/driver/gate/queue_message.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	ROWS = QUEUE_READ_MAX / CHANNEL_MESSAGES_MAX,	/* of messages, to a receiving system call */
	ROW_OCTETS = CHANNEL_MESSAGES_MAX * CHANNEL_MESSAGE,
};

struct queue {
	int fd;
	uint64_t newest;	/* id of a packet, its upper half counted here */
	struct queue_counters counters;
	void (*show)(void *cookie, const struct queue_packet *p);	/* while queue_read() runs */
	void *cookie;
	struct channel_record *verdicts;	/* a ring: those that wait to be sent */
	size_t cap, first, waiting;
	struct mmsghdr headers[ROWS];
	struct iovec vectors[ROWS];
	_Alignas(struct nlmsghdr) uint8_t rows[ROWS][ROW_OCTETS];
};

struct queue *
queue_attach(int fd, uint32_t length_max)
{
	struct queue *q = calloc(1, sizeof(*q));
	struct channel_record *verdicts = calloc(length_max, sizeof(*verdicts));

	if (q == NULL || verdicts == NULL) {
		free(verdicts);
		free(q);
		return NULL;
	}
	q->fd = fd;
	q->verdicts = verdicts;
	q->cap = length_max;
	return q;
}

void
queue_close(struct queue *q)
{
	if (q == NULL)
		return;
	(void)queue_flush(q);
	close(q->fd);
	free(q->verdicts);
	free(q);
}

int
queue_fd(const struct queue *q)
{
	return q->fd;
}

/* The kernel numbers packets from 1: what is missing between the numbers had no room in the socket. */
static void
count(struct queue *q, uint32_t id)
{
	int32_t ahead = (int32_t)(id - (uint32_t)q->newest);

	if (ahead > 0)
		q->newest += (uint32_t)ahead;
	q->counters.received++;
	q->counters.unseen = q->newest - q->counters.received;
}

/* The kernel did not take something: 0 for a verdict that came too late, -1 with errno if it will not take others. */
static int
on_error(struct queue *q, const struct nlmsghdr *m)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(m);

	if (mnl_nlmsg_get_payload_len(m) < sizeof(*e) || e->error >= 0) {
		q->counters.malformed++;
		return 0;
	}
	if (e->error == -ENOENT) {
		q->counters.gone++;
		return 0;
	}
	errno = -e->error;
	return -1;
}

/* One message. 1: a packet was shown; 0: none; -1 with errno of on_error(). */
static int
on_message(struct queue *q, const struct nlmsghdr *m)
{
	struct queue_packet p;

	if (m->nlmsg_type == NLMSG_ERROR)
		return on_error(q, m);
	if (!queue_message_read(m, &p)) {
		q->counters.malformed++;
		return 0;
	}
	count(q, p.id);
	q->show(q->cookie, &p);
	return 1;
}

/* A row of messages: how many packets were shown, or -1 with errno: EPIPE for none, the hand is gone; or that of on_error(). */
static int
take(struct queue *q, const struct mmsghdr *row)
{
	const struct nlmsghdr *m = row->msg_hdr.msg_iov->iov_base;
	int len = (int)row->msg_len, shown = 0;

	if (len == 0) {
		errno = EPIPE;
		return -1;
	}
	for (; mnl_nlmsg_ok(m, len); m = mnl_nlmsg_next(m, &len)) {
		int one = on_message(q, m);

		if (one == -1)
			return -1;
		shown += one;
	}
	q->counters.malformed += len > 0;
	return shown;
}

/* Take what is there, up to ROWS; how many, or -1 with errno of recvmmsg(). */
static int
receive(struct queue *q)
{
	for (size_t i = 0; i < ROWS; i++) {
		q->vectors[i] = (struct iovec){ .iov_base = q->rows[i], .iov_len = ROW_OCTETS };
		q->headers[i].msg_hdr = (struct msghdr){ .msg_iov = &q->vectors[i], .msg_iovlen = 1 };
	}
	return recvmmsg(q->fd, q->headers, ROWS, MSG_DONTWAIT, NULL);
}

int
queue_read(struct queue *q, void (*show)(void *cookie, const struct queue_packet *p), void *cookie)
{
	int n = receive(q), shown = 0;

	if (n == -1)	/* a reset: the hand left before it had read all; what it had sent is still there */
		return errno == EAGAIN || errno == EINTR || errno == ECONNRESET ? 0 : -1;
	q->show = show;
	q->cookie = cookie;
	for (int i = 0; i < n; i++) {
		int some = take(q, &q->headers[i]);

		if (some == -1)
			return -1;
		shown += some;
	}
	(void)queue_flush(q);	/* it counts what fails, and that waits */
	return shown;
}

static int
judge(struct queue *q, const struct channel_record *verdict)
{
	if (q->waiting % CHANNEL_RECORDS_MAX == 0 || q->waiting >= q->cap)
		(void)queue_flush(q);	/* the hand works on these while we judge others */
	if (q->waiting >= q->cap)
		return -1;
	q->verdicts[(q->first + q->waiting++) % q->cap] = *verdict;
	q->counters.accepted += verdict->what != CHANNEL_DROP;
	q->counters.dropped += verdict->what == CHANNEL_DROP;
	return 0;
}

int
queue_verdict(struct queue *q, uint32_t id, uint32_t mark)
{
	return judge(q, &(struct channel_record){ .id = id, .what = CHANNEL_MARK, .mark = mark });
}

int
queue_pass(struct queue *q, uint32_t id)
{
	return judge(q, &(struct channel_record){ .id = id, .what = CHANNEL_PASS });
}

int
queue_drop(struct queue *q, uint32_t id)
{
	return judge(q, &(struct channel_record){ .id = id, .what = CHANNEL_DROP });
}

int
queue_flush(struct queue *q)
{
	while (q->waiting > 0) {
		size_t n = q->waiting < CHANNEL_RECORDS_MAX ? q->waiting : CHANNEL_RECORDS_MAX;

		if (n > q->cap - q->first)	/* a row lies in one piece */
			n = q->cap - q->first;
		q->counters.sends++;
		if (send(q->fd, &q->verdicts[q->first], n * sizeof(*q->verdicts), MSG_DONTWAIT | MSG_NOSIGNAL) == -1) {
			q->counters.send_failed++;
			return -1;
		}
		q->first = (q->first + n) % q->cap;
		q->waiting -= n;
	}
	return 0;
}

const struct queue_counters *
queue_counters(const struct queue *q)
{
	return &q->counters;
}
