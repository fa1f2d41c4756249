/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/journal.h"

#include "proxy/base/clock.h"
#include "proxy/base/ip_text.h"
#include "proxy/base/json_line.h"

#include <time.h>

/* Two texts of a peer's with every character escaped by JSON, and the rest. */
_Static_assert(JOURNAL_LINE > 2 * JSON_LINE_TEXT * 2 + 4096, "a line holds all that an event can have");

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

static void
put_ip(struct json_line *o, const char *key, const struct ip *ip)
{
	char text[IP_TEXT];

	ip_text(ip, text);
	json_line_text(o, key, text);
}

static void
put_code(struct json_line *o, unsigned code)
{
	if (code == 0)
		json_line_text(o, "code", NULL);
	else
		json_line_number(o, "code", code);
}

/* RFC 3339, UTC, with milliseconds. The date is made once a second. */
static void
put_time(struct journal *j)
{
	struct timespec now;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	if (now.tv_sec != j->second || j->date[0] == '\0') {
		gmtime_r(&now.tv_sec, &tm);
		strftime(j->date, sizeof(j->date), "%Y-%m-%dT%H:%M:%S.000Z", &tm);
		j->second = now.tv_sec;
	}
	for (long place = 22, ms = now.tv_nsec / 1000000; place >= 20; place--, ms /= 10)
		j->date[place] = (char)('0' + ms % 10);
	json_line_text(&j->line, "time", j->date);
}

static void
put_session(struct json_line *o, const struct session *s)
{
	json_line_text(o, "session", s->id);
	put_ip(o, "client", &s->client);
	json_line_number(o, "client_port", s->client_port);
	json_line_bytes(o, "host", s->host->name);
	put_ip(o, "address", &s->address);
	json_line_bytes(o, "network", s->policy->network_names[s->network]);
}

static void
put_verdict(struct json_line *o, const struct event *e)
{
	const struct verdict *v = e->verdict;

	json_line_bytes(o, "argument", e->argument);
	json_line_text(o, "verdict", action_name(v->action));
	json_line_text(o, "rule", rule_name(v->rule));
	json_line_text(o, "mode", mode_name(v->mode));
	json_line_text(o, "reason", reason_name(v->reason));
	json_line_bytes(o, "target", v->target);
	if (v->by.len > 0)
		json_line_bytes(o, "list", v->by);
	if (v->sent.len > 0)
		json_line_bytes(o, "sent", sent_span(&v->sent));
	else
		json_line_text(o, "sent", NULL);
}

static void
put_event(struct json_line *o, const struct event *e)
{
	switch (e->kind) {
	case EVENT_RECIPIENT:
		json_line_bytes(o, "sender", e->sender);
		put_verdict(o, e);
		break;
	case EVENT_HELLO:
	case EVENT_SENDER:
		put_verdict(o, e);
		break;
	case EVENT_ADMIT:
		json_line_text(o, "what", e->what);
		if (e->argument.len > 0)
			json_line_bytes(o, "list", e->argument);
		if (e->packets > 0)
			json_line_number(o, "packets", e->packets);
		break;
	case EVENT_MESSAGE:
		json_line_bytes(o, "sender", e->sender);
		json_line_number(o, "recipients", e->recipients);
		json_line_number(o, "octets", e->octets);
		json_line_text(o, "what", e->what);
		break;
	default:
		json_line_text(o, "what", e->what);
		json_line_bytes(o, "text", e->argument);
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
static void
begin_line(struct journal *j, const char *event)
{
	json_line_begin(&j->line, j->octets, sizeof(j->octets));
	json_line_number(&j->line, "v", JOURNAL_VERSION);
	put_time(j);
	json_line_text(&j->line, "event", event);
}

static void
end_line(struct journal *j)
{
	struct span line = json_line_end(&j->line);

	if (line.len == 0 || ring_put(&j->outlet->ring, line) == -1) {
		drop(j, line.len == 0 ? "a line was too long" : "no room for a line, the scribe is behind");
		return;
	}
	j->written++;
	j->unrecorded |= j->outlet->required && !has_room(j);
}

void
journal_report(void *cookie, const struct session *s, const struct event *e)
{
	struct journal *j = cookie;

	if (is_one_refusal_too_many(j, e))
		return;
	begin_line(j, event_name(e->kind));
	put_session(&j->line, s);
	put_event(&j->line, e);
	end_line(j);
}

void
journal_service(struct journal *j, const char *what, const char *text)
{
	begin_line(j, "service");
	json_line_text(&j->line, "what", what);
	json_line_bytes(&j->line, "text", span_str(text));
	end_line(j);
}

void
journal_evidence(struct journal *j, const struct session *s, const struct journal_evidence *e)
{
	begin_line(j, "evidence");
	put_session(&j->line, s);
	json_line_text(&j->line, "file", e->file);
	json_line_number(&j->line, "octets", e->octets);
	json_line_number(&j->line, "left_out", e->left_out);
	put_code(&j->line, 0);
	end_line(j);
}
