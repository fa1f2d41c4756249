/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/pairs.h"

#include "proxy/site/ranges.h"

#include <arpa/inet.h>
#include <stdlib.h>

const struct pairs_family pairs_families[PAIRS_FAMILIES] = {
	{ true, '4', "ip", "ipv4_addr", "127.0.0.1" },
	{ false, '6', "ip6", "ipv6_addr", "[::1]" },
};

/* What a set is made of. */
struct wish {
	const char *name;
	bool (*is_wanted)(const struct rules *rules, int what);
	int what;
	const struct range *ranges;
	size_t count;
};

static void
write_ip(FILE *out, const struct ip *ip, bool v4)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(v4 ? AF_INET : AF_INET6, ip->bytes + (v4 ? 12 : 0), text, sizeof(text));
	fputs(text, out);
}

static bool
holds(const struct wish *w, const struct policy_host *host, size_t range)
{
	return w->is_wanted(&host->rules[w->ranges[range].network], w->what);
}

/* One address of a host; neighbouring ranges that are both wanted are one. True: anything was written. */
static bool
write_address(const struct wish *w, const struct policy_host *host, const struct ip *address, const struct pairs_family *f, bool begun,
    FILE *out)
{
	for (size_t i = 0; i < w->count; i++) {
		struct range r = w->ranges[i];

		if (!holds(w, host, i))
			continue;
		for (; i + 1 < w->count && holds(w, host, i + 1); i++)
			r.last = w->ranges[i + 1].last;
		if (!begun)
			fprintf(out, "\n\tset %s%c {\n\t\ttype %s . %s\n\t\tflags interval\n\t\telements = {\n", w->name, f->digit, f->type, f->type);
		begun = true;
		fputs("\t\t\t", out);
		write_ip(out, address, f->v4);
		fputs(" . ", out);
		write_ip(out, &r.first, f->v4);
		fputc('-', out);
		write_ip(out, &r.last, f->v4);
		fputs(",\n", out);
	}
	return begun;
}

int
pairs_write(const struct site *site, const char *name, bool (*is_wanted)(const struct rules *rules, int what), int what,
    bool has[PAIRS_FAMILIES], FILE *out)
{
	const struct policy *policy = &site->policy;

	for (size_t family = 0; family < PAIRS_FAMILIES; family++) {
		const struct pairs_family *f = &pairs_families[family];
		struct wish w = { .name = name, .is_wanted = is_wanted, .what = what };
		struct range *ranges = ranges_new(site, f->v4, &w.count);

		if (ranges == NULL)
			return -1;
		w.ranges = ranges;
		has[family] = false;
		for (size_t i = 0; i < policy->host_count; i++)
			for (size_t k = 0; k < policy->hosts[i].address_count; k++)
				if (ip_is_v4(&policy->hosts[i].addresses[k]) == f->v4)
					has[family] = write_address(&w, &policy->hosts[i], &policy->hosts[i].addresses[k], f, has[family], out);
		if (has[family])
			fputs("\t\t}\n\t}\n", out);
		free(ranges);
	}
	return 0;
}
