/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/metrics_address.h"

#include <arpa/inet.h>

enum { PORT_DIGITS = 5 };

/* "9025"; 0: none */
static uint16_t
read_port(struct span text)
{
	uint32_t n = 0;

	if (text.at == NULL || text.len == 0 || text.len > PORT_DIGITS)
		return 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return 0;
		n = 10 * n + text.at[i] - '0';
	}
	return n <= UINT16_MAX ? (uint16_t)n : 0;
}

/* IPv6 stands in brackets, IPv4 does not. */
static int
read_address(struct span text, struct ip *ip)
{
	char name[INET6_ADDRSTRLEN];
	bool v6 = text.len > 2 && text.at[0] == '[' && text.at[text.len - 1] == ']';
	struct span bare = v6 ? span_cut(text, 1, text.len - 1) : text;
	uint8_t v4[4];

	if (bare.len == 0 || bare.len >= sizeof(name) || memchr(bare.at, '\0', bare.len) != NULL)
		return -1;
	memcpy(name, bare.at, bare.len);
	name[bare.len] = '\0';
	if (v6)
		return inet_pton(AF_INET6, name, ip->bytes) == 1 && !ip_is_v4(ip) ? 0 : -1;
	if (inet_pton(AF_INET, name, v4) != 1)
		return -1;
	*ip = ip_from_v4(v4);
	return 0;
}

/* Multicast and broadcast are no address of a listener; one of a link means nothing without that link. */
static bool
can_listen(const struct ip *ip)
{
	if (ip_is_v4(ip))
		return ip->bytes[12] < 224;
	return ip->bytes[0] != 0xff && !(ip->bytes[0] == 0xfe && (ip->bytes[1] & 0xc0) == 0x80);
}

int
metrics_address_parse(struct span text, struct ip *ip, uint16_t *port)
{
	size_t colon = text.len;

	*port = 0;
	if (text.at == NULL)
		return -1;
	while (colon > 0 && text.at[colon - 1] != ':')
		colon--;
	if (colon == 0 || read_address(span_cut(text, 0, colon - 1), ip) == -1 || !can_listen(ip))
		return -1;
	*port = read_port(span_cut(text, colon, text.len));
	return *port == 0 ? -1 : 0;
}

bool
metrics_address_is_private(const struct ip *ip)
{
	static const struct ip loopback = { .bytes = { [15] = 1 } };
	const uint8_t *b = ip->bytes + 12;

	if (!ip_is_v4(ip))
		return ip_eq(ip, &loopback) || (ip->bytes[0] & 0xfe) == 0xfc;
	return b[0] == 127 || b[0] == 10 || (b[0] == 172 && (b[1] & 0xf0) == 16) || (b[0] == 192 && b[1] == 168) ||
	    (b[0] == 169 && b[1] == 254);
}
