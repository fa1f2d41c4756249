/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/tally.h"

#include <inttypes.h>

/* The word that an event is counted by; constant text. */
static const char *
cause(const struct event *e)
{
	switch (e->kind) {
	case EVENT_HELLO:
	case EVENT_SENDER:
	case EVENT_RECIPIENT:
		return e->verdict->action == ACTION_PASS ? action_name(ACTION_PASS) : reason_name(e->verdict->reason);
	case EVENT_MESSAGE:
		return e->what == NULL ? (e->code < 300 ? "taken" : "host-refused") : e->what;
	case EVENT_AUTH:
		return e->code == 235 ? "success" : "failure";
	case EVENT_TLS:		/* its text is the cipher */
		return "begun";
	default:
		return e->what == NULL ? "other" : e->what;
	}
}

void
tally_count(struct tally *t, const struct event *e)
{
	const char *what = cause(e);
	size_t i = 0;

	while (i < t->used && (t->of[i].kind != e->kind || strcmp(t->of[i].what, what) != 0))
		i++;
	if (i == TALLY_MAX) {
		t->others++;
		return;
	}
	if (i == t->used)
		t->of[t->used++] = (struct tally_count){ .kind = e->kind, .what = what };
	t->of[i].count++;
}

void
tally_print(const struct tally *t, FILE *out)
{
	for (size_t i = 0; i < t->used; i++)
		fprintf(out, " %s.%s=%" PRIu64, event_name(t->of[i].kind), t->of[i].what, t->of[i].count);
	if (t->others > 0)
		fprintf(out, " other=%" PRIu64, t->others);
}
