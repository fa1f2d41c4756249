/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is legal but dangerous. */
#include "proxy/site/gate_rules.h"
#include "proxy/site/metrics_address.h"

#include <stdarg.h>
#include <stdlib.h>

enum {
	BROAD_V4 = 96 + 8,	/* a shorter prefix is more than any one site has */
	BROAD_V6 = 16,		/* registries give an Internet provider /19 at the largest */
};

struct warnings {
	const struct site *site;
	FILE *out;
	size_t count;
};

__attribute__((format(printf, 3, 4))) static void
warn(struct warnings *w, uint32_t line, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	if (line == 0)
		fprintf(w->out, "%s: warning: ", w->site->file);
	else
		fprintf(w->out, "%s:%u: warning: ", w->site->file, line);
	vfprintf(w->out, format, ap);
	fputc('\n', w->out);
	va_end(ap);
	w->count++;
}

#define SHOWN(span) (int)(span).len, (const char *)(span).at	/* for "%.*s"; checked when loaded */

/* A prefix as a part of its family's addresses, in 2^-32 of IPv4 and 2^-64 of IPv6. */
struct range {
	uint64_t first, size;
	uint32_t network;
	bool v4;
};

static struct range
range_of(const struct site_prefix *p)
{
	const uint8_t *b = p->prefix.ip.bytes;
	struct range r = { .network = p->network, .v4 = ip_is_v4(&p->prefix.ip) && p->prefix.len >= 96 };

	for (size_t i = r.v4 ? 12 : 0; i < (r.v4 ? 16 : 8); i++)
		r.first = r.first << 8 | b[i];
	if (r.v4)
		r.size = UINT64_C(1) << (128 - p->prefix.len);
	else if (p->prefix.len > 0 && p->prefix.len <= 64)
		r.size = UINT64_C(1) << (64 - p->prefix.len);
	else
		r.size = p->prefix.len == 0 ? UINT64_MAX : 0;
	return r;
}

static int
range_order(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	if (x->network != y->network)
		return x->network < y->network ? -1 : 1;
	if (x->v4 != y->v4)
		return x->v4 ? -1 : 1;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return x->size > y->size ? -1 : x->size < y->size;
}

/* Tell of one family of one network; sum: addresses that its prefixes hold together. */
static void
warn_sum(struct warnings *w, const struct range *of, uint64_t sum)
{
	uint64_t most = of->v4 ? UINT64_C(1) << 31 : UINT64_C(1) << 60;	/* half of IPv4, half of 2000::/3 */
	uint32_t n = of->network;

	if (sum >= most)
		warn(w, w->site->network_lines[n], "the prefixes of network %.*s together cover at least half of the %s "
		    "Internet: whatever is allowed to it is allowed to strangers",
		    SHOWN(w->site->policy.network_names[n]), of->v4 ? "IPv4" : "IPv6");
}

/* Sum up the prefixes of each network, those inside others left out. */
static void
warn_sums(struct warnings *w)
{
	size_t n = w->site->prefix_count;
	struct range *r = calloc(n + 1, sizeof(*r));
	uint64_t sum = 0, end = 0;

	if (r == NULL) {
		warn(w, 0, "no memory to add up the prefixes of networks");
		return;
	}
	for (size_t i = 0; i < n; i++)
		r[i] = range_of(&w->site->prefixes[i]);
	qsort(r, n, sizeof(*r), range_order);
	for (size_t i = 0; i < n; i++) {
		bool inside = sum > 0 && r[i].first < end;

		if (!inside) {
			sum += r[i].size < UINT64_MAX - sum ? r[i].size : UINT64_MAX - sum;
			end = r[i].first + r[i].size;
			if (end < r[i].first)
				end = UINT64_MAX;
		}
		if (i + 1 < n && r[i + 1].network == r[i].network && r[i + 1].v4 == r[i].v4)
			continue;
		warn_sum(w, &r[i], sum);
		sum = end = 0;
	}
	free(r);
}

static void
warn_networks(struct warnings *w)
{
	const struct site_prefix *p = w->site->prefixes;

	for (size_t i = 0; i < w->site->prefix_count; i++) {
		bool v4 = ip_is_v4(&p[i].prefix.ip) && p[i].prefix.len >= 96;

		if (!v4 && p[i].prefix.len >= 7 && (p[i].prefix.ip.bytes[0] & 0xfe) == 0xfc)
			continue;	/* unique local addresses: not of the Internet */
		if (p[i].prefix.len < (v4 ? BROAD_V4 : BROAD_V6))
			warn(w, p[i].line, "prefix %.*s of network %.*s covers a good part of the Internet: "
			    "whatever is allowed to it is allowed to strangers", SHOWN(p[i].text), SHOWN(w->site->policy.network_names[p[i].network]));
	}
	warn_sums(w);
}

static const char *
rule_danger(enum rule rule)
{
	switch (rule) {
	case RULE_RELAY:
		return "the host relays for everybody";
	case RULE_UNQUALIFIED_RECIPIENT:
		return "the host completes a recipient without a domain as it likes";
	case RULE_UNKNOWN_RECIPIENT:
		return "the host takes mail for mailboxes that it has not, and sends it back to whom the sender names";
	case RULE_UNQUALIFIED_SENDER:
		return "the host makes a sender without a domain one of its own";
	case RULE_FORGED_LOCAL_SENDER:
		return "strangers can write in the name of the host's own users, unseen";
	case RULE_UNRESOLVABLE_SENDER:
		return "an answer to a sender can go nowhere, and stays with the host";
	case RULE_BLOCK_LIST:
		return "whom the lists refuse may write";
	case RULE_RATE:
		return "no limit of what they do holds";
	case RULE_HELLO_SYNTAX:
	case RULE_FORGED_HELLO:
		return "strangers can call themselves anything, unseen";
	case RULE_UNSAFE_SENDER:
		return "an answer to a sender can run a program or be relayed";
	default:
		return "it is not judged";
	}
}

/* The rules for untrusted clients that were set below their defaults. */
static void
warn_untrusted(struct warnings *w, size_t host)
{
	const struct policy_host *p = &w->site->policy.hosts[host];
	const struct site_from *f = site_from(w->site, host, POLICY_UNTRUSTED);
	struct rules strict = rules_default(POLICY_UNTRUSTED);

	if (w->site->resolver_count > 0)
		strict.mode[RULE_UNRESOLVABLE_SENDER] = MODE_ENFORCE;
	if (w->site->policy.lists.count > 0)
		strict.mode[RULE_BLOCK_LIST] = MODE_ENFORCE;
	for (size_t k = 0; f != NULL && k < FROM_KEYS; k++) {
		enum rule rule = site_rule(k);

		if (rule == RULE_COUNT || p->rules[POLICY_UNTRUSTED].mode[rule] >= strict.mode[rule])
			continue;
		if (rule == RULE_UNKNOWN_RECIPIENT && p->recipients.entries.count == 0)
			continue;	/* it would do nothing in any mode */
		warn(w, f->set[k].line, "host %.*s: %s = %s for untrusted clients: %s", SHOWN(p->name), rule_name(rule),
		    mode_name(p->rules[POLICY_UNTRUSTED].mode[rule]), rule_danger(rule));
	}
}

/* A named network relays where nothing else was written. The first one that does so, for each host. */
static void
warn_silent_relay(struct warnings *w, size_t host)
{
	const struct policy_host *p = &w->site->policy.hosts[host];

	for (uint32_t n = POLICY_UNTRUSTED + 1; n < w->site->policy.network_count; n++) {
		const struct site_from *f = site_from(w->site, host, n);

		if (p->rules[n].mode[RULE_RELAY] == MODE_OFF && (f == NULL || f->set[FROM_RELAY].line == 0)) {
			warn(w, f == NULL ? w->site->hosts[host].line : f->line, "host %.*s: clients of network %.*s may relay, "
			    "as nothing is written: write relay = off if they should, else relay = enforce", SHOWN(p->name),
			    SHOWN(w->site->policy.network_names[n]));
			return;
		}
	}
}

static void
warn_admission(struct warnings *w, size_t host)
{
	const struct policy_host *p = &w->site->policy.hosts[host];
	const struct site_from *f = site_from(w->site, host, POLICY_UNTRUSTED);

	if (p->rules[POLICY_UNTRUSTED].admit == ADMIT_PASS)
		warn(w, f->set[FROM_ADMIT].line, "host %.*s: admit = pass for untrusted clients: nothing of their mail is filtered, the host relays "
		    "for everybody", SHOWN(p->name));
}

static bool
has_limits(const struct rules *r)
{
	const uint32_t *most = &r->rates.most[0][0];

	for (size_t i = 0; i < (size_t)RATE_SCOPES * RATE_MEASURES; i++)
		if (most[i] != 0)
			return r->mode[RULE_RATE] == MODE_ENFORCE;
	return false;
}

/* What is wished of the gate, and cannot be. */
static void
warn_gate(struct warnings *w, size_t host)
{
	const struct policy *policy = &w->site->policy;
	struct span name = policy->hosts[host].name;
	const struct site_host *h = &w->site->hosts[host];

	for (size_t i = 0; i < h->from_count; i++) {
		const struct site_from *f = &h->from[i];
		const struct rules *r = &policy->hosts[host].rules[f->network];

		if (r->gate != ADMIT_SHIELD && !has_limits(r) && (policy->lists.count == 0 || r->mode[RULE_BLOCK_LIST] != MODE_ENFORCE))
			warn(w, f->set[FROM_GATE].line, "host %.*s: gate = %s for %.*s: no limit and no list is enforced for them, so it refuses nobody",
			    SHOWN(name), key_tables[SECTION_FROM].keys[FROM_GATE].words[f->set[FROM_GATE].number], SHOWN(f->name));
		if (r->admit != ADMIT_SHIELD && (r->gate != ADMIT_SHIELD || r->mirror))
			warn(w, f->set[FROM_ADMIT].line, "host %.*s: admit = %s for %.*s: the kernel decides alone, the gate is not asked",
			    SHOWN(name), key_tables[SECTION_FROM].keys[FROM_ADMIT].words[f->set[FROM_ADMIT].number], SHOWN(f->name));
	}
}

/* What lets a network do more than it could without the box, or past it. */
static void
warn_sessions(struct warnings *w, size_t host)
{
	struct span name = w->site->policy.hosts[host].name;
	const struct site_host *h = &w->site->hosts[host];

	for (size_t i = 0; i < h->from_count; i++) {
		const struct site_from *f = &h->from[i];
		const struct rules *r = &w->site->policy.hosts[host].rules[f->network];

		if (r->starttls == STARTTLS_PASS)
			warn(w, f->set[FROM_STARTTLS].line, "host %.*s: starttls = %s for %.*s: nothing behind STARTTLS is judged, "
			    "any of its clients may relay", SHOWN(name), key_tables[SECTION_FROM].keys[FROM_STARTTLS].words[f->set[FROM_STARTTLS].number],
			    SHOWN(f->name));
		if (r->relay_if_authenticated)
			warn(w, f->set[FROM_RELAY_IF_AUTHENTICATED].line, "host %.*s: relay-if-authenticated for %.*s: "
			    "old hosts accept null sessions and guests, and then relay for them", SHOWN(name), SHOWN(f->name));
		if (r->auth == AUTH_PASS && r->starttls != STARTTLS_TERMINATE)
			warn(w, f->set[FROM_AUTH].line, "host %.*s: auth = pass for %.*s without TLS: passwords cross its networks in plain text",
			    SHOWN(name), SHOWN(f->name));
		if (r->evidence == EVIDENCE_ALL)
			warn(w, f->set[FROM_EVIDENCE].line, "host %.*s: evidence = all for %.*s: the first octets of mail that is let pass are kept, too",
			    SHOWN(name), SHOWN(f->name));
	}
}

static void
warn_domains(struct warnings *w, size_t host, const struct site_domains *d, size_t file_key)
{
	const struct site_host *h = &w->site->hosts[host];
	struct span name = w->site->policy.hosts[host].name;

	for (size_t i = 0; i < d->count; i++) {
		struct span domain = d->list[i].name;
		uint32_t line = d->list[i].in_file ? h->set[file_key].line : d->list[i].line;
		bool suffix = domain.at[0] == '*';

		if (suffix)
			warn(w, line, "host %.*s: \"%.*s\" holds every name below it: one that is not served there is relayed for",
			    SHOWN(name), SHOWN(domain));
		if (domain_labels(domain) == (suffix ? 2u : 1u))
			warn(w, line, "host %.*s: \"%.*s\" is a single label: "
			    "resolvers complete it differently, so hosts disagree whose it is",
			    SHOWN(name), SHOWN(domain));
	}
}

/* A list of mailboxes that is wished for and not there, or that holds what is refused anyway. */
static void
warn_recipients(struct warnings *w, size_t host)
{
	const struct policy_host *p = &w->site->policy.hosts[host];
	const struct site_host *h = &w->site->hosts[host];

	for (size_t i = 0; i < h->from_count && p->recipients.entries.count == 0; i++) {
		const struct setting *s = &h->from[i].set[FROM_UNKNOWN_RECIPIENT];

		if (s->line != 0 && s->number != MODE_OFF)
			warn(w, s->line, "host %.*s: unknown-recipient = %s without a recipients-file: it finds nothing", SHOWN(p->name),
			    mode_name((enum mode)s->number));
	}
	if (h->shut_out > 0)
		warn(w, h->set[PROTECT_RECIPIENTS_FILE].line, "host %.*s: %zu of its recipients, the first in line %u of the file, are refused "
		    "by its profile or max-local-part nevertheless", SHOWN(p->name), h->shut_out, h->shut_out_line);
}

static void
warn_host(struct warnings *w, size_t host)
{
	const struct policy_host *p = &w->site->policy.hosts[host];
	const struct site_host *h = &w->site->hosts[host];

	if (h->on_failure == ON_FAILURE_OPEN)
		warn(w, h->set[PROTECT_ON_FAILURE].line, "host %.*s: on-failure = open: "
		    "it is an open relay whenever the daemon is not there", SHOWN(p->name));
	warn_untrusted(w, host);
	warn_admission(w, host);
	warn_gate(w, host);
	warn_silent_relay(w, host);
	warn_sessions(w, host);
	warn_domains(w, host, &h->local, PROTECT_LOCAL_FILE);
	warn_domains(w, host, &h->relay, PROTECT_RELAY_FILE);
	warn_recipients(w, host);
}

/* Nobody is ever told of anything. */
static void
warn_outputs(struct warnings *w)
{
	if (w->site->journal == NULL && w->site->syslog == NULL)
		warn(w, w->site->top_set[TOP_JOURNAL].line, "journal = none without syslog: nothing that is decided is recorded");
	if (w->site->evidence_folder != NULL && !site_keeps_evidence(w->site))
		warn(w, w->site->top_set[TOP_EVIDENCE_FOLDER].line, "evidence-folder without evidence = refused or all of any host: nothing is kept there");
}

/* What the gate asks at most at once, beside what the DNS may be asked. */
static void
warn_gate_lookups(struct warnings *w)
{
	const struct site *site = w->site;
	size_t lists = site->policy.lists.count;

	if (gate_rules_wanted(site) && lists * site->gate_held > site->lookups_max)
		warn(w, site->top_set[TOP_MAX_LOOKUPS].line, "max-lookups = %u: %zu packets may wait for %zu lists at the gate (gate-held), so in a flood "
		    "lists are not asked before that number is reached", site->lookups_max, (size_t)site->gate_held, lists);
}

/* Who reads there who is protected from whom needs no password. */
static void
warn_metrics(struct warnings *w)
{
	const struct site *site = w->site;
	const struct setting *s = &site->top_set[TOP_METRICS];
	uint32_t host;

	if (site->metrics_port == 0)
		return;
	host = prefix_map_find(&site->policy.host_map, &site->metrics_ip);
	if (host != PREFIX_NONE)
		warn(w, s->line, "metrics = \"%.*s\" is an address of host %.*s: who reads there is one of its clients", SHOWN(s->text),
		    SHOWN(site->policy.hosts[host].name));
	else if (!metrics_address_is_private(&site->metrics_ip))
		warn(w, s->line, "metrics = \"%.*s\" is no loopback and no private address: strangers can read counters, sessions and faults there",
		    SHOWN(s->text));
}

size_t
site_warn(const struct site *site, FILE *out)
{
	struct warnings w = { .site = site, .out = out };

	if (site->on_stop == ON_STOP_REMOVE)
		warn(&w, site->top_set[TOP_ON_STOP].line, "on-stop = remove: "
		    "after an orderly end every host is an open relay again");
	if (site->on_stop == ON_STOP_OPEN)
		warn(&w, site->top_set[TOP_ON_STOP].line, "on-stop = open: "
		    "after an orderly end every host is an open relay again, for whom admit lets in");
	warn_outputs(&w);
	if (site->resolver_count == 0)
		warn(&w, 0, "no resolvers are set: senders from domains that do not exist are let pass");
	warn_gate_lookups(&w);
	warn_metrics(&w);
	warn_networks(&w);
	for (size_t i = 0; i < site->policy.host_count; i++)
		warn_host(&w, i);
	return w.count;
}
