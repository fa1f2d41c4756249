/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* strptime(), timegm() */
#include "proxy/cli/shown.h"

#include "proxy/base/escape.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PLACES = 8, OCTETS = 2048, LONGEST = 4 };	/* LONGEST: "\x1b" */

static char *
place(void)
{
	static char places[PLACES][OCTETS];
	static unsigned next;

	return places[next++ % PLACES];
}

const char *
shown(const char *text)
{
	char *out = place(), *at = out;

	for (; *text != '\0' && at - out < OCTETS - 2 * LONGEST; text++) {
		if (*text >= ' ' && *text <= '~')
			*at++ = *text;
		else
			at += snprintf(at, LONGEST + 1, "\\x%02x", (unsigned)(unsigned char)*text);
	}
	if (*text != '\0')
		at = stpcpy(at, "...");
	*at = '\0';
	return out;
}

const char *
shown_bytes(struct span bytes)
{
	char *out = place();

	escape_write(bytes, out, OCTETS);
	return out;
}

const char *
shown_duration(int64_t seconds)
{
	static const struct {
		int64_t from, unit;
		const char *name;
	} units[] = { { 2 * 86400, 86400, "days" }, { 2 * 3600, 3600, "h" }, { 120, 60, "min" }, { INT64_MIN, 1, "s" } };
	char *out = place();
	size_t i = 0;

	if (seconds < 0)
		seconds = 0;
	while (seconds < units[i].from)
		i++;
	snprintf(out, OCTETS, "%lld %s", (long long)(seconds / units[i].unit), units[i].name);
	return out;
}

int64_t
shown_time(const char *text)
{
	struct tm tm = { 0 };
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);

	if (rest != NULL && *rest == '.')
		rest += 1 + strspn(rest + 1, "0123456789");
	return rest == NULL || strcmp(rest, "Z") != 0 ? -1 : (int64_t)timegm(&tm);
}

const char *
shown_colour(FILE *out, enum colour c)
{
	static const char *const codes[COLOURS] = {
		[COLOUR_NONE] = "\033[0m", [COLOUR_RED] = "\033[31m", [COLOUR_GREEN] = "\033[32m", [COLOUR_YELLOW] = "\033[33m",
		[COLOUR_DIM] = "\033[2m", [COLOUR_BOLD] = "\033[1m",
	};

	return isatty(fileno(out)) && getenv("NO_COLOR") == NULL ? codes[c] : "";
}
