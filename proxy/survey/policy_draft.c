/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/policy_draft.h"

#include "classifier/policy.h"
#include "proxy/base/escape.h"
#include "proxy/base/ip_text.h"
#include "proxy/site/site.h"
#include "proxy/survey/draft_sections.h"
#include "proxy/survey/inventory_order.h"
#include "proxy/survey/shown_time.h"

#include <inttypes.h>
#include <stdlib.h>

enum { DOUBTFUL_SHOWN = 200 };		/* of a host; others are counted */

struct writer {
	const struct learnt *l;
	const struct inventory *v;
	const struct inventory_order *order;
	const uint32_t *section;		/* draft_sections() */
	size_t networks;
	FILE *out;
	struct policy_drafted *drafted;
};

#define SHOWN(span) (int)(span).len, (const char *)(span).at	/* for "%.*s": domain_valid() */

static void
write_head(const struct writer *w, const char *from)
{
	char shown[512], begin[SHOWN_TIME], end[SHOWN_TIME];
	const struct inventory *v = w->v;

	escape_write(span_str(from), shown, sizeof(shown));
	fprintf(w->out, "# A draft, made from %s:\n# %" PRIu64 " sessions with %zu hosts, from %s to %s (UTC).\n", shown, v->sessions, v->hosts.count,
	    shown_time_of(v->first_us, begin), shown_time_of(v->last_us, end));
	fputs("#\n"
	    "# It refuses nothing: every rule counts, and what it would have refused is in the journal. So `relaywall check` warns of each rule\n"
	    "# that is below its default, and of what is not there: DNS servers, lists of mailboxes.\n"
	    "#\n"
	    "# A line that begins with # and no blank is one that you may want: take away its #.\n"
	    "# 1. Read the domains. Whatever is no local domain is relaying; one that is missing here is mail that will be refused.\n"
	    "# 2. relaywall check, then relaywall replay with more mail: is all refused that should be, and nothing else?\n"
	    "# 3. Let the rules enforce: in from untrusted, or by taking that section away, since the defaults do.\n", w->out);
	if (v->hosts_left_out + v->no_memory > 0)
		fprintf(w->out, "# The inventory left out %" PRIu64 " sessions of further hosts, and %" PRIu64 " things for want of memory.\n", v->hosts_left_out,
		    v->no_memory);
}

static int
write_networks(struct writer *w)
{
	uint64_t left_out;
	size_t count;
	struct draft_network *n = draft_networks(w->l, &count, &left_out);

	if (n == NULL)
		return -1;
	w->networks = w->drafted->networks = count;
	if (count > 0)
		fputs("\n# Machines that send mail out through the hosts. Are they yours? Then they may go on:\n#network inside { prefixes = {\n", w->out);
	for (size_t i = 0; i < count; i++) {
		char address[IP_TEXT];

		ip_text(&n[i].prefix.ip, address);
		fprintf(w->out, "    #\"%s/%d\",%*s # clients %" PRIu64 ", recipients %" PRIu64 "%s\n", address,
		    ip_is_v4(&n[i].prefix.ip) ? n[i].prefix.len - 96 : n[i].prefix.len, strlen(address) < 30 ? (int)(30 - strlen(address)) : 1, "",
		    n[i].clients, n[i].recipients, n[i].private ? "; private addresses" : "");
	}
	if (count > 0)
		fputs("#} }\n", w->out);
	if (left_out > 0)
		fprintf(w->out, "# and %" PRIu64 " clients more, in other networks\n", left_out);
	free(n);
	return 0;
}

/* A section is called as the host calls itself; if that is not known, or another one does too, by its address. */
static bool
is_name_free(const struct writer *w, uint32_t section, struct span name)
{
	if (name.len == 0 || name.len > 64)
		return false;
	for (uint32_t i = 0; i < w->v->hosts.count; i++)
		if (w->section[i] == i && i != section && span_eq(inventory_host_at(w->v, i)->hostname, name))
			return false;
	return true;
}

static void
write_title(const struct writer *w, uint32_t section)
{
	const struct inventory_host *h = inventory_host_at(w->v, section);
	char address[IP_TEXT];

	ip_text(&h->ip, address);
	if (is_name_free(w, section, h->hostname))
		fprintf(w->out, "\nprotect \"%.*s\" {\n", SHOWN(h->hostname));
	else
		fprintf(w->out, "\nprotect \"%s\" {\n", address);
}

static void
write_software(const struct writer *w, const struct inventory_host *h)
{
	static const char *const sources[SOFTWARE_SOURCES] = { "its banner", "its reply to HELP", "its reply to EHLO", "its replies" };
	char text[4 * INVENTORY_BANNER + 4];
	const char *note;

	if (h->banner_count > 0) {
		escape_write(h->banners[0].text, text, sizeof(text));
		fprintf(w->out, "    # says \"%s\"\n", text);
	}
	software_text(&h->software, text, sizeof(text));
	if (h->software.name != NULL)
		fprintf(w->out, "    # %s, by %s\n", text, sources[h->software.from]);
	for (size_t i = 0; (note = software_note(&h->software, i)) != NULL; i++)
		fprintf(w->out, "    #   %s\n", note);
}

/* Who can send packets in a host's name has it say to the tap what it likes, in a connection of his own; the host's own words then differ. */
static void
write_doubt(const struct writer *w, const struct inventory_host *h)
{
	if (h->differs > 0)
		fprintf(w->out, "    # LOOK AT IT ALL: %" PRIu64 " times octets were sent twice, differently. What is here may be what somebody wants it to be.\n", h->differs);
}

/* The addresses of a section, each once: ports of one lie together. */
static void
write_addresses(const struct writer *w, uint32_t section)
{
	bool first = true;

	fputs("    addresses     = { ", w->out);
	for (uint32_t i = 0; i < w->v->hosts.count; i++) {
		bool again = w->section[i] != section;
		char address[IP_TEXT];

		for (uint32_t k = 0; k < i && !again; k++)
			again = w->section[k] == section && ip_eq(&inventory_host_at(w->v, i)->ip, &inventory_host_at(w->v, k)->ip);
		if (again)
			continue;
		ip_text(&inventory_host_at(w->v, i)->ip, address);
		fprintf(w->out, "%s\"%s\"", first ? "" : ", ", address);
		first = false;
	}
	fputs(" }\n", w->out);
	for (uint32_t i = 0; i < w->v->hosts.count; i++)
		if (w->section[i] == section && inventory_host_at(w->v, i)->port != 25)
			fprintf(w->out, "    # was seen at port %u too: the shield stands before port 25 alone\n", inventory_host_at(w->v, i)->port);
}

/* A name that site_load() takes, of one that says none: nobody has it. */
static void
write_hostname(const struct writer *w, const struct inventory_host *h, char name[DOMAIN_MAX + 1])
{
	struct span is = h->hostname.len > 0 ? h->hostname : h->ehlo_name;

	if (is.len > 0) {
		snprintf(name, DOMAIN_MAX + 1, "%.*s", SHOWN(is));
		fprintf(w->out, "    hostname      = \"%s\"\n", name);
		return;
	}
	snprintf(name, DOMAIN_MAX + 1, "not-known.invalid");
	fprintf(w->out, "    hostname      = \"%s\"    # its name was not seen: write it\n", name);
}

/* "taken 12, with a message 12, clients 3 (203.0.113.5, ...), last 2004-01-12 10:00: why" */
static void
write_numbers(const struct writer *w, uint32_t place)
{
	const struct inventory_domain *d = inventory_domain_at(w->v, place);
	char when[SHOWN_TIME], address[IP_TEXT] = "";

	if (d->links.count > 0)
		ip_text(&inventory_client_at(w->v, inventory_link_at(&d->links, 0)->client)->ip, address);
	fprintf(w->out, " # %staken %" PRIu64 ", with a message %" PRIu64 ", clients %zu%s (%s%s), last %s: %s\n",
	    w->l->domains[place].weak ? "LOOK AT IT: " : "", d->accepted, d->delivered, d->links.count, d->links_left_out > 0 ? " and more" : "", address,
	    d->links.count > 1 ? ", ..." : "", shown_time_of(d->last_us, when), w->l->domains[place].why);
}

/* Of two hosts of a section that do not agree about a domain, the one that says more counts. */
static unsigned
rank(enum learnt_is is)
{
	return is == LEARNT_LOCAL ? 2 : is == LEARNT_RELAY ? 1 : 0;
}

/* Is the domain written for another host of the section? */
static bool
is_written(const struct writer *w, uint32_t host, uint32_t place)
{
	enum learnt_is is = w->l->domains[place].is;

	for (uint32_t i = 0; i < w->v->hosts.count; i++) {
		uint32_t other = i == host || w->section[i] != w->section[host] ? INVENTORY_NONE :
		    inventory_find_domain(w->v, i, inventory_domain_at(w->v, place)->name);

		if (other != INVENTORY_NONE && (rank(w->l->domains[other].is) > rank(is) || (w->l->domains[other].is == is && i < host)))
			return true;
	}
	return false;
}

static size_t
write_domain(const struct writer *w, uint32_t place, const char *name)
{
	struct span domain = inventory_domain_at(w->v, place)->name;
	bool good = rank(w->l->domains[place].is) > 0;

	if (name != NULL && span_eq(domain, span_str(name)))
		return 0;
	fprintf(w->out, good ? "        \"%.*s\",%*s" : "        #\"%.*s\",%*s", SHOWN(domain), domain.len < 28 ? (int)(28 - domain.len) : 1, "");
	write_numbers(w, place);
	w->drafted->weak += w->l->domains[place].weak;
	return 1;
}

/* All domains of a section that are this; how many. name: not this one, it is there already; NULL: any. */
static size_t
write_all(const struct writer *w, uint32_t section, enum learnt_is is, const char *name, size_t most)
{
	size_t n = 0, left_out = 0;

	for (uint32_t host = 0; host < w->v->hosts.count; host++) {
		if (w->section[host] != section)
			continue;
		for (uint32_t i = w->order->domains.begins[host]; i < w->order->domains.begins[host + 1]; i++) {
			uint32_t place = w->order->domains.places[i];

			if (w->l->domains[place].is != is || inventory_domain_at(w->v, place)->accepted == 0 || is_written(w, host, place))
				continue;
			if (n == most) {
				left_out++;
				continue;
			}
			n += write_domain(w, place, name);
		}
	}
	if (left_out > 0)
		fprintf(w->out, "        # and %zu more\n", left_out);
	return n;
}

static size_t
count_of(const struct writer *w, uint32_t section, enum learnt_is is)
{
	size_t n = 0;

	for (uint32_t i = 0; i < w->v->domains.count; i++)
		n += w->section[inventory_domain_at(w->v, i)->host] == section && w->l->domains[i].is == is && inventory_domain_at(w->v, i)->accepted > 0;
	return n;
}

/* Who names thousands of domains to an open relay takes the places of its own. */
static void
write_left_out(const struct writer *w, uint32_t section)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < w->v->hosts.count; i++)
		n += w->section[i] == section ? inventory_host_at(w->v, i)->domains_left_out : 0;
	if (n > 0)
		fprintf(w->out, "        # LOOK AT IT: %" PRIu64 " recipients were in further domains, for which there was no place. Some may be local.\n", n);
}

static void
write_domains(const struct writer *w, uint32_t section, const char *name)
{
	fprintf(w->out, "    local-domains = {\n        \"%s\",\n", name);
	w->drafted->local += 1 + write_all(w, section, LEARNT_LOCAL, name, SIZE_MAX);
	if (count_of(w, section, LEARNT_DOUBTFUL) > 0)
		fputs("        # Are these local? It cannot be told:\n", w->out);
	w->drafted->doubtful += write_all(w, section, LEARNT_DOUBTFUL, name, DOUBTFUL_SHOWN);
	write_left_out(w, section);
	fputs("    }\n", w->out);
	if (count_of(w, section, LEARNT_RELAY) > 0) {
		fputs("    relay-domains = {\n", w->out);
		w->drafted->relay += write_all(w, section, LEARNT_RELAY, name, SIZE_MAX);
		fputs("    }\n", w->out);
	}
	if (count_of(w, section, LEARNT_FOREIGN) > 0)
		fprintf(w->out, "    # to so many domains that are none of its own it relayed: %zu\n", count_of(w, section, LEARNT_FOREIGN));
}

/* Sure is what the banner says; else it is a proposal. */
static void
write_profile(const struct writer *w, const struct inventory_host *h)
{
	unsigned profile = software_profile(&h->software);
	bool first = true;

	if (profile == 0)
		return;
	fprintf(w->out, "    %sprofile       = { ", h->software.from == SOFTWARE_BANNER ? "" : "#");
	for (size_t bit = 0; key_profiles[bit] != NULL; bit++) {
		if ((profile & 1u << bit) == 0)
			continue;
		fprintf(w->out, "%s\"%s\"", first ? "" : ", ", key_profiles[bit]);
		first = false;
	}
	fputs(" }    # by what it is\n", w->out);
}

/* Whatever rule there is that can count, does: the table of keys says which. Some want something that is not there yet, by default too. */
static void
write_rules(const struct writer *w)
{
	const struct rules by_default = rules_default(POLICY_UNTRUSTED);
	const struct key_table *t = &key_tables[SECTION_FROM];

	fputs("    from untrusted {\n", w->out);
	for (size_t i = 0; i < t->count; i++) {
		enum rule rule = site_rule(i);

		if (t->keys[i].type != KEY_WORD || key_word(t->keys[i].words, SPAN("count")) == -1)
			continue;
		if (rule != RULE_COUNT && by_default.mode[rule] == MODE_OFF)
			fprintf(w->out, "        # once there is what it asks (man 5 relaywall.conf): %s = count\n", t->keys[i].name);
		else
			fprintf(w->out, "        %-24s = count\n", t->keys[i].name);
	}
	fprintf(w->out, "        %-24s = note     # repaired, and journaled; to refuse: reject\n", t->keys[FROM_BODY].name);
}

static void
write_from(const struct writer *w, const struct inventory_host *h)
{
	uint64_t good = 0, tried = 0;

	write_rules(w);
	for (size_t i = 0; i < h->mechanism_count; i++) {
		tried += h->mechanisms[i].tries.tried;
		good += h->mechanisms[i].tries.accepted;
	}
	if (tried > 0)
		fprintf(w->out, "        # AUTH is hidden. Clients use it, in clear text, %" PRIu64 " times, %" PRIu64 " of them with success:\n        #auth = pass\n",
		    tried, good);
	if (h->tls > 0)
		fprintf(w->out, "        # STARTTLS is hidden. %" PRIu64 " sessions used it; to end it here, the host's certificate and key are needed:\n"
		    "        # starttls = terminate, with tls-certificate and tls-key beside hostname.\n", h->tls);
	fputs("    }\n", w->out);
	if (w->networks > 0)
		fputs("    #from inside { relay = off }\n", w->out);
}

static void
write_section(const struct writer *w, uint32_t section)
{
	const struct inventory_host *h = inventory_host_at(w->v, section);
	char name[DOMAIN_MAX + 1];

	write_title(w, section);
	write_software(w, h);
	write_doubt(w, h);
	write_addresses(w, section);
	write_hostname(w, h, name);
	write_domains(w, section, name);
	write_profile(w, h);
	write_from(w, h);
	fputs("}\n", w->out);
	w->drafted->hosts++;
}

static void
write_others(const struct writer *w)
{
	bool any = false;

	for (uint32_t i = 0; i < w->v->hosts.count; i++) {
		const struct inventory_host *h = inventory_host_at(w->v, i);
		char address[IP_TEXT];

		if (w->section[i] != INVENTORY_NONE)
			continue;
		if (!any)
			fputs("\n# None of yours, as it seems: only the hosts above or private addresses write to them, or nobody speaks SMTP with them.\n"
			    "# If one is, it wants a section of its own.\n", w->out);
		any = true;
		ip_text(&h->ip, address);
		fprintf(w->out, "# %s port %u%s%.*s%s\n", address, h->port, h->hostname.len > 0 ? " " : "", (int)h->hostname.len,
		    h->hostname.len > 0 ? (const char *)h->hostname.at : "", draft_is_mute(h) ? ": no SMTP" : "");
	}
}

int
policy_draft(const struct learnt *l, const char *from, FILE *out, struct policy_drafted *drafted)
{
	struct inventory_order order;
	uint32_t *section = draft_sections(l);
	struct writer w = { .l = l, .v = l->of, .order = &order, .section = section, .out = out, .drafted = drafted };
	int result = -1;

	*drafted = (struct policy_drafted){ 0 };
	if (section == NULL || inventory_order(l->of, &order) == -1) {
		free(section);
		return -1;
	}
	write_head(&w, from);
	if (write_networks(&w) == 0) {
		for (uint32_t i = 0; i < l->of->hosts.count; i++)
			if (section[i] == i)
				write_section(&w, i);
		write_others(&w);
		result = 0;
	}
	inventory_order_done(&order);
	free(section);
	return result;
}
