/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/board/answers.h"

#include "proxy/keeper/board/look.h"
#include "proxy/keeper/board/metrics.h"
#include "proxy/keeper/board/page.h"
#include "proxy/keeper/process/document.h"
#include "proxy/site/draft.h"

#include <stdio.h>
#include <string.h>

/* What there is to show, and where it is written to. */
struct sheet {
	FILE *out;
	const json_t *status, *sessions;	/* NULL: the desk does not answer */
	const struct series *past;
};

static unsigned
write_page(const struct sheet *s)
{
	page_write(s->out, s->status, s->sessions);
	return 200;
}

static unsigned
write_metrics(const struct sheet *s)
{
	metrics_write(s->out, s->status);
	return 200;
}

static unsigned
write_health(const struct sheet *s)
{
	const json_t *faults = json_object_get(s->status, "faults");

	if (look_is(s->status, "healthy")) {
		fputs("ok\n", s->out);
		return 200;
	}
	for (size_t i = 0; i < json_array_size(faults); i++)
		fprintf(s->out, "%s\n", json_string_value(json_array_get(faults, i)));
	if (json_array_size(faults) == 0)
		fputs("no process says how the others are\n", s->out);
	return 503;
}

static json_t *
or_null(const json_t *o)
{
	return o == NULL ? json_null() : json_incref((json_t *)o);
}

static unsigned
write_json(const struct sheet *s)
{
	json_t *o = json_object();
	int result;

	document_put(&o, "status", or_null(s->status));
	document_put(&o, "sessions", or_null(s->sessions));
	document_put(&o, "past", series_json(s->past));
	result = o == NULL ? -1 : json_dumpf(o, s->out, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(o);
	fputs(result == 0 ? "\n" : "no memory\n", s->out);
	return result == 0 ? 200 : 500;
}

static unsigned
write_nothing(const struct sheet *s)
{
	fputs("here are /, /health, /metrics and /status.json\n", s->out);
	return 404;
}

#define TEXT "text/plain; charset=utf-8"

/* The last row is for all other paths. */
static const struct row {
	const char *path;
	unsigned needs;
	const char *type;
	unsigned (*write)(const struct sheet *s);	/* gives the code */
} rows[] = {
	{ "/", DOCUMENTS_STATUS | DOCUMENTS_SESSIONS, "text/html; charset=utf-8", write_page },
	{ "/health", DOCUMENTS_STATUS, TEXT, write_health },
	{ "/metrics", DOCUMENTS_STATUS, "text/plain; version=0.0.4; charset=utf-8", write_metrics },
	{ "/status.json", DOCUMENTS_STATUS | DOCUMENTS_SESSIONS, "application/json", write_json },
	{ NULL, DOCUMENTS_NONE, TEXT, write_nothing },
};

static const struct row *
row_of(const char *path)
{
	const struct row *r = rows;

	while (r->path != NULL && strcmp(r->path, path) != 0)
		r++;
	return r;
}

unsigned
answers_need(const char *path)
{
	return row_of(path)->needs;
}

void
answers_make(const char *path, const struct documents *d, const struct series *past, struct http_answer *out)
{
	const struct row *r = row_of(path);
	struct sheet s = { .status = documents_get(d, DOCUMENTS_STATUS), .sessions = documents_get(d, DOCUMENTS_SESSIONS), .past = past };
	struct draft draft;

	*out = (struct http_answer){ .type = r->type };
	s.out = draft_open(&draft);
	if (s.out == NULL)
		return;
	out->code = r->write(&s);
	out->text = draft_close(&draft, s.out);
	out->len = draft.len;
}
