/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/board/host.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

enum { NAME_MOST = 255 };

/* "" or ":9025" */
static bool
is_port(const char *text)
{
	if (text[0] == '\0')
		return true;
	return text[0] == ':' && text[1] != '\0' && text[1 + strspn(text + 1, "0123456789")] == '\0';
}

bool
board_host_is_ours(const char *host, const char *own)
{
	char name[NAME_MOST + 1];
	unsigned char address[sizeof(struct in6_addr)];
	bool v6;
	size_t len;

	if (host == NULL)
		return true;
	v6 = host[0] == '[';
	host += v6;
	len = strcspn(host, v6 ? "]" : ":");
	if (len > NAME_MOST || (v6 && host[len] != ']') || !is_port(host + len + v6))
		return false;
	memcpy(name, host, len);
	name[len] = '\0';
	if (v6)
		return inet_pton(AF_INET6, name, address) == 1;
	return inet_pton(AF_INET, name, address) == 1 || strcasecmp(name, "localhost") == 0 || (len > 0 && strcasecmp(name, own) == 0);
}
