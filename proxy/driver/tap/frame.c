/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/frame.h"

#include "proxy/base/octets.h"

/* https://www.iana.org/assignments/ieee-802-numbers; the third kind of tag is from before 802.1ad. */
enum {
	TYPE_IPV4 = 0x0800,
	TYPE_VLAN = 0x8100,
	TYPE_IPV6 = 0x86dd,
	TYPE_MPLS = 0x8847,
	TYPE_MPLS_MULTICAST = 0x8848,
	TYPE_PPPOE = 0x8864,
	TYPE_PROVIDER_VLAN = 0x88a8,
	TYPE_OLD_PROVIDER_VLAN = 0x9100,
};

/* https://www.iana.org/assignments/ppp-numbers */
enum { PPP_IPV4 = 0x0021, PPP_IPV6 = 0x0057, PPP_MPLS = 0x0281 };

/* Address families in a loopback header: that of IPv6 on Linux, NetBSD and OpenBSD, FreeBSD, macOS. */
enum { FAMILY_IPV4 = 2, FAMILY_IPV6_LINUX = 10, FAMILY_IPV6_NETBSD = 24, FAMILY_IPV6_FREEBSD = 28, FAMILY_IPV6_MACOS = 30 };

/* What follows the first n octets; n <= in.len. */
static struct span
behind(struct span in, size_t n)
{
	return span_cut(in, n, in.len);
}

static enum frame_result
read_ip(struct span in, unsigned version, struct span *ip)
{
	if (in.len == 0)
		return FRAME_CUT;
	if (in.at[0] >> 4 != version)
		return FRAME_NOT_IP;
	*ip = in;
	return FRAME_IP;
}

static enum frame_result
read_any_ip(struct span in, struct span *ip)
{
	return read_ip(in, in.len > 0 && in.at[0] >> 4 == 6 ? 6 : 4, ip);
}

/* Labels up to the bottom of the stack. What is behind says nowhere what it is; routers look at its first bits, too (RFC 4928). */
static enum frame_result
read_mpls(struct span in, struct span *ip)
{
	for (unsigned labels = 0; labels < FRAME_TAGS_MAX; labels++) {
		bool bottom;

		if (in.len < 4)
			return FRAME_CUT;
		bottom = (in.at[2] & 1) != 0;
		in = behind(in, 4);
		if (bottom)
			return read_any_ip(in, ip);
	}
	return FRAME_TOO_DEEP;
}

/* From the protocol field on, which may be compressed to one octet (RFC 1661 6.5). */
static enum frame_result
read_ppp_protocol(struct span in, struct span *ip)
{
	size_t len = in.len > 0 && (in.at[0] & 1) != 0 ? 1 : 2;

	if (in.len < len)
		return FRAME_CUT;
	switch (len == 1 ? in.at[0] : octets_16(in.at)) {
	case PPP_IPV4:
		return read_ip(behind(in, len), 4, ip);
	case PPP_IPV6:
		return read_ip(behind(in, len), 6, ip);
	case PPP_MPLS:
		return read_mpls(behind(in, len), ip);
	default:
		return FRAME_NOT_IP;
	}
}

/* Version and type 1, code 0 (a session's data), session, length; then PPP. The length is that of the IP packet, which says it, too. */
static enum frame_result
read_pppoe(struct span in, struct span *ip)
{
	if (in.len < 6)
		return FRAME_CUT;
	if (octets_16(in.at) != 0x1100)
		return FRAME_NOT_IP;
	return read_ppp_protocol(behind(in, 6), ip);
}

/* What follows an EtherType. */
static enum frame_result
read_type(uint16_t type, struct span in, struct span *ip)
{
	for (unsigned tags = 0; tags <= FRAME_TAGS_MAX; tags++) {
		switch (type) {
		case TYPE_IPV4:
			return read_ip(in, 4, ip);
		case TYPE_IPV6:
			return read_ip(in, 6, ip);
		case TYPE_PPPOE:
			return read_pppoe(in, ip);
		case TYPE_MPLS:
		case TYPE_MPLS_MULTICAST:
			return read_mpls(in, ip);
		case TYPE_VLAN:
		case TYPE_PROVIDER_VLAN:
		case TYPE_OLD_PROVIDER_VLAN:
			if (in.len < 4)
				return FRAME_CUT;
			type = octets_16(in.at + 2);
			in = behind(in, 4);
			break;
		default:
			return FRAME_NOT_IP;
		}
	}
	return FRAME_TOO_DEEP;
}

/* A header of so many octets with an EtherType at this place in it. */
static enum frame_result
read_typed(struct span in, size_t type_at, size_t header, struct span *ip)
{
	if (in.len < header)
		return FRAME_CUT;
	return read_type(octets_16(in.at + type_at), behind(in, header), ip);
}

/* Address and control, if they were not left out (RFC 1662 3.2); then the protocol. */
static enum frame_result
read_ppp(struct span in, struct span *ip)
{
	if (in.len < 2)
		return FRAME_CUT;
	return read_ppp_protocol(octets_16(in.at) == 0xff03 ? behind(in, 2) : in, ip);
}

/* PPP, or Cisco's own framing, which has an EtherType: its first octet is that of a unicast or a multicast. */
static enum frame_result
read_ppp_serial(struct span in, struct span *ip)
{
	if (in.len > 0 && (in.at[0] == 0x0f || in.at[0] == 0x8f))
		return read_typed(in, 2, 4, ip);
	return read_ppp(in, ip);
}

static enum frame_result
read_family(struct span in, uint32_t family, struct span *ip)
{
	switch (family) {
	case FAMILY_IPV4:
		return read_ip(in, 4, ip);
	case FAMILY_IPV6_LINUX:
	case FAMILY_IPV6_NETBSD:
	case FAMILY_IPV6_FREEBSD:
	case FAMILY_IPV6_MACOS:
		return read_ip(in, 6, ip);
	default:
		return FRAME_NOT_IP;
	}
}

/* An address family in four octets, in the order of whoever captured: a small number, so it tells its order itself. */
static enum frame_result
read_loopback(struct span in, struct span *ip)
{
	uint32_t family;

	if (in.len < 4)
		return FRAME_CUT;
	family = octets_32(in.at);
	return read_family(behind(in, 4), family > 0xffff ? __builtin_bswap32(family) : family, ip);
}

bool
frame_knows(int link)
{
	switch ((enum frame_link)link) {
	case FRAME_NULL:
	case FRAME_EN10MB:
	case FRAME_PPP:
	case FRAME_RAW:
	case FRAME_PPP_SERIAL:
	case FRAME_PPP_ETHER:
	case FRAME_LOOP:
	case FRAME_LINUX_SLL:
	case FRAME_IPV4:
	case FRAME_IPV6:
	case FRAME_LINUX_SLL2:
		return true;
	}
	return false;
}

enum frame_result
frame_read(int link, struct span frame, struct span *ip)
{
	switch ((enum frame_link)link) {
	case FRAME_EN10MB:
		return read_typed(frame, 12, 14, ip);
	case FRAME_LINUX_SLL:
		return read_typed(frame, 14, 16, ip);
	case FRAME_LINUX_SLL2:
		return read_typed(frame, 0, 20, ip);
	case FRAME_PPP:
		return read_ppp(frame, ip);
	case FRAME_PPP_SERIAL:
		return read_ppp_serial(frame, ip);
	case FRAME_PPP_ETHER:
		return read_pppoe(frame, ip);
	case FRAME_NULL:
	case FRAME_LOOP:
		return read_loopback(frame, ip);
	case FRAME_RAW:
		return read_any_ip(frame, ip);
	case FRAME_IPV4:
		return read_ip(frame, 4, ip);
	case FRAME_IPV6:
		return read_ip(frame, 6, ip);
	}
	return FRAME_NOT_IP;
}
