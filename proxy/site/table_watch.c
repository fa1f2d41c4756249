/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/table_watch.h"

#include "proxy/site/rules.h"

#include <assert.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>

struct table_watch {
	struct mnl_socket *socket;
	bool hurt;
};

struct table_watch *
table_watch_new(void)
{
	struct table_watch *w = calloc(1, sizeof(*w));
	int saved, group = NFNLGRP_NFTABLES;

	if (w == NULL)
		return NULL;
	w->socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (w->socket != NULL && mnl_socket_bind(w->socket, 0, MNL_SOCKET_AUTOPID) == 0 &&
	    mnl_socket_setsockopt(w->socket, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) == 0)
		return w;
	saved = errno;
	table_watch_free(w);
	errno = saved;
	return NULL;
}

void
table_watch_free(struct table_watch *w)
{
	if (w == NULL)
		return;
	if (w->socket != NULL)
		mnl_socket_close(w->socket);
	free(w);
}

int
table_watch_fd(const struct table_watch *w)
{
	return mnl_socket_get_fd(w->socket);
}

/* The name of the table that a message is about; attributes of all kinds have it as their first one. */
static int
on_attribute(const struct nlattr *a, void *name)
{
	static_assert((int)NFTA_TABLE_NAME == (int)NFTA_CHAIN_TABLE && (int)NFTA_TABLE_NAME == (int)NFTA_RULE_TABLE &&
	    (int)NFTA_TABLE_NAME == (int)NFTA_SET_TABLE, "one number for all");

	if (mnl_attr_get_type(a) != NFTA_TABLE_NAME || mnl_attr_validate(a, MNL_TYPE_NUL_STRING) == -1)
		return MNL_CB_OK;
	*(const char **)name = mnl_attr_get_str(a);
	return MNL_CB_STOP;
}

static int
on_message(const struct nlmsghdr *m, void *cookie)
{
	struct table_watch *w = cookie;
	const struct nfgenmsg *head = mnl_nlmsg_get_payload(m);
	const char *name = "";

	if (NFNL_SUBSYS_ID(m->nlmsg_type) != NFNL_SUBSYS_NFTABLES || mnl_nlmsg_get_payload_len(m) < sizeof(*head) ||
	    head->nfgen_family != NFPROTO_INET)
		return MNL_CB_OK;
	mnl_attr_parse(m, sizeof(*head), on_attribute, &name);
	if (strcmp(name, RULES_TABLE) != 0)
		return MNL_CB_OK;
	switch (NFNL_MSG_TYPE(m->nlmsg_type)) {
	case NFT_MSG_NEWTABLE:		/* a change of ours takes all of it out and makes it anew */
		w->hurt = false;
		break;
	case NFT_MSG_DELTABLE:
	case NFT_MSG_DELCHAIN:
	case NFT_MSG_DELRULE:
	case NFT_MSG_DELSET:
		w->hurt = true;
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

bool
table_watch_is_hurt(struct table_watch *w)
{
	char news[16384];
	ssize_t n;
	bool hurt;

	while ((n = mnl_socket_recvfrom(w->socket, news, sizeof(news))) > 0)
		mnl_cb_run(news, (size_t)n, 0, 0, on_message, w);
	if (n == -1 && errno != EAGAIN && errno != EINTR)	/* ENOBUFS: more happened than could be told */
		w->hurt = true;
	hurt = w->hurt;
	w->hurt = false;
	return hurt;
}
