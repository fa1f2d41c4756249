/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* recvmmsg() */
#include "proxy/driver/gate/hand.h"

#include "proxy/base/clock.h"
#include "proxy/driver/gate/sockets.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
	ROWS = 8,		/* of records, to a receiving system call */
	VERDICTS = 64,		/* to a sending one: 2560 octets, for which the kernel needs one page */
	VERDICT_OCTETS = 64,	/* each has 40 */
	AGAIN_MS = 10,		/* until verdicts that the kernel did not take are sent again */
};

enum watched { KERNEL = 0, PACKETS, SOCKETS, WATCHED };

struct hand {
	const struct hand_conf *conf;
	struct hand_counters counters;
	uint64_t beat_ms;	/* when the last one was */
	bool ended;		/* the gate's end is closed, all it said is read */
	int sockets;		/* channel, -1: none */
	struct pollfd watched[WATCHED];

	unsigned shown;		/* messages of the kernel that the gate does not have yet */
	struct mmsghdr headers[CHANNEL_MESSAGES_MAX];
	struct iovec vectors[CHANNEL_MESSAGES_MAX], row[CHANNEL_MESSAGES_MAX];
	struct sockaddr_nl senders[CHANNEL_MESSAGES_MAX];
	uint8_t messages[CHANNEL_MESSAGES_MAX][CHANNEL_MESSAGE];

	unsigned taken, given;	/* records; of these, whose verdicts the kernel has */
	struct channel_record records[ROWS * CHANNEL_RECORDS_MAX];
	struct channel_record rows[ROWS][CHANNEL_RECORDS_MAX];
	_Alignas(struct nlmsghdr) uint8_t verdicts[VERDICTS * VERDICT_OCTETS];
};

static void
beat(struct hand *h)
{
	uint64_t now_ms = clock_ms();

	if (h->conf->beat == NULL || now_ms - h->beat_ms < HAND_BEAT_MS)
		return;
	h->beat_ms = now_ms;
	h->conf->beat(h->conf->cookie, &h->counters);
}

/* Into the row that goes to the gate: what the kernel has sent, and sent whole. */
static void
put_in_row(struct hand *h, struct mmsghdr *datagram)
{
	const struct sockaddr_nl *sender = datagram->msg_hdr.msg_name;
	struct iovec *v = datagram->msg_hdr.msg_iov;
	size_t octets = NLMSG_ALIGN(datagram->msg_len);	/* the last attribute may end between, the next message may not begin there */

	if (sender->nl_pid != 0 || (datagram->msg_hdr.msg_flags & MSG_TRUNC) != 0) {
		h->counters.hand_strange++;
		return;
	}
	memset((uint8_t *)v->iov_base + datagram->msg_len, 0, octets - datagram->msg_len);
	h->row[h->shown++] = (struct iovec){ .iov_base = v->iov_base, .iov_len = octets };
}

/* 0, or -1 with errno if there is nothing to be had of the kernel any more. */
static int
receive(struct hand *h)
{
	int n;

	for (size_t i = 0; i < CHANNEL_MESSAGES_MAX; i++) {
		h->vectors[i] = (struct iovec){ .iov_base = h->messages[i], .iov_len = CHANNEL_MESSAGE };
		h->headers[i].msg_hdr = (struct msghdr){ .msg_name = &h->senders[i], .msg_namelen = sizeof(h->senders[i]),
		    .msg_iov = &h->vectors[i], .msg_iovlen = 1 };
	}
	n = recvmmsg(mnl_socket_get_fd(h->conf->queue), h->headers, CHANNEL_MESSAGES_MAX, MSG_DONTWAIT, NULL);
	if (n == -1 && errno == ENOBUFS) {
		h->counters.hand_receive_full++;	/* told once; what is in the socket is still there */
		return 0;
	}
	if (n == -1)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	for (int i = 0; i < n; i++)
		put_in_row(h, &h->headers[i]);
	return 0;
}

/* As one datagram: it costs both sides one system call. */
static void
pass_on(struct hand *h)
{
	const struct msghdr m = { .msg_iov = h->row, .msg_iovlen = h->shown };

	if (h->shown == 0)
		return;
	if (sendmsg(h->conf->channels[CHANNEL_PACKETS], &m, MSG_DONTWAIT | MSG_NOSIGNAL) != -1 || errno == EPIPE || errno == ECONNRESET)
		h->shown = 0;	/* it has them, or nobody is there to have them, as take_records() will see */
}

static bool
is_allowed(const struct hand_conf *conf, const struct channel_record *r)
{
	if (r->what == CHANNEL_DROP || r->what == CHANNEL_PASS)
		return true;
	for (size_t i = 0; r->what == CHANNEL_MARK && i < conf->mark_count; i++)
		if (r->mark == conf->marks[i])
			return true;
	return false;
}

static void
take_row(struct hand *h, const struct channel_record *row, size_t octets, bool whole)
{
	if (!whole || octets % sizeof(*row) != 0) {
		h->counters.hand_refused++;
		return;
	}
	for (size_t i = 0; i < octets / sizeof(*row); i++) {
		if (is_allowed(h->conf, &row[i]))
			h->records[h->taken++] = row[i];
		else
			h->counters.hand_refused++;
	}
}

/* Only when all that were taken are given. A reset tells that the gate left without reading all: it has said things before. */
static void
take_records(struct hand *h)
{
	struct mmsghdr headers[ROWS];
	struct iovec vectors[ROWS];
	int n;

	for (size_t i = 0; i < ROWS; i++) {
		vectors[i] = (struct iovec){ .iov_base = h->rows[i], .iov_len = sizeof(h->rows[i]) };
		headers[i].msg_hdr = (struct msghdr){ .msg_iov = &vectors[i], .msg_iovlen = 1 };
	}
	n = recvmmsg(h->conf->channels[CHANNEL_PACKETS], headers, ROWS, MSG_DONTWAIT, NULL);
	for (int i = 0; i < n && !h->ended; i++) {
		h->ended = headers[i].msg_len == 0;	/* nobody can send an empty one over such a pair */
		take_row(h, h->rows[i], headers[i].msg_len, (headers[i].msg_hdr.msg_flags & MSG_TRUNC) == 0);
	}
}

static size_t
put_verdict(const struct hand *h, uint8_t *at, const struct channel_record *r)
{
	struct nlmsghdr *m = nfq_nlmsg_put((char *)at, NFQNL_MSG_VERDICT, h->conf->number);

	nfq_nlmsg_verdict_put(m, (int)r->id, r->what == CHANNEL_DROP ? NF_DROP : NF_ACCEPT);
	if (r->what == CHANNEL_MARK)
		nfq_nlmsg_verdict_put_mark(m, r->mark);
	return m->nlmsg_len;
}

/* The kernel acts on all of them within the send; what it does not take, it says in a message that the gate gets. */
static void
give_verdicts(struct hand *h)
{
	while (h->given < h->taken) {
		unsigned n = h->taken - h->given < VERDICTS ? h->taken - h->given : VERDICTS;
		size_t octets = 0;

		for (unsigned i = 0; i < n; i++)
			octets += put_verdict(h, h->verdicts + octets, &h->records[h->given + i]);
		h->counters.hand_sends++;
		if (mnl_socket_sendto(h->conf->queue, h->verdicts, octets) == -1) {
			h->counters.hand_send_failed++;
			return;
		}
		h->given += n;
	}
	h->given = h->taken = 0;
}

static void
serve_sockets(struct hand *h)
{
	int n = sockets_serve(h->sockets, h->conf->socket_mark);

	if (n >= 0)
		h->counters.hand_sockets += (uint64_t)n;
	else if (errno == EPIPE || errno == ECONNRESET)
		h->sockets = -1;
	else
		h->counters.hand_refused += errno != EAGAIN && errno != EINTR;
}

/* Wait for what can be done next: each thing that has no room for its outcome is not asked for. 0, or -1 with errno. */
static int
await(struct hand *h)
{
	bool stuck = h->given < h->taken, full = h->shown > 0;

	h->watched[KERNEL] = (struct pollfd){ .fd = full ? -1 : mnl_socket_get_fd(h->conf->queue), .events = POLLIN };
	h->watched[PACKETS] = (struct pollfd){ .fd = stuck && !full ? -1 : h->conf->channels[CHANNEL_PACKETS],
	    .events = (short)((stuck ? 0 : POLLIN) | (full ? POLLOUT : 0)) };
	h->watched[SOCKETS] = (struct pollfd){ .fd = h->sockets, .events = POLLIN };
	return poll(h->watched, WATCHED, stuck ? AGAIN_MS : HAND_BEAT_MS) == -1 && errno != EINTR ? -1 : 0;
}

/* Verdicts first: they make room in the queue. 0, or -1 with errno. */
static int
act(struct hand *h)
{
	bool was_full = h->shown > 0;

	if (h->given == h->taken && h->watched[PACKETS].revents != 0)
		take_records(h);
	give_verdicts(h);
	if (h->watched[KERNEL].revents != 0 && receive(h) == -1)
		return -1;
	pass_on(h);
	h->counters.hand_full += !was_full && h->shown > 0;
	if (h->watched[SOCKETS].revents != 0)
		serve_sockets(h);
	return 0;
}

int
hand_run(const struct hand_conf *conf)
{
	struct hand *h = calloc(1, sizeof(*h));
	int result = 0, error;

	if (h == NULL)
		return -1;
	h->conf = conf;
	h->sockets = conf->channels[CHANNEL_SOCKETS];
	while (result == 0 && !h->ended) {
		beat(h);
		result = await(h) == -1 ? -1 : act(h);
	}
	error = errno;
	free(h);
	errno = error;
	return result;
}
