/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shown_time.h - a time of a capture as people read it, in UTC.
 */
#ifndef PROXY_SURVEY_SHOWN_TIME_H
#define PROXY_SURVEY_SHOWN_TIME_H

#include <stdint.h>

enum { SHOWN_TIME = 32 };

/* "2004-01-12 10:00" of microseconds since 1970, to out; "never" of 0, "?" of one that no calendar has. Returns out. */
const char *shown_time_of(uint64_t time_us, char out[SHOWN_TIME]);

#endif
