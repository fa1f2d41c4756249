/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <nftables/libnftables.h>	/* defines _GNU_SOURCE, so it comes first */

#include "proxy/site/kernel.h"

#include "proxy/site/draft.h"
#include "proxy/site/nft.h"
#include "proxy/site/route.h"
#include "proxy/site/xtables.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static const int address_families[] = { AF_INET, AF_INET6 };

/* What the table needs of the kernel, as the smallest table that needs it. */
static const struct probe {
	const char *rules;
	const char *missing;
} probes[] = {
	{ "add table inet relaywall_probe", "nf_tables (CONFIG_NF_TABLES_INET)" },
	{ "table inet relaywall_probe { set s { type ipv4_addr; elements = { 192.0.2.1 }; }; }", "sets of nf_tables" },
	{ "table inet relaywall_probe { chain c { type filter hook prerouting priority raw; tcp dport 25 counter notrack; }; }",
	    "nft_ct (CONFIG_NFT_CT)" },
	{ "table inet relaywall_probe { chain c { type filter hook prerouting priority mangle; "
	  "tcp dport 25 tproxy ip to 127.0.0.1:25; }; }", "nft_tproxy (CONFIG_NFT_TPROXY)" },
	{ "table inet relaywall_probe { chain c { type filter hook prerouting priority mangle; "
	  "tcp dport 25 socket transparent 1; }; }", "nft_socket (CONFIG_NFT_SOCKET)" },
	{ "table inet relaywall_probe { chain c { type filter hook forward priority filter; "
	  "tcp dport 25 reject with tcp reset; }; }", "nft_reject_inet (CONFIG_NFT_REJECT_INET)" },
};

static int
run(const char *commands, bool dry, FILE *say)
{
	struct nft_ctx *nft = nft_open(say);
	int result;

	if (nft == NULL)
		return -1;
	nft_ctx_set_dry_run(nft, dry);
	result = nft_run(nft, commands, say);
	nft_ctx_free(nft);
	return result;
}

/* The table did not load: find out what the kernel lacks. */
static void
explain(FILE *errors)
{
	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
		if (run(probes[i].rules, true, NULL) == -1) {
			fprintf(errors, "relaywall: missing: %s%s\n", probes[i].missing,
			    i == 0 ? ", or CAP_NET_ADMIN" : "");
			return;
		}
	}
}

enum queue_how
kernel_queue_how(void)
{
	static const char probe[] = "table inet relaywall_probe { chain c { type filter hook prerouting priority raw; "
	    "tcp dport 25 queue flags bypass to 1; }; }";
	static bool asked;
	static enum queue_how how;

	if (!asked)
		how = run(probe, true, NULL) == 0 ? QUEUE_BY_NFT : QUEUE_BY_XTABLES;
	asked = true;
	return how;
}

bool
kernel_uses_xtables(const struct site *site)
{
	return gate_rules_wanted(site) && kernel_queue_how() == QUEUE_BY_XTABLES;
}

static int
load(const struct site *site, enum rules_stage stage, uint16_t queue, FILE *errors)
{
	struct draft draft;
	FILE *text = draft_open(&draft);
	char *commands;
	int result = -1;

	if (text == NULL) {
		fprintf(errors, "relaywall: no memory for the rules\n");
		return -1;
	}
	result = rules_write_table(site, stage, site != NULL && gate_rules_wanted(site) ? kernel_queue_how() : QUEUE_BY_NFT, queue, text);
	commands = draft_close(&draft, text);
	if (commands == NULL || result == -1) {
		result = -1;
		fprintf(errors, "relaywall: no memory for the rules\n");
	} else {
		result = run(commands, false, errors);
		if (result == -1)
			explain(errors);
	}
	free(commands);
	return result;
}

int
kernel_restore(const struct site *site, uint16_t queue, FILE *errors)
{
	return load(site, RULES_SERVE, queue, errors);
}

int
kernel_restore_routes(const struct site *site, FILE *errors)
{
	int result = 0;

	for (size_t i = 0; i < 2; i++) {
		int family = address_families[i];

		if (!site_has_family(site, family == AF_INET) || route_leads_here(family, site->fwmark))
			continue;
		if (route_install(family, site->fwmark, site->table, errors) == -1)
			return -1;
		result = 1;
	}
	return result;
}

int
kernel_open(const struct site *site, uint16_t queue, FILE *errors)
{
	for (size_t i = 0; i < 2; i++) {
		int family = address_families[i];

		if (!site_has_family(site, family == AF_INET))
			route_remove(family, errors);	/* of an earlier run with other hosts */
		else if (route_install(family, site->fwmark, site->table, errors) == -1)
			goto remove_routes;
	}
	if (load(site, RULES_SERVE, queue, errors) == -1)
		goto remove_routes;
	if (!kernel_uses_xtables(site))
		return 0;
	if (xtables_install(&(struct xtables_rule){ site, queue }, errors) == -1)
		goto remove_routes;
	xtables_remove(&(struct xtables_rule){ site, gate_rules_twin(queue) });	/* the first rule that matches decides: of who served before */
	return 0;

remove_routes:
	route_remove(AF_INET, errors);
	route_remove(AF_INET6, errors);
	return -1;
}

/* Of a run that was killed, too, which may have had either number. */
static void
remove_queue_rules(const struct site *site, uint16_t queue)
{
	xtables_remove(&(struct xtables_rule){ site, queue });
	xtables_remove(&(struct xtables_rule){ site, gate_rules_twin(queue) });
}

int
kernel_guard(const struct site *site, uint16_t queue, FILE *errors)
{
	int result = load(site, RULES_GUARD, queue, errors);	/* before anything that may have to wait */

	if (gate_rules_wanted(site))
		remove_queue_rules(site, queue);
	return result;
}

struct nft_ctx *
kernel_ward_open(const struct site *site, FILE *errors)
{
	struct draft draft;
	FILE *text = draft_open(&draft);
	struct nft_ctx *nft = NULL;
	char *commands = NULL;
	int result = -1;

	if (text != NULL) {
		result = rules_write_ward(site, text);
		commands = draft_close(&draft, text);
	}
	if (result == 0 && commands != NULL)
		nft = nft_open(errors);
	if (nft != NULL && nft_run(nft, commands, errors) == -1) {
		nft_ctx_free(nft);
		nft = NULL;
	}
	free(commands);
	return nft;
}

void
kernel_ward_close(struct nft_ctx *ward)
{
	if (ward != NULL)
		nft_ctx_free(ward);
}

int
kernel_drain(const struct site *site, FILE *errors)
{
	return load(site, RULES_DRAIN, 0, errors);
}

int
kernel_close(const struct site *site, uint16_t queue, enum on_stop how, FILE *errors)
{
	static const enum rules_stage left[] = {
		[ON_STOP_CLOSED] = RULES_STOP_CLOSED,
		[ON_STOP_DROP] = RULES_STOP_DROP,
		[ON_STOP_OPEN] = RULES_STOP_OPEN,
		[ON_STOP_REMOVE] = RULES_REMOVE,
	};
	int result = load(site, left[how], queue, errors);

	if (site != NULL && gate_rules_wanted(site))
		remove_queue_rules(site, queue);
	for (size_t i = 0; i < 2; i++)
		if (route_remove(address_families[i], errors) == -1)
			result = -1;
	return result;
}
