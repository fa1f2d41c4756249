/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/route.h"

#include "proxy/site/rules.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

enum {
	MESSAGE = 512,		/* octets of a request */
	ANSWER = 1 << 15,	/* of a part of a dump: what the kernel sends at most */
	OWN_MAX = 16,		/* rules of ours that one run removes */
};

struct own_rule {
	uint32_t mark, table, priority;
};

struct own_rules {
	struct own_rule list[OWN_MAX];
	size_t count;
};

static int
fail(FILE *errors, int family, const char *what)
{
	int error = errno;
	const char *hint = "";

	if (error == EPERM)
		hint = " (CAP_NET_ADMIN is missing)";
	else if (error == EAFNOSUPPORT || error == EOPNOTSUPP)
		hint = " (the kernel lacks this protocol, or CONFIG_IP_MULTIPLE_TABLES)";
	fprintf(errors, "relaywall: %s, IPv%c: %s%s\n", what, family == AF_INET ? '4' : '6', strerror(error), hint);
	return -1;
}

/* Send a request and take all that is answered. 0, or -1 with errno. */
static int
talk(struct nlmsghdr *request, mnl_cb_t each, void *cookie)
{
	static uint32_t sequence;
	char buf[ANSWER];
	struct mnl_socket *nl;
	ssize_t n;
	int result = -1, error;

	nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (nl == NULL)
		return -1;
	request->nlmsg_seq = ++sequence;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) == -1 || mnl_socket_sendto(nl, request, request->nlmsg_len) == -1)
		goto close_socket;
	do {
		n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		if (n == -1)
			goto close_socket;
		result = mnl_cb_run(buf, (size_t)n, sequence, mnl_socket_get_portid(nl), each, cookie);
	} while (result > 0);

close_socket:
	error = errno;
	mnl_socket_close(nl);
	errno = error;
	return result == 0 ? 0 : -1;
}

static struct nlmsghdr *
begin(char *buf, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *m = mnl_nlmsg_put_header(buf);

	m->nlmsg_type = type;
	m->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	return m;
}

static int
change_rule(uint16_t type, uint16_t flags, int family, const struct own_rule *r)
{
	char buf[MESSAGE];
	struct nlmsghdr *m = begin(buf, type, NLM_F_ACK | flags);
	struct fib_rule_hdr *h = mnl_nlmsg_put_extra_header(m, sizeof(*h));

	h->family = (uint8_t)family;
	h->action = FR_ACT_TO_TBL;
	h->table = RT_TABLE_UNSPEC;	/* the attribute holds it: a table can be above 255 */
	mnl_attr_put_u32(m, FRA_PRIORITY, r->priority);
	mnl_attr_put_u32(m, FRA_FWMARK, r->mark);
	mnl_attr_put_u32(m, FRA_TABLE, r->table);
	mnl_attr_put_u8(m, FRA_PROTOCOL, RULES_PROTOCOL);
	return talk(m, NULL, NULL);
}

static int
change_route(uint16_t type, uint16_t flags, int family, uint32_t table)
{
	char buf[MESSAGE];
	struct nlmsghdr *m = begin(buf, type, NLM_F_ACK | flags);
	struct rtmsg *h = mnl_nlmsg_put_extra_header(m, sizeof(*h));
	unsigned lo = if_nametoindex("lo");

	if (lo == 0)
		return -1;
	h->rtm_family = (uint8_t)family;
	h->rtm_table = RT_TABLE_UNSPEC;
	h->rtm_protocol = RULES_PROTOCOL;
	h->rtm_scope = family == AF_INET ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE;
	h->rtm_type = RTN_LOCAL;
	mnl_attr_put_u32(m, RTA_TABLE, table);
	mnl_attr_put_u32(m, RTA_OIF, lo);
	return talk(m, NULL, NULL);
}

struct parsed_rule {
	struct own_rule rule;
	uint8_t protocol;
};

static int
on_attribute(const struct nlattr *a, void *cookie)
{
	struct parsed_rule *r = cookie;

	switch (mnl_attr_get_type(a)) {
	case FRA_PRIORITY:
		r->rule.priority = mnl_attr_get_u32(a);
		break;
	case FRA_FWMARK:
		r->rule.mark = mnl_attr_get_u32(a);
		break;
	case FRA_TABLE:
		r->rule.table = mnl_attr_get_u32(a);
		break;
	case FRA_PROTOCOL:
		r->protocol = mnl_attr_get_u8(a);
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

/* One rule of a dump; keeps ours. */
static int
on_rule(const struct nlmsghdr *m, void *cookie)
{
	const struct fib_rule_hdr *h = mnl_nlmsg_get_payload(m);
	struct parsed_rule r = { .rule.table = h->table };
	struct own_rules *own = cookie;

	mnl_attr_parse(m, sizeof(*h), on_attribute, &r);
	if (r.protocol == RULES_PROTOCOL && own->count < OWN_MAX)
		own->list[own->count++] = r.rule;
	return MNL_CB_OK;
}

static int
find_own(int family, struct own_rules *own)
{
	char buf[MESSAGE];
	struct nlmsghdr *m = begin(buf, RTM_GETRULE, NLM_F_DUMP);
	struct fib_rule_hdr *h = mnl_nlmsg_put_extra_header(m, sizeof(*h));

	h->family = (uint8_t)family;
	own->count = 0;
	return talk(m, on_rule, own);
}

/* The route of a rule of ours; one that is gone already is no fault. */
static int
remove_route(int family, uint32_t table)
{
	if (change_route(RTM_DELROUTE, 0, family, table) == -1 && errno != ESRCH && errno != ENOENT)
		return -1;
	return 0;
}

static int
on_route(const struct nlmsghdr *m, void *cookie)
{
	const struct rtmsg *h = mnl_nlmsg_get_payload(m);
	bool *here = cookie;

	*here = h->rtm_type == RTN_LOCAL;
	return MNL_CB_OK;
}

/* The kernel is asked for the way of such a packet. Where to does not matter: with this mark everything is local. */
bool
route_leads_here(int family, uint32_t mark)
{
	char buf[MESSAGE];
	struct nlmsghdr *m = begin(buf, RTM_GETROUTE, NLM_F_ACK);
	struct rtmsg *h = mnl_nlmsg_put_extra_header(m, sizeof(*h));
	struct in6_addr to = { 0 };
	size_t octets = family == AF_INET ? sizeof(struct in_addr) : sizeof(to);
	bool here = false;

	inet_pton(family, family == AF_INET ? "192.0.2.1" : "2001:db8::1", &to);
	h->rtm_family = (uint8_t)family;
	h->rtm_dst_len = (uint8_t)(octets * 8);
	mnl_attr_put(m, RTA_DST, octets, &to);
	mnl_attr_put_u32(m, RTA_MARK, mark);
	return talk(m, on_route, &here) == 0 && here;
}

int
route_install(int family, uint32_t mark, uint32_t table, FILE *errors)
{
	const struct own_rule want = { .mark = mark, .table = table, .priority = RULES_PRIORITY };
	struct own_rules own;
	bool there = false;

	if (change_route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, family, table) == -1)
		return fail(errors, family, "cannot set the route of diverted connections");
	if (find_own(family, &own) == -1)
		return fail(errors, family, "cannot list routing rules");
	for (size_t i = 0; i < own.count; i++) {
		const struct own_rule *r = &own.list[i];

		if (!there && r->mark == want.mark && r->table == want.table && r->priority == want.priority) {
			there = true;	/* kept, so that no packet of a running session misses it */
			continue;
		}
		if (change_rule(RTM_DELRULE, 0, family, r) == -1 ||
		    (r->table != table && remove_route(family, r->table) == -1))
			return fail(errors, family, "cannot remove a routing rule of an earlier run");
	}
	if (!there && change_rule(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, family, &want) == -1)
		return fail(errors, family, "cannot set the routing rule of diverted connections");
	return 0;
}

int
route_remove(int family, FILE *errors)
{
	struct own_rules own;
	int result = 0;

	if (find_own(family, &own) == -1)
		return errno == EAFNOSUPPORT || errno == EOPNOTSUPP ? 0 : fail(errors, family, "cannot list routing rules");
	for (size_t i = 0; i < own.count; i++) {
		if (change_rule(RTM_DELRULE, 0, family, &own.list[i]) == -1)
			result = fail(errors, family, "cannot remove the routing rule of diverted connections");
		if (remove_route(family, own.list[i].table) == -1)
			result = fail(errors, family, "cannot remove the route of diverted connections");
	}
	return result;
}
