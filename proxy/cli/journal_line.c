/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/journal_line.h"

#include "proxy/cli/client_net.h"
#include "proxy/cli/control_client.h"
#include "proxy/cli/shown.h"

#include <string.h>

json_t *
journal_line_read(struct span line)
{
	json_t *o = json_loadb((const char *)line.at, line.len, 0, NULL);

	if (json_is_object(o))
		return o;
	json_decref(o);
	return NULL;
}

static bool
is(const json_t *o, const char *key, const char *wanted)
{
	return wanted == NULL || strcmp(control_text(o, key), wanted) == 0;
}

bool
journal_line_is_wanted(const json_t *o, const struct journal_filter *f)
{
	return is(o, "host", f->host) && is(o, "event", f->event) && is(o, "verdict", f->verdict) &&
	    (!f->has_client || client_net_has(&f->client, control_text(o, "client")));
}

static enum colour
colour_of(const json_t *o)
{
	const char *verdict = control_text(o, "verdict"), *mode = control_text(o, "mode"), *event = control_text(o, "event");

	if (strcmp(verdict, "refuse") == 0 || strcmp(verdict, "drop") == 0 || strcmp(event, "admit") == 0)
		return COLOUR_RED;
	if (strcmp(verdict, "rewrite") == 0 || strcmp(mode, "count") == 0 || strcmp(event, "host") == 0 || strcmp(event, "rate") == 0)
		return COLOUR_YELLOW;
	return strcmp(event, "message") == 0 && control_number(o, "code") < 300 ? COLOUR_GREEN : COLOUR_NONE;
}

/* The time of the day, where the time is one. */
static const char *
clock_of(const char *time)
{
	return shown_time(time) == -1 ? time : time + strlen("2026-11-26T");
}

static void
print_text(const json_t *o, const char *key, const char *before, FILE *out)
{
	const char *text = control_text(o, key);

	if (text[0] != '\0')
		fprintf(out, "%s%s", before, shown(text));
}

static void
print_number(const json_t *o, const char *key, const char *before, FILE *out)
{
	const json_t *n = json_object_get(o, key);

	if (json_is_integer(n))
		fprintf(out, "%s%" JSON_INTEGER_FORMAT, before, json_integer_value(n));
}

/* What the events have, in the order in which one asks. */
static void
print_rest(const json_t *o, FILE *out)
{
	print_text(o, "rule", " ", out);
	if (strcmp(control_text(o, "mode"), "count") == 0)
		fputs(" (counted only)", out);
	print_text(o, "reason", " ", out);
	print_text(o, "what", " ", out);
	print_text(o, "list", " list ", out);
	print_text(o, "file", " ", out);
	print_number(o, "code", " ", out);
	print_number(o, "packets", " packets ", out);
	print_text(o, "argument", " ", out);
	print_text(o, "sender", " from ", out);
	print_number(o, "recipients", " recipients ", out);
	print_number(o, "octets", " octets ", out);
	print_text(o, "text", " ", out);
}

void
journal_line_print(const json_t *o, FILE *out)
{
	const char *time = clock_of(control_text(o, "time"));

	fprintf(out, "%s%.*s%s", shown_colour(out, COLOUR_DIM), (int)strcspn(shown(time), "Z"), shown(time), shown_colour(out, COLOUR_NONE));
	print_text(o, "session", " ", out);
	print_text(o, "client", " ", out);
	print_text(o, "host", " ", out);
	print_text(o, "event", " ", out);
	fputs(shown_colour(out, colour_of(o)), out);
	print_text(o, "verdict", " ", out);
	print_rest(o, out);
	fprintf(out, "%s\n", shown_colour(out, COLOUR_NONE));
}
