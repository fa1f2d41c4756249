/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/scenario/corpus.h"

#include <stdio.h>
#include <stdlib.h>

static const char file[] = "tests/corpus/dialogues.tsv";

const struct corpus_setting corpus_settings[CORPUS_SETTINGS] = {
	{ "default", 0, { { NULL } } },
	{ "open", ROW_OPENED, {
	    { "offer", "pipelining enhancedstatuscodes chunking smtputf8" }, { "starttls", "refuse" }, { "auth", "pass" },
	    { "body", "normalize" } } },
	{ "old host", ROW_REFLECT, {
	    { "profile", "strip8 hostdotuser reflect" }, { "offer", "none" }, { "body", "note" } } },
};

static void
set(struct setting *s, const char *key, const char *value)
{
	const char *wrong = setting_read(s, span_str(key), span_str(value));

	if (wrong != NULL) {
		fprintf(stderr, "corpus: %s = %s: %s\n", key, value, wrong);
		exit(1);
	}
}

void
corpus_set(struct setting *s, size_t number)
{
	const struct corpus_setting *c = &corpus_settings[number];

	setting_default(s);
	for (size_t i = 0; c->keys[i][0] != NULL; i++)
		set(s, c->keys[i][0], c->keys[i][1]);
	setting_bind(s);
}

unsigned
corpus_how(const struct row *row, size_t number, enum server_mode mode)
{
	unsigned how = corpus_settings[number].how;

	if (mode != row->mode)
		return how & ~(unsigned)ROW_REFLECT;
	return number == 0 ? how | ROW_ACTION : how;
}

size_t
corpus_rows(const char *only, void (*f)(void *, const struct row *), void *cookie)
{
	static struct row row;
	FILE *in = fopen(file, "r");
	char *line = NULL;
	size_t room = 0, rows = 0, number = 0;

	if (in == NULL) {
		perror(file);
		exit(1);
	}
	while (getline(&line, &room, in) > 0) {
		const char *wrong;

		if (++number == 1)	/* the heading */
			continue;
		wrong = row_read(&row, line);
		if (wrong != NULL) {
			fprintf(stderr, "%s:%zu: %s\n", file, number, wrong);
			exit(1);
		}
		if (only != NULL && strcmp(only, row.id) != 0)
			continue;
		rows++;
		f(cookie, &row);
	}
	notation_free(&row.script);
	free(line);
	fclose(in);
	return rows;
}

void
corpus_show(const struct play *p)
{
	static const char *const kinds[] = { "(connection)", "(line)", "(auth)", "(text)", "(chunk)", "(last chunk)" };

	for (size_t i = 0; i < p->ledger.count && i < 30; i++) {
		const struct ledger_entry *e = &p->ledger.entries[i];

		printf("    client: %s -> %u\n", e->kind == LEDGER_LINE ? e->line : kinds[e->kind], e->code);
	}
	for (const char *line = server_command(&p->server, NULL); line != NULL; line = server_command(&p->server, line))
		printf("    host got: %.150s\n", line);
	printf("    host has %zu messages\n", p->server.message_count);
}
