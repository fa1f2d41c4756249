/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/exchange_line.h"

#include "proxy/base/ip_text.h"
#include "proxy/base/json_line.h"
#include "proxy/smtp/text.h"

#include <stdio.h>
#include <time.h>

/* A command or an address is cut, and a line holds both with all of JSON's escapes. */
_Static_assert(EXCHANGE_LINE > 3 * JSON_LINE_TEXT + 1024, "a line holds the texts of peers");

static const char *const kinds[EXCHANGE_KINDS] = {
	[EXCHANGE_BANNER] = "banner",
	[EXCHANGE_COMMAND] = "command",
	[EXCHANGE_MESSAGE] = "message",
	[EXCHANGE_SECRET] = "secret",
	[EXCHANGE_OPAQUE] = "opaque",
	[EXCHANGE_MISSING] = "missing",
	[EXCHANGE_DIFFERS] = "differs",
	[EXCHANGE_CLOSED] = "closed",
};

static const char *const ends[] = {
	[FLOW_CLOSED] = "closed",
	[FLOW_RESET] = "reset",
	[FLOW_IDLE] = "idle",
	[FLOW_EVICTED] = "evicted",
	[FLOW_STOPPED] = "stopped",
};

static void
put_time(struct json_line *l, uint64_t time_us)
{
	time_t second = (time_t)(time_us / 1000000);
	char date[32], text[48];
	struct tm tm;

	gmtime_r(&second, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof(text), "%s.%06uZ", date, (unsigned)(time_us % 1000000));
	json_line_text(l, "time", text);
}

static void
put_ends(struct json_line *l, const struct exchange_session *s)
{
	char text[IP_TEXT];

	json_line_text(l, "session", s->id);
	ip_text(&s->ends.client, text);
	json_line_text(l, "client", text);
	json_line_number(l, "client_port", s->ends.client_port);
	ip_text(&s->ends.host, text);
	json_line_text(l, "address", text);
	json_line_number(l, "port", s->ends.port);
}

/* Names of what is wrong, with blanks between. */
static void
put_faults(struct json_line *l, unsigned faults)
{
	char text[TEXT_FAULTS * 16] = "";
	size_t n = 0;

	for (enum text_fault f = TEXT_OK + 1; f < TEXT_FAULTS; f++)
		if ((faults & 1u << f) != 0)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n == 0 ? "" : " ", text_fault_name(f));
	if (n > 0)
		json_line_text(l, "faults", text);
}

static void
put_judgement(struct json_line *l, const struct judgement *j)
{
	if (!j->known)
		return;
	json_line_text(l, "would", action_name(j->action));
	if (j->judged) {
		json_line_text(l, "rule", rule_name(j->rule));
		json_line_text(l, "mode", mode_name(j->mode));
	}
	if (j->what != NULL)
		json_line_text(l, "reason", j->what);
	if (j->code != 0)
		json_line_number(l, "would_code", j->code);
}

static void
put_what(struct json_line *l, const struct exchange *e)
{
	switch (e->kind) {
	case EXCHANGE_COMMAND:
		json_line_text(l, "verb", verb_name(e->verb));
		json_line_bytes(l, "line", e->line);
		break;
	case EXCHANGE_MESSAGE:
		json_line_number(l, "recipients", e->accepted);
		json_line_number(l, "octets", e->octets);
		break;
	case EXCHANGE_MISSING:
	case EXCHANGE_DIFFERS:
		json_line_text(l, "side", e->from == SIDE_CLIENT ? "client" : "host");
		json_line_number(l, "octets", e->octets);
		return;
	case EXCHANGE_CLOSED:
		json_line_text(l, "end", ends[e->end]);
		return;
	default:
		break;
	}
	put_faults(l, e->faults);
	json_line_number(l, "code", e->code);
	put_judgement(l, &e->judged[0]);
}

struct span
exchange_line(char *memory, const struct exchange_session *s, const struct exchange *e)
{
	struct json_line l;

	json_line_begin(&l, memory, EXCHANGE_LINE);
	put_time(&l, e->time_us);
	put_ends(&l, s);
	json_line_text(&l, "kind", kinds[e->kind]);
	put_what(&l, e);
	return json_line_end(&l);
}
