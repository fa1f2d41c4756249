/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * intake.h - packets to the TCP segments in them, and these to the flows; whatever is none is counted by what it is.
 *
 * No I/O. The flows are the caller's.
 */
#ifndef PROXY_DRIVER_TAP_INTAKE_H
#define PROXY_DRIVER_TAP_INTAKE_H

#include "proxy/driver/tap/flows.h"
#include "proxy/driver/tap/fragments.h"
#include "proxy/driver/tap/packet.h"

struct intake;

/* name, meaning */
#define INTAKE_COUNTERS(X)                                                                                        \
	X(packets, "packets")                                                                                            \
	X(not_ip, "of these: no IP")                                                                                     \
	X(not_tcp, "of these: IP, but no TCP")                                                                           \
	X(too_short, "of these: their headers are not in the capture as a whole")                                        \
	X(bad_packets, "of these: headers that contradict themselves, or are more than can be followed")

struct intake_counters {
#define X(name, meaning) uint64_t name;
	INTAKE_COUNTERS(X)
#undef X
};

/* flows: outlives it. fragments_max: datagrams in work at once. seed: random. NULL without memory. */
struct intake *intake_new(struct flows *flows, size_t fragments_max, const uint64_t seed[2]);

/* NULL does nothing. */
void intake_free(struct intake *i);

/* Take a packet, which is borrowed for the call; its link type is one that is known. */
void intake_take(struct intake *i, const struct tap_packet *p);

/* Both valid while it is. */
const struct intake_counters *intake_counters(const struct intake *i);
const struct fragments_counters *intake_fragments(const struct intake *i);

#endif
