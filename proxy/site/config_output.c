/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the journal goes, evidence, and the policy. */
#include "proxy/site/config.h"

#include <sys/un.h>

/* RFC 5424, 6.2.1, table 1, by position in the words of syslog-facility. */
static const uint8_t facilities[] = { 1, 2, 3, 4, 10, 16, 17, 18, 19, 20, 21, 22, 23 };

/* A path, or NULL for none. Kept in the arena, so that the NUL behind it is there. */
static const char *
output_path(const struct setting *s)
{
	return span_eq(s->text, SPAN(KEY_NO_OUTPUT)) ? NULL : (const char *)s->text.at;
}

static void
output_archive(struct config *c)
{
	const struct setting *folder = &c->site->top_set[TOP_ARCHIVE];

	c->site->archive = output_path(folder);
	c->site->archive_files = (size_t)c->site->top_set[TOP_ARCHIVE_FILES].number;
	if (c->site->archive != NULL && folder->text.len > 0 && folder->text.at[0] != '/')
		config_error(c, folder->line, "policy-archive = \"%s\", expected none or a path from the root", config_shown(folder->text));
}

static void
evidence_output(struct config *c)
{
	struct site *site = c->site;
	const struct setting *set = site->top_set, *folder = &set[TOP_EVIDENCE_FOLDER];

	site->evidence_folder = (const char *)folder->text.at;
	site->evidence_files = (unsigned)set[TOP_EVIDENCE_FILES].number;
	site->evidence_octets = set[TOP_EVIDENCE_FILE_SIZE].number;
	if (folder->text.len > 0 && (folder->text.at[0] != '/' || folder->text.len > SITE_EVIDENCE_FOLDER))
		config_error(c, folder->line, "evidence-folder = \"%s\", expected a path from the root, of at most %d octets",
		    config_shown(folder->text), (int)SITE_EVIDENCE_FOLDER);
}

void
config_output(struct config *c)
{
	enum { PATH_MOST = sizeof(((struct sockaddr_un *)0)->sun_path) - 1 };
	struct site *site = c->site;
	const struct setting *set = site->top_set, *socket = &set[TOP_SYSLOG];

	evidence_output(c);
	site->journal = output_path(&set[TOP_JOURNAL]);
	site->syslog = output_path(socket);
	site->syslog_facility = facilities[set[TOP_SYSLOG_FACILITY].number];
	site->journal_required = set[TOP_JOURNAL_REQUIRED].number != 0;
	if (site->syslog != NULL && socket->text.len > 0 && (socket->text.at[0] != '/' || socket->text.len > PATH_MOST))
		config_error(c, socket->line, "syslog = \"%s\", expected none or a path from the root, of at most %d octets",
		    config_shown(socket->text), (int)PATH_MOST);
	output_archive(c);
	if (site->journal_required && site->journal == NULL && site->syslog == NULL)
		config_error(c, set[TOP_JOURNAL_REQUIRED].line, "journal-required = yes without an output, expected journal or syslog too");
}
