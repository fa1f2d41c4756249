/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* memrchr() */
#include "proxy/keeper/scribe/scribe.h"

#include "proxy/base/clock.h"
#include "proxy/keeper/process/wire.h"
#include "proxy/keeper/scribe/opener.h"
#include "proxy/keeper/scribe/output.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

enum {
	OUTPUTS = 2,
	ROUND_MS = 20,		/* between two looks at the rings */
	BEAT_MS = 100,
	END_MS = 1000,		/* for what is still to be written at the end */
};

/* An output and how far it is. */
struct column {
	struct output output;
	size_t *at;		/* octets that it is done with, of what is in each ring */
	uint64_t *written, *lost, *error;	/* in the shared memory */
};

struct scribe {
	const struct scribe_home *home;
	struct column columns[OUTPUTS];
	size_t column_count;
	struct syslog_sender sender;
	int wire;			/* -1: its captain is gone */
	int opener;			/* the wire to it */
	bool opener_lost;		/* it has ended before us: what is open stays open, and no more will be */
	struct wire_message message;
	uint64_t now_ms, beat_ms;
	bool ending;			/* nobody can write to the rings any more */
	struct cabinet cabinet;
	uint8_t lines[OUTPUT_BATCH];	/* a copy: the ring is its writer's to spoil */
};

/* Copy from a piece of a ring. No journal of ours writes anything but printable ASCII and the ends of lines. */
static size_t
copy_clean(uint8_t *out, size_t room, struct span piece)
{
	size_t n = piece.len < room ? piece.len : room;

	memcpy(out, piece.at, n);
	for (uint8_t *c = out; c < out + n; c++)
		*c = (*c >= ' ' && *c <= '~') || *c == '\n' ? *c : '?';
	return n;
}

/*
 * The next lines of a ring behind the first skip octets: whole ones, batch octets at most unless the first is longer. What
 * has no end is no line that was put in: it becomes one. Empty: there are none.
 */
static struct span
next_lines(struct scribe *s, size_t ring, size_t skip, size_t batch)
{
	struct span pieces[2];
	uint8_t *end;
	size_t n;

	ring_peek(&s->home->rings[ring], skip, pieces);
	n = copy_clean(s->lines, sizeof(s->lines), pieces[0]);
	n += copy_clean(s->lines + n, sizeof(s->lines) - n, pieces[1]);
	if (n == 0)
		return span_of(s->lines, 0);
	end = memrchr(s->lines, '\n', n < batch ? n : batch);
	if (end == NULL)
		end = memchr(s->lines, '\n', n);
	if (end == NULL) {
		end = s->lines + n - 1;
		*end = '\n';
	}
	return span_of(s->lines, (size_t)(end + 1 - s->lines));
}

static void
count(uint64_t *shared, uint64_t n)
{
	if (n > 0)
		__atomic_fetch_add(shared, n, __ATOMIC_RELAXED);
}

/* Write what was in this ring when it began, so that no writer keeps the scribe from the other rings. false: it goes on no more. */
static bool
write_ring(struct scribe *s, struct column *c, size_t ring)
{
	size_t until = ring_used(&s->home->rings[ring]);

	while (c->at[ring] < until) {
		struct span lines = next_lines(s, ring, c->at[ring], c->output.batch);
		struct output_result r;

		if (lines.len == 0)
			break;		/* it was spoilt, and emptied */
		r = output_try(&c->output, lines, s->now_ms);
		c->at[ring] += r.octets;
		count(c->written, r.written);
		count(c->lost, r.lost);
		if (r.error != 0)
			return false;
	}
	return true;
}

/* Lines that wait for an output leave half of the ring to new ones. */
static void
forget(struct scribe *s, struct column *c, size_t ring)
{
	size_t most = s->home->rings[ring].size / 2;

	while (ring_used(&s->home->rings[ring]) > c->at[ring] + most) {
		struct span lines = next_lines(s, ring, c->at[ring], OUTPUT_BATCH);
		size_t n = output_lines(lines);

		if (lines.len == 0)
			break;
		c->at[ring] += lines.len;
		c->output.lost += n;
		count(c->lost, n);
	}
}

static bool
has_lines(struct scribe *s, const struct column *c)
{
	for (size_t i = 0; i < s->home->ring_count; i++)
		if (ring_used(&s->home->rings[i]) > c->at[i])
			return true;
	return false;
}

static void
work(struct scribe *s, struct column *c)
{
	struct output *o = &c->output;
	bool goes = output_open(o, s->now_ms) == 0, failing;

	for (size_t i = 0; i < s->home->ring_count && goes; i++)
		goes = write_ring(s, c, i);
	if (goes && !has_lines(s, c))
		output_idle(o, s->now_ms);
	for (size_t i = 0; i < s->home->ring_count && !o->required; i++)
		forget(s, c, i);
	failing = output_is_failing(o, s->now_ms);
	__atomic_store_n(c->error, failing ? (uint64_t)o->error : 0, __ATOMIC_RELAXED);
	if (o->required)
		__atomic_store_n(&s->home->shared->failing, failing, __ATOMIC_RELAXED);
	output_tell(o, s->now_ms, stderr);
}

/* What every output is done with makes room. */
static void
make_room(struct scribe *s, size_t ring)
{
	size_t done = ring_used(&s->home->rings[ring]);

	for (size_t i = 0; i < s->column_count; i++)
		if (s->columns[i].at[ring] < done)
			done = s->columns[i].at[ring];
	ring_drop(&s->home->rings[ring], done);
	for (size_t i = 0; i < s->column_count; i++)
		s->columns[i].at[ring] -= done;
}

/* A ring that its writer spoilt and that was emptied for it: no output is further than its end. */
static void
look_at_ring(struct scribe *s, size_t ring)
{
	size_t used = ring_used(&s->home->rings[ring]);

	for (size_t i = 0; i < s->column_count; i++)
		if (s->columns[i].at[ring] > used)
			s->columns[i].at[ring] = used;
}

static void
reopen(struct scribe *s)
{
	for (size_t i = 0; i < s->column_count; i++) {
		struct output *o = &s->columns[i].output;

		if (output_reopen(o) == -1)
			fprintf(stderr, "relaywall: %s %s: %s; what was open stays in use\n", o->kind, o->path, strerror(errno));
	}
	if (s->home->exhibits != NULL)
		cabinet_reopen(&s->cabinet);
}

static void
take_messages(struct scribe *s)
{
	int got = 0;

	while (s->wire != -1 && (got = wire_receive(s->wire, &s->message)) == 1) {
		if (wire_is(&s->message, "reopen") != NULL)
			reopen(s);
		wire_close_all(&s->message);
	}
	if (got == -1) {
		close(s->wire);
		s->wire = -1;
	}
}

static void
go_round(struct scribe *s)
{
	s->now_ms = clock_ms();
	take_messages(s);
	for (size_t i = 0; i < s->home->ring_count; i++)
		look_at_ring(s, i);
	for (size_t i = 0; i < s->column_count; i++)
		work(s, &s->columns[i]);
	for (size_t i = 0; i < s->home->ring_count; i++)
		make_room(s, i);
	if (s->home->exhibits != NULL)
		cabinet_go_on(&s->cabinet, s->now_ms);
	if (s->now_ms - s->beat_ms >= BEAT_MS) {
		count(&s->home->shared->beats, 1);
		s->beat_ms = s->now_ms;
	}
}

/* The next scribe has one, if there is somebody to start it. What it has not written yet is in the rings. */
static void
lose_opener(struct scribe *s)
{
	s->opener_lost = true;
	if (s->wire == -1 || s->ending)
		return;
	fprintf(stderr, "relaywall: scribe: the process that opens its files has ended\n");
	_exit(1);
}

/* Until there is a message, an output has room again, or it is time to look at the rings. */
static void
wait_round(struct scribe *s)
{
	enum { WRITERS, WIRE, OPENER, FIRST_OUTPUT };
	struct pollfd for_what[FIRST_OUTPUT + OUTPUTS] = {
		[WRITERS] = { .fd = s->ending ? -1 : s->home->writers },	/* no event but its end: octets in it are nobody's */
		[WIRE] = { .fd = s->wire, .events = POLLIN },
		[OPENER] = { .fd = s->opener_lost ? -1 : s->opener },	/* the same */
	};

	for (size_t i = 0; i < s->column_count; i++)
		for_what[FIRST_OUTPUT + i] = (struct pollfd){ .events = POLLOUT,
			.fd = output_is_full(&s->columns[i].output) ? s->columns[i].output.fd : -1 };
	if (poll(for_what, FIRST_OUTPUT + s->column_count, ROUND_MS) <= 0)
		return;
	s->ending |= (for_what[WRITERS].revents & POLLHUP) != 0;
	if ((for_what[OPENER].revents & POLLHUP) != 0)
		lose_opener(s);
}

static bool
waits(struct scribe *s)
{
	bool waits = s->home->exhibits != NULL && cabinet_waits(&s->cabinet);

	for (size_t i = 0; i < s->column_count; i++)
		waits |= has_lines(s, &s->columns[i]);
	return waits;
}

/* What cannot be written in time is lost, and that is told. */
__attribute__((noreturn)) static void
end(struct scribe *s)
{
	uint64_t until_ms = clock_ms() + END_MS;

	do {
		wait_round(s);
		go_round(s);
	} while (waits(s) && s->now_ms < until_ms);
	if (s->home->exhibits != NULL && cabinet_waits(&s->cabinet))
		fprintf(stderr, "relaywall: evidence %s: ends with sessions that were not written\n", s->home->evidence.folder);
	for (size_t i = 0; i < s->column_count; i++)
		if (has_lines(s, &s->columns[i]))
			fprintf(stderr, "relaywall: %s %s: ends with lines that were not written\n", s->columns[i].output.kind,
			    s->columns[i].output.path);
	_exit(0);
}

static struct column *
add_column(struct scribe *s, uint64_t *written, uint64_t *lost, uint64_t *error)
{
	struct column *c = &s->columns[s->column_count++];

	c->at = calloc(s->home->ring_count, sizeof(*c->at));
	if (c->at == NULL) {
		fprintf(stderr, "relaywall: scribe: no memory\n");
		_exit(1);
	}
	c->written = written;
	c->lost = lost;
	c->error = error;
	return c;
}

static void
add_columns(struct scribe *s)
{
	const struct scribe_home *home = s->home;
	struct scribe_shared *shared = home->shared;

	if (home->file != NULL)
		output_init_file(&add_column(s, &shared->written, &shared->dropped, &shared->file_error)->output, home->file, home->required,
		    s->opener);
	if (home->syslog != NULL)
		output_init_syslog(&add_column(s, &shared->syslog_sent, &shared->syslog_dropped, &shared->syslog_error)->output, home->syslog,
		    home->required && home->file == NULL, s->opener, &s->sender);
}

/* Whose file cannot be opened when nobody is served yet is told so, and nobody will be. */
static void
open_first(struct scribe *s)
{
	if (!s->home->first || s->home->file == NULL || output_open(&s->columns[0].output, clock_ms()) == 0)
		return;
	s->home->shared->unopened = (uint64_t)errno;
	_exit(1);
}

/* Who opens what the scribe cannot open itself any more stays behind outside. */
static void
give_up(struct scribe *s)
{
	const struct scribe_home *home = s->home;

	s->opener = opener_start(&(struct opener_conf){ .file = home->file, .syslog = home->syslog, .evidence = home->evidence.folder,
	    .evidence_files = home->evidence.files });
	if (s->opener == -1) {
		fprintf(stderr, "relaywall: scribe: %s\n", strerror(errno));
		_exit(1);
	}
	if (home->exhibits != NULL)
		cabinet_init(&s->cabinet, &home->evidence, home->exhibits, home->exhibit_count, s->opener, home->shared, home->own);
	if (confine_enter(home->confine, SANDBOX_SCRIBE, "the scribe") == -1)
		_exit(1);
}

void
scribe_process(const struct scribe_home *home)
{
	static struct scribe s;

	prctl(PR_SET_PDEATHSIG, 0);	/* workers outlive a captain that dies, and so does what they write */
	prctl(PR_SET_NAME, "relaywall-log");
	s.home = home;
	s.wire = home->wire;
	syslog_sender_init(&s.sender, home->facility, home->procid);
	give_up(&s);
	add_columns(&s);
	open_first(&s);
	while (!s.ending) {
		go_round(&s);
		wait_round(&s);
	}
	end(&s);
}
