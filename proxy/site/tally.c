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

static void
add(struct tally *t, enum event_kind kind, const char *what, uint64_t n)
{
	size_t i = 0;

	while (i < t->used && (t->of[i].kind != kind || strcmp(t->of[i].what, what) != 0))
		i++;
	if (i == TALLY_MAX || strlen(what) >= TALLY_WORD) {
		t->others += n;
		return;
	}
	if (i == t->used) {
		t->of[i] = (struct tally_count){ .kind = kind };
		memcpy(t->of[i].what, what, strlen(what) + 1);
		t->used++;
	}
	t->of[i].count += n;
}

void
tally_count(struct tally *t, const struct event *e)
{
	add(t, e->kind, cause(e), 1);
}

void
tally_add(struct tally *t, const struct tally *other)
{
	size_t used = other->used < TALLY_MAX ? other->used : TALLY_MAX;

	for (size_t i = 0; i < used; i++) {
		struct tally_count one = other->of[i];

		one.what[TALLY_WORD - 1] = '\0';
		if (one.kind < EVENT_COUNT)
			add(t, one.kind, one.what, one.count);
	}
	t->others += other->others;
}

void
tally_print(const struct tally *t, FILE *out)
{
	for (size_t i = 0; i < t->used; i++)
		fprintf(out, " %s.%s=%" PRIu64, event_name(t->of[i].kind), t->of[i].what, t->of[i].count);
	if (t->others > 0)
		fprintf(out, " other=%" PRIu64, t->others);
}
