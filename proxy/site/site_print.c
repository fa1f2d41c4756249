/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every effective value with its origin. */
#include "proxy/base/ip_text.h"
#include "proxy/site/site.h"

#include <inttypes.h>
#include <stdarg.h>

#define SHOWN(span) (int)(span).len, (const char *)(span).at	/* for "%.*s"; checked when loaded */

enum { VALUE_COLUMNS = 48 };

/* One line "key = value    # origin"; text is without a line end. */
__attribute__((format(printf, 5, 6))) static void
line_out(const struct site *site, FILE *out, const char *indent, uint32_t line, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	fputs(indent, out);
	n = vfprintf(out, format, ap);
	va_end(ap);
	fprintf(out, "%*s  # ", n < VALUE_COLUMNS ? VALUE_COLUMNS - n : 0, "");
	if (line == 0)
		fputs("default\n", out);
	else
		fprintf(out, "%s:%" PRIu32 "\n", site->file, line);
}

static void
print_setting(const struct site *site, FILE *out, const char *indent, const struct key *k, const struct setting *s)
{
	switch (k->type) {
	case KEY_WORD:
		line_out(site, out, indent, s->line, "%s = %s", k->name, k->words[s->number]);
		break;
	case KEY_NUMBER:
		if (k->fallback != NULL && k->fallback[1] == 'x')
			line_out(site, out, indent, s->line, "%s = 0x%" PRIx64, k->name, s->number);
		else
			line_out(site, out, indent, s->line, "%s = %" PRIu64, k->name, s->number);
		break;
	case KEY_TEXT:
		if (s->text.at != NULL)
			line_out(site, out, indent, s->line, "%s = \"%.*s\"", k->name, SHOWN(s->text));
		break;
	default:
		break;
	}
}

static void
print_domains(const struct site *site, FILE *out, const char *key, const struct site_domains *d, struct span file)
{
	for (size_t i = 0; i < d->count; i++) {
		struct span name = d->list[i].name;

		if (d->list[i].in_file)
			fprintf(out, "\t%s += \"%.*s\"  # %.*s:%" PRIu32 "\n", key, SHOWN(name), SHOWN(file), d->list[i].line);
		else
			line_out(site, out, "\t", d->list[i].line, "%s += \"%.*s\"", key, SHOWN(name));
	}
}

static void
print_from(const struct site *site, FILE *out, size_t host, uint32_t network)
{
	const struct site_from *f = site_from(site, host, network);
	const struct rules *r = &site->policy.hosts[host].rules[network];

	line_out(site, out, "\t", f == NULL ? 0 : f->line, "from %.*s {", SHOWN(site->policy.network_names[network]));
	for (size_t k = 0; k < FROM_KEYS; k++) {
		const struct key *key = &key_tables[SECTION_FROM].keys[k];
		struct setting s = { 0 };

		if (f != NULL)
			s = f->set[k];
		if (site_rule(k) != RULE_COUNT)
			s.number = r->mode[site_rule(k)];
		print_setting(site, out, "\t\t", key, &s);
	}
	fputs("\t}\n", out);
}

static void
print_host(const struct site *site, FILE *out, size_t host)
{
	const struct policy_host *p = &site->policy.hosts[host];
	const struct site_host *h = &site->hosts[host];
	const struct key *keys = key_tables[SECTION_PROTECT].keys;
	char ip[IP_TEXT];

	line_out(site, out, "", h->line, "protect \"%.*s\" {", SHOWN(p->name));
	for (size_t i = 0; i < p->address_count; i++) {
		ip_text(&p->addresses[i], ip);
		line_out(site, out, "\t", h->address_lines[i], "addresses += \"%s\"", ip);
	}
	for (size_t k = 0; k < PROTECT_KEYS; k++) {
		struct setting s = h->set[k];

		if (k == PROTECT_MAX_LOCAL)
			s.number = p->max_local;
		print_setting(site, out, "\t", &keys[k], &s);
	}
	for (unsigned bit = 0; key_profiles[bit] != NULL; bit++)
		if (p->profile & 1u << bit)
			line_out(site, out, "\t", h->set[PROTECT_PROFILE].line, "profile += \"%s\"", key_profiles[bit]);
	for (unsigned bit = 0; bit < KEY_OFFER_NONE; bit++)
		if (p->uplift & 1u << bit)
			line_out(site, out, "\t", h->set[PROTECT_OFFER].line, "offer += \"%s\"", key_offers[bit]);
	if (p->uplift == 0)
		line_out(site, out, "\t", h->set[PROTECT_OFFER].line, "offer += \"%s\"", key_offers[KEY_OFFER_NONE]);
	print_domains(site, out, "local-domains", &h->local, h->set[PROTECT_LOCAL_FILE].text);
	print_domains(site, out, "relay-domains", &h->relay, h->set[PROTECT_RELAY_FILE].text);
	if (p->recipients.entries.count > 0)	/* not one by one: they may be 100,000 */
		fprintf(out, "\trecipients = %zu entries  # %.*s\n", p->recipients.entries.count, SHOWN(h->set[PROTECT_RECIPIENTS_FILE].text));
	for (uint32_t n = 0; n < site->policy.network_count; n++)
		print_from(site, out, host, n);
	fputs("}\n", out);
}

static void
print_list(const struct blocklist *list, FILE *out)
{
	fprintf(out, "list \"%.*s\" { zone = \"%.*s\" kind = %s weight = %d", SHOWN(list->name), SHOWN(list->zone),
	    list->weight < 0 ? "allow" : "block", list->weight < 0 ? -list->weight : list->weight);
	for (size_t i = 0; i < list->code_count; i++) {
		const struct blocklist_codes *c = &list->codes[i];

		fprintf(out, " codes += \"");
		for (size_t k = 0; k < 4; k++)
			fprintf(out, c->first[k] == c->last[k] ? "%s%u" : "%s%u-%u", k == 0 ? "" : ".", c->first[k], c->last[k]);
		fprintf(out, "\"");
	}
	fprintf(out, " }\n");
}

void
site_print(const struct site *site, FILE *out)
{
	const struct site_prefix *p = site->prefixes;

	for (size_t k = 0; k < TOP_KEYS; k++)
		print_setting(site, out, "", &key_tables[SECTION_TOP].keys[k], &site->top_set[k]);
	for (size_t i = 0; i < site->resolver_count; i++) {
		char ip[IP_TEXT];

		ip_text(&site->resolvers[i], ip);
		line_out(site, out, "", site->top_set[TOP_RESOLVERS].line, "resolvers += \"%s\"", ip);
	}
	for (size_t i = 0; i < site->policy.lists.count; i++)
		print_list(&site->policy.lists.list[i], out);
	fputs("limits {\n", out);
	for (size_t k = 0; k < LIMITS_KEYS; k++)
		print_setting(site, out, "\t", &key_tables[SECTION_LIMITS].keys[k], &site->limits_set[k]);
	fputs("}\n", out);
	for (size_t i = 0; i < site->prefix_count; i++)
		line_out(site, out, "", p[i].line, "network %.*s { prefixes += \"%.*s\" }",
		    SHOWN(site->policy.network_names[p[i].network]), SHOWN(p[i].text));
	for (size_t i = 0; i < site->policy.host_count; i++)
		print_host(site, out, i);
}
