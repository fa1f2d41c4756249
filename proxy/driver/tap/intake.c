/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/intake.h"

#include "proxy/driver/tap/frame.h"

#include <stdlib.h>

struct intake {
	struct flows *flows;
	struct fragments *fragments;
	struct intake_counters counters;
};

struct intake *
intake_new(struct flows *flows, size_t fragments_max, const uint64_t seed[2])
{
	struct intake *i = calloc(1, sizeof(*i));

	if (i == NULL)
		return NULL;
	i->flows = flows;
	i->fragments = fragments_new(fragments_max, seed);
	if (i->fragments != NULL)
		return i;
	free(i);
	return NULL;
}

void
intake_free(struct intake *i)
{
	if (i == NULL)
		return;
	fragments_free(i->fragments);
	free(i);
}

/* A whole payload. */
static void
take_payload(struct intake *i, const struct datagram *d, uint64_t time_us)
{
	struct segment s;

	if (d->protocol != DATAGRAM_TCP) {
		i->counters.not_tcp++;
		return;
	}
	switch (segment_read(d, &s)) {
	case SEGMENT_READ:
		flows_take(i->flows, &s, time_us);
		return;
	case SEGMENT_CUT:
		i->counters.too_short++;
		return;
	case SEGMENT_BAD:
		i->counters.bad_packets++;
		return;
	}
}

static void take_datagram(struct intake *i, enum datagram_result result, const struct datagram *d, uint64_t time_us);

/* Of IPv4 each fragment names its protocol; of IPv6 the first one does. */
static void
take_fragment(struct intake *i, const struct datagram *d, uint64_t time_us)
{
	struct datagram whole;

	if (!d->v6 && d->protocol != DATAGRAM_TCP)
		i->counters.not_tcp++;
	else if (fragments_take(i->fragments, d, time_us, &whole))
		take_datagram(i, datagram_go_on(&whole), &whole, time_us);
}

/* What was read of a packet; or of fragments, then it is no fragment. */
static void
take_datagram(struct intake *i, enum datagram_result result, const struct datagram *d, uint64_t time_us)
{
	switch (result) {
	case DATAGRAM_WHOLE:
		take_payload(i, d, time_us);
		return;
	case DATAGRAM_FRAGMENT:
		take_fragment(i, d, time_us);
		return;
	case DATAGRAM_NOT_IP:
		i->counters.not_ip++;
		return;
	case DATAGRAM_CUT:
		i->counters.too_short++;
		return;
	case DATAGRAM_BAD:
		i->counters.bad_packets++;
		return;
	}
}

void
intake_take(struct intake *i, const struct tap_packet *p)
{
	size_t length = p->length > p->octets.len ? p->length : p->octets.len;
	struct datagram d;
	struct span ip;

	i->counters.packets++;
	switch (frame_read(p->link, p->octets, &ip)) {
	case FRAME_IP:
		take_datagram(i, datagram_read(ip, length - (size_t)(ip.at - p->octets.at), &d), &d, p->time_us);
		return;
	case FRAME_NOT_IP:
		i->counters.not_ip++;
		return;
	case FRAME_CUT:
		i->counters.too_short++;
		return;
	case FRAME_TOO_DEEP:
		i->counters.bad_packets++;
		return;
	}
}

const struct intake_counters *
intake_counters(const struct intake *i)
{
	return &i->counters;
}

const struct fragments_counters *
intake_fragments(const struct intake *i)
{
	return fragments_counters(i->fragments);
}
