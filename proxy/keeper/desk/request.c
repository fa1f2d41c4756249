/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/desk/request.h"

static bool
is_id(struct span s)
{
	if (s.len != REQUEST_ID - 1)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (memchr("0123456789abcdef", s.at[i], 16) == NULL)
			return false;
	return true;
}

struct request
request_parse(struct span line)
{
	static const struct {
		const char *text;
		enum request_kind kind;
	} words[] = {
		{ "status", REQUEST_STATUS }, { "sessions", REQUEST_SESSIONS }, { "reload", REQUEST_RELOAD }, { "upgrade", REQUEST_UPGRADE },
		{ "stop", REQUEST_STOP }, { "stop now", REQUEST_STOP_NOW },
	};
	const struct span end = SPAN("end ");
	struct request r = { .kind = REQUEST_NONE };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (span_eq(line, span_str(words[i].text)))
			r.kind = words[i].kind;
	if (line.len > end.len && span_eq(span_cut(line, 0, end.len), end) && is_id(span_cut(line, end.len, line.len))) {
		r.kind = REQUEST_END;
		memcpy(r.id, line.at + end.len, REQUEST_ID - 1);
	}
	return r;
}
