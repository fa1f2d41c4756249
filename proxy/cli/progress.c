/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/progress.h"

#include "proxy/cli/shown.h"

#include <inttypes.h>
#include <unistd.h>

enum { FIRST_MS = 1000 };	/* what is done by then needs no line */

void
progress_begin(struct progress *p, FILE *out, const char *name, uint64_t total, uint64_t now_ms)
{
	*p = (struct progress){ .out = isatty(fileno(out)) ? out : NULL, .name = name, .total = total, .began_ms = now_ms,
		.shown_ms = now_ms + FIRST_MS - PROGRESS_EACH_MS };
}

/* "1.2 GiB" */
static void
amount(uint64_t octets, char out[16])
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB" };
	double n = (double)octets / 1024.;
	size_t unit = 0;

	for (; n >= 1024. && unit + 1 < sizeof(units) / sizeof(units[0]); unit++)
		n /= 1024.;
	snprintf(out, 16, "%.1f %s", n, units[unit]);
}

void
progress_text(const struct progress *p, uint64_t octets, uint64_t things, const char *what, uint64_t now_ms, char out[PROGRESS_TEXT])
{
	uint64_t passed_ms = now_ms - p->began_ms;
	char done[16], total[16];

	amount(octets, done);
	if (p->total == 0 || octets > p->total || octets == 0) {
		snprintf(out, PROGRESS_TEXT, "%s: %s, %" PRIu64 " %s, %s", p->name, done, things, what, shown_duration((int64_t)(passed_ms / 1000)));
		return;
	}
	amount(p->total, total);
	snprintf(out, PROGRESS_TEXT, "%s: %s of %s, %u %%, %" PRIu64 " %s, %s left", p->name, done, total,
	    (unsigned)((double)octets * 100. / (double)p->total), things, what,
	    shown_duration((int64_t)((double)passed_ms / 1000. * (double)(p->total - octets) / (double)octets)));
}

void
progress_tell(struct progress *p, uint64_t octets, uint64_t things, const char *what, uint64_t now_ms)
{
	char text[PROGRESS_TEXT];

	if (p->out == NULL || now_ms < p->shown_ms + PROGRESS_EACH_MS)
		return;
	progress_text(p, octets, things, what, now_ms, text);
	fprintf(p->out, "\r%s\033[K", text);
	fflush(p->out);
	p->shown = true;
	p->shown_ms = now_ms;
}

void
progress_clear(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", p->out);
	if (p->shown)
		fflush(p->out);
	p->shown = false;
}
