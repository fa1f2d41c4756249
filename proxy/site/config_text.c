/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the texts of a configuration come from: files, or a bundle of what they were once. Each is read once, however often
 * it is named, so that the bundle of a site is exactly what it was made of.
 */
#include "proxy/site/config.h"

#include <errno.h>
#include <stdlib.h>

int
config_text(struct config *c, struct span name, const char *path, struct source *text)
{
	struct bundle *texts = &c->site->texts;
	struct span known;

	if (bundle_find(texts, name, &known))
		return source_copy(text, known);
	if (c->archived) {
		errno = ENOENT;
		return -1;
	}
	if (source_read(text, path) == -1)
		return -1;
	if (bundle_add(texts, name, span_of(text->text, text->len)) == 0)
		return 0;
	source_done(text);
	c->no_memory = true;
	errno = ENOMEM;
	return -1;
}

char *
config_file(struct config *c, size_t key, const char *of, struct source *text)
{
	const struct setting *s = &c->set[SECTION_PROTECT][key];
	char *path;

	if (s->line == 0 || s->text.at == NULL || s->text.len == 0)
		return NULL;
	path = config_memory(c, site_path(c->site, s->text));
	if (path == NULL || config_text(c, s->text, path, text) == 0)
		return path;
	config_error(c, s->line, "%s: cannot read %s: %s, expected a file of %s", key_tables[SECTION_PROTECT].keys[key].name,
	    config_shown(span_str(path)), strerror(errno), of);
	free(path);
	return NULL;
}

static const char *
fault_text(enum bundle_fault fault)
{
	switch (fault) {
	case BUNDLE_VERSION:
		return "a policy kept by another version";
	case BUNDLE_DAMAGED:
		return "damaged: its parts do not fit together";
	case BUNDLE_NO_MEMORY:
		return "no memory";
	default:
		return "not a policy that was kept";
	}
}

/* Is this text what its name says? A file that was changed is no evidence, even if it can be read. */
static int
check_digest(struct config *c, const char *path, struct span text)
{
	const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
	char *digest = c->site->digest;

	if (bundle_digest(text, digest) == -1) {
		c->no_memory = true;
		return -1;
	}
	if (strcmp(name, digest) == 0)
		return 0;
	fprintf(c->errors, "%s: damaged: its SHA-256 is %s, expected that of its name\n", path, digest);
	c->error_count++;
	return -1;
}

int
config_archived(struct config *c, const char *path)
{
	struct source octets;
	enum bundle_fault fault;

	c->archived = true;
	if (source_read(&octets, path) == -1) {
		fprintf(c->errors, "%s: cannot read: %s\n", path, strerror(errno));
		c->error_count++;
		return -1;
	}
	if (check_digest(c, path, span_of(octets.text, octets.len)) == -1) {
		source_done(&octets);
		return -1;
	}
	fault = bundle_read(&c->site->texts, octets.text, octets.len);
	if (fault == BUNDLE_WHOLE)
		return 0;
	fprintf(c->errors, "%s: %s\n", path, fault_text(fault));
	c->error_count++;
	return -1;
}
