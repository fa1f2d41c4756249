/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/journal.h"

#include "proxy/base/clock.h"
#include "proxy/base/escape.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <time.h>

enum { SHOWN = 4096 };		/* of what a peer sent; escaped, a line of 1,000 octets fits */

/* Two texts of SHOWN with every character escaped by JSON, and the rest. */
_Static_assert(JOURNAL_LINE > 2 * SHOWN * 2 + 4096, "a line holds all that an event can have");

void
journal_init(struct journal *j, const struct journal_outlet *outlet, FILE *errors, uint64_t now_ms)
{
	*j = (struct journal){ .outlet = outlet, .errors = errors, .beats = __atomic_load_n(outlet->beats, __ATOMIC_RELAXED), .beat_ms = now_ms };
	journal_look(j, now_ms);
}

/* A line as long as can be finds room: so none is lost of what is decided before the next look. */
static bool
has_room(const struct journal *j)
{
	return ring_room(&j->outlet->ring) >= JOURNAL_LINE;
}

void
journal_look(struct journal *j, uint64_t now_ms)
{
	const struct journal_outlet *o = j->outlet;
	uint64_t beats = __atomic_load_n(o->beats, __ATOMIC_RELAXED);

	if (beats != j->beats) {
		j->beats = beats;
		j->beat_ms = now_ms;
	}
	j->unrecorded = o->required && (__atomic_load_n(o->failing, __ATOMIC_RELAXED) != 0 || !has_room(j) ||
	    now_ms - j->beat_ms >= JOURNAL_SILENT_MS);
}

static void
drop(struct journal *j, const char *why)
{
	j->dropped++;
	j->unrecorded |= j->outlet->required;
	if (!j->told)
		fprintf(j->errors, "relaywall: journal: %s; lines are dropped and counted\n", why);
	j->told = true;
}

/* A line being made. */
struct line {
	json_t *object;
	bool failed;		/* no memory for a part: a line without it would tell a half */
};

static void
put(struct line *o, const char *key, json_t *value)
{
	if (json_object_set_new(o->object, key, value) == -1)	/* takes NULL for a failure, too */
		o->failed = true;
}

static void
put_text(struct line *o, const char *key, const char *text)
{
	put(o, key, text == NULL ? json_null() : json_string(text));
}

static void
put_number(struct line *o, const char *key, uint64_t n)
{
	put(o, key, json_integer((json_int_t)n));
}

static void
put_bytes(struct line *o, const char *key, struct span bytes)
{
	char shown[SHOWN];

	escape_write(bytes, shown, sizeof(shown));
	put_text(o, key, shown);
}

static void
put_ip(struct line *o, const char *key, const struct ip *ip)
{
	bool v4 = ip_is_v4(ip);
	char text[INET6_ADDRSTRLEN];

	inet_ntop(v4 ? AF_INET : AF_INET6, ip->bytes + (v4 ? 12 : 0), text, sizeof(text));
	put_text(o, key, text);
}

static void
put_code(struct line *o, unsigned code)
{
	if (code == 0)
		put_text(o, "code", NULL);
	else
		put_number(o, "code", code);
}

/* RFC 3339, UTC, with milliseconds. */
static void
put_time(struct line *o)
{
	struct timespec now;
	struct tm tm;
	char date[32], text[48];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof(text), "%s.%03ldZ", date, now.tv_nsec / 1000000);
	put_text(o, "time", text);
}

static void
put_session(struct line *o, const struct session *s)
{
	put_text(o, "session", s->id);
	put_ip(o, "client", &s->client);
	put_number(o, "client_port", s->client_port);
	put_bytes(o, "host", s->host->name);
	put_ip(o, "address", &s->address);
	put_bytes(o, "network", s->policy->network_names[s->network]);
}

static void
put_verdict(struct line *o, const struct event *e)
{
	const struct verdict *v = e->verdict;

	put_bytes(o, "argument", e->argument);
	put_text(o, "verdict", action_name(v->action));
	put_text(o, "rule", rule_name(v->rule));
	put_text(o, "mode", mode_name(v->mode));
	put_text(o, "reason", reason_name(v->reason));
	put_bytes(o, "target", v->target);
	if (v->by.len > 0)
		put_bytes(o, "list", v->by);
	if (v->sent.len > 0)
		put_bytes(o, "sent", sent_span(&v->sent));
	else
		put_text(o, "sent", NULL);
}

static void
put_event(struct line *o, const struct event *e)
{
	switch (e->kind) {
	case EVENT_RECIPIENT:
		put_bytes(o, "sender", e->sender);
		put_verdict(o, e);
		break;
	case EVENT_HELLO:
	case EVENT_SENDER:
		put_verdict(o, e);
		break;
	case EVENT_ADMIT:
		put_text(o, "what", e->what);
		if (e->argument.len > 0)
			put_bytes(o, "list", e->argument);
		if (e->packets > 0)
			put_number(o, "packets", e->packets);
		break;
	case EVENT_MESSAGE:
		put_bytes(o, "sender", e->sender);
		put_number(o, "recipients", e->recipients);
		put_number(o, "octets", e->octets);
		put_text(o, "what", e->what);
		break;
	default:
		put_text(o, "what", e->what);
		put_bytes(o, "text", e->argument);
		break;
	}
	put_code(o, e->code);
}

/* Each line costs its share of a second, and time pays for it. */
static bool
is_one_refusal_too_many(struct journal *j, const struct event *e)
{
	enum { LINE_MS = 1000 / JOURNAL_REFUSALS, BURST_MS = JOURNAL_REFUSALS_BURST * LINE_MS };
	uint64_t now_ms, passed_ms;

	if (e->kind != EVENT_ADMIT && e->kind != EVENT_RATE)
		return false;
	now_ms = clock_ms();
	passed_ms = now_ms - j->until_ms;
	j->spent_ms -= passed_ms < j->spent_ms ? passed_ms : j->spent_ms;
	j->until_ms = now_ms;
	if (j->spent_ms + LINE_MS <= BURST_MS) {
		j->spent_ms += LINE_MS;
		return false;
	}
	j->limited++;
	return true;
}

/* What every line begins with. */
static struct line
begin_line(const char *event)
{
	struct line o = { .object = json_object() };

	put_number(&o, "v", JOURNAL_VERSION);
	put_time(&o);
	put_text(&o, "event", event);
	return o;
}

static void
end_line(struct journal *j, struct line *o)
{
	char text[JOURNAL_LINE];
	size_t len = o->failed ? 0 : json_dumpb(o->object, text, sizeof(text) - 1, JSON_COMPACT | JSON_ENSURE_ASCII);

	json_decref(o->object);
	if (len == 0 || len >= sizeof(text)) {
		drop(j, "no memory for a line");
		return;
	}
	text[len] = '\n';
	if (ring_put(&j->outlet->ring, span_of(text, len + 1)) == -1) {
		drop(j, "no room for a line, the scribe is behind");
		return;
	}
	j->written++;
	j->unrecorded |= j->outlet->required && !has_room(j);
}

void
journal_report(void *cookie, const struct session *s, const struct event *e)
{
	struct journal *j = cookie;
	struct line o;

	if (is_one_refusal_too_many(j, e))
		return;
	o = begin_line(event_name(e->kind));
	put_session(&o, s);
	put_event(&o, e);
	end_line(j, &o);
}

void
journal_service(struct journal *j, const char *what, const char *text)
{
	struct line o = begin_line("service");

	put_text(&o, "what", what);
	put_bytes(&o, "text", span_str(text));
	end_line(j, &o);
}
