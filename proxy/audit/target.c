/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/target.h"

#include "proxy/base/ip_text.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>

/* The first local domain of a host that is one name. */
static void
find_local(struct target *t, const struct site *site)
{
	const struct site_domains *local = &site->hosts[t->host - site->policy.hosts].local;

	for (size_t i = 0; i < local->count; i++) {
		struct span name = local->list[i].name;

		if (name.at[0] == '*' || name.len >= sizeof(t->local))
			continue;
		memcpy(t->local, name.at, name.len);
		t->local[name.len] = '\0';
		return;
	}
}

static int
add(struct targets *t, const struct target *new, const struct site *site, FILE *errors)
{
	struct target *item;

	for (size_t i = 0; i < t->list.count; i++)
		if (ip_eq(&targets_at(t, i)->ip, &new->ip) && targets_at(t, i)->port == new->port)
			return 0;
	item = vec_push(&t->list, sizeof(*item));
	if (item == NULL) {
		fprintf(errors, "%s: out of memory\n", new->name);
		return -1;
	}
	*item = *new;
	if (site != NULL)
		item->host = policy_host(&site->policy, &item->ip);
	if (item->host != NULL)
		find_local(item, site);
	return 0;
}

static int
add_host(struct targets *t, const char *name, const struct policy_host *host, const struct site *site, FILE *errors)
{
	for (size_t i = 0; i < host->address_count; i++)
		if (add(t, &(struct target){ .name = name, .ip = host->addresses[i], .port = TARGET_PORT }, site, errors) == -1)
			return -1;
	return 0;
}

int
targets_add_all(struct targets *t, const struct site *site, FILE *errors)
{
	for (size_t i = 0; i < site->policy.host_count; i++) {
		const struct policy_host *host = &site->policy.hosts[i];

		/* names of a policy are strings of its arena, and have a NUL behind them */
		if (add_host(t, (const char *)host->name.at, host, site, errors) == -1)
			return -1;
	}
	return 0;
}

/* A text cut into host and port; 0, or -1: it is neither. */
static int
cut(const char *text, char host[DOMAIN_MAX + 1], uint16_t *port)
{
	const char *end = text + strlen(text), *colon = strrchr(text, ':');
	uint8_t v6[16];
	char *rest;
	unsigned long n;

	*port = TARGET_PORT;
	if (text[0] == '[') {
		end = strchr(text++, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return -1;
		colon = end[1] == ':' ? end + 1 : NULL;
	} else if (colon != NULL && inet_pton(AF_INET6, text, v6) == 1) {
		colon = NULL;
	} else if (colon != NULL) {
		end = colon;
	}
	if (end == text || end - text > DOMAIN_MAX)
		return -1;
	memcpy(host, text, (size_t)(end - text));
	host[end - text] = '\0';
	if (colon == NULL)
		return 0;
	n = strtoul(colon + 1, &rest, 10);
	*port = (uint16_t)n;
	return colon[1] >= '0' && colon[1] <= '9' && *rest == '\0' && n >= 1 && n <= UINT16_MAX ? 0 : -1;
}

static bool
take_address(const struct addrinfo *a, struct ip *ip)
{
	if (a->ai_family == AF_INET)
		*ip = ip_from_v4((const uint8_t *)&((const struct sockaddr_in *)(const void *)a->ai_addr)->sin_addr);
	else if (a->ai_family == AF_INET6)
		memcpy(ip->bytes, &((const struct sockaddr_in6 *)(const void *)a->ai_addr)->sin6_addr, sizeof(ip->bytes));
	return a->ai_family == AF_INET || a->ai_family == AF_INET6;
}

static int
look_up(struct targets *t, const char *text, const char *name, uint16_t port, const struct site *site, FILE *errors)
{
	static const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct target new = { .name = text, .port = port };
	struct addrinfo *list;
	int fault = getaddrinfo(name, NULL, &hints, &list), result = 0;
	unsigned count = 0;

	if (fault != 0) {
		fprintf(errors, "%s: %s\n", text, gai_strerror(fault));
		return -1;
	}
	for (const struct addrinfo *a = list; a != NULL && result == 0 && count < TARGET_ADDRESSES; a = a->ai_next) {
		if (!take_address(a, &new.ip))
			continue;
		count++;
		result = add(t, &new, site, errors);
	}
	freeaddrinfo(list);
	return result;
}

int
targets_add(struct targets *t, const char *text, const struct site *site, FILE *errors)
{
	char name[DOMAIN_MAX + 1];
	uint16_t port;

	for (size_t i = 0; site != NULL && i < site->policy.host_count; i++)
		if (span_eq(site->policy.hosts[i].name, span_str(text)))
			return add_host(t, text, &site->policy.hosts[i], site, errors);
	if (cut(text, name, &port) == -1) {
		fprintf(errors, "%s: expected ADDRESS, NAME, either with :PORT, or [IPv6 ADDRESS]:PORT\n", text);
		return -1;
	}
	return look_up(t, text, name, port, site, errors);
}

size_t
targets_strange(const struct targets *t, FILE *errors)
{
	size_t count = 0;
	char text[IP_TEXT];

	for (size_t i = 0; i < t->list.count; i++) {
		const struct target *target = targets_at(t, i);

		if (target->host != NULL)
			continue;
		count++;
		ip_text(&target->ip, text);
		fprintf(errors, "%s: %s is no protected host of a policy that was given\n", target->name, text);
	}
	return count;
}

void
targets_done(struct targets *t)
{
	vec_done(&t->list);
}
