/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/replay_print.h"

#include "proxy/base/escape.h"
#include "proxy/base/ip_text.h"
#include "proxy/cli/shown.h"

#include <inttypes.h>

enum { CLIENTS = 5, DOMAINS = 20 };	/* in a line; JSON has more */

/* "3 things", "1 thing"; s: what makes it more than one. */
static const char *
plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void
print_part(FILE *out, uint64_t n, const char *what)
{
	if (n > 0)
		fprintf(out, "; %" PRIu64 " %s", n, what);
}

static void
print_captures(const struct replay_report *r, FILE *out)
{
	const struct replay_sessions *s = &r->sessions;

	fprintf(out, "captures  %" PRIu64 ": %" PRIu64 " session%s", r->captures, s->seen, plural(s->seen));
	print_part(out, s->tls, "read up to their TLS");
	print_part(out, s->no_smtp, "that speak no SMTP");
	print_part(out, s->missing, "with octets missing");
	print_part(out, s->midstream, "without their begin");
	print_part(out, s->differs, "in which octets were sent twice, differently");
	print_part(out, s->unfinished, "without their end");
	print_part(out, s->no_memory, "not followed, for want of memory");
	fputc('\n', out);
}

static void
print_journals(const struct replay_report *r, FILE *out)
{
	const struct replay_lines *l = &r->lines;

	fprintf(out, "journals  %" PRIu64 ": %" PRIu64 " line%s, %" PRIu64 " of them verdicts", r->journals, l->seen, plural(l->seen), l->verdicts);
	print_part(out, l->bad, "that are none of a journal, or cut");
	print_part(out, l->version, "of another version");
	print_part(out, l->events, "of unknown events");
	print_part(out, l->forgotten, "sessions forgotten, for want of room");
	fputc('\n', out);
}

static void
print_head(const struct replay_report *r, FILE *out)
{
	const char *how = r->replay->as_written ? "as it is written" : "a rule that counts is taken to refuse";

	if (r->site_count == 2)
		fprintf(out, "was       what %s does\n", shown(r->sites[0]->file));
	else
		fprintf(out, "was       what the %s did\n", replay_report_was(r));
	fprintf(out, "would     what %s does, %s\n", shown(r->sites[r->site_count - 1]->file), how);
	if (r->captures > 0)
		print_captures(r, out);
	if (r->journals > 0)
		print_journals(r, out);
	fprintf(out, "messages  %" PRIu64 " delivered, %" PRIu64 " not", r->replay->messages[REPLAY_DELIVERED],
	    r->replay->messages[REPLAY_UNDELIVERED]);
	print_part(out, r->replay->messages[REPLAY_PERHAPS], "whose end was not seen");
	fputc('\n', out);
}

static void
print_counts(const struct replay *r, FILE *out)
{
	fprintf(out, "\n%-12s%12s%12s%12s%12s\n", "judged", "seen", "same", "changed", "unknown");
	for (enum replay_subject s = 0; s < REPLAY_SUBJECTS; s++) {
		const struct replay_count *n = &r->counts[s];
		uint64_t same = n->same + n->follows;

		if (n->seen > 0)
			fprintf(out, "%-12s%12" PRIu64 "%12" PRIu64 "%12" PRIu64 "%12" PRIu64 "\n", replay_subject_name(s), n->seen, same, n->changed,
			    n->seen - same - n->changed);
	}
}

static void
print_notes(const char *head, const struct replay_notes *n, FILE *out)
{
	static const struct { const char *name, *text; } texts[] = {
		{ "octets-missing", "octets are missing in the capture" }, { "no-reply", "no reply of the host was seen" },
		{ "argument-cut", "the journal holds only their begin" }, { "word-not-known", "the journal has words of another version" },
		{ "dns-not-asked", "senders pass if their domain exists: the DNS was not asked" },
		{ "lists-not-asked", "recipients pass if no list refuses the client: none was asked" },
		{ "not-protected", "recipients at hosts that a policy does not protect" },
	};

	for (size_t i = 0; i < n->used; i++) {
		const char *text = n->list[i].name;

		for (size_t t = 0; t < sizeof(texts) / sizeof(texts[0]); t++)
			if (strcmp(texts[t].name, text) == 0)
				text = texts[t].text;
		fprintf(out, "%s%" PRIu64 ": %s\n", head, n->list[i].count, text);
	}
}

static void
print_clients(const struct replay_group *g, FILE *out)
{
	fprintf(out, "      %s%zu client%s:", g->clients.used == TOP_PLACES ? "at least " : "", g->clients.used, plural(g->clients.used));
	for (size_t i = 0; i < g->clients.used && i < CLIENTS; i++)
		fprintf(out, "%s %s %" PRIu64, i == 0 ? "" : ",", g->clients.places[i].name, g->clients.places[i].count);
	fputs(g->clients.used > CLIENTS ? ", ...\n" : "\n", out);
}

static void
print_example(const struct replay_example *x, FILE *out)
{
	char client[IP_TEXT], time[REPLAY_TIME];

	ip_text(&x->client, client);
	fprintf(out, "      %s%s %s %s%s %s", shown_colour(out, COLOUR_DIM), replay_time(x->time_us, time), x->session, client,
	    shown_colour(out, COLOUR_NONE), x->argument);
	if (x->sender[0] != '\0')
		fprintf(out, " from %s", x->sender);
	if (x->reply[0] != '\0')
		fprintf(out, " : %s", x->reply);
	fputc('\n', out);
}

/* "1 recipient of 1 message, delivered" */
static void
print_fate(const struct replay_group *g, enum replay_fate fate, const char *perhaps, const char *what, FILE *out)
{
	uint64_t recipients = g->recipients[fate], messages = g->messages[fate];

	if (recipients > 0)
		fprintf(out, "      %s%" PRIu64 " recipient%s of %" PRIu64 " message%s, %s\n", perhaps, recipients, plural(recipients), messages,
		    plural(messages), what);
}

static void
print_group(const struct replay *r, const struct replay_group *g, FILE *out)
{
	bool is_draft = g->key.would == REPLAY_COUNTED && !r->as_written;
	char host[256], first[REPLAY_TIME], last[REPLAY_TIME];

	escape_write(g->key.host, host, sizeof(host));
	fprintf(out, "  %s%s %s %s%s: %s -> %s%s, %" PRIu64 " time%s, %s to %s\n", shown_colour(out, COLOUR_BOLD), host,
	    replay_subject_name(g->key.subject), g->key.reason, shown_colour(out, COLOUR_NONE), replay_verdict_name(g->key.was),
	    replay_verdict_name(g->key.would), is_draft ? " (once it is enforced)" : "", g->count, plural(g->count), replay_time(g->first_us, first), replay_time(g->last_us, last));
	print_fate(g, REPLAY_DELIVERED, "", "delivered", out);
	print_fate(g, REPLAY_PERHAPS, "perhaps ", "whose end was not seen", out);
	if (g->beside > 0)
		fprintf(out, "      and %" PRIu64 " other recipient%s of these messages, whose session would end\n", g->beside, plural(g->beside));
	print_clients(g, out);
	for (size_t i = 0; i < g->example_count; i++)
		print_example(&g->examples[i], out);
}

static void
print_class(const struct replay *r, enum replay_class class, const char *head, enum colour colour, FILE *out)
{
	if (r->classes[class] == 0)
		return;
	fprintf(out, "\n%s%s%s\n", shown_colour(out, colour), head, shown_colour(out, COLOUR_NONE));
	for (size_t i = 0; i < r->groups.count; i++)
		if (r->groups.list[i]->key.class == class)
			print_group(r, r->groups.list[i], out);
}

/* Recipients of foreign domains that the host itself declined. */
static uint64_t
declined_by(const struct replay *r, struct span host)
{
	uint64_t n = 0;

	for (size_t i = 0; i < r->groups.count; i++)
		if (r->groups.list[i]->key.class == REPLAY_SAME && span_eq(r->groups.list[i]->key.host, host))
			n += r->groups.list[i]->count;
	return n;
}

static void
print_domains_of(const struct replay *r, const struct replay_group *g, FILE *out)
{
	uint64_t declined = declined_by(r, g->key.host);
	char host[256];

	escape_write(g->key.host, host, sizeof(host));
	for (size_t i = 0; i < g->domains->used && i < DOMAINS; i++)
		fprintf(out, "  %-20s %8" PRIu64 "  %s\n", host, g->domains->places[i].count, g->domains->places[i].name);
	if (g->domains->used > DOMAINS)
		fprintf(out, "  %-20s           and %s%zu more\n", host, g->domains->used == TOP_PLACES ? "at least " : "",
		    g->domains->used - DOMAINS);
	if (declined > 0)
		fprintf(out, "  %s declined %" PRIu64 " recipient%s of foreign domains itself: it does not relay for everybody, so these may be "
		    "its own\n", host, declined, plural(declined));
}

/* The one mistake that a policy of a new host mostly has. */
static void
print_domains(const struct replay *r, FILE *out)
{
	bool is_first = true;

	for (size_t i = 0; i < r->groups.count; i++) {
		const struct replay_group *g = r->groups.list[i];

		if (g->domains == NULL || (g->key.class != REPLAY_RELAY && g->key.class != REPLAY_LOST))
			continue;
		if (is_first)
			fputs("\ndomains that would be refused, and for how many recipients. If one is yours, add it to local-domains:\n", out);
		is_first = false;
		print_domains_of(r, g, out);
	}
}

static void
print_result(const struct replay_report *r, FILE *out)
{
	const struct replay *replay = r->replay;
	uint64_t relays = replay->relay_recipients[REPLAY_DELIVERED] + replay->relay_recipients[REPLAY_PERHAPS];
	uint64_t cost = replay_cost(replay);

	fprintf(out, "\n%s%" PRIu64 " recipient%s would miss mail that they got%s%s; ", shown_colour(out, cost > 0 ? COLOUR_RED : COLOUR_GREEN), cost,
	    plural(cost), replay->lost_recipients[REPLAY_PERHAPS] > 0 ? ", or may have got" : "", shown_colour(out, COLOUR_NONE));
	fprintf(out, "%" PRIu64 " recipient%s of delivered mail would be refused as relays\n", relays, plural(relays));
	if (r->unread > 0)
		fprintf(out, "%" PRIu64 " input%s could not be read\n", r->unread, plural(r->unread));
}

void
replay_print(const struct replay_report *r, FILE *out)
{
	struct replay *replay = r->replay;

	replay_groups_sort(&replay->groups);
	print_head(r, out);
	print_counts(replay, out);
	print_notes("unknown   ", &replay->unknown, out);
	print_notes("doubt     ", &replay->doubts, out);
	print_class(replay, REPLAY_LOST, "let pass, and would be kept away:", COLOUR_RED, out);
	print_class(replay, REPLAY_OPENED, "kept away, and would be let pass:", COLOUR_YELLOW, out);
	print_class(replay, REPLAY_OTHER, "other changes:", COLOUR_YELLOW, out);
	print_class(replay, REPLAY_RELAY, "relays that would be refused:", COLOUR_GREEN, out);
	print_domains(replay, out);
	if (replay->groups.others.count > 0)
		fprintf(out, "\n%" PRIu64 " more changes, in more groups than can be kept\n", replay->groups.others.count);
	print_result(r, out);
}
