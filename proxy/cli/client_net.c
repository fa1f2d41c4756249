/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/client_net.h"

#include <arpa/inet.h>
#include <stdlib.h>

enum { V4_BITS = 96, IP_BITS = 128 };	/* V4_BITS: before those of an IPv4 address */

static int
read_address(const char *text, struct ip *ip)
{
	uint8_t v4[4];

	if (inet_pton(AF_INET, text, v4) == 1) {
		*ip = ip_from_v4(v4);
		return 0;
	}
	return inet_pton(AF_INET6, text, ip->bytes) == 1 ? 0 : -1;
}

int
client_net_read(const char *text, struct prefix *out)
{
	const char *slash = strchr(text, '/');
	size_t len = slash == NULL ? strlen(text) : (size_t)(slash - text);
	char address[INET6_ADDRSTRLEN], *end = "";
	unsigned long bits, before;

	if (len >= sizeof(address))
		return -1;
	memcpy(address, text, len);
	address[len] = '\0';
	if (read_address(address, &out->ip) == -1)
		return -1;
	before = strchr(address, ':') == NULL ? V4_BITS : 0;
	bits = IP_BITS - before;
	if (slash != NULL && (slash[1] < '0' || slash[1] > '9'))
		return -1;
	if (slash != NULL)
		bits = strtoul(slash + 1, &end, 10);
	if (*end != '\0' || bits > IP_BITS - before)
		return -1;
	out->len = (uint8_t)(bits + before);
	return 0;
}

bool
client_net_has(const struct prefix *net, const char *address)
{
	size_t whole = net->len / 8;
	uint8_t mask = (uint8_t)(0xff00 >> net->len % 8);
	struct ip ip;

	if (read_address(address, &ip) == -1 || memcmp(ip.bytes, net->ip.bytes, whole) != 0)
		return false;
	return mask == 0 || ((ip.bytes[whole] ^ net->ip.bytes[whole]) & mask) == 0;
}
