/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prefixes, addresses and the section "network". */
#include "proxy/site/config.h"

#include "classifier/ascii.h"

#include <arpa/inet.h>

enum { NAME_MAX_OCTETS = 64, V4_BITS = 96 };	/* an IPv4 prefix is 96 bits longer than written */

/* An address as text. 4 or 6, or 0. */
static int
read_ip(struct span text, struct ip *ip)
{
	char buf[INET6_ADDRSTRLEN];
	uint8_t v4[4];

	if (text.len == 0 || text.len >= sizeof(buf) || span_find(text, 0, 0) < text.len)
		return 0;
	memcpy(buf, text.at, text.len);
	buf[text.len] = '\0';
	if (inet_pton(AF_INET, buf, v4) == 1) {
		*ip = ip_from_v4(v4);
		return 4;
	}
	return inet_pton(AF_INET6, buf, ip->bytes) == 1 ? 6 : 0;
}

static int
read_bits(struct span text, unsigned most)
{
	unsigned bits = 0;

	if (text.len == 0 || text.len > 3 || (text.len > 1 && text.at[0] == '0'))
		return -1;
	for (size_t i = 0; i < text.len; i++) {
		if (!ascii_is(text.at[i], ASCII_DIGIT))
			return -1;
		bits = bits * 10 + (unsigned)(text.at[i] - '0');
	}
	return bits > most ? -1 : (int)bits;
}

static void
clear_host_bits(struct prefix *p)
{
	for (unsigned bit = p->len; bit < 128; bit++)
		p->ip.bytes[bit / 8] &= (uint8_t)~(0x80 >> bit % 8);
}

/* The prefix as it should have been written. */
static const char *
prefix_shown(const struct prefix *p, int family, char *out, size_t cap)
{
	char ip[INET6_ADDRSTRLEN];

	inet_ntop(family == 4 ? AF_INET : AF_INET6, p->ip.bytes + (family == 4 ? 12 : 0), ip, sizeof(ip));
	snprintf(out, cap, "%s/%d", ip, family == 4 ? p->len - V4_BITS : p->len);
	return out;
}

/* Read a prefix; false and told of if it is none. */
static bool
read_prefix(struct config *c, struct span text, uint32_t line, struct prefix *p)
{
	size_t slash = span_find(text, 0, '/');
	int family = read_ip(span_cut(text, 0, slash), &p->ip);
	char clean[64];
	int bits;

	if (slash == text.len && family != 0) {
		config_error(c, line, "found prefix \"%s\" without a length, expected \"%s/%d\" for this one address",
		    config_shown(text), config_shown(text), family == 4 ? 32 : 128);
		return false;
	}
	bits = slash == text.len ? -1 : read_bits(span_cut(text, slash + 1, text.len), family == 4 ? 32 : 128);
	if (family == 0 || bits == -1) {
		config_error(c, line, "found \"%s\", expected a prefix as \"10.0.0.0/8\" or \"2001:db8::/32\"",
		    config_shown(text));
		return false;
	}
	if (family == 6 && ip_is_v4(&p->ip) && bits >= V4_BITS) {
		config_error(c, line, "found prefix \"%s\", expected it in IPv4's own notation", config_shown(text));
		return false;
	}
	p->len = (uint8_t)(family == 4 ? bits + V4_BITS : bits);
	if (!prefix_clean(p)) {
		clear_host_bits(p);
		config_error(c, line, "found prefix \"%s\" with host bits set, expected \"%s\"", config_shown(text),
		    prefix_shown(p, family, clean, sizeof(clean)));
		return false;
	}
	return true;
}

void
config_prefix(struct config *c, struct span text, uint32_t line)
{
	struct site_prefix *sp;
	struct prefix p;

	if (!read_prefix(c, text, line, &p))
		return;
	sp = config_memory(c, vec_push(&c->prefixes, sizeof(*sp)));
	if (sp == NULL)
		return;
	sp->text = config_copy(c, text);
	sp->prefix = p;
	sp->network = (uint32_t)c->networks.count;	/* the number that this section gets at its end */
	sp->line = line;
}

/* Can this be the address of one machine that packets are forwarded to? */
static bool
is_host_address(const struct ip *ip, int family)
{
	static const struct ip unspecified, loopback = { .bytes = { [15] = 1 } };
	const uint8_t *b = ip->bytes;

	if (family == 4)
		return b[12] != 0 && b[12] != 127 && b[12] < 224 && !(b[12] == 169 && b[13] == 254);
	if (ip_is_v4(ip) || ip_eq(ip, &unspecified) || ip_eq(ip, &loopback))
		return false;
	return b[0] != 0xff && !(b[0] == 0xfe && (b[1] & 0xc0) == 0x80);
}

void
config_address(struct config *c, struct span text, uint32_t line)
{
	struct ip ip, *to;
	int family = read_ip(text, &ip);
	uint32_t *at;

	if (family == 0 || !is_host_address(&ip, family)) {
		config_error(c, line, "found \"%s\", expected the IPv4 or IPv6 address of one host", config_shown(text));
		return;
	}
	to = config_memory(c, vec_push(&c->addresses, sizeof(*to)));
	at = config_memory(c, vec_push(&c->address_lines, sizeof(*at)));
	if (to == NULL || at == NULL)
		return;
	*to = ip;
	*at = line;
}

void
config_resolver(struct config *c, struct span text, uint32_t line)
{
	const struct ip *known = c->resolvers.at;
	struct ip ip, *to;

	if (read_ip(text, &ip) == 0) {
		config_error(c, line, "found \"%s\", expected the IPv4 or IPv6 address of a DNS server", config_shown(text));
		return;
	}
	for (size_t i = 0; i < c->resolvers.count; i++) {
		if (!ip_eq(&known[i], &ip))
			continue;
		config_error(c, line, "found DNS server \"%s\" twice, expected once", config_shown(text));
		return;
	}
	to = config_memory(c, vec_push(&c->resolvers, sizeof(*to)));
	if (to != NULL)
		*to = ip;
}

static bool
is_name(struct span name)
{
	if (name.len == 0 || name.len > NAME_MAX_OCTETS)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!ascii_is(name.at[i], ASCII_LDH) && name.at[i] != '.' && name.at[i] != '_')
			return false;
	return true;
}

void
config_network_end(struct config *c, struct span title, uint32_t line)
{
	uint32_t number = (uint32_t)c->networks.count, other;
	const struct config_network *networks;
	struct config_network *n;
	struct span name;

	name = config_copy(c, title);
	n = config_memory(c, vec_push(&c->networks, sizeof(*n)));
	if (name.at == NULL || n == NULL)
		return;
	name = domain_lower(name, (uint8_t *)name.at);	/* our own copy */
	*n = (struct config_network){ .name = name, .line = line };
	networks = c->networks.at;
	other = names_find(&c->network_names, name);
	if (!is_name(name))
		config_error(c, line, "found network \"%s\", expected a name of letters, digits, \".\", \"-\", \"_\"",
		    config_shown(title));
	else if (other == POLICY_UNTRUSTED)
		config_error(c, line, "network untrusted is every address in no other network, expected another name");
	else if (other != NAMES_NONE)
		config_error(c, line, "network %s is there already, expected another name (first in line %u)",
		    config_shown(name), networks[other].line);
	else if (names_add(&c->network_names, name, number) == -1)
		c->no_memory = true;
	if (c->set[SECTION_NETWORK][NETWORK_PREFIXES].line == 0)
		config_error(c, line, "network %s has no prefixes, expected prefixes = { \"10.0.0.0/8\" }",
		    config_shown(name));
}
