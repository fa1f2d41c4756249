/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/ruling.h"

#include "classifier/ascii.h"

enum { GROUPS_OCTETS = 30 };	/* six groups before a dotted quad: "0000:" each */

/* Nothing in it that a shell, a header or a log could take for more than a name. */
static bool
is_plain(struct span s)
{
	if (s.len == 0 || s.len > HELLO_MAX)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_is(s.at[i], ASCII_LDH) && span_find(SPAN("._:[]"), 0, s.at[i]) == 5)
			return false;
	return true;
}

/* RFC 5321 4.1.1.1: a domain, or an address literal. */
static bool
is_name(struct span s, struct path_host *h)
{
	return path_host_parse(s, h) == PATH_OK && (h->literal || domain_valid(h->text));
}

/* RFC 5321 4.1.3, IPv6v4-full and IPv6v4-comp: an IPv6 address with a dotted quad in the place of its last two groups. */
static bool
is_with_quad(struct span text, struct ip *ip)
{
	uint8_t groups[GROUPS_OCTETS + 3];
	struct ip quad;
	size_t head = text.len;

	while (head > 0 && text.at[head - 1] != ':')
		head--;
	if (head == 0 || head > GROUPS_OCTETS || ip_parse_quad(span_cut(text, head, text.len), &quad) == -1)
		return false;
	memcpy(groups, text.at, head);
	memcpy(groups + head, "0:0", 3);
	if (ip_parse_v6(span_of(groups, head + 3), ip) == -1)
		return false;
	memcpy(ip->bytes + 12, quad.bytes + 12, 4);
	return true;
}

/* In any spelling, also without the brackets or the tag of a literal: that is no name, but is said. */
static bool
is_address(struct span name, struct ip *ip)
{
	static const uint8_t tag[] = "ipv6:";
	size_t n = 0;

	if (name.len > 2 && name.at[0] == '[' && name.at[name.len - 1] == ']')
		name = span_cut(name, 1, name.len - 1);
	while (n < name.len && tag[n] != '\0' && ascii_lower(name.at[n]) == tag[n])
		n++;
	if (tag[n] == '\0')
		name = span_cut(name, n, name.len);
	return ip_parse_quad(name, ip) == 0 || ip_parse_v6(name, ip) == 0 || is_with_quad(name, ip);
}

/* By name, also one that ends at the root, or by address, an IPv4 one in its IPv6 form too. */
static bool
is_host(const struct asked *asked, struct span name)
{
	struct ip ip;

	if (name.len > 1 && name.at[name.len - 1] == '.')
		name.len--;
	if (classify_is_local(asked, name))
		return true;
	if (!is_address(name, &ip))
		return false;
	for (size_t i = 0; i < asked->host->address_count; i++)
		if (ip_eq(&asked->host->addresses[i], &ip))
			return true;
	return ip_eq(asked->address, &ip);
}

void
classify_hello(const struct asked *asked, struct span name, struct verdict *v)
{
	const struct rules *rules = &asked->host->rules[asked->network];
	struct path_host h;

	ruling_begin(v, RULE_HELLO_SYNTAX);
	v->path = name;
	v->reason = REASON_HELLO_OK;
	if (!is_plain(name)) {
		ruling_refuse(v, RULE_SYNTAX, REASON_HELLO_NAME);
		return;
	}
	v->mode = ruling_idle_mode(rules, RULE_HELLO_SYNTAX);
	if (is_host(asked, name) && ruling_apply(rules, RULE_FORGED_HELLO, REASON_FORGED_HELLO, v))
		return;
	if (!is_name(name, &h))
		ruling_apply(rules, RULE_HELLO_SYNTAX, REASON_HELLO_NAME, v);
}
