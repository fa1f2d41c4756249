/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/replay_report.h"

#include "proxy/base/escape.h"
#include "proxy/base/ip_text.h"

#include <time.h>

bool
replay_report_differs(const struct replay_report *r)
{
	switch (r->fail_on) {
	case REPLAY_FAIL_LEGITIMATE:
		return replay_cost(r->replay) > 0;
	case REPLAY_FAIL_ANY:
		return replay_changes(r->replay) > 0;
	default:
		return false;
	}
}

const char *
replay_report_was(const struct replay_report *r)
{
	if (r->site_count == 2)
		return "policy";
	if (r->captures > 0 && r->journals > 0)
		return "host and journal";
	return r->journals > 0 ? "journal" : "host";
}

const char *
replay_fail_name(enum replay_fail f)
{
	static const char *const names[REPLAY_FAILS] = { "legitimate", "any", "none" };

	return names[f];
}

const char *
replay_time(uint64_t us, char out[REPLAY_TIME])
{
	time_t second = (time_t)(us / 1000000);
	struct tm tm;

	if (gmtime_r(&second, &tm) == NULL || strftime(out, REPLAY_TIME, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		out[0] = '\0';
	return out;
}

/* An object or array being made. */
struct part {
	json_t *at;
	bool failed;		/* no memory for something of it: what is left would be another answer */
};

/* Takes value; NULL: there was no memory for it. */
static void
put(struct part *p, const char *key, json_t *value)
{
	if (json_object_set_new(p->at, key, value) == -1)
		p->failed = true;
}

static void
put_number(struct part *p, const char *key, uint64_t n)
{
	put(p, key, json_integer((json_int_t)n));
}

static void
put_text(struct part *p, const char *key, const char *text)
{
	put(p, key, json_string(text));
}

static void
append(struct part *p, json_t *value)
{
	if (json_array_append_new(p->at, value) == -1)
		p->failed = true;
}

/* The whole of it, or NULL. */
static json_t *
done(struct part *p)
{
	if (!p->failed)
		return p->at;
	json_decref(p->at);
	return NULL;
}

static void
put_time(struct part *p, const char *key, uint64_t us)
{
	char text[REPLAY_TIME];

	put_text(p, key, replay_time(us, text));
}

static json_t *
json_policies(const struct replay_report *r)
{
	struct part list = { .at = json_array() };

	for (size_t i = 0; i < r->site_count; i++) {
		struct part p = { .at = json_object() };
		char file[1024];

		escape_write(span_str(r->sites[i]->file), file, sizeof(file));
		put_text(&p, "file", file);
		put_text(&p, "digest", r->sites[i]->digest);
		append(&list, done(&p));
	}
	return done(&list);
}

static json_t *
json_inputs(const struct replay_report *r)
{
	struct part p = { .at = json_object() };

	put_number(&p, "captures", r->captures);
	put_number(&p, "journals", r->journals);
	put_number(&p, "unread", r->unread);
	return done(&p);
}

static json_t *
json_sessions(const struct replay_sessions *s)
{
	struct part p = { .at = json_object() };

	put_number(&p, "seen", s->seen);
	put_number(&p, "tls", s->tls);
	put_number(&p, "no_smtp", s->no_smtp);
	put_number(&p, "missing", s->missing);
	put_number(&p, "midstream", s->midstream);
	put_number(&p, "differs", s->differs);
	put_number(&p, "unfinished", s->unfinished);
	put_number(&p, "no_memory", s->no_memory);
	return done(&p);
}

static json_t *
json_lines(const struct replay_lines *l)
{
	struct part p = { .at = json_object() };

	put_number(&p, "seen", l->seen);
	put_number(&p, "verdicts", l->verdicts);
	put_number(&p, "bad", l->bad);
	put_number(&p, "version", l->version);
	put_number(&p, "events", l->events);
	put_number(&p, "forgotten", l->forgotten);
	return done(&p);
}

static json_t *
json_fates(const uint64_t n[REPLAY_FATES])
{
	struct part p = { .at = json_object() };

	put_number(&p, "delivered", n[REPLAY_DELIVERED]);
	put_number(&p, "perhaps", n[REPLAY_PERHAPS]);
	put_number(&p, "undelivered", n[REPLAY_UNDELIVERED]);
	return done(&p);
}

static json_t *
json_verdicts(const uint64_t n[REPLAY_VERDICTS])
{
	struct part p = { .at = json_object() };

	for (enum replay_verdict v = 0; v < REPLAY_VERDICTS; v++)
		if (n[v] > 0)
			put_number(&p, replay_verdict_name(v), n[v]);
	return done(&p);
}

static json_t *
json_count(const struct replay_count *n)
{
	struct part p = { .at = json_object() };

	put_number(&p, "seen", n->seen);
	put_number(&p, "same", n->same);
	put_number(&p, "changed", n->changed);
	put_number(&p, "follows", n->follows);
	put_number(&p, "unknown", n->seen - n->same - n->changed - n->follows);
	put(&p, "was", json_verdicts(n->was));
	put(&p, "would", json_verdicts(n->would));
	return done(&p);
}

static json_t *
json_counts(const struct replay *r)
{
	struct part p = { .at = json_object() };

	for (enum replay_subject s = 0; s < REPLAY_SUBJECTS; s++)
		put(&p, replay_subject_name(s), json_count(&r->counts[s]));
	return done(&p);
}

static json_t *
json_notes(const struct replay_notes *n)
{
	struct part p = { .at = json_object() };

	for (size_t i = 0; i < n->used; i++)
		put_number(&p, n->list[i].name, n->list[i].count);
	if (n->others > 0)
		put_number(&p, "others", n->others);
	return done(&p);
}

static json_t *
json_affected(const uint64_t recipients[REPLAY_FATES], const uint64_t messages[REPLAY_FATES])
{
	struct part p = { .at = json_object() };

	put(&p, "recipients", json_fates(recipients));
	put(&p, "messages", json_fates(messages));
	return done(&p);
}

static json_t *
json_top(const struct top_k *t, size_t most)
{
	struct part list = { .at = json_array() };

	for (size_t i = 0; i < t->used && i < most; i++) {
		struct part p = { .at = json_object() };

		put_text(&p, "name", t->places[i].name);
		put_number(&p, "count", t->places[i].count);
		put_number(&p, "over", t->places[i].over);
		append(&list, done(&p));
	}
	return done(&list);
}

static json_t *
json_examples(const struct replay_group *g)
{
	struct part list = { .at = json_array() };

	for (size_t i = 0; i < g->example_count; i++) {
		const struct replay_example *x = &g->examples[i];
		struct part p = { .at = json_object() };
		char client[IP_TEXT];

		ip_text(&x->client, client);
		put_time(&p, "time", x->time_us);
		put_text(&p, "session", x->session);
		put_text(&p, "client", client);
		put_text(&p, "argument", x->argument);
		put_text(&p, "sender", x->sender);
		put_text(&p, "reply", x->reply);
		append(&list, done(&p));
	}
	return done(&list);
}

static json_t *
json_group(const struct replay_group *g)
{
	struct part p = { .at = json_object() };
	char host[1024];

	escape_write(g->key.host, host, sizeof(host));
	put_text(&p, "host", host);
	put_text(&p, "subject", replay_subject_name(g->key.subject));
	put_text(&p, "class", replay_class_name(g->key.class));
	put_text(&p, "reason", g->key.reason == NULL ? "" : g->key.reason);
	put_text(&p, "was", replay_verdict_name(g->key.was));
	put_text(&p, "would", replay_verdict_name(g->key.would));
	put_number(&p, "count", g->count);
	put(&p, "recipients", json_fates(g->recipients));
	put(&p, "messages", json_fates(g->messages));
	put_number(&p, "beside", g->beside);
	put_time(&p, "first", g->first_us);
	put_time(&p, "last", g->last_us);
	put_number(&p, "client_count", g->clients.used);
	put(&p, "clients_more", json_boolean(g->clients.used == TOP_PLACES));
	put(&p, "clients", json_top(&g->clients, REPLAY_SHOWN));
	if (g->domains != NULL)
		put(&p, "domains", json_top(g->domains, REPLAY_DOMAINS));
	put(&p, "examples", json_examples(g));
	return done(&p);
}

static json_t *
json_groups(const struct replay_groups *g, bool changes)
{
	struct part list = { .at = json_array() };

	for (size_t i = 0; i < g->count; i++)
		if ((g->list[i]->key.class != REPLAY_SAME) == changes)
			append(&list, json_group(g->list[i]));
	return done(&list);
}

static json_t *
json_result(const struct replay_report *r)
{
	struct part p = { .at = json_object() };

	put_text(&p, "fail_on", replay_fail_name(r->fail_on));
	put(&p, "differs", json_boolean(replay_report_differs(r)));
	put_number(&p, "cost", replay_cost(r->replay));
	put_number(&p, "changes", replay_changes(r->replay));
	return done(&p);
}

json_t *
replay_report_json(const struct replay_report *r)
{
	struct part p = { .at = json_object() };
	struct replay *replay = r->replay;

	replay_groups_sort(&replay->groups);
	put_number(&p, "v", REPLAY_VERSION);
	put_text(&p, "was", replay_report_was(r));
	put(&p, "as_written", json_boolean(replay->as_written));
	put(&p, "policies", json_policies(r));
	put(&p, "inputs", json_inputs(r));
	put(&p, "sessions", json_sessions(&r->sessions));
	put(&p, "lines", json_lines(&r->lines));
	put(&p, "messages", json_fates(replay->messages));
	put(&p, "judged", json_counts(replay));
	put(&p, "unknown", json_notes(&replay->unknown));
	put(&p, "doubts", json_notes(&replay->doubts));
	put(&p, "lost", json_affected(replay->lost_recipients, replay->lost_messages));
	put(&p, "relays", json_affected(replay->relay_recipients, replay->relay_messages));
	put(&p, "changes", json_groups(&replay->groups, true));
	put_number(&p, "changes_ungrouped", replay->groups.others.count);
	put(&p, "declined", json_groups(&replay->groups, false));
	put(&p, "result", json_result(r));
	return done(&p);
}
