/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/base/ip_text.h"

#include <arpa/inet.h>

_Static_assert(IP_TEXT >= INET6_ADDRSTRLEN, "any fits");

static size_t
put_octet(char *out, unsigned octet)
{
	size_t n = 0;

	if (octet >= 100)
		out[n++] = (char)('0' + octet / 100);
	if (octet >= 10)
		out[n++] = (char)('0' + octet / 10 % 10);
	out[n++] = (char)('0' + octet % 10);
	return n;
}

/* libc formats each octet with printf, which is most of the time that a journal line would take. */
static size_t
write_v4(const uint8_t octets[4], char *out)
{
	size_t n = 0;

	for (unsigned i = 0; i < 4; i++) {
		n += put_octet(out + n, octets[i]);
		out[n++] = '.';
	}
	out[--n] = '\0';
	return n;
}

size_t
ip_text(const struct ip *ip, char out[IP_TEXT])
{
	if (ip_is_v4(ip))
		return write_v4(ip->bytes + 12, out);
	inet_ntop(AF_INET6, ip->bytes, out, IP_TEXT);
	return strlen(out);
}
