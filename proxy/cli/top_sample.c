/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/top_sample.h"

#include "proxy/cli/control_client.h"
#include "proxy/keeper/process/document.h"

#include <stdlib.h>
#include <string.h>

struct verdict_rate {
	const char *name;
	json_int_t count;
	double rate;
};

static bool
is(const json_t *line, const char *key, const char *wanted)
{
	return strcmp(control_text(line, key), wanted) == 0;
}

/* "<user@victim.example>" of "TO:<user@victim.example> SIZE=3" */
static void
count_recipient(struct top_refused *r, const char *argument)
{
	const char *from = strchr(argument, '<'), *to = from == NULL ? NULL : strchr(from, '>');
	char name[TOP_NAME];

	if (to == NULL) {
		top_k_add(&r->recipients, argument);
		return;
	}
	snprintf(name, sizeof(name), "%.*s", (int)(to + 1 - from), from);
	top_k_add(&r->recipients, name);
}

void
top_refused_count(struct top_refused *r, const json_t *line)
{
	bool by_verdict = is(line, "verdict", "refuse") || is(line, "verdict", "drop");
	bool by_rate = is(line, "event", "rate") && control_number(line, "code") >= 400;

	if (by_verdict || by_rate || is(line, "event", "admit"))
		top_k_add(&r->clients, control_text(line, "client"));
	if (by_verdict && is(line, "event", "recipient"))
		count_recipient(r, control_text(line, "argument"));
}

static const json_t *
counted(const json_t *status, const char *part)
{
	return json_object_get(json_object_get(status, "counted"), part);
}

/* A desk that began anew may know less than before: that is no negative rate. */
static double
rate(const json_t *before, const json_t *now, const char *name, double seconds)
{
	json_int_t more = control_number(now, name) - control_number(before, name);

	return more < 0 ? 0. : (double)more / seconds;
}

static json_t *
rates(const json_t *before, const json_t *now, double seconds)
{
	static const char *const names[] = { "accepted", "octets_to_host", "octets_to_client", "journal_written" };
	json_t *o = json_object();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		document_put(&o, names[i], json_real(rate(counted(before, "counters"), counted(now, "counters"), names[i], seconds)));
	return o;
}

static int
compare(const void *a, const void *b)
{
	const struct verdict_rate *x = a, *y = b;

	if (x->rate != y->rate)
		return x->rate < y->rate ? 1 : -1;
	return x->count < y->count ? 1 : x->count > y->count ? -1 : strcmp(x->name, y->name);
}

/* All events that were counted. The caller's; *count of them. */
static struct verdict_rate *
all_verdicts(const json_t *before, const json_t *now, double seconds, size_t *count)
{
	const json_t *events = counted(now, "events");
	struct verdict_rate *all = calloc(json_object_size(events) + 1, sizeof(*all));
	const char *name;
	json_t *n;

	*count = 0;
	if (all == NULL)
		return NULL;
	json_object_foreach((json_t *)events, name, n) {
		if (json_integer_value(n) > 0)
			all[(*count)++] = (struct verdict_rate){ name, json_integer_value(n), rate(counted(before, "events"), events, name, seconds) };
	}
	qsort(all, *count, sizeof(*all), compare);
	return all;
}

static json_t *
verdicts(const json_t *before, const json_t *now, double seconds)
{
	size_t count;
	struct verdict_rate *all = all_verdicts(before, now, seconds, &count);
	json_t *array = all == NULL ? NULL : json_array();

	for (size_t i = 0; all != NULL && i < count && i < TOP_SHOWN; i++) {
		json_t *o = json_object();

		document_put(&o, "name", json_string(all[i].name));
		document_put(&o, "count", json_integer(all[i].count));
		document_put(&o, "rate", json_real(all[i].rate));
		document_append(&array, o);
	}
	free(all);
	return array;
}

static json_t *
most_frequent(struct top_k *t)
{
	json_t *array = json_array();

	top_k_sort(t);
	for (size_t i = 0; i < t->used && i < TOP_SHOWN; i++) {
		json_t *o = json_object();

		document_put(&o, "name", json_string(t->places[i].name));
		document_put(&o, "count", json_integer((json_int_t)t->places[i].count));
		document_put(&o, "over", json_integer((json_int_t)t->places[i].over));
		document_append(&array, o);
	}
	return array;
}

json_t *
top_sample(const json_t *before, const json_t *now, double seconds, struct top_refused *r)
{
	json_t *o = json_object();

	document_put(&o, "time", json_string(control_text(now, "time")));
	document_put(&o, "healthy", json_boolean(control_is(now, "healthy")));
	document_put(&o, "seconds", json_real(seconds));
	document_put(&o, "now", json_deep_copy(json_object_get(now, "now")));
	document_put(&o, "rates", rates(before, now, seconds));
	document_put(&o, "verdicts", verdicts(before, now, seconds));
	document_put(&o, "clients", most_frequent(&r->clients));
	document_put(&o, "recipients", most_frequent(&r->recipients));
	return o;
}
