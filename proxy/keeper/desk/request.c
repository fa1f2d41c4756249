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

/* One digit or two, without a zero before others. */
static bool
is_worker(struct span s, unsigned *worker)
{
	*worker = 0;
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] < '0' || s.at[i] > '9')
			return false;
		*worker = *worker * 10 + (s.at[i] - '0');
	}
	return s.len == 1 || (s.len == 2 && s.at[0] != '0');
}

/* What is behind these octets; empty: the line does not begin so. */
static struct span
behind(struct span line, struct span begin)
{
	bool has = line.len > begin.len && span_eq(span_cut(line, 0, begin.len), begin);

	return span_cut(line, has ? begin.len : line.len, line.len);
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
	struct span id = behind(line, SPAN("end ")), worker = behind(line, SPAN("drill "));
	struct request r = { .kind = REQUEST_NONE };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (span_eq(line, span_str(words[i].text)))
			r.kind = words[i].kind;
	if (is_id(id)) {
		r.kind = REQUEST_END;
		memcpy(r.id, id.at, REQUEST_ID - 1);
	}
	if (is_worker(worker, &r.worker))
		r.kind = REQUEST_DRILL;
	return r;
}
