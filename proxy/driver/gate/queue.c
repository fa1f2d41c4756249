/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* recvmmsg() */
#include "proxy/driver/gate/queue.h"

#include "proxy/driver/gate/packet.h"
#include "proxy/driver/gate/queue_kernel.h"
#include "proxy/driver/gate/queue_message.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <stdlib.h>
#include <sys/socket.h>

enum {
	DATAGRAMS = 32,		/* to a receiving system call */
	MESSAGE = 1024,		/* octets of one: a packet's head and some 150 about it */
	CHANGE = 256,		/* of a change of the queue's settings, and of its answer */
	ROUNDS = QUEUE_READ_MAX / DATAGRAMS,
	VERDICTS = 64,		/* to a sending one: 2560 octets, for which the kernel needs one page */
	VERDICT_OCTETS = 64,	/* each has 40 */
	ROOM = 1024,		/* in the socket, to be asked for a packet: the kernel gives twice that, and takes some 1300 */
	ROOM_FOR_ERRORS = 1 << 16,
};

struct queue {
	struct mnl_socket *nl;
	struct mnl_nlmsg_batch *batch;
	unsigned waiting;	/* verdicts in the batch */
	uint16_t number;
	uint64_t newest;	/* id of a packet, its upper half counted here */
	struct queue_counters counters;
	void (*show)(void *cookie, const struct queue_packet *p);	/* while queue_read() runs */
	void *cookie;
	struct mmsghdr headers[DATAGRAMS];
	struct iovec vectors[DATAGRAMS];
	struct sockaddr_nl senders[DATAGRAMS];
	_Alignas(struct nlmsghdr) uint8_t messages[DATAGRAMS][MESSAGE];
	_Alignas(struct nlmsghdr) uint8_t verdicts[VERDICTS * VERDICT_OCTETS];
};

/* A change of the queue's settings; it is done, or refused, when the send returns. 0, or -1 with errno. */
static int
configure(struct queue *q, struct nlmsghdr *change)
{
	uint8_t answer[CHANGE];
	ssize_t n;

	change->nlmsg_flags |= NLM_F_ACK;
	if (mnl_socket_sendto(q->nl, change, change->nlmsg_len) == -1)
		return -1;
	n = mnl_socket_recvfrom(q->nl, answer, sizeof(answer));
	if (n == -1)
		return -1;
	return mnl_cb_run(answer, (size_t)n, 0, mnl_socket_get_portid(q->nl), NULL, NULL) == -1 ? -1 : 0;
}

/*
 * A length of 0 until all is set: a queue that is full from the start lets packets
 * pass and sends none, so that what we read is the answer.
 */
static int
bind_number(struct queue *q)
{
	const uint32_t flags = htonl(NFQA_CFG_F_FAIL_OPEN | NFQA_CFG_F_GSO);	/* GSO: no work for octets that we do not read */
	char buf[CHANGE];
	struct nlmsghdr *m = nfq_nlmsg_put(buf, NFQNL_MSG_CONFIG, q->number);
	struct queue_kernel other;

	nfq_nlmsg_cfg_put_cmd(m, AF_UNSPEC, NFQNL_CFG_CMD_BIND);
	nfq_nlmsg_cfg_put_qmaxlen(m, 0);
	mnl_attr_put_u32(m, NFQA_CFG_FLAGS, flags);
	mnl_attr_put_u32(m, NFQA_CFG_MASK, flags);
	if (configure(q, m) == 0)
		return 0;
	if (errno == EPERM)	/* the kernel has one word for both */
		errno = queue_kernel_read(q->number, &other) == 0 ? EBUSY : EPERM;
	return -1;
}

static int
show_packets(struct queue *q)
{
	char buf[CHANGE];
	struct nlmsghdr *m = nfq_nlmsg_put(buf, NFQNL_MSG_CONFIG, q->number);

	nfq_nlmsg_cfg_put_params(m, NFQNL_COPY_PACKET, PACKET_OCTETS);
	return configure(q, m);
}

static int
let_in(struct queue *q, uint32_t length_max)
{
	char buf[CHANGE];
	struct nlmsghdr *m = nfq_nlmsg_put(buf, NFQNL_MSG_CONFIG, q->number);

	nfq_nlmsg_cfg_put_qmaxlen(m, length_max);
	return mnl_socket_sendto(q->nl, m, m->nlmsg_len) == -1 ? -1 : 0;
}

/* Room for a full queue that is not read, so that its length is the one limit. */
static int
make_room(struct queue *q, uint32_t length_max)
{
	int fd = mnl_socket_get_fd(q->nl), octets = (int)length_max * ROOM + ROOM_FOR_ERRORS;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof(octets)) == 0)
		return 0;
	/* root of a container only: up to net.core.rmem_max */
	return setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof(octets));
}

static int
open_socket(struct queue *q, uint32_t length_max, const char **what)
{
	*what = "netlink socket";
	q->nl = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (q->nl == NULL)
		return -1;
	*what = "bind netlink socket";
	if (mnl_socket_bind(q->nl, 0, MNL_SOCKET_AUTOPID) == -1)
		return -1;
	*what = "receive buffer";
	if (make_room(q, length_max) == -1)
		return -1;
	*what = "bind queue";
	if (bind_number(q) == -1)
		return -1;
	*what = "settings of the queue";
	return show_packets(q) == -1 || let_in(q, length_max) == -1 ? -1 : 0;
}

struct queue *
queue_open(uint16_t number, uint32_t length_max, const char **what)
{
	struct queue *q = calloc(1, sizeof(*q));
	int error;

	assert(length_max >= 1 && length_max <= QUEUE_LENGTH_MAX);
	*what = "memory";
	if (q == NULL)
		return NULL;
	q->number = number;
	q->batch = mnl_nlmsg_batch_start(q->verdicts, sizeof(q->verdicts));
	if (q->batch != NULL && open_socket(q, length_max, what) == 0)
		return q;
	error = errno;
	queue_close(q);
	errno = error;
	return NULL;
}

void
queue_close(struct queue *q)
{
	if (q == NULL)
		return;
	if (q->nl != NULL) {
		(void)queue_flush(q);
		mnl_socket_close(q->nl);
	}
	if (q->batch != NULL)
		mnl_nlmsg_batch_stop(q->batch);
	free(q);
}

int
queue_fd(const struct queue *q)
{
	return mnl_socket_get_fd(q->nl);
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

/* The messages of a datagram: how many packets were shown, or -1 with errno of on_error(). */
static int
take(struct queue *q, const struct mmsghdr *datagram)
{
	const struct sockaddr_nl *sender = datagram->msg_hdr.msg_name;
	const struct nlmsghdr *m = datagram->msg_hdr.msg_iov->iov_base;
	int len = (int)datagram->msg_len, shown = 0;

	if (sender->nl_pid != 0 || (datagram->msg_hdr.msg_flags & MSG_TRUNC) != 0) {
		q->counters.malformed++;	/* not the kernel's, or longer than it ever is */
		return 0;
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

/* Take what is there, up to DATAGRAMS; how many, or -1 with errno of recvmmsg(). */
static int
receive(struct queue *q)
{
	for (size_t i = 0; i < DATAGRAMS; i++) {
		q->vectors[i] = (struct iovec){ .iov_base = q->messages[i], .iov_len = MESSAGE };
		q->headers[i].msg_hdr = (struct msghdr){ .msg_name = &q->senders[i], .msg_namelen = sizeof(q->senders[i]),
		    .msg_iov = &q->vectors[i], .msg_iovlen = 1 };
	}
	return recvmmsg(queue_fd(q), q->headers, DATAGRAMS, MSG_DONTWAIT, NULL);
}

int
queue_read(struct queue *q, void (*show)(void *cookie, const struct queue_packet *p), void *cookie)
{
	int shown = 0;

	q->show = show;
	q->cookie = cookie;
	for (unsigned round = 0; round < ROUNDS; round++) {
		int n = receive(q);

		if (n == -1 && errno == ENOBUFS) {
			q->counters.receive_full++;
			continue;	/* told once; what is in the socket is still there */
		}
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			break;
		if (n == -1)
			return -1;
		for (int i = 0; i < n; i++) {
			int one = take(q, &q->headers[i]);

			if (one == -1)
				return -1;
			shown += one;
		}
		if (n < DATAGRAMS)
			break;
	}
	(void)queue_flush(q);	/* it counts what fails, and that waits */
	return shown;
}

/* Add a verdict to the batch, after sending a full one; mark may be NULL. */
static int
judge(struct queue *q, uint32_t id, int verdict, const uint32_t *mark)
{
	struct nlmsghdr *m;

	if (q->waiting == VERDICTS && queue_flush(q) == -1)
		return -1;
	m = nfq_nlmsg_put(mnl_nlmsg_batch_current(q->batch), NFQNL_MSG_VERDICT, q->number);
	nfq_nlmsg_verdict_put(m, (int)id, verdict);
	if (mark != NULL)
		nfq_nlmsg_verdict_put_mark(m, *mark);
	mnl_nlmsg_batch_next(q->batch);
	q->waiting++;
	return 0;
}

int
queue_verdict(struct queue *q, uint32_t id, uint32_t mark)
{
	if (judge(q, id, NF_ACCEPT, &mark) == -1)
		return -1;
	q->counters.accepted++;
	return 0;
}

int
queue_drop(struct queue *q, uint32_t id)
{
	if (judge(q, id, NF_DROP, NULL) == -1)
		return -1;
	q->counters.dropped++;
	return 0;
}

/* The kernel acts on all of them within the send; what it does not take, it says in a message to be read. */
int
queue_flush(struct queue *q)
{
	if (q->waiting == 0)
		return 0;
	q->counters.sends++;
	if (mnl_socket_sendto(q->nl, mnl_nlmsg_batch_head(q->batch), mnl_nlmsg_batch_size(q->batch)) == -1) {
		q->counters.send_failed++;
		return -1;
	}
	mnl_nlmsg_batch_reset(q->batch);
	q->waiting = 0;
	return 0;
}

const struct queue_counters *
queue_counters(const struct queue *q)
{
	return &q->counters;
}
