/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sections "protect" and "from". */
#include "proxy/site/config.h"

#include "classifier/ascii.h"
#include "classifier/classify.h"

enum { NAME_MAX_OCTETS = 64 };

void
config_profile(struct config *c, struct span text, uint32_t line)
{
	int bit = key_word(key_profiles, text);
	char expected[100];

	if (bit == -1) {
		key_words(key_profiles, expected, sizeof(expected));
		config_error(c, line, "found profile \"%s\", expected %s", config_shown(text), expected);
		return;
	}
	c->profile |= 1u << bit;
}

void
config_offer(struct config *c, struct span text, uint32_t line)
{
	int bit = key_word(key_offers, text);
	char expected[100];

	if (bit == -1) {
		key_words(key_offers, expected, sizeof(expected));
		config_error(c, line, "found offer \"%s\", expected %s", config_shown(text), expected);
		return;
	}
	c->offer |= 1u << bit;
	if ((c->offer & 1u << KEY_OFFER_NONE) != 0 && c->offer != 1u << KEY_OFFER_NONE)
		config_error(c, line, "found offer \"%s\", expected \"none\" alone or not at all", config_shown(text));
}

void
config_from_end(struct config *c, struct span title, uint32_t line)
{
	const struct setting *set = c->set[SECTION_FROM];
	const struct site_from *others = c->from.at;
	struct site_from *f;
	struct span name = config_copy(c, title);

	if (name.at == NULL)
		return;
	name = domain_lower(name, (uint8_t *)name.at);	/* our own copy */
	for (size_t i = 0; i < c->from.count; i++)
		if (span_eq(others[i].name, name))
			config_error(c, line, "from %s is there already, expected once for a host (first in line %u)",
			    config_shown(name), others[i].line);
	if (set[FROM_RELAY_ACTION].number == RELAY_REDIRECT && set[FROM_RELAY_TRAP].line == 0)
		config_error(c, set[FROM_RELAY_ACTION].line,
		    "relay-action = redirect without a mailbox, expected relay-trap = \"<box@domain>\" too");
	if (set[FROM_STARTTLS].number == STARTTLS_PASS && span_eq(name, SPAN("untrusted")))
		config_error(c, set[FROM_STARTTLS].line,
		    "starttls = pass for untrusted: nobody would read what passes then, expected hide, refuse or terminate, or pass-unfiltered");
	f = config_memory(c, vec_push(&c->from, sizeof(*f)));
	if (f == NULL)
		return;
	f->name = name;
	f->line = line;
	memcpy(f->set, set, sizeof(f->set));
}

/*
 * The trap must be a mailbox that this very host would be sent for anybody: it
 * is judged as the recipient of an untrusted client. Then its canonical spelling.
 */
static void
check_trap(struct config *c, const struct policy_host *host, struct setting *trap)
{
	struct rules rules = rules_default(POLICY_UNTRUSTED);
	const struct span before = SPAN("RCPT TO:<");
	struct policy_host probe = *host;
	struct asked asked = { .host = &probe, .address = &host->addresses[0] };
	uint8_t argument[3 + 512];
	struct span text = trap->text;
	struct verdict v = { .action = ACTION_REFUSE, .reason = REASON_BRACKETS };

	probe.rules = &rules;
	probe.recipients = (struct recipients){ 0 };	/* nor is it looked up when it is used: it need not be known to strangers */
	if (text.len > 2 && text.len <= 512 && text.at[0] == '<' && text.at[text.len - 1] == '>') {
		memcpy(argument, "TO:", 3);
		memcpy(argument + 3, text.at, text.len);
		classify_recipient(&asked, span_of(argument, 3 + text.len), &v);
	}
	if (v.action != ACTION_PASS || v.reason != REASON_LOCAL) {
		config_error(c, trap->line, "relay-trap = \"%s\" (%s), expected a mailbox in a local domain, as \"<box@domain>\"",
		    config_shown(text), reason_name(v.reason));
		return;
	}
	trap->text = config_copy(c, span_cut(sent_span(&v.sent), before.len, v.sent.len - 1));
}

/* TLS is ended with a certificate of the host's own. */
static void
check_tls(struct config *c, const struct setting *set)
{
	const struct site_from *from = c->from.at;

	if ((set[PROTECT_TLS_CERTIFICATE].line == 0) != (set[PROTECT_TLS_KEY].line == 0))
		config_error(c, set[PROTECT_TLS_CERTIFICATE].line + set[PROTECT_TLS_KEY].line,
		    "found only one of tls-certificate and tls-key, expected both");
	for (size_t i = 0; i < c->from.count; i++)
		if (from[i].set[FROM_STARTTLS].number == STARTTLS_TERMINATE && set[PROTECT_TLS_CERTIFICATE].line == 0)
			config_error(c, from[i].set[FROM_STARTTLS].line,
			    "starttls = terminate without a certificate, expected tls-certificate and tls-key of the host too");
}

static void
check_delimiter(struct config *c, const struct setting *set)
{
	const struct setting *s = &set[PROTECT_DELIMITER];
	bool good = true;

	for (size_t i = 0; i < s->text.len; i++)
		good = good && (s->text.at[i] == '.' || (ascii_is(s->text.at[i], ASCII_SAFE) && !ascii_is(s->text.at[i], ASCII_LETDIG)));
	if (!good)
		config_error(c, s->line, "recipient-delimiter = \"%s\", expected characters of a mailbox that are neither letters nor digits, as \"+\"",
		    config_shown(s->text));
	if (s->line != 0 && set[PROTECT_RECIPIENTS_FILE].line == 0)
		config_error(c, s->line, "recipient-delimiter without a list of mailboxes, expected recipients-file too");
}

static void
check_hostname(struct config *c, struct policy_host *host, uint32_t line)
{
	const struct setting *s = &c->set[SECTION_PROTECT][PROTECT_HOSTNAME];

	if (s->line == 0) {
		config_error(c, line, "host %s has no name, expected hostname = \"...\"", config_shown(host->name));
	} else if (!domain_valid(s->text)) {
		config_error(c, s->line, "hostname = \"%s\", expected a domain name", config_shown(s->text));
	} else {
		host->hostname = config_copy(c, s->text);
		if (host->hostname.at != NULL)
			domain_lower(host->hostname, (uint8_t *)host->hostname.at);	/* our own copy */
	}
}

static void
check_name(struct config *c, struct policy_host *host, uint32_t line)
{
	const struct site_host *hosts = c->hosts.at;
	struct span name = host->name;
	uint32_t other = names_find(&c->host_names, name);
	bool good = name.len > 0 && name.len <= NAME_MAX_OCTETS;

	for (size_t i = 0; i < name.len; i++)	/* it stands in the journal and in comments of rules */
		good = good && name.at[i] >= 0x20 && name.at[i] < 0x7f && name.at[i] != '"' && name.at[i] != '\\';
	if (!good)
		config_error(c, line, "found host \"%s\", expected a name of 1 to %d printable ASCII characters",
		    config_shown(name), NAME_MAX_OCTETS);
	else if (other != NAMES_NONE)
		config_error(c, line, "host %s is there already, expected another name (first in line %u)",
		    config_shown(name), hosts[other].line);
	else if (names_add(&c->host_names, name, (uint32_t)c->hosts.count) == -1)
		c->no_memory = true;
}

/* What belongs into a table. */
struct table_names {
	const struct site_domain *list;
	size_t count;
	struct span name;	/* one more, behind them */
};

static struct span
table_name(const void *names, size_t i)
{
	const struct table_names *t = names;

	return i < t->count ? t->list[i].name : t->name;
}

/* name: one more that belongs into the table, or the empty span. */
static void
build_table(struct config *c, struct domain_table *t, const struct site_domains *domains, struct span name)
{
	const struct table_names names = { .list = domains->list, .count = domains->count, .name = name };
	const struct name_list list = { .at = table_name, .names = &names, .count = domains->count + (name.len > 0) };
	void *memory;

	if (domains->count == 0)
		return;		/* an empty table asks for no memory */
	memory = config_memory(c, arena_alloc(&c->site->arena, domain_table_octets(&list)));
	if (memory != NULL)
		domain_table_build(t, memory, &list);
}

static void
build_domains(struct config *c, struct policy_host *p, struct site_host *h)
{
	unsigned errors = c->error_count;

	config_domains_file(c, &c->local, PROTECT_LOCAL_FILE);
	config_domains_file(c, &c->relay, PROTECT_RELAY_FILE);
	if (c->local.count == 0 && errors == c->error_count)
		config_error(c, h->line, "host %s has no local domain, expected local-domains or local-domains-file",
		    config_shown(p->name));
	h->local.count = c->local.count;
	h->relay.count = c->relay.count;
	h->local.list = config_keep(c, &c->local, sizeof(struct site_domain));
	h->relay.list = config_keep(c, &c->relay, sizeof(struct site_domain));
	if (c->no_memory)
		return;
	build_table(c, &p->local, &h->local, p->hostname);	/* sendmail's class w always holds $j */
	build_table(c, &p->relay, &h->relay, (struct span){ 0 });
}

/* What stands in the section, into the two halves of a host. */
static void
build_host(struct config *c, struct policy_host *p, struct site_host *h)
{
	const struct setting *set = c->set[SECTION_PROTECT];
	struct site_from *from;

	memcpy(h->set, set, sizeof(h->set));
	h->on_failure = (enum on_failure)set[PROTECT_ON_FAILURE].number;
	p->profile = c->profile;
	p->uplift = set[PROTECT_OFFER].line == 0 ? UPLIFT_DEFAULT : c->offer & ~(1u << KEY_OFFER_NONE);
	p->max_message = set[PROTECT_MAX_MESSAGE].number;
	check_tls(c, set);
	check_delimiter(c, set);
	p->recipients.delimiters = set[PROTECT_DELIMITER].text;
	p->max_local = set[PROTECT_MAX_LOCAL].line == 0 ? 64 : (size_t)set[PROTECT_MAX_LOCAL].number;
	check_name(c, p, h->line);
	check_hostname(c, p, h->line);
	if (set[PROTECT_ADDRESSES].line == 0)
		config_error(c, h->line, "host %s has no address, expected addresses = { \"...\" }", config_shown(p->name));
	build_domains(c, p, h);
	if (p->local.names.count > 0 && p->hostname.at != NULL)	/* else each entry would be one more fault */
		config_recipients(c, p, h);
	p->address_count = c->addresses.count;
	h->from_count = c->from.count;
	p->addresses = config_keep(c, &c->addresses, sizeof(struct ip));
	h->address_lines = config_keep(c, &c->address_lines, sizeof(uint32_t));
	h->from = from = config_keep(c, &c->from, sizeof(struct site_from));
	for (size_t i = 0; i < h->from_count && !c->no_memory; i++)
		if (from[i].set[FROM_RELAY_TRAP].line != 0 && p->local.names.count > 0 && p->address_count > 0 &&
		    p->hostname.at != NULL)
			check_trap(c, p, &from[i].set[FROM_RELAY_TRAP]);
}

void
config_protect_end(struct config *c, struct span title, uint32_t line)
{
	struct policy_host p = { .name = config_copy(c, title) };
	struct site_host h = { .line = line };
	struct policy_host *to_p;
	struct site_host *to_h;

	if (c->no_memory)
		return;
	build_host(c, &p, &h);
	c->profile = c->offer = 0;
	to_p = config_memory(c, vec_push(&c->policy_hosts, sizeof(p)));
	to_h = config_memory(c, vec_push(&c->hosts, sizeof(h)));
	if (to_p == NULL || to_h == NULL)
		return;
	*to_p = p;
	*to_h = h;
}
