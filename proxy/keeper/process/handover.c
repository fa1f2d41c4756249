/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* memfd_create() */
#include "proxy/keeper/process/handover.h"

#include "proxy/keeper/process/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char head[] = "relaywall-keeper 1";
static const char *const roles[] = { [HANDOVER_OLD] = "old", [HANDOVER_CURRENT] = "current", [HANDOVER_NEXT] = "next" };

/* What has been read so far, beside what the handover says itself. */
struct reading {
	struct handover *h;
	bool ended, has_generation;
};

static bool
is_printable(const struct handover *h)
{
	for (size_t i = 0; i < h->store.count; i++)
		if (strchr(h->store.items[i].name, '\n') != NULL)
			return false;
	return strchr(h->file, '\n') == NULL && strchr(h->program, '\n') == NULL;
}

int
handover_print(const struct handover *h, FILE *out)
{
	if (!is_printable(h))
		return -1;
	fprintf(out, "%s\nfile %s\nprogram %s\ngeneration %u\n", head, h->file, h->program, h->generation);
	for (unsigned g = 0; g < HANDOVER_CAPTAINS; g++)
		if (h->orphaned[g])
			fprintf(out, "orphan %u\n", g);
	fprintf(out, "%s%s", h->reload ? "reload\n" : "", h->upgrade ? "upgrade\n" : "");
	if (h->user.uid != 0)
		fprintf(out, "user %u %u\n", (unsigned)h->user.uid, (unsigned)h->user.gid);
	for (size_t i = 0; i < h->captain_count; i++) {
		const struct handover_captain *c = &h->captains[i];

		fprintf(out, "captain %ld %d %s %u %u %s\n", (long)c->pid, c->wire, captain_state_name(c->state), c->generation, c->group,
		    roles[c->role]);
	}
	for (size_t i = 0; i < h->store.count; i++)
		fprintf(out, "hold %d %s\n", h->store.items[i].fd, h->store.items[i].name);
	fprintf(out, "end\n");
	return 0;
}

/* A path is given once, and fits. */
static bool
take_path(char path[PATH_MAX], const char *value)
{
	if (path[0] != '\0' || strlen(value) >= PATH_MAX)
		return false;
	memcpy(path, value, strlen(value) + 1);
	return true;
}

static bool
take_file(struct reading *r, const char *value)
{
	return value[0] != '\0' && take_path(r->h->file, value);
}

static bool
take_program(struct reading *r, const char *value)
{
	return take_path(r->h->program, value);
}

static bool
take_generation(struct reading *r, const char *value)
{
	bool again = r->has_generation;

	r->has_generation = true;
	return !again && wire_number(&value, UINT_MAX, &r->h->generation) && *value == '\0';
}

static bool
take_orphan(struct reading *r, const char *value)
{
	unsigned group;

	if (!wire_number(&value, HANDOVER_CAPTAINS - 1, &group) || *value != '\0')
		return false;
	r->h->orphaned[group] = true;
	return true;
}

static bool
take_reload(struct reading *r, const char *value)
{
	r->h->reload = true;
	return *value == '\0';
}

static bool
take_upgrade(struct reading *r, const char *value)
{
	r->h->upgrade = true;
	return *value == '\0';
}

static bool
take_user(struct reading *r, const char *value)
{
	return r->h->user.uid == 0 && confine_read(&value, &r->h->user) && *value == '\0';
}

static bool
take_role(const char *name, enum handover_role *role)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		if (strcmp(roles[i], name) != 0)
			continue;
		*role = (enum handover_role)i;
		return true;
	}
	return false;
}

/* Nothing of it is another's already, and one alone is current, and next. */
static bool
is_new(const struct handover *h, const struct handover_captain *c)
{
	for (size_t i = 0; i < h->captain_count; i++) {
		const struct handover_captain *other = &h->captains[i];

		if (other->pid == c->pid || other->wire == c->wire || other->group == c->group || other->generation == c->generation)
			return false;
		if (other->role == c->role && c->role != HANDOVER_OLD)
			return false;
	}
	for (size_t i = 0; i < h->store.count; i++)
		if (h->store.items[i].fd == c->wire)
			return false;
	return true;
}

/* 0, 1 and 2 are never of ours. */
static bool
take_descriptor(const char **value, int *fd)
{
	unsigned number;

	if (!wire_number(value, INT_MAX, &number) || number <= STDERR_FILENO)
		return false;
	*fd = (int)number;
	return true;
}

static bool
take_captain(struct reading *r, const char *value)
{
	struct handover_captain c = { 0 };
	char state[16], role[16];
	unsigned pid;

	if (!wire_number(&value, INT_MAX, &pid) || pid == 0 || !take_descriptor(&value, &c.wire) ||
	    !wire_word(&value, state, sizeof(state)) || !captain_state_find(state, &c.state) ||
	    !wire_number(&value, UINT_MAX, &c.generation) || !wire_number(&value, HANDOVER_CAPTAINS - 1, &c.group) ||
	    !wire_word(&value, role, sizeof(role)) || !take_role(role, &c.role))
		return false;
	c.pid = (pid_t)pid;
	if (r->h->captain_count == HANDOVER_CAPTAINS || !is_new(r->h, &c))
		return false;
	r->h->captains[r->h->captain_count++] = c;
	return true;
}

static bool
take_hold(struct reading *r, const char *value)
{
	struct handover *h = r->h;
	int fd;

	if (!take_descriptor(&value, &fd) || store_find(&h->store, value) != -1)
		return false;
	for (size_t i = 0; i < h->store.count; i++)
		if (h->store.items[i].fd == fd)
			return false;
	for (size_t i = 0; i < h->captain_count; i++)
		if (h->captains[i].wire == fd)
			return false;
	return store_put(&h->store, value, fd) == 0;
}

static bool
take_end(struct reading *r, const char *value)
{
	r->ended = true;
	return *value == '\0';
}

static const struct {
	const char *word;
	bool (*take)(struct reading *r, const char *value);	/* false: it has no such value, or not again */
} words[] = {
	{ "file", take_file }, { "program", take_program }, { "generation", take_generation }, { "orphan", take_orphan },
	{ "reload", take_reload }, { "upgrade", take_upgrade }, { "user", take_user }, { "captain", take_captain }, { "hold", take_hold },
	{ "end", take_end },
};

/* Words that this version does not know are none of its concern. */
static bool
take_line(struct reading *r, const char *line)
{
	char word[16];

	if (!wire_word(&line, word, sizeof(word)))
		return line[0] != ' ' && line[0] != '\0';
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].take(r, line);
	return true;
}

/* All lines to the last, which has an end as they all have. 0, or -1 and said why. */
static int
take_lines(struct reading *r, char *text, size_t len, char *why)
{
	char *line = text, *end;

	for (unsigned n = 1; line < text + len; line = end + 1, n++) {
		end = memchr(line, '\n', (size_t)(text + len - line));
		if (end == NULL || r->ended) {
			snprintf(why, HANDOVER_WHY, end == NULL ? "line %u is cut" : "line %u is behind the end", n);
			return -1;
		}
		*end = '\0';
		if (strlen(line) == (size_t)(end - line) && (n == 1 ? strcmp(line, head) == 0 : take_line(r, line)))
			continue;
		snprintf(why, HANDOVER_WHY, "line %u: %.100s", n, line);
		return -1;
	}
	return 0;
}

int
handover_parse(struct handover *h, char *text, size_t len, char why[static HANDOVER_WHY])
{
	struct reading r = { .h = h };

	*h = (struct handover){ 0 };
	if (take_lines(&r, text, len, why) == -1)
		return -1;
	if (r.ended && r.has_generation && h->file[0] != '\0')
		return 0;
	snprintf(why, HANDOVER_WHY, "it has no %s", !r.ended ? "end" : r.has_generation ? "file" : "generation");
	return -1;
}

int
handover_save(const struct handover *h)
{
	int fd = memfd_create("relaywall-keeper", MFD_CLOEXEC), kept = -1, error;
	FILE *out = fd == -1 ? NULL : fdopen(fd, "w");

	if (out == NULL) {
		error = errno;
		if (fd != -1)
			close(fd);
		errno = error;
		return -1;
	}
	if (handover_print(h, out) == -1)
		errno = EINVAL;
	else if (fflush(out) == 0 && !ferror(out))
		kept = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	error = errno;
	fclose(out);
	errno = error;
	return kept;
}

/* All of it, for free(); or NULL with errno. */
static char *
slurp(int fd, size_t *len)
{
	struct stat about;
	char *text;

	if (fstat(fd, &about) == -1)
		return NULL;
	if (about.st_size < 0 || about.st_size > HANDOVER_OCTETS_MAX) {
		errno = EFBIG;
		return NULL;
	}
	*len = (size_t)about.st_size;
	text = malloc(*len + 1);
	if (text == NULL || pread(fd, text, *len, 0) == about.st_size)
		return text;
	free(text);
	errno = EIO;
	return NULL;
}

struct handover *
handover_load(int fd, char why[static HANDOVER_WHY])
{
	struct handover *h;
	size_t len = 0;
	char *text = slurp(fd, &len);

	if (text == NULL || (h = malloc(sizeof(*h))) == NULL) {
		snprintf(why, HANDOVER_WHY, "%s", strerror(errno));
		free(text);
		return NULL;
	}
	if (handover_parse(h, text, len, why) == -1) {
		free(h);
		h = NULL;
	}
	free(text);
	return h;
}

void
handover_free(struct handover *h)
{
	free(h);
}
