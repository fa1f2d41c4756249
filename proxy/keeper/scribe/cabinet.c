/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/scribe/cabinet.h"

#include "proxy/base/clock.h"
#include "proxy/base/pcapng.h"
#include "proxy/keeper/process/version.h"
#include "proxy/keeper/scribe/opener.h"
#include "proxy/keeper/scribe/scribe.h"
#include "proxy/keeper/scribe/shelf.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

enum {
	AGAIN_MS = 1000,	/* between two attempts at what does not work */
	A_ROUND = 16,		/* exhibits, before the journal has its turn again */
};

_Static_assert(CABINET_RING >= 2 * EXHIBIT_OCTETS, "an exhibit finds room beside another one");

static void
describe_self(struct cabinet *c)
{
	struct utsname box;

	snprintf(c->application, sizeof(c->application), "relaywall %s", version_text);
	if (uname(&box) == -1)
		return;
	snprintf(c->hardware, sizeof(c->hardware), "%.60s", box.machine);
	snprintf(c->system, sizeof(c->system), "%.20s %.40s", box.sysname, box.release);
}

void
cabinet_init(struct cabinet *c, const struct cabinet_conf *conf, const struct ring *rings, size_t ring_count, int opener,
    struct scribe_shared *shared, const struct journal_outlet *outlet)
{
	memset(c, 0, offsetof(struct cabinet, exhibit));
	c->conf = conf;
	c->rings = rings;
	c->ring_count = ring_count;
	c->opener = opener;
	c->shared = shared;
	c->fd = -1;
	describe_self(c);
	journal_init(&c->journal, outlet, conf->digest, stderr, clock_ms());
}

static void
count(uint64_t *shared)
{
	__atomic_fetch_add(shared, 1, __ATOMIC_RELAXED);
}

/* Copy the first octets of a ring; it has so many. */
static void
copy(const struct ring *from, void *out, size_t octets)
{
	struct span pieces[2];
	size_t first;

	ring_peek(from, 0, pieces);
	first = pieces[0].len < octets ? pieces[0].len : octets;
	memcpy(out, pieces[0].at, first);
	memcpy((uint8_t *)out + first, pieces[1].at, octets - first);
}

/* The name of its host and network, of which a worker said only positions. False: there are none there. */
static bool
describe(const struct cabinet *c, const struct exhibit_head *head, struct session *s)
{
	const struct policy *policy = c->conf->policy;

	if (head->host >= policy->host_count || head->network >= policy->network_count)
		return false;
	*s = (struct session){ .client = head->client, .address = head->address, .client_port = head->client_port, .port = head->port,
		.policy = policy, .host = &policy->hosts[head->host], .network = head->network };
	memcpy(s->id, head->id, sizeof(s->id));
	for (char *i = s->id; *i != '\0'; i++)
		if (strchr("0123456789abcdef", *i) == NULL)
			return false;
	return true;
}

/* Make packets of what was copied. 0, or -1: it is nonsense. */
static int
prepare(struct cabinet *c, size_t octets)
{
	struct span exhibit = span_of(c->exhibit, octets);
	struct cabinet_work *w = &c->work;
	struct exhibit_head head;

	buf_init(&w->begin, c->begin_octets, sizeof(c->begin_octets));
	buf_init(&w->image, c->image_octets, sizeof(c->image_octets));
	w->done = 0;
	if (exhibit_head(exhibit, &head) == -1 || !describe(c, &head, &w->session))
		return -1;
	return exhibit_image(exhibit, &head, w->session.host->name, &w->image, &w->sums);
}

/*
 * Take the next exhibit of a ring. True: it is c->work. What has a length that cannot be is no exhibit that was put in, and nobody
 * knows where the next one begins: all is dropped.
 */
static bool
take(struct cabinet *c, const struct ring *from)
{
	size_t used = ring_used(from);
	struct exhibit_head head = { 0 };
	bool is_whole;

	if (used == 0)
		return false;
	if (used >= sizeof(head))
		copy(from, &head, sizeof(head));
	is_whole = head.octets >= sizeof(head) && head.octets <= sizeof(c->exhibit) && head.octets <= used;
	if (is_whole) {
		copy(from, c->exhibit, head.octets);
		c->work.from = from;
		c->work.octets = head.octets;
		if (prepare(c, head.octets) == 0)
			return true;
	}
	c->work.from = NULL;
	ring_drop(from, is_whole ? head.octets : used);
	count(&c->shared->evidence_spoilt);
	return false;
}

/* Rings take turns. */
static bool
next(struct cabinet *c)
{
	for (size_t i = 0; i < c->ring_count && c->work.from == NULL; i++) {
		const struct ring *from = &c->rings[c->turn];

		c->turn = (c->turn + 1) % c->ring_count;
		(void)take(c, from);
	}
	return c->work.from != NULL;
}

/* Somebody removed it: what is written there nobody reads. */
static bool
is_gone(const struct cabinet *c)
{
	struct stat st;

	return fstat(c->fd, &st) == -1 || st.st_nlink == 0;
}

/* The work begins anew in a file that is not there yet. */
static void
leave_file(struct cabinet *c)
{
	if (c->fd != -1)
		close(c->fd);
	c->fd = -1;
	c->work.done = 0;
}

static size_t
work_octets(const struct cabinet_work *w)
{
	return buf_span(&w->begin).len + buf_span(&w->image).len;
}

static void
begin_file(struct cabinet *c)
{
	const struct pcapng_origin origin = { .hardware = c->hardware, .system = c->system, .application = c->application };

	buf_init(&c->work.begin, c->begin_octets, sizeof(c->begin_octets));
	pcapng_begin(&c->work.begin, &origin, PCAPNG_RAW_IP, "relaywall");
}

/* A file that the work fits into. 0, or -1 with errno. */
static int
open_file(struct cabinet *c)
{
	if (c->fd != -1 && is_gone(c))
		leave_file(c);
	if (c->fd != -1 && (c->work.done > 0 || c->file_octets + work_octets(&c->work) <= c->conf->file_octets))
		return 0;
	leave_file(c);
	c->fd = opener_ask_evidence(c->opener, &c->number);
	if (c->fd == -1)
		return -1;
	c->file_octets = 0;
	begin_file(c);
	count(&c->shared->evidence_files);
	return 0;
}

/* The rest of the work, which may end in the middle of a block: then it goes on there. 0, or -1 with errno. */
static int
write_work(struct cabinet *c)
{
	struct cabinet_work *w = &c->work;
	struct span begin = buf_span(&w->begin), image = buf_span(&w->image), rest;
	ssize_t n;

	while (w->done < begin.len + image.len) {
		rest = w->done < begin.len ? span_cut(begin, w->done, begin.len) : span_cut(image, w->done - begin.len, image.len);
		n = write(c->fd, rest.at, rest.len);
		if (n == -1)
			return -1;
		w->done += (size_t)n;
		c->file_octets += (uint64_t)n;
	}
	return 0;
}

/* It is on the disk: a killed scribe does that again rather than never. */
static void
finish(struct cabinet *c)
{
	struct cabinet_work *w = &c->work;
	char name[SHELF_NAME];

	shelf_name(c->number, name);
	journal_evidence(&c->journal, &w->session,
	    &(struct record_evidence){ .file = name, .octets = w->sums.kept, .left_out = w->sums.left_out });
	ring_drop(w->from, w->octets);
	w->from = NULL;
	buf_init(&w->begin, c->begin_octets, sizeof(c->begin_octets));
	count(&c->shared->evidence_written);
}

/* False: it goes on no more for now. */
static bool
write_one(struct cabinet *c, uint64_t now_ms)
{
	if (open_file(c) == 0 && write_work(c) == 0) {
		finish(c);
		c->error = 0;
		return true;
	}
	c->error = errno;
	c->again_ms = now_ms + AGAIN_MS;
	if (c->error == ESTALE)
		leave_file(c);
	return false;
}

static void
tell(struct cabinet *c)
{
	if (c->error != 0 && !c->told)
		fprintf(stderr, "relaywall: evidence %s: %s; it waits, what finds no room meanwhile is lost, mail and journal go on\n",
		    c->conf->folder, strerror(c->error));
	else if (c->error == 0 && c->told)
		fprintf(stderr, "relaywall: evidence %s: works again\n", c->conf->folder);
	c->told = c->error != 0;
	__atomic_store_n(&c->shared->evidence_error, (uint64_t)c->error, __ATOMIC_RELAXED);
}

/* Of a ring that its writer spoilt and that was emptied for it nothing is to be dropped any more. */
static void
look_at_work(struct cabinet *c)
{
	struct cabinet_work *w = &c->work;

	if (w->from != NULL && ring_used(w->from) < w->octets) {
		w->octets = 0;
		count(&c->shared->evidence_spoilt);
	}
}

void
cabinet_go_on(struct cabinet *c, uint64_t now_ms)
{
	look_at_work(c);
	for (unsigned n = 0; n < A_ROUND && now_ms >= c->again_ms && next(c); n++)
		if (!write_one(c, now_ms))
			break;
	tell(c);
}

void
cabinet_reopen(struct cabinet *c)
{
	leave_file(c);
	c->again_ms = 0;
}

bool
cabinet_waits(const struct cabinet *c)
{
	for (size_t i = 0; i < c->ring_count; i++)
		if (ring_used(&c->rings[i]) > 0)
			return true;
	return c->work.from != NULL;
}
