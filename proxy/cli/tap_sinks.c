/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/tap_sinks.h"

#include "proxy/cli/shown.h"
#include "proxy/survey/inventory_file.h"
#include "proxy/survey/survey.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static const char command[] = "relaywall tap";

static bool
is_stdout(const char *name)
{
	return name != NULL && strcmp(name, "-") == 0;
}

static void
fail(struct tap_sinks *s, const char *name, const char *why)
{
	fprintf(stderr, "%s: %s: %s\n", command, name == NULL ? "standard output" : shown(name), why);
	s->failed = true;
}

/* What is there stays until there is something better. */
static int
open_inventory(struct tap_sinks *s, const char *name)
{
	int fd;

	if (name == NULL || is_stdout(name))
		return 0;
	s->inventory_name = name;
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
	s->inventory_file = fd == -1 ? NULL : fdopen(fd, "r+");
	if (s->inventory_file != NULL)
		return 0;
	fail(s, name, strerror(errno));
	if (fd != -1)
		close(fd);
	return -1;
}

int
tap_sinks_open(struct tap_sinks *s, const struct tap_options *o, const char *digest)
{
	s->journal.fd = s->exchanges.fd = -1;
	s->json = o->json || is_stdout(o->inventory);
	s->shows = !is_stdout(o->journal) && !is_stdout(o->exchanges);
	s->inventory = inventory_new();
	if (s->inventory == NULL) {
		fail(s, "the inventory", "no memory");
		return -1;
	}
	if (digest != NULL)
		record_init(&s->record, digest);
	if (line_file_open(&s->journal, command, o->journal) == -1 || line_file_open(&s->exchanges, command, o->exchanges) == -1)
		return -1;
	return open_inventory(s, o->inventory);
}

static void *
began(void *cookie, const struct exchange_session *session)
{
	struct tap_sinks *s = cookie;

	return survey_began(s->inventory, session);
}

static void
exchange(void *cookie, const struct exchange_session *session, const struct exchange *e)
{
	struct tap_sinks *s = cookie;

	survey_exchange(s->inventory, session->user, session, e);
	if (s->exchanges.fd != -1)
		line_file_put(&s->exchanges, exchange_line(s->line, session, e));
}

struct exchange_user
tap_sinks_user(struct tap_sinks *s)
{
	return (struct exchange_user){ .began = began, .exchange = exchange, .cookie = s };
}

static void
report(void *cookie, const struct session *session, const struct event *e)
{
	struct tap_sinks *s = cookie;

	line_file_put(&s->journal, record_event(&s->record, session, e, s->now_us));
}

struct event_hooks
tap_sinks_hooks(struct tap_sinks *s)
{
	return (struct event_hooks){ .report = report, .cookie = s };
}

void
tap_sinks_flush(struct tap_sinks *s)
{
	line_file_flush(&s->journal);
	line_file_flush(&s->exchanges);
}

/* A file is written anew; what is none, as a pipe, gets one inventory behind the other. 0, or -1 with errno. */
static int
begin_anew(FILE *f)
{
	rewind(f);
	return ftruncate(fileno(f), 0) == -1 && errno != EINVAL ? -1 : 0;
}

/* All of it, as JSON or as a text. */
static int
write_inventory(const struct tap_sinks *s, FILE *out, bool json)
{
	struct learnt *l = learn(s->inventory);
	int result = -1;

	if (l != NULL && json)
		result = inventory_write(s->inventory, l, out);
	else if (l != NULL)
		result = inventory_show(s->inventory, l, out);
	learn_free(l);
	return result;
}

void
tap_sinks_inventory(struct tap_sinks *s)
{
	FILE *f = s->inventory_file;
	bool began;

	if (f == NULL)
		return;
	began = begin_anew(f) == 0;
	if (began && write_inventory(s, f, true) == -1)
		fail(s, s->inventory_name, "no memory");
	else if (!began || fflush(f) != 0 || ferror(f))
		fail(s, s->inventory_name, strerror(errno));
}

void
tap_sinks_finish(struct tap_sinks *s)
{
	tap_sinks_flush(s);
	tap_sinks_inventory(s);
	if (!s->shows)
		return;
	if (write_inventory(s, stdout, s->json) == -1)
		fail(s, NULL, "no memory");
	else if (fflush(stdout) != 0 || ferror(stdout))
		fail(s, NULL, strerror(errno));
}

int
tap_sinks_close(struct tap_sinks *s)
{
	if (s->inventory == NULL)
		return -1;
	s->failed |= line_file_close(&s->journal) == -1;
	s->failed |= line_file_close(&s->exchanges) == -1;
	if (s->inventory_file != NULL)
		fclose(s->inventory_file);
	inventory_free(s->inventory);
	s->inventory = NULL;
	return s->failed ? -1 : 0;
}
