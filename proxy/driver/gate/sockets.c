/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/gate/sockets.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { LOW = SOCKETS_MAX / 2 };	/* so many are left: more are ordered */

static const int families[SOCKETS_FAMILIES] = { AF_INET, AF_INET6 };

/* An order; and its answer, with so many descriptors beside it. */
struct order {
	uint32_t family;	/* position in families */
	uint32_t count;
};

/* Room for the descriptors that go beside an answer; as the kernel wants it aligned. */
union beside {
	struct cmsghdr header;
	char octets[CMSG_SPACE(SOCKETS_MAX * sizeof(int))];
};

static void
close_all(const int *fds, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		close(fds[i]);
}

static void
place_order(struct sockets *s, uint32_t family)
{
	struct sockets_store *store = &s->stores[family];
	const struct order order = { .family = family, .count = SOCKETS_MAX - store->count };

	store->ordered = send(s->fd, &order, sizeof(order), MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof(order);
}

/* Put what came into its store, as far as there is room. */
static void
put_away(struct sockets *s, const struct order *order, const int *fds, unsigned count)
{
	struct sockets_store *store;
	unsigned room;

	if (order->family >= SOCKETS_FAMILIES) {
		close_all(fds, count);
		return;
	}
	store = &s->stores[order->family];
	room = SOCKETS_MAX - store->count;
	room = count < room ? count : room;
	memcpy(store->fds + store->count, fds, room * sizeof(*fds));
	store->count += room;
	store->ordered = false;
	close_all(fds + room, count - room);
}

/* One answer. False: none is there. */
static bool
collect(struct sockets *s)
{
	struct order order = { .family = SOCKETS_FAMILIES };
	union beside beside;
	struct iovec vector = { .iov_base = &order, .iov_len = sizeof(order) };
	struct msghdr m = { .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &beside, .msg_controllen = sizeof(beside) };
	const struct cmsghdr *c;
	int fds[SOCKETS_MAX];
	size_t octets = 0;

	if (recvmsg(s->fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) <= 0)
		return false;
	c = CMSG_FIRSTHDR(&m);
	if (c != NULL && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
		octets = c->cmsg_len - CMSG_LEN(0);
		memcpy(fds, CMSG_DATA(c), octets);
	}
	put_away(s, &order, fds, (unsigned)(octets / sizeof(*fds)));
	return true;
}

void
sockets_init(struct sockets *s, int fd)
{
	*s = (struct sockets){ .fd = fd };
	for (uint32_t i = 0; fd != -1 && i < SOCKETS_FAMILIES; i++)
		place_order(s, i);
}

int
sockets_take(struct sockets *s, int family)
{
	uint32_t which = family == families[0] ? 0 : 1;
	struct sockets_store *store = &s->stores[which];

	while (store->count <= LOW && store->ordered && collect(s))
		;
	if (store->count <= LOW && !store->ordered && s->fd != -1)
		place_order(s, which);
	if (store->count > 0)
		return store->fds[--store->count];
	errno = EAGAIN;
	return -1;
}

void
sockets_done(struct sockets *s)
{
	for (size_t i = 0; i < SOCKETS_FAMILIES; i++)
		close_all(s->stores[i].fds, s->stores[i].count);
	if (s->fd != -1)
		close(s->fd);
	*s = (struct sockets){ .fd = -1 };
}

static int
make_socket(int family, uint32_t mark)
{
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd == -1 || mark == 0 || setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* The answer: 0, or -1 with errno. */
static int
pass(int fd, const struct order *order, const int *fds)
{
	struct iovec vector = { .iov_base = (void *)order, .iov_len = sizeof(*order) };
	union beside beside = { .header = { .cmsg_len = CMSG_LEN(order->count * sizeof(*fds)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
	struct msghdr m = { .msg_iov = &vector, .msg_iovlen = 1 };

	if (order->count > 0) {
		memcpy(CMSG_DATA(&beside.header), fds, order->count * sizeof(*fds));
		m.msg_control = &beside;
		m.msg_controllen = CMSG_SPACE(order->count * sizeof(*fds));
	}
	return sendmsg(fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL) == -1 ? -1 : 0;
}

/* Make what is ordered, as far as the system gives it; how many. */
static unsigned
make(const struct order *order, uint32_t mark, int *fds)
{
	unsigned n = 0;

	while (n < order->count && (fds[n] = make_socket(families[order->family], mark)) != -1)
		n++;
	return n;
}

int
sockets_serve(int fd, uint32_t mark)
{
	int fds[SOCKETS_MAX], result, error;
	struct order order = { 0 };
	ssize_t n = recv(fd, &order, sizeof(order), MSG_DONTWAIT | MSG_TRUNC);
	unsigned made;

	if (n == -1)
		return -1;
	if (n != sizeof(order) || order.family >= SOCKETS_FAMILIES || order.count > SOCKETS_MAX) {
		errno = n == 0 ? EPIPE : EBADMSG;
		return -1;
	}
	order.count = made = make(&order, mark, fds);
	result = pass(fd, &order, fds);
	error = errno;
	close_all(fds, made);		/* those that were passed are the gate's as well */
	if (result == -1 && made > 0) {	/* too many on their way, say; an order without an answer would be the last */
		order.count = 0;
		(void)pass(fd, &order, fds);
	}
	errno = error;
	return result == -1 ? -1 : (int)made;
}
