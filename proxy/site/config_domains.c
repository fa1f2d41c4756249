/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Domains: one by one, and files of them. */
#include "proxy/site/config.h"

#include "classifier/path.h"

#include <stdlib.h>

/* Why a text is no domain, as what is expected instead. */
static const char *
domain_expected(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] >= 0x80)
			return "a domain name in ASCII (the A-label, as xn--...)";
	if (text.len > 1 && text.at[text.len - 1] == '.')
		return "a domain name without a dot at its end";
	if (text.len > 1 && text.at[0] == '.')
		return "a domain name, or \"*.suffix\" for all names below one";
	return "a domain name";
}

/* Add a domain to a list. file: NULL for the configuration itself. */
static void
add_domain(struct config *c, struct vec *to, struct span text, const char *file, uint32_t line)
{
	bool suffix = text.len > 2 && text.at[0] == '*' && text.at[1] == '.';
	struct site_domain *d;
	struct span name;

	if (!domain_valid(suffix ? span_cut(text, 2, text.len) : text)) {
		config_error_in(c, file == NULL ? c->site->file : file, line, "found \"%s\", expected %s",
		    config_shown(text), domain_expected(text));
		return;
	}
	d = config_memory(c, vec_push(to, sizeof(*d)));
	name = config_copy(c, text);
	if (d == NULL || name.at == NULL)
		return;
	d->name = domain_lower(name, (uint8_t *)name.at);	/* our own copy */
	d->line = line;
	d->in_file = file != NULL;
}

void
config_domain(struct config *c, struct vec *to, struct span text, uint32_t line)
{
	add_domain(c, to, text, NULL, line);
}

/* sendmail's files hold the host's own addresses too; here they follow from "addresses". */
static void
check_literal(struct config *c, struct span text, const char *file, uint32_t line)
{
	const struct ip *own = c->addresses.at;
	struct path_host h;

	if (path_host_parse(text, &h) == PATH_OK && h.literal)
		for (size_t i = 0; i < c->addresses.count; i++)
			if (ip_eq(&own[i], &h.ip))
				return;
	config_error_in(c, file, line, "found \"%s\", expected a domain name, or an address of this very host",
	    config_shown(text));
}

/* Words of a text that are separated by white space; "#" begins a comment. */
static void
add_words(struct config *c, struct vec *to, struct span text, const char *file)
{
	uint32_t line = 1;

	for (size_t i = 0; i < text.len && !c->no_memory;) {
		size_t begin = i;

		if (text.at[i] == '\n')
			line++;
		if (text.at[i] == '#') {
			i = span_find(text, i, '\n');
			continue;
		}
		while (i < text.len && memchr(" \t\r\n#", text.at[i], 5) == NULL)
			i++;
		if (i == begin)
			i++;
		else if (text.at[begin] == '[')
			check_literal(c, span_cut(text, begin, i), file, line);
		else
			add_domain(c, to, span_cut(text, begin, i), file, line);
	}
}

void
config_domains_file(struct config *c, struct vec *to, size_t key)
{
	struct source text;
	char *path = config_file(c, key, "domain names", &text);

	if (path == NULL)
		return;
	add_words(c, to, span_of(text.text, text.len), path);
	source_done(&text);
	free(path);
}
