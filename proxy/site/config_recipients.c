/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mailboxes of a host, from a file of them.
 *
 * What is wrong in it is a fault that keeps the configuration from being loaded,
 * also in a table that was copied from the host. A mailbox that is missing by a
 * slip of the pen is a 550 to all who write to it, and what is said at the start
 * is soon out of sight; a file that is not taken is seen at once. An entry of a
 * domain that is not local here, which old virtusertables hold, is no less than
 * that: if it is no slip, mail to this domain is refused, list or no list.
 */
#include "proxy/site/config.h"

#include "classifier/mailbox.h"
#include "classifier/path.h"
#include "proxy/site/recipient_line.h"

#include <stdlib.h>

struct list {
	struct config *c;
	const struct policy_host *host;
	struct site_host *h;
	const char *path;
	uint32_t line;
	bool goes_on;		/* the entry before may be continued in this line */
	struct source text;
	size_t used, count;	/* entries are moved to the begin of text, each with a line end */
};

static bool
check_domain(struct list *l, struct span entry, struct span domain)
{
	if (domain_valid(domain) && domain_table_has(&l->host->local, domain))
		return true;
	config_error_in(l->c, l->path, l->line, "found \"%s\", expected a mailbox in a local domain of host %s", config_shown(entry),
	    config_shown(l->host->name));
	return false;
}

/* A name that no host has is a fault; one that this host's settings refuse is refused without the list too. */
static bool
check_local(struct list *l, struct span entry, struct span local)
{
	const struct policy_host *host = l->host;
	enum reason fault = mailbox_fault(local, false, host->profile & PROFILE_EXCHANGE, PATH_LOCAL_MAX);

	if (fault != REASON_LOCAL) {
		config_error_in(l->c, l->path, l->line, "found \"%s\" (%s), expected a mailbox as user@domain, user or @domain",
		    config_shown(entry), reason_name(fault));
		return false;
	}
	if (span_find(local, 0, '*') < local.len) {
		config_error_in(l->c, l->path, l->line, "found \"%s\", expected a name without a wildcard: "
		    "recipient-delimiter stands for user+*, and @domain for every name", config_shown(entry));
		return false;
	}
	if (mailbox_fault(local, path_needs_quotes(local), host->profile, host->max_local) != REASON_LOCAL && l->h->shut_out++ == 0)
		l->h->shut_out_line = l->line;
	return true;
}

static bool
check_entry(struct list *l, const struct recipient_entry *e)
{
	struct span text = e->text;

	if (e->at < text.len && !check_domain(l, text, span_cut(text, e->at + 1, text.len)))
		return false;
	return (e->at == 0 && text.len > 0) || check_local(l, text, span_cut(text, 0, e->at));
}

static void
take_line(struct list *l, struct span line)
{
	uint8_t *out = (uint8_t *)l->text.text + l->used;	/* not behind the line: no entry is longer than its line */
	struct recipient_entry e;

	switch (recipient_line_read(line, out, &e)) {
	case RECIPIENT_LINE_NONE:
		return;
	case RECIPIENT_LINE_INDENTED:
		if (!l->goes_on)
			config_error_in(l->c, l->path, l->line, "found white space before \"%s\", expected an entry at the begin of its line, "
			    "or an alias that goes on here", config_shown(line));
		return;
	case RECIPIENT_LINE_QUOTES:
		config_error_in(l->c, l->path, l->line, "found a quoted name, expected its closing quote and then \"@\", \":\" or white space");
		l->goes_on = true;
		return;
	case RECIPIENT_LINE_ENTRY:
		break;
	}
	l->goes_on = e.goes_on;
	if (!check_entry(l, &e))
		return;
	l->used += e.text.len;
	l->text.text[l->used++] = '\n';
	l->count++;
}

static void
take_lines(struct list *l)
{
	struct span text = span_of(l->text.text, l->text.len);
	size_t end;

	for (size_t begin = 0; begin < text.len; begin = end + 1) {
		end = span_find(text, begin, '\n');
		l->line++;
		take_line(l, span_cut(text, begin, end > begin && text.at[end - 1] == '\r' ? end - 1 : end));
	}
}

/* From the lines that take_lines() left. */
static void
build_set(struct list *l, struct name_set *set)
{
	struct config *c = l->c;
	struct span text = span_of(l->text.text, l->used), *entries = config_memory(c, calloc(l->count, sizeof(*entries)));
	struct name_list list = name_list_of(entries, l->count);
	void *memory;

	if (entries == NULL)
		return;
	for (size_t i = 0, begin = 0, end; i < l->count; i++, begin = end + 1) {
		end = span_find(text, begin, '\n');
		entries[i] = span_cut(text, begin, end);
	}
	memory = config_memory(c, arena_alloc(&c->site->arena, name_set_octets(&list)));
	if (memory != NULL)
		name_set_build(set, memory, &list);
	free(entries);
}

void
config_recipients(struct config *c, struct policy_host *p, struct site_host *h)
{
	struct list l = { .c = c, .host = p, .h = h };
	unsigned errors = c->error_count;
	char *path = config_file(c, PROTECT_RECIPIENTS_FILE, "mailboxes", &l.text);

	if (path == NULL)
		return;
	l.path = path;
	take_lines(&l);
	if (l.count > 0)
		build_set(&l, &p->recipients.entries);
	else if (errors == c->error_count)
		config_error(c, h->set[PROTECT_RECIPIENTS_FILE].line, "recipients-file: there is no mailbox in %s, expected one at least: "
		    "nobody could be written to", config_shown(span_str(path)));
	source_done(&l.text);
	free(path);
}
