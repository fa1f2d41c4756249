/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a host says of itself: its banner, its greeting, its keywords, and words by which it is known. */
#include "proxy/survey/survey_inside.h"

#include "classifier/ascii.h"
#include "classifier/domain.h"
#include "proxy/smtp/reply.h"

#include <stdlib.h>

/* Without what stands between a name and a date: "; ", " ready at ". */
static struct span
without_end(struct span text)
{
	text = ascii_trim(text);
	while (text.len > 0 && (text.at[text.len - 1] == ';' || text.at[text.len - 1] == ','))
		text.len--;
	return text;
}

/* Where a date begins, " Mon, 12 Jan" or "; Mon 12 Jan": from there on no two banners are the same. */
static struct span
without_date(struct span text)
{
	static const char days[] = "SunMonTueWedThuFriSat";

	for (size_t i = 1; i + 4 < text.len; i++) {
		if (text.at[i - 1] != ' ' || (text.at[i + 3] != ' ' && text.at[i + 3] != ','))
			continue;
		for (size_t d = 0; d + 3 < sizeof(days); d += 3)
			if (memcmp(text.at + i, days + d, 3) == 0)
				return without_end(span_cut(text, 0, i));
	}
	return text;
}

/* The first word that is a domain name with a dot, in lower case in out[]; else empty. */
static struct span
name_in(struct span text, uint8_t out[DOMAIN_MAX])
{
	for (size_t i = 0; i < text.len;) {
		size_t end = span_find(text, i, ' ');
		struct span word = span_cut(text, i, end);

		if (domain_valid(word) && domain_labels(word) > 1)
			return domain_lower(word, out);
		i = end + 1;
	}
	return (struct span){ 0 };
}

static void
look_for_software(struct survey_turn *t, enum software_source from, struct span line)
{
	struct software s;

	if (t->host->software.name != NULL && t->host->software.from < from)
		return;
	if (software_find(from, line, &s) && software_is_better(&s, &t->host->software))
		t->host->software = s;
}

static void
add_banner(struct survey_turn *t, struct span text)
{
	struct inventory_host *h = t->host;
	uint8_t lower[DOMAIN_MAX];

	for (size_t i = 0; i < h->banner_count; i++) {
		if (span_eq(h->banners[i].text, text)) {
			h->banners[i].count++;
			return;
		}
	}
	if (h->banner_count == INVENTORY_BANNERS) {
		h->banners_left_out++;
		return;
	}
	h->banners[h->banner_count++] = (struct inventory_banner){ .text = inventory_keep(t->v, text), .count = 1, .first_us = t->e->time_us };
	if (h->hostname.len == 0 && name_in(text, lower).len > 0)
		h->hostname = inventory_keep(t->v, name_in(text, lower));
}

void
survey_banner(struct survey_turn *t)
{
	struct span rest = t->e->reply, line;
	bool first = true;

	if (!survey_is(t->e->code, 2))
		return;
	while (reply_line(&rest, &line)) {
		if (line.len > INVENTORY_BANNER)
			line.len = INVENTORY_BANNER;
		look_for_software(t, SOFTWARE_BANNER, line);
		if (first)
			add_banner(t, without_date(ascii_trim(line)));
		first = false;
	}
}

/* "SIZE 10240000", "AUTH=LOGIN": the keyword, and of SIZE its number. */
static void
add_keyword(struct survey_turn *t, struct span line)
{
	size_t blank = span_find(line, 0, ' '), equals = span_find(line, 0, '='), end = blank < equals ? blank : equals;
	struct inventory_word *w = inventory_word(t->host->keywords, &t->host->keyword_count, span_cut(line, 0, end));
	uint64_t size = 0;

	if (w == NULL) {
		t->host->keywords_left_out++;
		return;
	}
	w->tries.tried++;
	if (strcmp(w->name, "SIZE") != 0)
		return;
	for (size_t i = end + 1; i < line.len && i < end + 16 && ascii_is(line.at[i], ASCII_DIGIT); i++)
		size = size * 10 + (uint64_t)(line.at[i] - '0');
	if (size > t->host->size)
		t->host->size = size;
}

static void
keep_hello(struct survey_session *m, struct span name)
{
	name = ascii_trim(name);
	m->hello = (struct span){ 0 };
	if (!domain_valid(name))
		return;
	if (m->hello_text == NULL)
		m->hello_text = malloc(DOMAIN_MAX);
	if (m->hello_text != NULL)	/* without it, one sign less of where a sender belongs */
		m->hello = domain_lower(name, m->hello_text);
}

void
survey_hello(struct survey_turn *t)
{
	struct span rest = t->e->reply, line;
	struct inventory_host *h = t->host;
	uint8_t lower[DOMAIN_MAX];
	bool first = true, ehlo = t->e->verb == VERB_EHLO, good = survey_is(t->e->code, 2);

	survey_no_message(t);
	keep_hello(t->m, t->e->argument);
	h->helo += !ehlo && good;
	h->ehlo += ehlo && good;
	h->ehlo_refused += ehlo && survey_is(t->e->code, 5);
	while (good && reply_line(&rest, &line)) {
		look_for_software(t, SOFTWARE_EHLO, line);
		if (!first && ehlo)
			add_keyword(t, ascii_trim(line));
		if (first && h->ehlo_name.len == 0 && domain_valid(span_cut(line, 0, span_find(line, 0, ' '))) &&
		    name_in(span_cut(line, 0, span_find(line, 0, ' ')), lower).len > 0)
			h->ehlo_name = inventory_keep(t->v, name_in(line, lower));
		first = false;
	}
}

static void
look_at_reply(struct survey_turn *t, enum software_source from)
{
	struct span rest = t->e->reply, line;

	if (t->host->software.name != NULL && t->host->software.from <= from)
		return;
	while (t->e->code != 0 && reply_line(&rest, &line))
		look_for_software(t, from, line);
}

void
survey_help(struct survey_turn *t)
{
	look_at_reply(t, SOFTWARE_HELP);
}

void
survey_reply(struct survey_turn *t)
{
	look_at_reply(t, SOFTWARE_REPLY);
}
