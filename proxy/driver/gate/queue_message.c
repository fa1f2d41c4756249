/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/gate/queue_message.h"

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>

struct shown {
	struct queue_packet packet;
	bool has_id;
};

static uint32_t
number_of(const struct nlattr *a)
{
	return mnl_attr_validate(a, MNL_TYPE_U32) == -1 ? 0 : ntohl(mnl_attr_get_u32(a));
}

static int
on_attribute(const struct nlattr *a, void *cookie)
{
	const struct nfqnl_msg_packet_hdr *header = mnl_attr_get_payload(a);
	struct shown *s = cookie;

	switch (mnl_attr_get_type(a)) {
	case NFQA_PACKET_HDR:
		s->has_id = mnl_attr_get_payload_len(a) >= sizeof(*header);
		if (s->has_id) {
			s->packet.id = ntohl(header->packet_id);
			s->packet.hook = header->hook;
		}
		break;
	case NFQA_MARK:		/* left out where it is 0 */
		s->packet.mark = number_of(a);
		break;
	case NFQA_IFINDEX_INDEV:
		s->packet.interface = number_of(a);
		break;
	case NFQA_PAYLOAD:
		s->packet.octets = span_of(mnl_attr_get_payload(a), mnl_attr_get_payload_len(a));
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

bool
queue_message_read(const struct nlmsghdr *m, struct queue_packet *p)
{
	struct shown s = { 0 };

	if (m->nlmsg_type != (NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET))
		return false;
	mnl_attr_parse(m, sizeof(struct nfgenmsg), on_attribute, &s);
	*p = s.packet;
	return s.has_id;
}
