/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/deadman.h"

#include "proxy/site/rules.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnftnl/common.h>
#include <libnftnl/set.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>

enum { BATCH = 512, ANSWER = 1024 };	/* octets: the longer batch has 244; an answer repeats the change that it is about */

/* Changes that are made at once, or not at all. */
struct batch {
	_Alignas(struct nlmsghdr) char at[BATCH];
	size_t len;
};

struct deadman {
	struct mnl_socket *socket;
	struct batch refresh, end;
};

/*
 * Kernels before 6.13 do not renew what is in a set already, so it is taken out and
 * put in anew. What is not there cannot be taken out, so it is put in before that.
 */
static const uint16_t refreshing[] = { NFT_MSG_NEWSETELEM, NFT_MSG_DELSETELEM, NFT_MSG_NEWSETELEM };
static const uint16_t ending[] = { NFT_MSG_NEWSETELEM, NFT_MSG_DELSETELEM };

/* The port 25 in our set; how long it lives there is the set's to say. NULL: no memory. */
static struct nftnl_set *
element_new(void)
{
	const uint16_t port = htons(25);
	struct nftnl_set *set = nftnl_set_alloc();
	struct nftnl_set_elem *element = nftnl_set_elem_alloc();

	if (set == NULL || element == NULL || nftnl_set_set_str(set, NFTNL_SET_TABLE, RULES_TABLE) == -1 ||
	    nftnl_set_set_str(set, NFTNL_SET_NAME, DEADMAN_SET) == -1 ||
	    nftnl_set_elem_set(element, NFTNL_SET_ELEM_KEY, &port, sizeof(port)) == -1) {
		if (element != NULL)
			nftnl_set_elem_free(element);
		if (set != NULL)
			nftnl_set_free(set);
		errno = ENOMEM;
		return NULL;
	}
	nftnl_set_elem_add(set, element);	/* and is freed with it */
	return set;
}

/* Write a batch of changes, the last of which is to be answered in any case. */
static void
write_batch(struct batch *b, struct nftnl_set *element, const uint16_t *changes, size_t n)
{
	nftnl_batch_begin(b->at, 0);
	b->len = ((struct nlmsghdr *)b->at)->nlmsg_len;
	for (size_t i = 0; i < n; i++) {
		uint16_t flags = (uint16_t)((changes[i] == NFT_MSG_NEWSETELEM ? NLM_F_CREATE : 0) | (i + 1 == n ? NLM_F_ACK : 0));
		struct nlmsghdr *m = nftnl_nlmsg_build_hdr(b->at + b->len, changes[i], NFPROTO_INET, flags, (uint32_t)i + 1);

		nftnl_set_elems_nlmsg_build_payload(m, element);
		b->len += m->nlmsg_len;
	}
	b->len += nftnl_batch_end(b->at + b->len, (uint32_t)n + 1)->nlmsg_len;
	assert(b->len <= BATCH);
}

struct deadman *
deadman_open(void)
{
	struct deadman *d = calloc(1, sizeof(*d));
	struct nftnl_set *element = element_new();
	int saved;

	if (d == NULL || element == NULL)
		goto fail;
	write_batch(&d->refresh, element, refreshing, sizeof(refreshing) / sizeof(refreshing[0]));
	write_batch(&d->end, element, ending, sizeof(ending) / sizeof(ending[0]));
	d->socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (d->socket == NULL || mnl_socket_bind(d->socket, 0, MNL_SOCKET_AUTOPID) == -1)
		goto fail;
	nftnl_set_free(element);
	return d;

fail:
	saved = errno;
	if (element != NULL)
		nftnl_set_free(element);
	deadman_close(d);
	errno = saved;
	return NULL;
}

void
deadman_close(struct deadman *d)
{
	if (d == NULL)
		return;
	if (d->socket != NULL)
		mnl_socket_close(d->socket);
	free(d);
}

int
deadman_fd(const struct deadman *d)
{
	return mnl_socket_get_fd(d->socket);
}

/* The kernel works on a batch while it is sent, so all answers are there when that is done: nothing is waited for. */
static int
talk(struct deadman *d, const struct batch *b)
{
	char answer[ANSWER];
	int fault = EPROTO;	/* there was no answer */
	bool answered = false;
	ssize_t n;

	if (mnl_socket_sendto(d->socket, b->at, b->len) == -1)
		return -1;
	while ((n = mnl_socket_recvfrom(d->socket, answer, sizeof(answer))) > 0) {
		bool done = mnl_cb_run(answer, (size_t)n, 0, 0, NULL, NULL) != -1;

		if (!answered)	/* of several faults the first one is the cause */
			fault = done ? 0 : errno;
		answered = true;
	}
	if (n == -1 && errno != EAGAIN)
		return -1;
	errno = fault;
	return fault == 0 ? 0 : -1;
}

/* In kernels before 6.8 what is in the set can die between two changes of a batch; then it is not there to be taken out. */
static int
talk_surely(struct deadman *d, const struct batch *b)
{
	int result = talk(d, b);

	return result == -1 && errno == ENOENT ? talk(d, b) : result;
}

int
deadman_refresh(struct deadman *d)
{
	return talk_surely(d, &d->refresh);
}

int
deadman_end(struct deadman *d)
{
	return talk_surely(d, &d->end);
}
