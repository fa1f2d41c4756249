/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/site.h"

#include <stdlib.h>

int64_t
site_network(const struct site *site, struct span name)
{
	for (size_t i = 0; i < site->policy.network_count; i++)
		if (span_eq(site->policy.network_names[i], name))
			return (int64_t)i;
	return -1;
}

const struct site_from *
site_from(const struct site *site, size_t host, uint32_t network)
{
	const struct site_host *h = &site->hosts[host];

	for (size_t i = 0; i < h->from_count; i++)
		if (h->from[i].network == network)
			return &h->from[i];
	return NULL;
}

bool
site_any_rules(const struct site *site, bool (*is_so)(const struct rules *rules, int what), int what)
{
	for (size_t i = 0; i < site->policy.host_count; i++)
		for (size_t n = 0; n < site->policy.network_count; n++)
			if (is_so(&site->policy.hosts[i].rules[n], what))
				return true;
	return false;
}

static bool
admits(const struct rules *rules, int admit)
{
	return rules->admit == (enum admit)admit;
}

bool
site_admits(const struct site *site, enum admit admit)
{
	return site_any_rules(site, admits, (int)admit);
}

static bool
refuses(const struct rules *rules, int what)
{
	(void)what;
	return rules->admit == ADMIT_REFUSE || (rules->admit == ADMIT_SHIELD && rules->gate == ADMIT_REFUSE);
}

bool
site_refuses(const struct site *site)
{
	return site_any_rules(site, refuses, 0);
}

static bool
keeps_evidence(const struct rules *rules, int what)
{
	(void)what;
	return rules->evidence != EVIDENCE_OFF;
}

bool
site_keeps_evidence(const struct site *site)
{
	return site_any_rules(site, keeps_evidence, 0);
}

bool
site_has_family(const struct site *site, bool v4)
{
	for (size_t i = 0; i < site->policy.host_count; i++)
		for (size_t k = 0; k < site->policy.hosts[i].address_count; k++)
			if (ip_is_v4(&site->policy.hosts[i].addresses[k]) == v4)
				return true;
	return false;
}

enum rule
site_rule(size_t from_key)
{
	switch (from_key) {
	case FROM_RELAY:
		return RULE_RELAY;
	case FROM_UNQUALIFIED_SENDER:
		return RULE_UNQUALIFIED_SENDER;
	case FROM_UNQUALIFIED_RECIPIENT:
		return RULE_UNQUALIFIED_RECIPIENT;
	case FROM_UNKNOWN_RECIPIENT:
		return RULE_UNKNOWN_RECIPIENT;
	case FROM_FORGED_LOCAL_SENDER:
		return RULE_FORGED_LOCAL_SENDER;
	case FROM_UNSAFE_SENDER:
		return RULE_UNSAFE_SENDER;
	case FROM_UNRESOLVABLE_SENDER:
		return RULE_UNRESOLVABLE_SENDER;
	case FROM_BLOCK_LIST:
		return RULE_BLOCK_LIST;
	case FROM_RATE:
		return RULE_RATE;
	case FROM_HELLO_SYNTAX:
		return RULE_HELLO_SYNTAX;
	case FROM_FORGED_HELLO:
		return RULE_FORGED_HELLO;
	default:
		return RULE_COUNT;
	}
}

char *
site_path(const struct site *site, struct span path)
{
	const char *slash = strrchr(site->file, '/');
	size_t folder = path.at[0] == '/' || slash == NULL ? 0 : (size_t)(slash - site->file) + 1;
	char *full = malloc(folder + path.len + 1);

	if (full == NULL)
		return NULL;
	memcpy(full, site->file, folder);
	memcpy(full + folder, path.at, path.len);
	full[folder + path.len] = '\0';
	return full;
}
