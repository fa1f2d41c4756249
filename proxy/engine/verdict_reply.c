/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/engine/verdict_reply.h"

#include "proxy/base/escape.h"

#include <stdio.h>

enum { SHOWN_OCTETS = 200 };	/* of a path in a reply: the line stays below 512 octets */

unsigned
verdict_reply_code(const struct verdict *v)
{
	if (v->action == ACTION_PASS || v->action == ACTION_REWRITE)
		return 0;
	return v->action == ACTION_DROP ? 421 : reason_code(v->reason);
}

size_t
verdict_reply(const struct verdict *v, const char *id, char out[VERDICT_REPLY_OCTETS])
{
	bool drop = v->action == ACTION_DROP;
	char shown[SHOWN_OCTETS];

	escape_write(v->path, shown, sizeof(shown));
	return (size_t)snprintf(out, VERDICT_REPLY_OCTETS, "%u %s <%s>: %s%s%.*s (%s %s)", verdict_reply_code(v),
	    drop ? "4.7.1" : reason_enhanced(v->reason), shown, reason_text(v->reason), v->by.len > 0 ? " by " : "", (int)v->by.len,
	    (const char *)v->by.at, id, reason_name(v->reason));
}

size_t
verdict_reply_redirected(struct span path, unsigned code, char out[VERDICT_REPLY_OCTETS])
{
	const char *enhanced = code < 300 ? "2.1.5" : code < 500 ? "4.2.0" : "5.2.0";
	char shown[SHOWN_OCTETS];

	escape_write(path, shown, sizeof(shown));
	return (size_t)snprintf(out, VERDICT_REPLY_OCTETS, "%u %s <%s>: recipient %s", code, enhanced, shown,
	    code < 300 ? "ok" : "not accepted");
}
