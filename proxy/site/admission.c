/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/admission.h"

#include "proxy/site/deadman.h"

#include <inttypes.h>
#include <stdarg.h>

/* Pairs of a host and a client at once, and how long one stays after its last packet: two looks of who reads them. */
enum { NOTES = 4096, NOTE_S = 20 };

static const char *
name_of(enum admit admit)
{
	return key_tables[SECTION_FROM].keys[FROM_ADMIT].words[admit];
}

static bool
is_admitted(const struct rules *rules, int admit)
{
	return rules->admit == (enum admit)admit;
}

static bool
has_notes(const struct admission *a)
{
	bool any = false;

	for (size_t i = 0; i < PAIRS_FAMILIES; i++)
		any = any || a->has[ADMIT_DROP][i] || a->has[ADMIT_RESET][i];
	return any;
}

int
admission_write_sets(struct admission *a)
{
	for (enum admit admit = ADMIT_SHIELD + 1; admit < ADMITS; admit++) {
		char name[32];

		snprintf(name, sizeof(name), "admit_%s", name_of(admit));
		if (pairs_write(a->site, name, is_admitted, (int)admit, a->has[admit], a->out) == -1)
			return -1;
	}
	if (!has_notes(a))
		return 0;
	fputs("\n\tcounter " ADMISSION_ALL " {}\n\tcounter " ADMISSION_NOTED " {}\n", a->out);
	for (size_t i = 0; i < PAIRS_FAMILIES; i++) {
		const struct pairs_family *f = &pairs_families[i];

		if (a->has[ADMIT_DROP][i] || a->has[ADMIT_RESET][i])
			fprintf(a->out, "\n\tset " ADMISSION_REFUSED "%c {\n\t\ttype %s . %s\n\t\tsize %d\n\t\tflags dynamic,timeout\n\t\tcounter\n\t\ttimeout %ds\n\t}\n",
			    f->digit, f->type, f->type, NOTES, NOTE_S);
	}
	return 0;
}

/* A rule for all clients of a set, of each family that has one. */
__attribute__((format(printf, 3, 4))) static void
rule(const struct admission *a, enum admit admit, const char *rest, ...)
{
	for (size_t i = 0; i < PAIRS_FAMILIES; i++) {
		const struct pairs_family *f = &pairs_families[i];
		va_list ap;

		if (!a->has[admit][i])
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
	for (size_t i = 0; i < PAIRS_FAMILIES; i++)
		if (a->has[admit][i])
			fprintf(a->out, "\t\t%s saddr . %s daddr @admit_%s%c tcp sport 25 %s comment \"admit = %s\"\n", pairs_families[i].ip, pairs_families[i].ip,
			    name_of(admit), pairs_families[i].digit, rest, name_of(admit));
}

void
admission_write_untrack(const struct admission *a)
{
	rule(a, ADMIT_PASS, "return");
	rule_back(a, ADMIT_PASS, "return");
}

/* A set that is full takes no more, and its rule ends there: so the note is a rule of its own, and two counters show what was not noted. */
static void
write_note(const struct admission *a, enum admit admit)
{
	for (size_t i = 0; i < PAIRS_FAMILIES; i++) {
		const struct pairs_family *f = &pairs_families[i];

		if (a->has[admit][i])
			fprintf(a->out, "\t\t%s daddr . %s saddr @admit_%s%c tcp dport 25 " PAIRS_SYN "counter name " ADMISSION_ALL
			    " update @" ADMISSION_REFUSED "%c { %s daddr . %s saddr } counter name " ADMISSION_NOTED "\n",
			    f->ip, f->ip, name_of(admit), f->digit, f->digit, f->ip, f->ip);
	}
}

void
admission_write_chain(const struct admission *a)
{
	if (!has_notes(a))
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
	for (size_t i = 0; i < PAIRS_FAMILIES; i++) {
		const struct pairs_family *f = &pairs_families[i];

		if (a->has[ADMIT_REFUSE][i])
			fprintf(a->out, "\t\t%s daddr . %s saddr @admit_refuse%c tcp dport @" DEADMAN_SET " %stproxy %s to %s:%u meta mark set 0x%" PRIx32
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
		write_refusals(a, PAIRS_SYN);
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
	rule(a, ADMIT_REFUSE, "counter reject with tcp reset");	/* nobody serves who could say why */
}
