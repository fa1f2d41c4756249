/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An inventory as people read it: for each host what it is, what it is known to take, and what is wrong. */
#include "proxy/survey/inventory_file.h"

#include "proxy/base/escape.h"
#include "proxy/base/ip_text.h"
#include "proxy/survey/inventory_order.h"
#include "proxy/survey/learn_words.h"
#include "proxy/survey/shown_time.h"

#include <inttypes.h>

enum { DOMAINS_SHOWN = 40, CLIENTS_SHOWN = 15 };	/* of a host; the JSON has all */

struct show {
	const struct inventory *v;
	const struct learnt *l;
	const struct inventory_order *order;
	const struct inventory_host *h;
	uint32_t host;
	FILE *out;
};

static void
show_what_it_is(const struct show *s)
{
	char text[4 * INVENTORY_BANNER + 4], from[SHOWN_TIME], to[SHOWN_TIME];
	const struct inventory_host *h = s->h;
	const char *note;

	ip_text(&h->ip, text);
	fprintf(s->out, "\nhost %s port %u%s%.*s%s\n", text, h->port, h->hostname.len > 0 ? "  " : "", (int)h->hostname.len,
	    h->hostname.len > 0 ? (const char *)h->hostname.at : "", s->l->ours[s->host] ? "" : "  (none of ours, as it seems: only our hosts or private addresses write to it)");
	fprintf(s->out, "  seen        %s to %s, %" PRIu64 " sessions, %" PRIu64 " of them from their middle on\n", shown_time_of(h->first_us, from),
	    shown_time_of(h->last_us, to), h->sessions, h->midstream);
	software_text(&h->software, text, sizeof(text));
	fprintf(s->out, "  software    %s\n", text);
	for (size_t i = 0; (note = software_note(&h->software, i)) != NULL; i++)
		fprintf(s->out, "              - %s\n", note);
	for (size_t i = 0; i < h->banner_count; i++) {
		escape_write(h->banners[i].text, text, sizeof(text));
		fprintf(s->out, "  banner      \"%s\", %" PRIu64 " times, first %s\n", text, h->banners[i].count, shown_time_of(h->banners[i].first_us, from));
	}
	if (h->banners_left_out > 0)
		fprintf(s->out, "              and others, %" PRIu64 " times\n", h->banners_left_out);
}

static void
show_ehlo(const struct show *s)
{
	const struct inventory_host *h = s->h;

	fprintf(s->out, "  greetings   HELO %" PRIu64 ", EHLO %" PRIu64 ", EHLO not known %" PRIu64 "%s\n", h->helo, h->ehlo, h->ehlo_refused,
	    h->ehlo == 0 && h->ehlo_refused > 0 ? ": HELO only" : "");
	if (h->keyword_count == 0)
		return;
	fputs("  keywords   ", s->out);
	for (size_t i = 0; i < h->keyword_count; i++)
		fprintf(s->out, " %s", h->keywords[i].name);
	if (h->size > 0)
		fprintf(s->out, " (SIZE up to %" PRIu64 ")", h->size);
	fputc('\n', s->out);
}

static void
show_mail(const struct show *s)
{
	const struct inventory_host *h = s->h;

	fprintf(s->out, "  messages    %" PRIu64 " taken (%" PRIu64 " octets), %" PRIu64 " refused\n", h->messages, h->octets, h->messages_refused);
	fprintf(s->out, "  recipients  %" PRIu64 " taken, %" PRIu64 " refused, %" PRIu64 " deferred; %" PRIu64 " taken without a domain\n", h->accepted,
	    h->refused, h->deferred, h->bare);
}

/* What should not be, and how often it is. */
static void
show_wrong(const struct show *s)
{
	const struct inventory_host *h = s->h;

	for (size_t k = 0; k < READING_COUNT; k++)
		if (h->forms[k].tried > 0)
			fprintf(s->out, "  relaying    %s: %" PRIu64 " tried, %" PRIu64 " taken, %" PRIu64 " went on to a message that was taken\n",
			    reading_name((enum reading_kind)k), h->forms[k].tried, h->forms[k].accepted, h->forms[k].delivered);
	for (size_t i = 0; i < h->mechanism_count; i++)
		fprintf(s->out, "  AUTH        %s in clear text: %" PRIu64 " times, %" PRIu64 " of them with success\n", h->mechanisms[i].name,
		    h->mechanisms[i].tries.tried, h->mechanisms[i].tries.accepted);
	for (size_t k = 1; k < TEXT_FAULTS; k++)
		if (h->faults[k] > 0)
			fprintf(s->out, "  stray       %s: in %" PRIu64 " messages and commands\n", text_fault_name((enum text_fault)k), h->faults[k]);
	if (h->vrfy + h->expn > 0)
		fprintf(s->out, "  probes      VRFY %" PRIu64 ", answered %" PRIu64 "; EXPN %" PRIu64 ", answered %" PRIu64 "\n", h->vrfy, h->vrfy_answered,
		    h->expn, h->expn_answered);
	if (h->tls + h->unreadable > 0)
		fprintf(s->out, "  unread      %" PRIu64 " sessions went on under TLS, %" PRIu64 " are no SMTP\n", h->tls, h->unreadable);
	if (h->missing + h->differs > 0)
		fprintf(s->out, "  missing     %" PRIu64 " gaps of %" PRIu64 " octets; %" PRIu64 " times octets were sent twice, differently\n", h->missing,
		    h->missing_octets, h->differs);
}

static void
show_domains(const struct show *s)
{
	uint32_t begin = s->order->domains.begins[s->host], end = s->order->domains.begins[s->host + 1];
	char when[SHOWN_TIME];

	if (begin < end)
		fprintf(s->out, "  %-36s %-9s %8s %8s %8s %7s  %-16s\n", "DOMAIN", "IS", "TAKEN", "MESSAGES", "REFUSED", "CLIENTS", "LAST");
	for (uint32_t i = begin; i < end && i - begin < DOMAINS_SHOWN; i++) {
		const struct inventory_domain *d = inventory_domain_at(s->v, s->order->domains.places[i]);
		const struct learnt_domain *is = &s->l->domains[s->order->domains.places[i]];

		fprintf(s->out, "  %-36.*s %-9s %8" PRIu64 " %8" PRIu64 " %8" PRIu64 " %6zu%s  %-16s %s\n", (int)d->name.len, (const char *)d->name.at,
		    learn_name(is->is), d->accepted, d->delivered, d->refused, d->links.count, d->links_left_out > 0 ? "+" : " ",
		    shown_time_of(d->last_us, when), is->why);
	}
	if (end - begin > DOMAINS_SHOWN)
		fprintf(s->out, "  and %u more\n", end - begin - DOMAINS_SHOWN);
}

static void
show_client(const struct show *s, uint32_t i)
{
	const struct inventory_client *c = inventory_client_at(s->v, i);
	const struct learnt_client *is = &s->l->clients[i];
	char address[IP_TEXT];

	ip_text(&c->ip, address);
	fprintf(s->out, "  %-36s %8" PRIu64 " %8" PRIu64 " %8" PRIu64 " %8" PRIu64 " %5" PRIu64 "/%-5" PRIu64, address, c->sessions, c->accepted, c->messages,
	    c->refused, is->local, is->foreign + is->unknown);
	for (unsigned bit = 0; learn_word(bit) != NULL; bit++)
		if ((is->is & 1u << bit) != 0)
			fprintf(s->out, " %s", learn_word(bit));
	fprintf(s->out, "%s%s%s\n", c->auths > 0 ? " auth" : "", c->stray > 0 ? " stray-octets" : "", c->probes > 0 ? " vrfy-expn" : "");
}

static void
show_clients(const struct show *s)
{
	uint32_t begin = s->order->clients.begins[s->host], end = s->order->clients.begins[s->host + 1];

	if (begin < end)
		fprintf(s->out, "  %-36s %8s %8s %8s %8s %-11s\n", "CLIENT", "SESSIONS", "TAKEN", "MESSAGES", "REFUSED", "LOCAL/OTHER");
	for (uint32_t i = begin; i < end && i - begin < CLIENTS_SHOWN; i++)
		show_client(s, s->order->clients.places[i]);
	if (end - begin > CLIENTS_SHOWN)
		fprintf(s->out, "  and %u more\n", end - begin - CLIENTS_SHOWN);
}

static void
show_left_out(FILE *out, const char *what, uint64_t n)
{
	if (n > 0)
		fprintf(out, "  left out    %" PRIu64 " %s\n", n, what);
}

static void
show_host(const struct show *s)
{
	show_what_it_is(s);
	show_ehlo(s);
	show_mail(s);
	show_wrong(s);
	show_left_out(s->out, "sessions of clients that found no place", s->h->clients_left_out);
	show_left_out(s->out, "recipients in domains that found no place", s->h->domains_left_out);
	show_left_out(s->out, "mails from domains that found no place", s->h->senders_left_out);
	show_domains(s);
	show_clients(s);
}

int
inventory_show(const struct inventory *v, const struct learnt *l, FILE *out)
{
	struct inventory_order order;
	char from[SHOWN_TIME], to[SHOWN_TIME];

	if (inventory_order(v, &order) == -1)
		return -1;
	fprintf(out, "%zu hosts, %" PRIu64 " sessions, %s to %s (UTC)\n", v->hosts.count, v->sessions, shown_time_of(v->first_us, from),
	    shown_time_of(v->last_us, to));
	show_left_out(out, "sessions with hosts that found no place", v->hosts_left_out);
	show_left_out(out, "recipients of messages with too many, which are not known to have been delivered", v->recipients_left_out);
	show_left_out(out, "things that found no memory", v->no_memory);
	for (uint32_t i = 0; i < v->hosts.count; i++)
		show_host(&(struct show){ .v = v, .l = l, .order = &order, .h = inventory_host_at(v, i), .host = i, .out = out });
	inventory_order_done(&order);
	return 0;
}
