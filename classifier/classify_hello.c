/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/ruling.h"

#include "classifier/ascii.h"

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

/* By name, as a literal, or as an address without brackets, which is no name but is said. */
static bool
is_host(const struct asked *asked, struct span name)
{
	struct path_host h = { 0 };

	if (classify_is_local(asked, name))
		return true;
	if (ip_parse_quad(name, &h.ip) == -1 && !(path_host_parse(name, &h) == PATH_OK && h.literal))
		return false;
	for (size_t i = 0; i < asked->host->address_count; i++)
		if (ip_eq(&asked->host->addresses[i], &h.ip))
			return true;
	return ip_eq(asked->address, &h.ip);
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
