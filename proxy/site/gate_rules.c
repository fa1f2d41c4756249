/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/gate_rules.h"

#include "proxy/site/deadman.h"

#include <inttypes.h>
#include <stdarg.h>

enum { FIRST_DIGIT = 28 };	/* of a mark, in bits */

static bool
is_gated(const struct rules *rules, int what)
{
	(void)what;
	return rules->admit == ADMIT_SHIELD && (rules->gate != ADMIT_SHIELD || rules->mirror);
}

bool
gate_rules_wanted(const struct site *site)
{
	return site_any_rules(site, is_gated, 0);
}

uint32_t
gate_rules_asked(const struct site *site)
{
	return site->fwmark ^ UINT32_C(1) << FIRST_DIGIT;
}

uint32_t
gate_rules_mark(const struct site *site, enum gate_answer answer)
{
	return site->fwmark ^ ((uint32_t)answer + 2) << FIRST_DIGIT;
}

uint32_t
gate_rules_own_mark(const struct site *site)
{
	return site->fwmark ^ (uint32_t)(GATE_ANSWERS + 2) << FIRST_DIGIT;
}

static bool
is_mirrored(const struct rules *rules, int what)
{
	(void)what;
	return rules->mirror;
}

bool
gate_rules_mirrored(const struct site *site)
{
	return site_any_rules(site, is_mirrored, 0);
}

/* The router's own filter may let in answers by their state alone. */
void
gate_rules_write_untrack(const struct gate_rules *g, bool output)
{
	if (!gate_rules_mirrored(g->site))
		return;
	if (output)
		fprintf(g->out, "\t\tmeta mark 0x%" PRIx32 " tcp dport 25 counter return comment \"gate: is a host there?\"\n", gate_rules_own_mark(g->site));
	else
		fprintf(g->out, "\t\tsocket mark 0x%" PRIx32 " tcp sport 25 counter return comment \"gate: its answer\"\n", gate_rules_own_mark(g->site));
}

int
gate_rules_write_sets(struct gate_rules *g)
{
	return pairs_write(g->site, "gate", is_gated, 0, g->has, g->out);
}

static bool
is_used(const struct gate_rules *g)
{
	return g->has[0] || g->has[1];
}

/*
 * Nobody is asked while nobody serves: both ways into the queue follow the mark, so
 * the set is asked here alone.
 */
void
gate_rules_write_chains(const struct gate_rules *g)
{
	uint32_t asked = gate_rules_asked(g->site);

	if (!is_used(g))
		return;
	fputs("\n\t# First packets that the gate judges; established connections never wait for it.\n", g->out);
	fputs("\tchain gate_asked {\n\t\ttype filter hook prerouting priority raw - 10; policy accept;\n", g->out);
	for (size_t i = 0; i < PAIRS_FAMILIES; i++) {
		const struct pairs_family *f = &pairs_families[i];

		if (g->has[i])
			fprintf(g->out, "\t\t" PAIRS_SYN "%s daddr . %s saddr @gate%c tcp dport @" DEADMAN_SET " meta mark set 0x%" PRIx32 " counter comment \"gate: asked\"\n",
			    f->ip, f->ip, f->digit, asked);
	}
	fputs("\t}\n", g->out);
	if (g->how == QUEUE_BY_NFT)
		fprintf(g->out, "\tchain gate_queue {\n\t\ttype filter hook prerouting priority raw - 5; policy accept;\n"
		    "\t\tmeta mark 0x%" PRIx32 " tcp dport 25 queue flags bypass to %u\n\t}\n", asked, g->queue);
}

/* A rule for packets to protected hosts with a mark. */
__attribute__((format(printf, 5, 6))) static void
rule(const struct gate_rules *g, uint32_t mark, const char *match, const char *comment, const char *rest, ...)
{
	va_list ap;

	fprintf(g->out, "\t\tmeta mark 0x%" PRIx32 " %stcp dport 25 counter ", mark, match);
	va_start(ap, rest);
	vfprintf(g->out, rest, ap);
	va_end(ap);
	fprintf(g->out, " comment \"gate: %s\"\n", comment);
}

/* Who is told why goes to the other listener. */
static void
write_refusals(const struct gate_rules *g)
{
	for (size_t i = 0; i < PAIRS_FAMILIES; i++) {
		const struct pairs_family *f = &pairs_families[i];

		if (g->has[i])
			fprintf(g->out, "\t\tmeta mark 0x%" PRIx32 " %s daddr @protected%c tcp dport @" DEADMAN_SET " tproxy %s to %s:%u meta mark set 0x%" PRIx32
			    " counter accept comment \"gate: refuse\"\n", gate_rules_mark(g->site, GATE_REFUSE), f->ip, f->digit, f->ip, f->listener,
			    g->site->refusal_port, g->site->fwmark);
	}
}

/* Packets that nobody judged, by the host's on-failure; those of open hosts are counted, and go on to the shield. */
static void
write_unjudged(const struct gate_rules *g)
{
	uint32_t asked = gate_rules_asked(g->site);

	for (size_t i = 0; i < PAIRS_FAMILIES; i++) {
		const struct pairs_family *f = &pairs_families[i];
		char match[48];

		if (!g->has[i])
			continue;
		if (g->drop[i]) {
			snprintf(match, sizeof(match), "%s daddr @drop%c ", f->ip, f->digit);
			rule(g, asked, match, "not judged, on-failure = drop", "drop");
		}
		if (g->open[i]) {
			snprintf(match, sizeof(match), "%s daddr @open%c ", f->ip, f->digit);
			rule(g, asked, match, "not judged, on-failure = open", "meta mark set 0x%" PRIx32, gate_rules_mark(g->site, GATE_SHIELD));
		}
	}
	rule(g, asked, "", "not judged, on-failure = closed", "return");
}

void
gate_rules_write_divert(const struct gate_rules *g)
{
	if (!is_used(g))
		return;
	rule(g, gate_rules_mark(g->site, GATE_DROP), "", "drop", "drop");
	rule(g, gate_rules_mark(g->site, GATE_RESET), "", "reset", "return");
	write_refusals(g);
	write_unjudged(g);
	rule(g, gate_rules_mark(g->site, GATE_SHIELD), "", "to the shield", "continue");
}

void
gate_rules_write_guard(const struct gate_rules *g)
{
	if (!is_used(g))
		return;
	rule(g, gate_rules_mark(g->site, GATE_RESET), "", "answered with a reset", "reject with tcp reset");
	rule(g, gate_rules_mark(g->site, GATE_REFUSE), "", "refuse, and nobody to say why", "reject with tcp reset");
}

uint16_t
gate_rules_twin(uint16_t queue)
{
	return queue ^ 1;
}

int
gate_rules_xtables(const struct site *site, uint16_t queue, char *out, size_t cap)
{
	return snprintf(out, cap, "-p tcp --dport 25 -m mark --mark 0x%" PRIx32 " -j NFQUEUE --queue-num %u --queue-bypass",
	    gate_rules_asked(site), queue);
}
