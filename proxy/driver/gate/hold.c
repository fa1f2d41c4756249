/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/gate/hold.h"

#include "proxy/driver/gate/packet.h"
#include "proxy/driver/gate/queue_kernel.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <sys/socket.h>

enum {
	CHANGE = 256,		/* octets of a change of the queue's settings, and of its answer */
	ROOM = 1024,		/* in the socket, to be asked for a packet: the kernel gives twice that, and takes some 1300 */
	ROOM_FOR_ERRORS = 1 << 16,
};

/* A change of the queue's settings; it is done, or refused, when the send returns. 0, or -1 with errno. */
static int
configure(struct mnl_socket *nl, struct nlmsghdr *change)
{
	uint8_t answer[CHANGE];
	ssize_t n;

	change->nlmsg_flags |= NLM_F_ACK;
	if (mnl_socket_sendto(nl, change, change->nlmsg_len) == -1)
		return -1;
	n = mnl_socket_recvfrom(nl, answer, sizeof(answer));
	if (n == -1)
		return -1;
	return mnl_cb_run(answer, (size_t)n, 0, mnl_socket_get_portid(nl), NULL, NULL) == -1 ? -1 : 0;
}

/*
 * A length of 0 until all is set: a queue that is full from the start lets packets
 * pass and sends none, so that what we read is the answer.
 */
static int
bind_number(struct mnl_socket *nl, uint16_t number)
{
	const uint32_t flags = htonl(NFQA_CFG_F_FAIL_OPEN | NFQA_CFG_F_GSO);	/* GSO: no work for octets that we do not read */
	char buf[CHANGE];
	struct nlmsghdr *m = nfq_nlmsg_put(buf, NFQNL_MSG_CONFIG, number);
	struct queue_kernel other;

	nfq_nlmsg_cfg_put_cmd(m, AF_UNSPEC, NFQNL_CFG_CMD_BIND);
	nfq_nlmsg_cfg_put_qmaxlen(m, 0);
	mnl_attr_put_u32(m, NFQA_CFG_FLAGS, flags);
	mnl_attr_put_u32(m, NFQA_CFG_MASK, flags);
	if (configure(nl, m) == 0)
		return 0;
	if (errno == EPERM)	/* the kernel has one word for both */
		errno = queue_kernel_read(number, &other) == 0 ? EBUSY : EPERM;
	return -1;
}

static int
show_packets(struct mnl_socket *nl, uint16_t number)
{
	char buf[CHANGE];
	struct nlmsghdr *m = nfq_nlmsg_put(buf, NFQNL_MSG_CONFIG, number);

	nfq_nlmsg_cfg_put_params(m, NFQNL_COPY_PACKET, PACKET_OCTETS);
	return configure(nl, m);
}

static int
let_in(struct mnl_socket *nl, uint16_t number, uint32_t length_max)
{
	char buf[CHANGE];
	struct nlmsghdr *m = nfq_nlmsg_put(buf, NFQNL_MSG_CONFIG, number);

	nfq_nlmsg_cfg_put_qmaxlen(m, length_max);
	return mnl_socket_sendto(nl, m, m->nlmsg_len) == -1 ? -1 : 0;
}

/* Room for a full queue that is not read, so that its length is the one limit. */
static int
make_room(struct mnl_socket *nl, uint32_t length_max)
{
	int fd = mnl_socket_get_fd(nl), octets = (int)length_max * ROOM + ROOM_FOR_ERRORS;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof(octets)) == 0)
		return 0;
	/* root of a container only: up to net.core.rmem_max */
	return setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof(octets));
}

static int
take_hold(struct mnl_socket *nl, uint16_t number, uint32_t length_max, const char **what)
{
	*what = "bind netlink socket";
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) == -1)
		return -1;
	*what = "receive buffer";
	if (make_room(nl, length_max) == -1)
		return -1;
	*what = "bind queue";
	if (bind_number(nl, number) == -1)
		return -1;
	*what = "settings of the queue";
	return show_packets(nl, number) == -1 || let_in(nl, number, length_max) == -1 ? -1 : 0;
}

struct mnl_socket *
hold_open(uint16_t number, uint32_t length_max, const char **what)
{
	struct mnl_socket *nl;
	int error;

	assert(length_max >= 1 && length_max <= HOLD_LENGTH_MAX);
	*what = "netlink socket";
	nl = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (nl == NULL || take_hold(nl, number, length_max, what) == 0)
		return nl;
	error = errno;
	mnl_socket_close(nl);
	errno = error;
	return NULL;
}
