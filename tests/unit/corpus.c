/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/corpus.h"

#include "proxy/base/escape.h"
#include "tests/unit/names.h"

#include <stdio.h>
#include <stdlib.h>

static size_t
decode(const char *text, uint8_t *out, size_t cap)
{
	ptrdiff_t n;

	if (strlen(text) > cap || (n = escape_read(span_str(text), out)) < 0) {
		fprintf(stderr, "corpus: cannot decode %s\n", text);
		exit(1);
	}
	return (size_t)n;
}

static void
copy(char *out, size_t cap, const char *text)
{
	if (strlen(text) >= cap) {
		fprintf(stderr, "corpus: field too long: %s\n", text);
		exit(1);
	}
	strcpy(out, text);
}

size_t
corpus_each(void (*f)(const struct corpus_row *, void *), void *cookie)
{
	static struct corpus_row row;
	static char line[16384];
	FILE *in = fopen("tests/corpus/recipients.tsv", "r");
	size_t rows = 0;

	if (in == NULL) {
		perror("tests/corpus/recipients.tsv");
		exit(1);
	}
	while (fgets(line, sizeof(line), in) != NULL) {
		char *field[9], *at = line;

		line[strcspn(line, "\n")] = '\0';
		for (size_t i = 0; i < 9; i++)
			field[i] = at == NULL ? "" : strsep(&at, "\t");
		if (rows++ == 0)	/* the heading */
			continue;
		copy(row.id, sizeof(row.id), field[0]);
		copy(row.family, sizeof(row.family), field[1]);
		row.mail_len = decode(field[3], row.mail, sizeof(row.mail));
		row.rcpt_len = decode(field[4], row.rcpt, sizeof(row.rcpt));
		copy(row.expected, sizeof(row.expected), field[5]);
		copy(row.canonical, sizeof(row.canonical), field[6]);
		copy(row.target, sizeof(row.target), field[7]);
		f(&row, cookie);
	}
	fclose(in);
	return rows == 0 ? 0 : rows - 1;
}

const struct asked *
corpus_asked(void)
{
	static struct names_memory memory;
	static struct rules rules;
	static struct ip address;
	static struct policy_host host;
	static struct asked asked;

	if (asked.host != NULL)
		return &asked;
	ip_parse_quad(SPAN("198.51.100.25"), &address);
	rules = rules_default(POLICY_UNTRUSTED);
	host = (struct policy_host){
		.name = SPAN("corpus"), .hostname = SPAN("mail.local.example"), .addresses = &address,
		.address_count = 1, .max_local = 64, .rules = &rules,
	};
	NAMES_TABLE(&host.local, &memory, "local.example", "mail.local.example");
	asked = (struct asked){ .host = &host, .address = &address, .network = POLICY_UNTRUSTED };
	return &asked;
}
