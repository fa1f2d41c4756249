/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/desk/letters.h"

#include "proxy/keeper/process/roll.h"
#include "proxy/keeper/process/version.h"
#include "proxy/site/draft.h"

#include <stdlib.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static void
add_fault(json_t **faults, const char *format, ...)
{
	char text[160];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	document_append(faults, json_string(text));
}

/* Block lists erred, which is the DNS's fault or theirs. */
static json_t *
faults_elsewhere(const struct inquiry *q)
{
	json_t *faults = json_array();

	for (size_t i = 0; i < q->count; i++) {
		json_int_t lists = json_integer_value(json_object_get(json_object_get(q->captains[i].report, "now"), "lists_broken"));

		if (lists > 0 && strcmp(q->captains[i].state, "serving") == 0)
			add_fault(&faults, "block lists that are not asked, since they erred: %" JSON_INTEGER_FORMAT, lists);
	}
	return faults;
}

/* What is wrong with a captain that has answered. */
static void
look_inside(const struct inquiry_captain *c, json_t **faults)
{
	const json_t *workers = json_object_get(c->report, "workers"), *gate = json_object_get(c->report, "gate");
	bool foreign_rules = json_is_false(json_object_get(c->report, "rules_loaded"));

	for (size_t i = 0; i < json_array_size(workers); i++)
		if (json_is_false(json_object_get(json_array_get(workers, i), "well")))
			add_fault(faults, "worker %zu of captain %u does not serve", i, c->generation);
	if (json_is_false(json_object_get(gate, "well")))
		add_fault(faults, "the gate of captain %u does not serve", c->generation);
	if (foreign_rules)
		add_fault(faults, "somebody took the kernel's rules of captain %u away, and they do not load", c->generation);
}

/* Mail does not wait for the journal, unless it is required, and never for evidence. */
static void
look_at_journal(const struct inquiry_captain *c, json_t **faults)
{
	static const char *const outputs[][3] = { { "file", "file_error", "the journal" }, { "syslog", "syslog_error", "syslog" },
		{ "evidence", "evidence_error", "evidence" } };
	static const char refused[] = "mail is refused for now", goes_on[] = "mail goes on";
	const json_t *scribe = json_object_get(c->report, "scribe");
	const char *required = json_string_value(json_object_get(scribe, "required"));

	if (json_is_false(json_object_get(scribe, "well")))
		add_fault(faults, "the scribe of captain %u does not write: %s", c->generation, required != NULL ? refused : goes_on);
	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
		const char *why = json_string_value(json_object_get(scribe, outputs[i][1]));
		bool is_required = required != NULL && strcmp(required, outputs[i][0]) == 0;

		if (why != NULL)
			add_fault(faults, "%s of captain %u cannot be written: %.60s: %s", outputs[i][2], c->generation, why, is_required ? refused : goes_on);
	}
}

static json_t *
faults_of(const struct inquiry *q, const json_t *elsewhere)
{
	json_t *faults = json_array();
	bool serves = false;

	if (!q->named)
		add_fault(&faults, "the keeper does not answer");
	for (size_t i = 0; i < q->count; i++) {
		const struct inquiry_captain *c = &q->captains[i];
		bool is_it = strcmp(c->state, "serving") == 0, was_it = strcmp(c->state, "paused") == 0;	/* for the milliseconds of a reload */

		serves |= is_it || was_it;
		if (!c->answered && (is_it || was_it))	/* others begin, or may have ended meanwhile */
			add_fault(&faults, "captain %u, %s, does not answer", c->generation, c->state);
		if (is_it) {
			look_inside(c, &faults);
			look_at_journal(c, &faults);
		}
	}
	if (q->named && !serves)
		add_fault(&faults, "no captain serves");
	for (size_t i = 0; i < json_array_size(elsewhere); i++)
		document_append(&faults, json_incref(json_array_get(elsewhere, i)));
	return faults;
}

static json_t *
captain(const struct inquiry_captain *c)
{
	json_t *o = c->report == NULL ? json_object() : json_copy(c->report);

	if (c->report == NULL)
		document_put(&o, "generation", json_integer(c->generation));
	else if (o != NULL)
		(void)json_object_del(o, "counted");
	document_put(&o, "state", json_string(c->state));
	document_put(&o, "silent", json_boolean(c->report == NULL));
	return o;
}

static json_t *
keeper(const struct desk_home *home)
{
	json_t *o = json_object();

	document_put(&o, "pid", json_integer(home->keeper));
	document_put(&o, "since", json_string(home->since));
	document_put(&o, "version", json_string(version_text));
	return o;
}

/* Add this part of all reports to what sum has. Frees sum, and is NULL, without memory. */
static json_t *
add_all(const struct inquiry *q, const char *part, json_t *sum)
{
	for (size_t i = 0; sum != NULL && i < q->count; i++) {
		const json_t *one = json_object_get(q->captains[i].report, part);

		if (one == NULL || document_add(sum, one) == 0)
			continue;
		json_decref(sum);
		sum = NULL;
	}
	return sum;
}

json_t *
letters_status(const struct inquiry *q, const struct desk_home *home)
{
	json_t *o = json_object(), *captains = json_array(), *elsewhere = faults_elsewhere(q), *faults = faults_of(q, elsewhere);

	for (size_t i = 0; i < q->count; i++)
		document_append(&captains, captain(&q->captains[i]));
	document_put(&o, "time", document_now());
	document_put(&o, "healthy", json_boolean(faults != NULL && json_array_size(faults) == 0));
	document_put(&o, "faults", faults);
	document_put(&o, "elsewhere", elsewhere);
	document_put(&o, "keeper", keeper(home));
	document_put(&o, "captains", captains);
	document_put(&o, "now", add_all(q, "now", json_object()));
	document_put(&o, "counted", add_all(q, "counted", q->counted == NULL ? json_object() : json_deep_copy(q->counted)));
	return o;
}

/* A text that grows: not as a tree of JSON, of which 100,000 sessions would be hundreds of megabytes. */
struct sheet {
	FILE *out;
	size_t octets, most;
	const char *comma;	/* before the next session */
	bool more;
};

static void
write_session(struct sheet *t, json_t *o)
{
	char line[ROLL_LINE + 64];
	size_t len = json_dumpb(o, line, sizeof(line), JSON_COMPACT | JSON_ENSURE_ASCII);

	t->more |= len == 0 || len > sizeof(line) || t->octets + len > t->most;
	if (t->more)
		return;
	fputs(t->comma, t->out);
	fwrite(line, 1, len, t->out);
	t->octets += len + 1;
	t->comma = ",";
}

static void
write_roll(struct sheet *t, const struct inquiry_captain *c, unsigned worker, void (*each)(void *cookie, const char *id), void *cookie)
{
	static struct roll roll;
	json_t *o;

	roll_begin(&roll, c->rolls[worker]);
	while ((each != NULL || !t->more) && (o = roll_next(&roll)) != NULL) {
		document_put(&o, "captain", json_integer(c->generation));
		document_put(&o, "worker", json_integer(worker));
		t->more |= o == NULL;
		if (o == NULL)
			break;
		if (each != NULL)
			each(cookie, json_string_value(json_object_get(o, "id")));
		write_session(t, o);
		json_decref(o);
	}
	t->more |= roll.torn;
}

static void
write_silent(FILE *out, const struct inquiry *q)
{
	const char *comma = "";

	for (size_t i = 0; i < q->count; i++) {
		const struct inquiry_captain *c = &q->captains[i];

		if (c->roll_count == 0 && !c->answered) {
			fprintf(out, "%s{\"captain\":%u,\"worker\":null}", comma, c->generation);
			comma = ",";
		}
		for (unsigned w = 0; w < c->roll_count; w++) {
			if (c->listed[w])
				continue;
			fprintf(out, "%s{\"captain\":%u,\"worker\":%u}", comma, c->generation, w);
			comma = ",";
		}
	}
}

struct letter *
letters_sessions(const struct inquiry *q, size_t octets_most, void (*each)(void *cookie, const char *id), void *cookie)
{
	struct draft draft;
	struct sheet t = { .out = draft_open(&draft), .most = octets_most, .comma = "" };
	char *whole, now[DOCUMENT_TIME];

	if (t.out == NULL)
		return letter_new(NULL, 0);
	document_time(time(NULL), now);
	fprintf(t.out, "{\"time\":\"%s\",\"sessions\":[", now);
	for (size_t i = 0; i < q->count; i++)
		for (unsigned w = 0; w < q->captains[i].roll_count; w++)
			if (q->captains[i].listed[w])
				write_roll(&t, &q->captains[i], w, each, cookie);
	fputs("],\"silent\":[", t.out);
	write_silent(t.out, q);
	fprintf(t.out, "],\"more\":%s}\n", t.more ? "true" : "false");
	whole = draft_close(&draft, t.out);
	return letter_new(whole, draft.len);
}

bool
letters_sessions_are_all(const struct inquiry *q)
{
	for (size_t i = 0; i < q->count; i++)
		if (!q->captains[i].answered)
			return false;
	return q->named;
}

struct letter *
letters_result(const char *result, const char *text)
{
	json_t *o = json_object(), *lines = json_array();
	struct letter *a;

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		document_append(&lines, document_bytes(span_of((const uint8_t *)text, len)));
		text += len + (text[len] == '\n');
	}
	document_put(&o, "result", json_string(result));
	document_put(&o, "lines", lines);
	a = letter_json(o);
	json_decref(o);
	return a;
}
