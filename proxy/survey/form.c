/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/form.h"

#include "classifier/argument.h"
#include "classifier/ascii.h"
#include "classifier/path.h"

#include <assert.h>

/* The last position of c, or s.len. */
static size_t
find_last(struct span s, uint8_t c)
{
	for (size_t i = s.len; i > 0; i--)
		if (s.at[i - 1] == c)
			return i - 1;
	return s.len;
}

/* A lower-case copy of a domain, or the empty span if it is none. */
static struct span
domain_of(struct span text, uint8_t out[DOMAIN_MAX])
{
	if (text.at == NULL)
		return text;
	if (text.len > 1 && text.at[text.len - 1] == '.')
		text.len--;
	return domain_valid(text) ? domain_lower(text, out) : (struct span){ 0 };
}

/* Letters that no server reads anything into, one "@", a domain. */
static bool
is_plain(struct span path, size_t at)
{
	struct span local = span_cut(path, 0, at);

	for (size_t i = 0; i < local.len; i++)
		if (local.at[i] != '.' && !ascii_is(local.at[i], ASCII_SAFE))
			return false;
	return local.len > 0 && local.at[0] != '/' && !ascii_starts_nocase(local, SPAN("IMCEA"));
}

/* What stands for the host: of a route its first hop. */
static struct span
hop_text(struct span path, size_t at)
{
	size_t comma = span_find(path, 0, ','), colon = span_find(path, 0, ':'), end = comma < colon ? comma : colon;

	if (path.len > 0 && path.at[0] == '@' && end < path.len)
		return span_cut(path, 1, end);
	return at < path.len ? span_cut(path, at + 1, path.len) : (struct span){ 0 };
}

/* Read the path as a host would whose one domain is the hop. */
static void
read_as(const struct ip *host, struct span hop, struct span path, struct readings *out)
{
	const struct name_list names = name_list_of(&hop, hop.len > 0);
	const struct policy_host as = { .addresses = host, .address_count = 1, .max_local = PATH_LOCAL_MAX };
	struct policy_host own = as;
	uint32_t memory[256];

	assert(domain_table_octets(&names) <= sizeof(memory));
	if (hop.len > 0)
		domain_table_build(&own.local, memory, &names);
	readings_find(&(struct asked){ .host = &own, .address = host }, path, out);
}

/* The form is the first that is none of every day, the target the last place that it leads to. */
static void
take_readings(const struct readings *r, struct form *f)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct reading *one = &r->list[i];

		if (one->kind != READING_PLAIN && f->kind == READING_PLAIN)
			f->kind = one->kind;
		if (!one->local && one->kind != READING_IMC && domain_valid(one->target))
			f->target = domain_of(one->target, f->target_text);
	}
	if (f->kind == READING_PROGRAM || f->kind == READING_FILE)
		f->target = (struct span){ 0 };
}

void
form_read(const struct ip *host, struct span argument, struct form *f)
{
	struct argument a;
	struct readings readings;
	size_t at;

	f->kind = READING_PLAIN;
	argument_parse(argument, SPAN("TO"), &a);	/* whatever is wrong with it, the path is what could be seen of one */
	at = find_last(a.path, '@');
	f->target = (struct span){ 0 };
	f->hop = domain_of(hop_text(a.path, at), f->hop_text);
	if (at < a.path.len && is_plain(a.path, at)) {
		f->target = f->hop;
		return;
	}
	read_as(host, f->hop, a.path, &readings);
	take_readings(&readings, f);
	if (f->kind == READING_PLAIN)
		f->target = f->hop;
}

enum form_sender
form_read_sender(struct span argument, uint8_t text[DOMAIN_MAX], struct span *domain)
{
	struct argument a;
	size_t at;

	*domain = (struct span){ 0 };
	if (argument_parse(argument, SPAN("FROM"), &a) != ARGUMENT_OK)
		return FORM_SENDER_UNKNOWN;
	if (a.path.len == 0)
		return FORM_SENDER_NULL;
	at = find_last(a.path, '@');
	if (at == a.path.len)
		return FORM_SENDER_BARE;
	*domain = domain_of(span_cut(a.path, at + 1, a.path.len), text);
	return domain->len > 0 ? FORM_SENDER_DOMAIN : FORM_SENDER_UNKNOWN;
}
