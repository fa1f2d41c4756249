/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/board/series.h"

#include "proxy/keeper/board/look.h"
#include "proxy/keeper/process/document.h"

bool
series_is_admission(const char *event)
{
	static const char kind[] = "admit.";

	return strncmp(event, kind, sizeof(kind) - 1) == 0;
}

/* All that was counted since the keeper began. */
static void
sum_up(const json_t *status, uint64_t totals[SERIES_COUNTS])
{
	const json_t *counted = json_object_get(status, "counted");
	const char *name;
	json_t *host, *n;

	memset(totals, 0, SERIES_COUNTS * sizeof(totals[0]));
	json_object_foreach(json_object_get(counted, "hosts"), name, host) {
		const json_t *refused = json_object_get(host, "refused_by");

		for (enum rule r = 0; r < RULE_COUNT; r++)
			totals[r] += look_number(refused, rule_name(r));
		totals[SERIES_MESSAGES] += look_number(host, "messages");
	}
	json_object_foreach(json_object_get(counted, "events"), name, n)
		if (series_is_admission(name))
			totals[SERIES_ADMISSION] += (uint64_t)json_integer_value(n);
}

static void
clear(struct series *s, uint64_t minute)
{
	memset(s->counts[minute % SERIES_MINUTES], 0, sizeof(s->counts[0]));
	s->sessions[minute % SERIES_MINUTES] = 0;
}

/* Minutes that nobody saw have nothing. A clock that was set back, or on by a day, begins anew. */
static void
advance(struct series *s, uint64_t minute)
{
	if (s->newest == 0 || minute >= s->newest + SERIES_MINUTES || s->newest >= minute + SERIES_MINUTES) {
		s->first = s->newest = minute;
		clear(s, minute);
	}
	while (s->newest < minute)
		clear(s, ++s->newest);
	if (s->first > s->newest)	/* only in memory that somebody else wrote to */
		s->first = s->newest;
	if (s->newest - s->first >= SERIES_MINUTES)
		s->first = s->newest - SERIES_MINUTES + 1;
}

static uint32_t
add(uint32_t to, uint64_t n)
{
	return n < UINT32_MAX - to ? to + (uint32_t)n : UINT32_MAX;
}

void
series_take(struct series *s, const json_t *status, time_t now)
{
	uint64_t totals[SERIES_COUNTS], sessions = look_number(json_object_get(status, "now"), "sessions");
	bool begins = s->newest == 0;
	size_t at;

	sum_up(status, totals);
	advance(s, (uint64_t)now / 60);
	at = s->newest % SERIES_MINUTES;
	for (size_t i = 0; i < SERIES_COUNTS; i++) {
		if (totals[i] <= s->totals[i])
			continue;
		if (!begins)
			s->counts[at][i] = add(s->counts[at][i], totals[i] - s->totals[i]);
		s->totals[i] = totals[i];
	}
	if (sessions > s->sessions[at])
		s->sessions[at] = add(0, sessions);
}

/* NULL without memory, and NULL and *is_empty if all of it is 0. */
static json_t *
column(const struct series *s, const uint32_t *values, size_t stride, bool *is_empty)
{
	json_t *array = json_array();

	*is_empty = true;
	for (uint64_t m = s->first; m <= s->newest; m++) {
		uint32_t n = values[m % SERIES_MINUTES * stride];

		*is_empty = *is_empty && n == 0;
		document_append(&array, json_integer(n));
	}
	return array;
}

static json_t *
refused(const struct series *s)
{
	json_t *o = json_object();

	for (size_t i = 0; i <= SERIES_ADMISSION; i++) {
		bool is_empty;
		json_t *values = column(s, &s->counts[0][i], SERIES_COUNTS, &is_empty);

		if (is_empty && values != NULL)
			json_decref(values);
		else
			document_put(&o, i == SERIES_ADMISSION ? SERIES_ADMISSION_NAME : rule_name((enum rule)i), values);
	}
	return o;
}

json_t *
series_json(const struct series *s)
{
	json_t *o = json_object();
	char end[DOCUMENT_TIME];
	bool is_empty;

	document_time((time_t)(s->newest * 60), end);
	document_put(&o, "step_s", json_integer(60));
	document_put(&o, "end", json_string(end));
	document_put(&o, "refused", refused(s));
	document_put(&o, "messages", column(s, &s->counts[0][SERIES_MESSAGES], SERIES_COUNTS, &is_empty));
	document_put(&o, "sessions", column(s, s->sessions, 1, &is_empty));
	return o;
}
