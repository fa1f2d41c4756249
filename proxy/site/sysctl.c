/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/sysctl.h"

#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_OCTETS = 64 };

struct check {
	const char *root, *file;
	unsigned line;
	FILE *out;
	int different;
	bool no_memory;
};

static char *
trim(char *s)
{
	char *end;

	while (isspace((unsigned char)*s))
		s++;
	for (end = s + strlen(s); end > s && isspace((unsigned char)end[-1]); end--)
		;
	*end = '\0';
	return s;
}

/* The first line of a file, trimmed, or NULL. */
static const char *
value_of(const char *path, char *mem)
{
	FILE *f = fopen(path, "re");
	const char *value = NULL;

	if (f == NULL)
		return NULL;
	if (fgets(mem, VALUE_OCTETS, f) != NULL)
		value = trim(mem);
	fclose(f);
	return value;
}

static void
compare(struct check *c, const char *path, const char *wanted)
{
	char mem[VALUE_OCTETS], name[PATH_MAX];
	const char *value = value_of(path, mem);

	if (value != NULL && strcmp(value, wanted) == 0)
		return;
	snprintf(name, sizeof(name), "%s", path + strlen(c->root) + 1);
	for (char *at = name; *at != '\0'; at++)
		*at = *at == '/' ? '.' : *at;
	fprintf(c->out, "%s = %s, wanted %s (%s:%u)\n", name, value == NULL ? "unreadable" : value, wanted, c->file, c->line);
	c->different++;
}

static void
compare_all(struct check *c, const char *key, const char *wanted)
{
	char pattern[PATH_MAX];
	size_t n = (size_t)snprintf(pattern, sizeof(pattern), "%s/%s", c->root, key);
	glob_t found = { 0 };
	int result = GLOB_NOMATCH;

	for (char *at = pattern + strlen(c->root) + 1; n < sizeof(pattern) && *at != '\0'; at++)
		*at = *at == '.' ? '/' : *at;
	if (n < sizeof(pattern))
		result = glob(pattern, 0, NULL, &found);
	c->no_memory = c->no_memory || result == GLOB_NOSPACE;
	if (result == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			compare(c, found.gl_pathv[i], wanted);
	} else if (result != GLOB_NOSPACE) {
		fprintf(c->out, "%s is not there, wanted %s (%s:%u)\n", key, wanted, c->file, c->line);
		c->different++;
	}
	globfree(&found);
}

/* A key is names with dots between them: no path that leaves the folder. */
static int
is_key(const char *s)
{
	return s[0] != '\0' && s[0] != '.' && strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-*") == strlen(s) &&
	    strstr(s, "..") == NULL;
}

/* One line. 0, or -1 if it is none. */
static int
take(struct check *c, char *text)
{
	char *line = trim(text), *sign;

	if (line[0] == '\0' || line[0] == '#' || line[0] == ';')
		return 0;
	sign = strchr(line, '=');
	if (sign == NULL)
		return -1;
	*sign = '\0';
	line = trim(line);
	if (!is_key(line) || *trim(sign + 1) == '\0')
		return -1;
	compare_all(c, line, trim(sign + 1));
	return 0;
}

int
sysctl_check(const char *root, const char *file, FILE *out, FILE *errors)
{
	struct check c = { .root = root, .file = file, .out = out };
	FILE *f = fopen(file, "re");
	int result = 0;
	char *text = NULL;
	size_t room = 0;

	if (f == NULL) {
		fprintf(errors, "%s: cannot read: %s\n", file, strerror(errno));
		return -1;
	}
	while (result == 0 && !c.no_memory && getline(&text, &room, f) != -1) {
		c.line++;
		result = take(&c, text);
	}
	if (result == -1)
		fprintf(errors, "%s:%u: found no setting, expected as \"net.ipv4.ip_forward = 1\"\n", file, c.line);
	else if (c.no_memory || !feof(f)) {	/* getline() without memory sets no mark that ferror() sees */
		fprintf(errors, "%s: cannot read: %s\n", file, strerror(c.no_memory ? ENOMEM : errno));
		result = -1;
	}
	free(text);
	fclose(f);
	return result == -1 ? -1 : c.different;
}
