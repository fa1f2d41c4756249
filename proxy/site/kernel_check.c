/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* unshare(), setns() */
#include "proxy/site/kernel_check.h"

#include "proxy/base/escape.h"
#include "proxy/site/deadman.h"
#include "proxy/site/kernel.h"
#include "proxy/site/listing.h"
#include "proxy/site/nft.h"
#include "proxy/site/route.h"
#include "proxy/site/xtables.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	LINE_SHOWN = 160,	/* octets of a line that differs */
	ROW = 256,		/* of /proc */
};

/* What is to be there; NULL: not known. */
struct compiled {
	char *table, *ward;
};

/* In a namespace where nothing else is. What this kernel does not load does not count as wanted: that the captain has told. */
static void
compile_here(const struct site *site, uint16_t queue, struct compiled *c, FILE *faults)
{
	struct nft_ctx *ward;

	if (kernel_restore(site, queue, faults) == 0)
		c->table = nft_list(RULES_TABLE, faults);
	ward = kernel_ward_open(site, NULL);
	if (ward != NULL)
		c->ward = nft_list(RULES_WARD, faults);
	kernel_ward_close(ward);
}

/* Of a process that cannot come back all later answers would be wrong. */
static void
come_back(int home)
{
	if (setns(home, CLONE_NEWNET) == 0)
		return;
	perror("relaywall: setns");
	abort();
}

static struct compiled
compile(const struct site *site, uint16_t queue, FILE *faults)
{
	struct compiled c = { NULL, NULL };
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (home == -1 || unshare(CLONE_NEWNET) == -1) {
		fprintf(faults, "the kernel's rules cannot be compared, no network namespace can be made for that: %s\n", strerror(errno));
	} else {
		compile_here(site, queue, &c, faults);
		come_back(home);
	}
	if (home != -1)
		close(home);
	return c;
}

static const char *
shown(struct span line, char *out, size_t size)
{
	if (line.len == 0)
		return "nothing";
	escape_write(span_cut(line, 0, line.len < LINE_SHOWN ? line.len : LINE_SHOWN), out, size);
	return out;
}

static void
compare(const char *table, char *wanted, char *found, FILE *faults)
{
	char part[4 * LINE_SHOWN + 1], a[4 * LINE_SHOWN + 1], b[4 * LINE_SHOWN + 1];
	struct listing_difference d;

	if (wanted == NULL)
		return;
	if (found == NULL) {
		fprintf(faults, "table %s is not in the kernel\n", table);
		return;
	}
	listing_settle(wanted);
	listing_settle(found);
	if (!listing_differ(wanted, found, &d))
		return;
	fprintf(faults, "table %s in the kernel is not what this policy compiles to, %s: expected %s, found %s\n", table,
	    d.part.len == 0 ? "at its end" : shown(d.part, part, sizeof(part)), shown(d.wanted, a, sizeof(a)), shown(d.found, b, sizeof(b)));
}

static void
check_tables(const struct site *site, uint16_t queue, FILE *faults)
{
	struct compiled c = compile(site, queue, faults);
	char *table = nft_list(RULES_TABLE, NULL), *ward = nft_list(RULES_WARD, NULL);

	if (table != NULL && !listing_has_elements(table, DEADMAN_SET))
		fprintf(faults, "the kernel diverts no connection: nobody told it in the last %d s that somebody serves\n", DEADMAN_MS / 1000);
	compare(RULES_TABLE, c.table, table, faults);
	compare(RULES_WARD, c.ward, ward, faults);
	free(table);
	free(ward);
	free(c.table);
	free(c.ward);
}

static void
check_routes(const struct site *site, FILE *faults)
{
	static const int families[] = { AF_INET, AF_INET6 };

	for (size_t i = 0; i < 2; i++)
		if (site_has_family(site, families[i] == AF_INET) && !route_leads_here(families[i], site->fwmark))
			fprintf(faults, "diverted packets of IPv%c do not get here: no routing rule or route leads to this box\n", families[i] == AF_INET ? '4' : '6');
}

/* "2525 1651 0 2 ...": queues that somebody has, by number. */
static bool
is_bound(uint16_t queue)
{
	FILE *f = fopen("/proc/net/netfilter/nfnetlink_queue", "re");
	char row[ROW];
	bool bound = false;

	if (f == NULL)
		return false;
	while (!bound && fgets(row, sizeof(row), f) != NULL)
		bound = strtoul(row, NULL, 10) == queue;
	fclose(f);
	return bound;
}

static void
check_gate(const struct site *site, uint16_t queue, FILE *faults)
{
	if (!gate_rules_wanted(site))
		return;
	if (!is_bound(queue))
		fprintf(faults, "nobody is at the gate's queue %u\n", queue);
	if (kernel_uses_xtables(site) && !xtables_is_installed(&(struct xtables_rule){ site, queue }))
		fprintf(faults, "no rule of iptables leads into the gate's queue %u\n", queue);
}

void
kernel_check(const struct site *site, uint16_t queue, FILE *faults)
{
	check_tables(site, queue, faults);
	check_routes(site, faults);
	check_gate(site, queue, faults);
}
