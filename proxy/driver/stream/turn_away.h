/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * turn_away.h - clients who get no session: one reply, an event, and the end of
 * the connection. For the files of this folder only.
 *
 * Each function that turns a client away closes fd.
 */
#ifndef PROXY_DRIVER_STREAM_TURN_AWAY_H
#define PROXY_DRIVER_STREAM_TURN_AWAY_H

#include "proxy/driver/stream/session.h"

/* Who came to the listener for refusals: told why, as far as that is known, by the gate or by the rules of its network. */
void turn_away_refused(const struct sessions *all, int fd, const struct session *who);

/* There are as many sessions as there may be; there is no memory for one more; what it did could not be recorded. */
void turn_away_too_many(const struct sessions *all, int fd, const struct session *who);
void turn_away_no_memory(const struct sessions *all, int fd, const struct session *who);
void turn_away_unrecorded(const struct sessions *all, int fd, const struct session *who);

/*
 * Count this connection, and turn the client away if it has as many as its rules
 * allow, now or within a minute. Every one counts, also those that are turned
 * away: who goes on knocking stays out. False: it may have its session.
 */
bool turn_away_rate(const struct sessions *all, int fd, const struct session *who);

#endif
