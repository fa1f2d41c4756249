/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/fragments.h"

#include "proxy/base/siphash.h"

#include <stdlib.h>
#include <sys/queue.h>

/* All fragments but the last have a multiple of 8 octets, and all begin at one. */
enum { UNIT = 8, UNITS = (FRAGMENTS_OCTETS + UNIT - 1) / UNIT };

/* Whose fragments these are. IPv6: by the number alone, since only the first fragment's protocol counts. */
struct name {
	struct ip source, destination;
	uint32_t id;
	uint32_t kind;		/* protocol of IPv4, or V6 */
};

enum { V6 = 256 };

struct work {
	TAILQ_ENTRY(work) by_age;
	LIST_ENTRY(work) in_bucket;
	struct name name;
	uint64_t time_us;	/* of the fragment that came first */
	size_t units;		/* that are there */
	size_t end;		/* octets of the payload; 0: the last fragment has not come */
	size_t reach;		/* end of the furthest one that has */
	uint8_t protocol;	/* of the first fragment */
	bool spoilt;		/* dropped, with all that still come */
	uint8_t have[(UNITS + 7) / 8];
	uint8_t octets[UNITS * UNIT];
};

TAILQ_HEAD(work_queue, work);
LIST_HEAD(work_list, work);

struct fragments {
	uint64_t seed[2];
	struct fragments_counters counters;
	size_t count, max;
	struct work_queue queue;	/* the first was begun first */
	struct work *done;		/* the one that was lent by the last call */
	size_t bucket_count;		/* a power of two */
	struct work_list buckets[];
};

struct fragments *
fragments_new(size_t datagrams_max, const uint64_t seed[2])
{
	struct fragments *f;
	size_t buckets = 1;

	while (buckets < datagrams_max)
		buckets *= 2;
	f = calloc(1, sizeof(*f) + buckets * sizeof(f->buckets[0]));
	if (f == NULL)
		return NULL;
	memcpy(f->seed, seed, sizeof(f->seed));
	f->max = datagrams_max;
	f->bucket_count = buckets;
	TAILQ_INIT(&f->queue);
	return f;
}

static void
forget(struct fragments *f, struct work *w)
{
	TAILQ_REMOVE(&f->queue, w, by_age);
	LIST_REMOVE(w, in_bucket);
	f->count--;
}

void
fragments_free(struct fragments *f)
{
	if (f == NULL)
		return;
	for (struct work *w; (w = TAILQ_FIRST(&f->queue)) != NULL;) {
		forget(f, w);
		free(w);
	}
	free(f->done);
	free(f);
}

static struct name
name_of(const struct datagram *d)
{
	return (struct name){ .source = d->source, .destination = d->destination, .id = d->id, .kind = d->v6 ? V6 : d->protocol };
}

static struct work_list *
bucket_of(struct fragments *f, const struct name *name)
{
	return &f->buckets[siphash_octets(f->seed, span_of(name, sizeof(*name))) & (f->bucket_count - 1)];
}

static void
give_up(struct fragments *f, struct work *w)
{
	f->counters.fragments_dropped += !w->spoilt;
	forget(f, w);
	free(w);
}

static struct work *
begin(struct fragments *f, const struct name *name, struct work_list *bucket, uint64_t time_us)
{
	struct work *w;

	if (f->count == f->max)
		give_up(f, TAILQ_FIRST(&f->queue));
	w = malloc(sizeof(*w));
	if (w == NULL) {
		f->counters.fragments_no_memory++;
		return NULL;
	}
	memset(w, 0, offsetof(struct work, octets));
	w->name = *name;
	w->time_us = time_us;
	TAILQ_INSERT_TAIL(&f->queue, w, by_age);
	LIST_INSERT_HEAD(bucket, w, in_bucket);
	f->count++;
	return w;
}

static bool
is_near(const struct work *w, uint64_t time_us)
{
	return (time_us > w->time_us ? time_us - w->time_us : w->time_us - time_us) <= FRAGMENTS_AGE_US;
}

/* The one that a fragment belongs to; NULL without memory. */
static struct work *
find(struct fragments *f, const struct datagram *d, uint64_t time_us)
{
	struct name name = name_of(d);
	struct work_list *bucket = bucket_of(f, &name);
	struct work *w;

	LIST_FOREACH(w, bucket, in_bucket)
		if (memcmp(&w->name, &name, sizeof(name)) == 0)
			break;
	if (w != NULL && !is_near(w, time_us)) {
		give_up(f, w);
		w = NULL;
	}
	return w != NULL ? w : begin(f, &name, bucket, time_us);
}

/* Does it fit with what is known of the length? Learns it from the last one. */
static bool
fits(struct work *w, const struct datagram *d)
{
	size_t end = d->offset + d->length;

	if (w->end != 0 && (end > w->end || (!d->more && end != w->end)))
		return false;
	if (!d->more && end < w->reach)
		return false;
	if (!d->more)
		w->end = end;
	if (end > w->reach)
		w->reach = end;
	return true;
}

static bool
has(const struct work *w, size_t unit)
{
	return (w->have[unit / 8] >> unit % 8 & 1) != 0;
}

/* How a fragment meets those that are there. */
struct meeting {
	size_t old;		/* units that are there already */
	bool differs;		/* in one of these */
};

static struct meeting
meet(const struct work *w, const struct datagram *d)
{
	struct meeting m = { 0 };

	for (size_t at = 0; at < d->length; at += UNIT) {
		size_t len = d->length - at < UNIT ? d->length - at : UNIT;

		if (!has(w, (d->offset + at) / UNIT))
			continue;
		m.old++;
		m.differs |= memcmp(w->octets + d->offset + at, d->payload.at + at, len) != 0;
	}
	return m;
}

static void
put(struct work *w, const struct datagram *d)
{
	for (size_t at = 0; at < d->length; at += UNIT) {
		size_t len = d->length - at < UNIT ? d->length - at : UNIT, unit = (d->offset + at) / UNIT;

		if (has(w, unit))
			continue;
		memcpy(w->octets + d->offset + at, d->payload.at + at, len);
		w->have[unit / 8] |= (uint8_t)(1 << unit % 8);
		w->units++;
	}
	if (d->offset == 0)
		w->protocol = d->protocol;
}

static void
spoil(struct work *w, uint64_t *counter)
{
	w->spoilt = true;
	++*counter;
}

/* Into what is there. */
static void
add(struct fragments *f, struct work *w, const struct datagram *d)
{
	struct meeting m;

	if (w->spoilt)
		return;
	if (!fits(w, d)) {
		spoil(w, &f->counters.fragments_bad);
		return;
	}
	m = meet(w, d);
	if (m.old == 0) {
		put(w, d);
		return;
	}
	if (!m.differs && m.old == (d->length + UNIT - 1) / UNIT)
		return;		/* a duplicate */
	if (d->v6) {
		spoil(w, &f->counters.fragments_overlap);
		return;
	}
	f->counters.fragments_overlap++;
	f->counters.fragments_differ += m.differs;
	put(w, d);
}

/* Can it be a piece of any payload? */
static bool
is_sound(struct fragments *f, const struct datagram *d)
{
	if (d->length == 0 || d->offset + d->length > FRAGMENTS_OCTETS || (d->more && d->length % UNIT != 0)) {
		f->counters.fragments_bad++;
		return false;
	}
	if (d->payload.len < d->length) {
		f->counters.fragments_cut++;
		return false;
	}
	return true;
}

bool
fragments_take(struct fragments *f, const struct datagram *fragment, uint64_t time_us, struct datagram *whole)
{
	struct work *w;

	f->counters.fragments++;
	if (!is_sound(f, fragment) || (w = find(f, fragment, time_us)) == NULL)
		return false;
	add(f, w, fragment);
	if (w->spoilt || w->end == 0 || w->units < (w->end + UNIT - 1) / UNIT)
		return false;
	forget(f, w);
	free(f->done);
	f->done = w;
	f->counters.reassembled++;
	*whole = (struct datagram){ .source = fragment->source, .destination = fragment->destination, .protocol = w->protocol,
		.v6 = fragment->v6, .payload = span_of(w->octets, w->end), .length = w->end };
	return true;
}

const struct fragments_counters *
fragments_counters(const struct fragments *f)
{
	return &f->counters;
}
