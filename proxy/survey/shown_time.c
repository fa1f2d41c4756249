/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/shown_time.h"

#include <stdio.h>
#include <time.h>

const char *
shown_time_of(uint64_t time_us, char out[SHOWN_TIME])
{
	time_t seconds = (time_t)(time_us / 1000000);
	struct tm tm;

	if (time_us == 0)
		snprintf(out, SHOWN_TIME, "never");
	else if (gmtime_r(&seconds, &tm) == NULL || strftime(out, SHOWN_TIME, "%Y-%m-%d %H:%M", &tm) == 0)
		snprintf(out, SHOWN_TIME, "?");
	return out;
}
