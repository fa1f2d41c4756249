/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* pipe2() */
#include "proxy/keeper/captain/scribehouse.h"

#include "proxy/keeper/process/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	START_MS = 5000,	/* for it to open its file */
	END_MS = 2000,		/* for it to write what there is */
	SHARED_ROOM = 4096,	/* of struct scribe_shared, before the rings */
};

static int
prepare(void *cookie)
{
	struct scribehouse *s = cookie;
	int ends[2];

	if (wire_pair(ends) == -1) {
		fprintf(s->errors, "relaywall: the scribe: %s\n", strerror(errno));
		return -1;
	}
	s->wire = ends[0];
	s->home.wire = ends[1];
	return 0;
}

static size_t
keeps(void *cookie, int *fds, size_t max)
{
	const struct scribehouse *s = cookie;

	(void)max;
	fds[0] = s->home.wire;
	fds[1] = s->home.writers;
	return 2;
}

static void
inside(void *cookie)
{
	struct scribehouse *s = cookie;

	scribe_process(&s->home);
}

static void
forked(void *cookie)
{
	struct scribehouse *s = cookie;

	close(s->home.wire);
	s->home.wire = -1;
}

/* What it had counted stays where it is: the next one goes on from there. */
static void
ended(void *cookie)
{
	struct scribehouse *s = cookie;

	close(s->wire);
	s->wire = -1;
	__atomic_store_n(&s->home.shared->beats, 0, __ATOMIC_RELAXED);
}

/* Memory for all: pages are taken as they are used. 0, or -1 with errno. */
static int
open_memory(struct scribehouse *s)
{
	const struct scribe_home *home = &s->home;

	s->octets = SHARED_ROOM + home->ring_count * ring_octets(SCRIBE_RING) + home->exhibit_count * ring_octets(CABINET_RING);
	s->rings = calloc(home->ring_count, sizeof(*s->rings));
	s->outlets = calloc(home->ring_count, sizeof(*s->outlets));
	s->exhibits = calloc(home->exhibit_count + 1, sizeof(*s->exhibits));
	s->shared = mmap(NULL, s->octets, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return s->rings == NULL || s->outlets == NULL || s->exhibits == NULL || s->shared == MAP_FAILED ? -1 : 0;
}

/* Each in the place behind the one before. */
static void
init_rings(struct scribehouse *s)
{
	uint8_t *at = (uint8_t *)s->shared + SHARED_ROOM;

	for (size_t i = 0; i < s->home.ring_count; i++, at += ring_octets(SCRIBE_RING))
		ring_init(&s->rings[i], at, SCRIBE_RING);
	for (size_t i = 0; i < s->home.exhibit_count; i++, at += ring_octets(CABINET_RING))
		ring_init(&s->exhibits[i], at, CABINET_RING);
}

/* The rings, and what says for each writer where its lines go. 0, or -1 with errno. */
static int
open_rings(struct scribehouse *s, size_t writers)
{
	struct scribe_home *home = &s->home;
	bool evidence = home->evidence.folder != NULL;
	int ends[2];

	home->ring_count = writers + evidence;
	home->exhibit_count = evidence ? writers : 0;
	if (open_memory(s) == -1 || pipe2(ends, O_CLOEXEC | O_NONBLOCK) == -1)
		return -1;
	init_rings(s);
	home->shared = s->shared;
	home->rings = s->rings;
	home->exhibits = evidence ? s->exhibits : NULL;
	home->own = evidence ? &s->outlets[writers] : NULL;
	home->writers = ends[0];
	for (size_t i = 0; i < home->ring_count; i++) {
		s->outlets[i] = (struct journal_outlet){ .ring = s->rings[i], .beats = &home->shared->beats, .failing = &home->shared->failing,
			.required = home->required, .alive = ends[1] };
	}
	return 0;
}

static void
free_rings(struct scribehouse *s)
{
	if (s->shared != NULL && s->shared != MAP_FAILED)
		munmap(s->shared, s->octets);
	free(s->rings);
	free(s->exhibits);
	free(s->outlets);
	*s = (struct scribehouse){ .wire = -1 };
}

static int
start(struct scribehouse *s, struct ev_loop *loop)
{
	const struct child_conf child = { .name = "the scribe", .beats = &s->home.shared->beats, .inside = inside, .prepare = prepare,
		.forked = forked, .ended = ended, .keeps = keeps, .cookie = s };

	return child_start(&s->child, &child, loop, s->errors);
}

int
scribehouse_open(struct scribehouse *s, const struct scribe_home *conf, size_t writers, struct ev_loop *loop, FILE *errors)
{
	*s = (struct scribehouse){ .home = *conf, .wire = -1, .errors = errors };
	if (open_rings(s, writers) == -1) {
		fprintf(errors, "relaywall: memory for the journal: %s\n", strerror(errno));
		free_rings(s);
		return -1;
	}
	s->home.first = true;
	if (start(s, loop) == -1)
		return -1;
	if (child_await(&s->child, START_MS) == 0) {
		s->home.first = false;
		return 0;
	}
	if (s->home.shared->unopened != 0)
		fprintf(errors, "relaywall: journal %s: %s\n", conf->file, strerror((int)s->home.shared->unopened));
	return -1;
}

const struct journal_outlet *
scribehouse_outlet(const struct scribehouse *s, size_t writer)
{
	return &s->outlets[writer];
}

const struct ring *
scribehouse_exhibits(const struct scribehouse *s, size_t writer)
{
	return s->home.exhibits == NULL ? NULL : &s->exhibits[writer];
}

void
scribehouse_reopen(const struct scribehouse *s)
{
	if (s->wire != -1)
		(void)wire_say(s->wire, "reopen");	/* one that reads nothing hangs, and is killed; the next one opens the path */
}

/* Something that is to be written. */
static bool
has_work(const struct scribehouse *s)
{
	for (size_t i = 0; i < s->home.ring_count; i++)
		if (ring_used(&s->rings[i]) > 0)
			return true;
	for (size_t i = 0; i < s->home.exhibit_count; i++)
		if (ring_used(&s->exhibits[i]) > 0)
			return true;
	return false;
}

void
scribehouse_close(struct scribehouse *s)
{
	if (s->shared == NULL)
		return;
	close(s->outlets[0].alive);
	if (s->child.pid == 0 && has_work(s)) {	/* it died just now */
		child_end(&s->child);
		(void)start(s, s->child.loop);
	}
	child_finish(&s->child, END_MS);
	close(s->home.writers);
	free_rings(s);
}

int
scribehouse_file_error(const struct scribehouse *s)
{
	return (int)__atomic_load_n(&s->home.shared->file_error, __ATOMIC_RELAXED);
}

int
scribehouse_syslog_error(const struct scribehouse *s)
{
	return (int)__atomic_load_n(&s->home.shared->syslog_error, __ATOMIC_RELAXED);
}

int
scribehouse_evidence_error(const struct scribehouse *s)
{
	return (int)__atomic_load_n(&s->home.shared->evidence_error, __ATOMIC_RELAXED);
}

void
scribehouse_count(const struct scribehouse *s, void (*show)(void *cookie, const char *name, uint64_t n), void *cookie)
{
	const struct scribe_shared *shared = s->home.shared;

	show(cookie, "scribe_restarts", s->child.restarts);
#define X(name, meaning) show(cookie, "scribe_" #name, __atomic_load_n(&shared->name, __ATOMIC_RELAXED));
	SCRIBE_COUNTERS(X)
#undef X
}
