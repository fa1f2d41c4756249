/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/admission.h"

#include "proxy/site/ranges.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#define SYN "tcp flags & (fin | syn | rst | ack) == syn "

enum { NOTES = 1024 };		/* pairs of a host and a client at once; more are counted, but not noted */

static const struct family {
	bool v4;
	char digit;
	const char *ip, *type, *listener;
} families[ADMISSION_FAMILIES] = {
	{ true, '4', "ip", "ipv4_addr", "127.0.0.1" },
	{ false, '6', "ip6", "ipv6_addr", "[::1]" },
};

static const char *
name_of(enum admit admit)
{
	return key_tables[SECTION_FROM].keys[FROM_ADMIT].words[admit];
}

static void
write_ip(FILE *out, const struct ip *ip, bool v4)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(v4 ? AF_INET : AF_INET6, ip->bytes + (v4 ? 12 : 0), text, sizeof(text));
	fputs(text, out);
}

/* Hosts and the clients for whom they have this rule; neighbours that it holds for both of are one range. */
static void
write_host(struct admission *a, size_t family, enum admit admit, const struct policy_host *host, const struct range *ranges,
    size_t count)
{
	const struct family *f = &families[family];

	for (size_t k = 0; k < host->address_count; k++) {
		for (size_t i = 0; i < count; i++) {
			struct range r = ranges[i];

			if (ip_is_v4(&host->addresses[k]) != f->v4 || host->rules[r.network].admit != admit)
				continue;
			for (; i + 1 < count && host->rules[ranges[i + 1].network].admit == admit; i++)
				r.last = ranges[i + 1].last;
			if (!a->has[family][admit])
				fprintf(a->out, "\n\tset admit_%s%c {\n\t\ttype %s . %s\n\t\tflags interval\n\t\telements = {\n", name_of(admit), f->digit,
				    f->type, f->type);
			a->has[family][admit] = true;
			fputs("\t\t\t", a->out);
			write_ip(a->out, &host->addresses[k], f->v4);
			fputs(" . ", a->out);
			write_ip(a->out, &r.first, f->v4);
			fputc('-', a->out);
			write_ip(a->out, &r.last, f->v4);
			fputs(",\n", a->out);
		}
	}
}

static void
write_sets_of(struct admission *a, size_t family, const struct range *ranges, size_t count)
{
	const struct policy *policy = &a->site->policy;

	for (enum admit admit = ADMIT_SHIELD + 1; admit < ADMITS; admit++) {
		for (size_t i = 0; i < policy->host_count; i++)
			write_host(a, family, admit, &policy->hosts[i], ranges, count);
		if (a->has[family][admit])
			fputs("\t\t}\n\t}\n", a->out);
	}
	if (a->has[family][ADMIT_DROP] || a->has[family][ADMIT_RESET])
		fprintf(a->out, "\n\tset " ADMISSION_REFUSED "%c {\n\t\ttype %s . %s\n\t\tsize %d\n\t\tflags dynamic,timeout\n\t\tcounter\n\t\ttimeout 1m\n\t}\n",
		    families[family].digit, families[family].type, families[family].type, NOTES);
}

int
admission_write_sets(struct admission *a)
{
	for (size_t family = 0; family < ADMISSION_FAMILIES; family++) {
		size_t count;
		struct range *ranges = ranges_new(a->site, families[family].v4, &count);

		if (ranges == NULL)
			return -1;
		write_sets_of(a, family, ranges, count);
		free(ranges);
	}
	return 0;
}

/* A rule for all clients of a set, of each family that has one. */
__attribute__((format(printf, 3, 4))) static void
rule(const struct admission *a, enum admit admit, const char *rest, ...)
{
	for (size_t i = 0; i < ADMISSION_FAMILIES; i++) {
		const struct family *f = &families[i];
		va_list ap;

		if (!a->has[i][admit])
			continue;
		fprintf(a->out, "\t\t%s daddr . %s saddr @admit_%s%c tcp dport 25 ", f->ip, f->ip, name_of(admit), f->digit);
		va_start(ap, rest);
		vfprintf(a->out, rest, ap);
		va_end(ap);
		fprintf(a->out, " comment \"admit = %s\"\n", name_of(admit));
	}
}

/* The same for what their hosts answer. */
static void
rule_back(const struct admission *a, enum admit admit, const char *rest)
{
	for (size_t i = 0; i < ADMISSION_FAMILIES; i++)
		if (a->has[i][admit])
			fprintf(a->out, "\t\t%s saddr . %s daddr @admit_%s%c tcp sport 25 %s comment \"admit = %s\"\n", families[i].ip, families[i].ip,
			    name_of(admit), families[i].digit, rest, name_of(admit));
}

void
admission_write_untrack(const struct admission *a)
{
	rule(a, ADMIT_PASS, "return");
	rule_back(a, ADMIT_PASS, "return");
}

/* A set that is full takes no more, and its rule ends there: so the note is a rule of its own. */
static void
write_note(const struct admission *a, enum admit admit)
{
	for (size_t i = 0; i < ADMISSION_FAMILIES; i++) {
		const struct family *f = &families[i];

		if (a->has[i][admit])
			fprintf(a->out, "\t\t%s daddr . %s saddr @admit_%s%c tcp dport 25 " SYN "update @" ADMISSION_REFUSED "%c { %s daddr . %s saddr }\n",
			    f->ip, f->ip, name_of(admit), f->digit, f->digit, f->ip, f->ip);
	}
}

void
admission_write_chain(const struct admission *a)
{
	bool any = false;

	for (size_t i = 0; i < ADMISSION_FAMILIES; i++)
		any = any || a->has[i][ADMIT_DROP] || a->has[i][ADMIT_RESET];
	if (!any)
		return;
	fputs("\n\t# Whom nobody answers; and who was not let in, for the journal.\n", a->out);
	fputs("\tchain admit {\n\t\ttype filter hook prerouting priority mangle - 10; policy accept;\n", a->out);
	write_note(a, ADMIT_DROP);
	write_note(a, ADMIT_RESET);
	rule(a, ADMIT_DROP, "counter drop");
	fputs("\t}\n", a->out);
}

static void
write_refusals(const struct admission *a, const char *match)
{
	for (size_t i = 0; i < ADMISSION_FAMILIES; i++) {
		const struct family *f = &families[i];

		if (a->has[i][ADMIT_REFUSE])
			fprintf(a->out, "\t\t%s daddr . %s saddr @admit_refuse%c tcp dport 25 %stproxy %s to %s:%u meta mark set 0x%" PRIx32
			    " counter accept comment \"admit = refuse\"\n", f->ip, f->ip, f->digit, match, f->ip, f->listener,
			    a->site->refusal_port, a->site->fwmark);
	}
}

void
admission_write_divert(const struct admission *a, bool serve)
{
	rule(a, ADMIT_PASS, "return");
	rule(a, ADMIT_RESET, "return");
	if (serve)
		write_refusals(a, SYN);
}

void
admission_write_handshakes(const struct admission *a)
{
	write_refusals(a, "");
}

void
admission_write_guard(const struct admission *a)
{
	rule(a, ADMIT_PASS, "counter accept");
	rule_back(a, ADMIT_PASS, "counter accept");
	rule(a, ADMIT_RESET, "counter reject with tcp reset");
	rule(a, ADMIT_REFUSE, "counter reject with tcp reset");	/* there is no daemon to say why */
}
