/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/smtp/ehlo.h"

#include "classifier/ascii.h"
#include "classifier/param.h"

static const struct {
	const char *keyword;
	unsigned offer;
	bool has_value;
} allowed[] = {
	{ "SIZE", OFFER_SIZE, true },			/* RFC 1870 */
	{ "8BITMIME", OFFER_8BITMIME, false },		/* RFC 6152 */
	{ "DSN", OFFER_DSN, false },			/* RFC 3461 */
	{ "PIPELINING", 0, false },			/* RFC 2920: the engine takes commands as they come */
	{ "ENHANCEDSTATUSCODES", 0, false },		/* RFC 2034: replies of our own carry them too */
	{ "HELP", 0, false },
};

bool
ehlo_allowed(struct span line, unsigned *offer)
{
	size_t end = span_find(line, 0, ' ');
	struct span keyword = span_cut(line, 0, end);
	struct span value = ascii_trim(span_cut(line, end, line.len));

	*offer = 0;
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		if (!ascii_eq_nocase(keyword, span_str(allowed[i].keyword)))
			continue;
		if (value.len > 0 && !(allowed[i].has_value && ascii_all(value, ASCII_DIGIT)))
			return false;
		*offer = allowed[i].offer;
		return true;
	}
	return false;
}
