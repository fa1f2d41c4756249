/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/record.h"

#include "proxy/base/ip_text.h"

#include <stdio.h>

/* Two texts of a peer's with every character escaped by JSON, and the rest. */
_Static_assert(RECORD_OCTETS > 2 * JSON_LINE_TEXT * 2 + 4096, "a line holds all that an event can have");

void
record_init(struct record *r, const char *digest)
{
	r->digest = digest;
	r->second = 0;
	r->date[0] = '\0';
	snprintf(r->policy, sizeof(r->policy), "%.*s", RECORD_POLICY, digest);
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
put_time(struct record *r, uint64_t now_us)
{
	time_t second = (time_t)(now_us / 1000000);
	unsigned ms = (unsigned)(now_us / 1000 % 1000);
	struct tm tm;

	if (second != r->second || r->date[0] == '\0') {
		gmtime_r(&second, &tm);
		strftime(r->date, sizeof(r->date), "%Y-%m-%dT%H:%M:%S.000Z", &tm);
		r->second = second;
	}
	for (size_t place = 22; place >= 20; place--, ms /= 10)
		r->date[place] = (char)('0' + ms % 10);
	json_line_text(&r->line, "time", r->date);
}

static void
put_session(struct json_line *o, const struct session *s, const char *policy)
{
	json_line_text(o, "session", s->id);
	put_ip(o, "client", &s->client);
	json_line_number(o, "client_port", s->client_port);
	json_line_bytes(o, "host", s->host->name);
	put_ip(o, "address", &s->address);
	json_line_bytes(o, "network", s->policy->network_names[s->network]);
	json_line_text(o, "policy", policy);
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

/* What every line begins with. */
static void
begin(struct record *r, const char *event, uint64_t now_us)
{
	json_line_begin(&r->line, r->octets, sizeof(r->octets));
	json_line_number(&r->line, "v", RECORD_VERSION);
	put_time(r, now_us);
	json_line_text(&r->line, "event", event);
}

struct span
record_event(struct record *r, const struct session *s, const struct event *e, uint64_t now_us)
{
	begin(r, event_name(e->kind), now_us);
	put_session(&r->line, s, r->policy);
	put_event(&r->line, e);
	return json_line_end(&r->line);
}

struct span
record_evidence(struct record *r, const struct session *s, const struct record_evidence *e, uint64_t now_us)
{
	begin(r, "evidence", now_us);
	put_session(&r->line, s, r->policy);
	json_line_text(&r->line, "file", e->file);
	json_line_number(&r->line, "octets", e->octets);
	json_line_number(&r->line, "left_out", e->left_out);
	put_code(&r->line, 0);
	return json_line_end(&r->line);
}

struct span
record_service(struct record *r, const char *what, const char *text, uint64_t now_us)
{
	begin(r, "service", now_us);
	json_line_text(&r->line, "what", what);
	json_line_bytes(&r->line, "text", span_str(text));
	json_line_text(&r->line, "policy", r->digest);
	return json_line_end(&r->line);
}
