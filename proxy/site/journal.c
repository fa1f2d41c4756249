/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/journal.h"

#include "proxy/base/clock.h"

#include <time.h>

void
journal_init(struct journal *j, const struct journal_outlet *outlet, const char *digest, FILE *errors, uint64_t now_ms)
{
	*j = (struct journal){ .outlet = outlet, .errors = errors,
		.beats = __atomic_load_n(outlet->beats, __ATOMIC_RELAXED), .beat_ms = now_ms };
	record_init(&j->record, digest);
	journal_look(j, now_ms);
}

/* A line as long as can be finds room: so none is lost of what is decided before the next look. */
static bool
has_room(const struct journal *j)
{
	return ring_room(&j->outlet->ring) >= RECORD_OCTETS;
}

void
journal_look(struct journal *j, uint64_t now_ms)
{
	const struct journal_outlet *o = j->outlet;
	uint64_t beats = __atomic_load_n(o->beats, __ATOMIC_RELAXED);

	if (beats != j->beats) {
		j->beats = beats;
		j->beat_ms = now_ms;
	}
	j->unrecorded = o->required && (__atomic_load_n(o->failing, __ATOMIC_RELAXED) != 0 || !has_room(j) ||
	    now_ms - j->beat_ms >= JOURNAL_SILENT_MS);
}

static void
drop(struct journal *j, const char *why)
{
	j->dropped++;
	j->unrecorded |= j->outlet->required;
	if (!j->told)
		fprintf(j->errors, "relaywall: journal: %s; lines are dropped and counted\n", why);
	j->told = true;
}

/* Each line costs its share of a second, and time pays for it. */
static bool
is_one_refusal_too_many(struct journal *j, const struct event *e)
{
	enum { LINE_MS = 1000 / JOURNAL_REFUSALS, BURST_MS = JOURNAL_REFUSALS_BURST * LINE_MS };
	uint64_t now_ms, passed_ms;

	if (e->kind != EVENT_ADMIT && e->kind != EVENT_RATE)
		return false;
	now_ms = clock_ms();
	passed_ms = now_ms - j->until_ms;
	j->spent_ms -= passed_ms < j->spent_ms ? passed_ms : j->spent_ms;
	j->until_ms = now_ms;
	if (j->spent_ms + LINE_MS <= BURST_MS) {
		j->spent_ms += LINE_MS;
		return false;
	}
	j->limited++;
	return true;
}

static void
put(struct journal *j, struct span line)
{
	if (line.len == 0 || ring_put(&j->outlet->ring, line) == -1) {
		drop(j, line.len == 0 ? "a line was too long" : "no room for a line, the scribe is behind");
		return;
	}
	j->written++;
	j->unrecorded |= j->outlet->required && !has_room(j);
}

/* Microseconds since 1970. */
static uint64_t
wall_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void
journal_report(void *cookie, const struct session *s, const struct event *e)
{
	struct journal *j = cookie;

	if (!is_one_refusal_too_many(j, e))
		put(j, record_event(&j->record, s, e, wall_clock()));
}

void
journal_service(struct journal *j, const char *what, const char *text)
{
	put(j, record_service(&j->record, what, text, wall_clock()));
}

void
journal_evidence(struct journal *j, const struct session *s, const struct record_evidence *e)
{
	put(j, record_evidence(&j->record, s, e, wall_clock()));
}
