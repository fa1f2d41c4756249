/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/rules.h"

#include "proxy/base/ip_text.h"
#include "proxy/site/admission.h"
#include "proxy/site/deadman.h"

#include <assert.h>
#include <inttypes.h>

enum { ALL_HOSTS = -1 };

static bool
is_stopped(enum rules_stage stage)
{
	return stage == RULES_STOP_CLOSED || stage == RULES_STOP_DROP || stage == RULES_STOP_OPEN;
}

/* What becomes of who comes to the guard: by the host's own word, or by one for all hosts after an orderly end. */
static enum on_failure
answer_of(const struct site_host *host, enum rules_stage stage)
{
	switch (stage) {
	case RULES_STOP_CLOSED:
		return ON_FAILURE_CLOSED;
	case RULES_STOP_DROP:
		return ON_FAILURE_DROP;
	case RULES_STOP_OPEN:
		return ON_FAILURE_OPEN;
	default:
		return host->on_failure;
	}
}

static void
write_element(FILE *out, const struct ip *ip, struct span host)
{
	char text[IP_TEXT];

	ip_text(ip, text);
	fprintf(out, "\t\t\t%s comment \"%.*s\",\n", text, (int)host.len, (const char *)host.at);
}

/* The addresses of one family of all hosts, or of those with this answer. Addresses alone, so no intervals. */
static bool
write_set(const struct admission *a, enum rules_stage stage, const char *name, const struct pairs_family *f, int answer)
{
	const struct site *site = a->site;
	FILE *out = a->out;
	bool any = false;

	for (size_t i = 0; i < site->policy.host_count; i++) {
		const struct policy_host *h = &site->policy.hosts[i];

		if (answer != ALL_HOSTS && (int)answer_of(&site->hosts[i], stage) != answer)
			continue;
		for (size_t k = 0; k < h->address_count; k++) {
			if (ip_is_v4(&h->addresses[k]) != f->v4)
				continue;
			if (!any)
				fprintf(out, "\n\tset %s%c {\n\t\ttype %s\n\t\telements = {\n", name, f->digit, f->type);
			any = true;
			write_element(out, &h->addresses[k], h->name);
		}
	}
	if (any)
		fputs("\t\t}\n\t}\n", out);
	return any;
}

/*
 * The element that the table is loaded with is as good as a refresh: nothing is
 * refused while the daemon starts. The packets that refresh it (deadman.h) are
 * looked at before anything else could drop them.
 */
static void
write_serving(FILE *out, const struct site *site)
{
	uint32_t mark = deadman_mark(site->fwmark);

	static_assert(DEADMAN_MS % 1000 == 0, "nft prints whole seconds");
	fprintf(out, "\n\t# New connections are diverted only while 25 is in this set. The daemon puts it there anew every %d ms\n"
	    "\t# while it serves; after %d s without that it is gone, and the guard below has them.\n"
	    "\tset " DEADMAN_SET " {\n\t\ttype inet_service\n\t\tflags dynamic,timeout\n\t\ttimeout %ds\n\t\telements = { 25 }\n\t}\n", DEADMAN_REFRESH_MS,
	    DEADMAN_MS / 1000, DEADMAN_MS / 1000);
	fprintf(out, "\n\t# The daemon's packets to nobody: it serves, or it pauses.\n"
	    "\tchain alive {\n\t\ttype filter hook output priority -500; policy accept;\n"
	    "\t\tmeta mark 0x%" PRIx32 " ip daddr " DEADMAN_SERVING " udp dport 25 update @" DEADMAN_SET " { udp dport } counter drop\n"
	    "\t\tmeta mark 0x%" PRIx32 " ip daddr " DEADMAN_PAUSED " udp dport 25 delete @" DEADMAN_SET " { udp dport } counter drop\n\t}\n",
	    mark, mark);
}

/*
 * The box speaks to a host with the client's address and port, so conntrack
 * would see one connection twice, take the second for a part of the first and
 * break both. Both chains stand before conntrack (priority raw, -300 to -200).
 * What the box sends appears in output only, what it gets in prerouting only.
 * Every packet meets these: the port stands first, which costs less to look at
 * than an address in a set.
 */
static void
write_untrack(FILE *out, const struct admission *a, const struct gate_rules *g, const struct pairs_family *const *in, size_t n)
{
	static const char *const hooks[] = { "prerouting", "output" };

	fputs("\n\t# Client and box use the same addresses and ports towards a host: conntrack cannot tell them apart.\n",
	    out);
	for (size_t h = 0; h < 2; h++) {
		fprintf(out, "\tchain untrack_%s {\n\t\ttype filter hook %s priority raw; policy accept;\n", hooks[h], hooks[h]);
		admission_write_untrack(a);
		gate_rules_write_untrack(g, h == 1);
		for (size_t i = 0; i < n; i++) {
			fprintf(out, "\t\ttcp dport 25 %s daddr @protected%c counter notrack comment \"to a host\"\n", in[i]->ip,
			    in[i]->digit);
			fprintf(out, "\t\ttcp sport 25 %s saddr @protected%c counter notrack comment \"from a host\"\n", in[i]->ip,
			    in[i]->digit);
		}
		fputs("\t}\n", out);
	}
}

/* match: stands first, so that no other packet is looked up in a set for it. */
static void
write_tproxy(FILE *out, const struct site *site, const struct pairs_family *f, const char *match, const char *comment)
{
	fprintf(out, "\t\t%s%s daddr @protected%c tcp dport @" DEADMAN_SET " tproxy %s to %s:%u meta mark set 0x%" PRIx32
	    " counter accept comment \"%s\"\n", match, f->ip, f->digit, f->ip, f->listener, site->port, site->fwmark, comment);
}

/* "Fragmentation needed" and the like about what the box sends is sent to whom it speaks for: path MTU discovery. */
static void
write_errors(FILE *out, const struct site *site, const struct pairs_family *f)
{
	fprintf(out, "\t\t%s socket transparent 1 meta mark set 0x%" PRIx32 " counter accept comment \"path errors of a session\"\n",
	    f->v4 ? "icmp type destination-unreachable" : "icmpv6 type { destination-unreachable, packet-too-big }", site->fwmark);
}

static void
write_socket(FILE *out, const struct site *site, const struct pairs_family *f, char side, const char *comment)
{
	fprintf(out, "\t\ttcp %cport 25 %s %caddr @protected%c socket transparent 1 meta mark set 0x%" PRIx32
	    " counter accept comment \"%s\"\n", side, f->ip, side, f->digit, site->fwmark, comment);
}

/*
 * Priority mangle (-150): after untracking, before destination NAT (-100), so
 * that an address means the same here as in the configuration.
 *
 * The bare SYN comes first. With the socket rules first, a SYN whose port is
 * still in TIME_WAIT here is given to the dead socket, answered with a challenge
 * ACK and a reset, and has to be sent again.
 *
 * Only what begins sessions asks whether somebody serves. Packets of running ones
 * belong to sockets, which the kernel answers for as long as the process is there.
 */
static void
write_divert(FILE *out, const struct admission *a, const struct gate_rules *g, bool serve, const struct pairs_family *const *in, size_t n)
{
	const struct site *site = a->site;

	fputs("\n\t# A tproxy rule whose listener is gone, or that finds nobody serving, does not match: the packet goes on to the guard.\n", out);
	fputs("\tchain divert {\n\t\ttype filter hook prerouting priority mangle; policy accept;\n", out);
	admission_write_divert(a, serve);
	gate_rules_write_divert(g);
	for (size_t i = 0; serve && i < n; i++)
		write_tproxy(out, site, in[i], PAIRS_SYN, "new sessions");
	for (size_t i = 0; i < n; i++)
		write_socket(out, site, in[i], 's', "replies of hosts");
	for (size_t i = 0; i < n; i++)
		write_socket(out, site, in[i], 'd', "clients in a session");
	for (size_t i = 0; i < n; i++)
		write_errors(out, site, in[i]);
	if (serve)
		admission_write_handshakes(a);
	for (size_t i = 0; serve && i < n; i++)
		write_tproxy(out, site, in[i], "", "handshakes without a socket yet");
	fputs("\t}\n", out);
}

/*
 * A table with a tproxy rule makes the kernel put fragments together before any
 * filter sees them. Where nothing is diverted this rule does, and matches nothing.
 */
static void
write_reassemble(FILE *out, const struct site *site, const struct pairs_family *const *in, size_t n)
{
	fputs("\n\t# Never matches: a tproxy rule has the kernel put fragments together before the guard looks.\n", out);
	fputs("\tchain reassemble {\n\t\ttype filter hook prerouting priority mangle; policy accept;\n", out);
	for (size_t i = 0; i < n; i++)
		fprintf(out, "\t\t%s daddr @protected%c tcp dport 0 tcp dport 25 tproxy %s to %s:%u\n", in[i]->ip, in[i]->digit,
		    in[i]->ip, in[i]->listener, site->port);
	fputs("\t}\n", out);
}

/*
 * What reaches forward was diverted to nobody. What a host says to nobody was for
 * a session of the box: a reset that got lost (RFC 5961 has it asked for again)
 * must come from here, and the client, who knows nothing of it, has the same
 * addresses and ports. A drop or reject here is final,
 * whatever other tables say, and needs no doing of a daemon. Before the router's
 * own filter (priority 0), which may log or answer in another way.
 */
static void
write_guard(const struct admission *a, const struct gate_rules *g, const char *key, const struct pairs_family *const *in, size_t n)
{
	FILE *out = a->out;

	fprintf(out, "\n\t# Nothing reaches a host past the daemon, but as %s says.\n", key);
	fputs("\tchain guard {\n\t\ttype filter hook forward priority filter - 10; policy accept;\n", out);
	admission_write_guard(a);
	gate_rules_write_guard(g);
	for (size_t i = 0; i < n; i++) {
		size_t family = (size_t)(in[i] - pairs_families);

		/* RFC 7112: whole fragments were put together before; what is left is a first one without a port */
		if (!in[i]->v4)
			fputs("\t\tip6 daddr @protected6 exthdr frag exists counter drop comment \"fragments without a port\"\n", out);

		if (g->open[family])
			fprintf(out, "\t\t%s daddr @open%c tcp dport 25 counter accept comment \"%s = open\"\n"
			    "\t\t%s saddr @open%c tcp sport 25 counter accept comment \"%s = open\"\n", in[i]->ip,
			    in[i]->digit, key, in[i]->ip, in[i]->digit, key);
		if (g->drop[family])
			fprintf(out, "\t\t%s daddr @drop%c tcp dport 25 counter drop comment \"%s = drop\"\n", in[i]->ip,
			    in[i]->digit, key);
		fprintf(out, "\t\t%s daddr @protected%c tcp dport 25 counter reject with tcp reset comment \"%s = closed\"\n",
		    in[i]->ip, in[i]->digit, key);
		fprintf(out, "\t\t%s saddr @protected%c tcp sport 25 counter reject with tcp reset comment \"to a session that is no more\"\n",
		    in[i]->ip, in[i]->digit);
	}
	fputs("\t}\n", out);
}

/* The sets of hosts, of all and by their answers. The number of families that there are. */
static size_t
write_hosts(const struct admission *a, struct gate_rules *g, enum rules_stage stage, const struct pairs_family **in)
{
	size_t n = 0;

	for (size_t i = 0; i < PAIRS_FAMILIES; i++) {
		if (write_set(a, stage, "protected", &pairs_families[i], ALL_HOSTS))
			in[n++] = &pairs_families[i];
		g->open[i] = write_set(a, stage, "open", &pairs_families[i], ON_FAILURE_OPEN);
		g->drop[i] = write_set(a, stage, "drop", &pairs_families[i], ON_FAILURE_DROP);
	}
	return n;
}

int
rules_write_table(const struct site *site, enum rules_stage stage, enum queue_how how, uint16_t queue, FILE *out)
{
	struct admission a = { .site = site, .out = out };
	struct gate_rules g = { .site = site, .out = out, .how = how, .queue = queue };
	const struct pairs_family *in[PAIRS_FAMILIES];
	bool sessions = stage == RULES_SERVE || stage == RULES_DRAIN;
	size_t n;

	/* A table cannot be deleted that is not there, so it is made first. */
	fputs("add table inet " RULES_TABLE "\ndelete table inet " RULES_TABLE "\n", out);
	if (stage == RULES_REMOVE)
		return 0;
	fputs("table inet " RULES_TABLE " {", out);
	n = write_hosts(&a, &g, stage, in);
	if (stage == RULES_SERVE)
		write_serving(out, site);
	if (admission_write_sets(&a) == -1 || (stage == RULES_SERVE && gate_rules_write_sets(&g) == -1))
		return -1;
	if (sessions && site->keep_source_port)
		write_untrack(out, &a, &g, in, n);
	gate_rules_write_chains(&g);
	admission_write_chain(&a);
	if (sessions)
		write_divert(out, &a, &g, stage == RULES_SERVE, in, n);
	if (stage != RULES_SERVE)
		write_reassemble(out, site, in, n);
	write_guard(&a, &g, is_stopped(stage) ? "on-stop" : "on-failure", in, n);
	fputs("}\n", out);
	return 0;
}

/*
 * Behind the guard, which has the word while it is there. Dropped and not reset, so that the sessions that run
 * go on, and new ones are tried again, when the table is back.
 */
int
rules_write_ward(const struct site *site, FILE *out)
{
	struct admission a = { .site = site, .out = out };
	struct gate_rules g = { .site = site, .out = out };
	const struct pairs_family *in[PAIRS_FAMILIES];
	size_t n;

	fputs("table inet " RULES_WARD " {\n\tflags owner\n", out);
	n = write_hosts(&a, &g, RULES_GUARD, in);
	if (admission_write_sets(&a) == -1)
		return -1;
	fputs("\n\t# Nothing reaches a host while table " RULES_TABLE " is out.\n"
	    "\tchain ward {\n\t\ttype filter hook forward priority filter - 9; policy accept;\n", out);
	admission_write_guard(&a);
	for (size_t i = 0; i < n; i++) {
		const char *ip = in[i]->ip;
		char digit = in[i]->digit;

		if (!in[i]->v4)
			fputs("\t\tip6 daddr @protected6 exthdr frag exists counter drop\n", out);
		if (g.open[in[i] - pairs_families])
			fprintf(out, "\t\t%s daddr @open%c tcp dport 25 counter accept\n\t\t%s saddr @open%c tcp sport 25 counter accept\n", ip, digit, ip, digit);
		fprintf(out, "\t\t%s daddr @protected%c tcp dport 25 counter drop\n\t\t%s saddr @protected%c tcp sport 25 counter drop\n", ip, digit, ip, digit);
	}
	fputs("\t}\n}\n", out);
	return 0;
}

void
rules_write_beside(const struct site *site, enum queue_how how, uint16_t queue, FILE *out)
{
	char rule[160];

	for (size_t i = 0; i < PAIRS_FAMILIES; i++) {
		if (!site_has_family(site, pairs_families[i].v4))
			continue;
		fprintf(out, "# ip -%c route replace local default dev lo table %" PRIu32 " protocol %d\n", pairs_families[i].digit,
		    site->table, RULES_PROTOCOL);
		fprintf(out, "# ip -%c rule add pref %d fwmark 0x%" PRIx32 " lookup %" PRIu32 " protocol %d\n", pairs_families[i].digit,
		    RULES_PRIORITY, site->fwmark, site->table, RULES_PROTOCOL);
	}
	if (how == QUEUE_BY_NFT || !gate_rules_wanted(site))
		return;
	gate_rules_xtables(site, queue, rule, sizeof(rule));
	fputs("# nftables of this kernel has no queue statement:\n", out);
	for (size_t i = 0; i < PAIRS_FAMILIES; i++)
		if (site_has_family(site, pairs_families[i].v4))
			fprintf(out, "# %s -t raw -A PREROUTING %s\n", pairs_families[i].v4 ? "iptables" : "ip6tables", rule);
}
