/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/probe_inside.h"

#include "classifier/ascii.h"
#include "proxy/audit/row.h"
#include "proxy/base/clock.h"
#include "proxy/base/ip_text.h"

#include <stdarg.h>

void
probe_init(struct probe *p, const struct audit_conf *conf, const struct target *target, json_t *host)
{
	char text[IP_TEXT];

	*p = (struct probe){ .conf = conf, .target = target, .host = host };
	p->talk_conf = (struct talk_conf){
		.to = target->ip,
		.port = target->port,
		.from = conf->from,
		.timeout_ms = conf->timeout_ms,
		.interval_ms = 1000 / conf->rate,
		.delivers = conf->delivers,
		.mask = conf->mask,
		.stop = conf->stop,
	};
	talk_init(&p->talk, &p->talk_conf);
	p->talk.until_ms = clock_ms() + conf->total_ms;
	ip_text(&target->ip, text);
	snprintf(p->literal, sizeof(p->literal), ip_is_v4(&target->ip) ? "[%s]" : "[IPv6:%s]", text);
	snprintf(p->local, sizeof(p->local), "%s", conf->local != NULL ? conf->local : target->local);
	p->names = (struct trial_names){
		.user = conf->user, .target = conf->domain, .from = conf->sender, .local = p->literal, .host = p->literal, .literal = p->literal,
	};
}

static void __attribute__((format(printf, 2, 3)))
give_up(struct probe *p, const char *format, ...)
{
	va_list args;

	if (p->given_up[0] != '\0')
		return;
	va_start(args, format);
	vsnprintf(p->given_up, sizeof(p->given_up), format, args);
	va_end(args);
	talk_close(&p->talk);
}

void
probe_keep(struct probe *p, int result)
{
	p->no_memory = p->no_memory || result == -1;
}

void
probe_lose(struct probe *p, enum talk_result why)
{
	static const char *const what[] = {
		[TALK_REPLY] = "", [TALK_STOPPED] = "", [TALK_FORBIDDEN] = "",
		[TALK_CLOSED] = "it ended the connection", [TALK_SILENT] = "it did not answer", [TALK_GARBAGE] = "it gave an answer that is none",
		[TALK_UNREACHED] = "it could not be reached",
	};

	p->lost++;
	if (why == TALK_STOPPED)
		give_up(p, "%s", p->conf->stop != NULL && *p->conf->stop != 0 ? "the test was interrupted" : "the time for this host was over");
	else if (why == TALK_FORBIDDEN)
		give_up(p, "EHLO %.100s is no command", p->helo);
	else if (why == TALK_UNREACHED && p->talk.connections == 0)
		give_up(p, "there is no connection: %s", strerror(p->talk.error));
	else if (p->lost >= AUDIT_LOST)
		give_up(p, "%u times, one after the other, %s", p->lost, what[why]);
}

/* The first word of a text, if it is a domain name. */
static bool
take_name(const char *text, char name[DOMAIN_MAX + 1])
{
	size_t len = strcspn(text, " ");

	if (!domain_tolerated(span_of(text, len)) || len > DOMAIN_MAX || memchr(text, '.', len) == NULL)
		return false;
	memcpy(name, text, len);
	name[len] = '\0';
	return true;
}

/* What the host is called in the forms: by the policy, by itself, or else by its address. */
static void
choose_names(struct probe *p)
{
	const struct policy_host *host = p->target->host;

	if (host != NULL && host->hostname.len > 0 && host->hostname.len <= DOMAIN_MAX) {
		memcpy(p->name, host->hostname.at, host->hostname.len);
		p->name[host->hostname.len] = '\0';
	}
	if (p->name[0] != '\0')
		p->names.host = p->name;
	if (p->local[0] != '\0')
		p->names.local = p->local;
	else
		p->names.local = p->names.host;
}

static void
note_software(struct probe *p)
{
	struct audit_software s = { 0 };
	json_t *notes;

	if (p->conf->software == NULL || !p->conf->software(span_str(p->talk.text), &s))
		return;
	notes = json_array();
	for (size_t i = 0; i < AUDIT_NOTES && s.notes[i] != NULL; i++)
		probe_keep(p, json_array_append_new(notes, json_string(s.notes[i])));
	probe_keep(p, json_object_set_new(p->host, "software", json_pack("{s:s, s:o, s:o}", "name", s.name,
	    "year", s.year == 0 ? json_null() : json_integer((json_int_t)s.year), "notes", notes)));
}

static void
note_greeting(struct probe *p)
{
	char text[IP_TEXT];

	ip_text(&p->talk.own, text);
	snprintf(p->helo, sizeof(p->helo), ip_is_v4(&p->talk.own) ? "[%s]" : "[IPv6:%s]", text);
	if (p->conf->helo != NULL)
		snprintf(p->helo, sizeof(p->helo), "%s", p->conf->helo);
	probe_keep(p, json_object_set_new(p->host, "client", json_string(text)));
	probe_keep(p, json_object_set_new(p->host, "banner", row_string(span_str(p->talk.text))));
	note_software(p);
	take_name(p->talk.text, p->name);
}

/* The words of an EHLO reply, each with what stands behind it. */
static void
note_keywords(struct probe *p)
{
	struct span rest = p->talk.reply.text, line;
	json_t *list = json_array();
	bool tls = false;

	reply_line(&rest, &line);	/* its name, and a greeting */
	if (p->name[0] == '\0')
		take_name(p->talk.text, p->name);
	while (reply_line(&rest, &line)) {
		probe_keep(p, json_array_append_new(list, row_string(line)));
		tls = tls || ascii_eq_nocase(line, SPAN("STARTTLS"));	/* RFC 5321, 2.4 */
	}
	probe_keep(p, json_object_set_new(p->host, "ehlo", list));
	probe_keep(p, json_object_set_new(p->host, "starttls", json_boolean(tls)));
}

enum talk_result
probe_say(struct probe *p, const char *verb, const char *argument)
{
	char line[TRIAL_OCTETS + 16];
	int n = snprintf(line, sizeof(line), "%s%s", verb, argument);

	return n < 0 || (size_t)n >= sizeof(line) ? TALK_FORBIDDEN : talk_say(&p->talk, span_of(line, (size_t)n));
}

/* EHLO, or HELO to who does not know it, RFC 5321 3.2. */
static enum talk_result
say_hello(struct probe *p)
{
	enum talk_result r = probe_say(p, "EHLO ", p->helo);

	if (r != TALK_REPLY)
		return r;
	if (p->talk.code == 250 && !p->greeted)
		note_keywords(p);
	if (p->talk.code >= 500)
		r = probe_say(p, "HELO ", p->helo);
	return r;
}

/* Does it answer otherwise than who would talk? Then it is given up. */
static bool
turns_away(struct probe *p, unsigned wanted, const char *how)
{
	if (p->talk.code != wanted)
		give_up(p, "it %s with %u %.120s", how, p->talk.code, p->talk.text);
	return p->talk.code != wanted;
}

/* A session that can be asked. False: none now, or none any more. */
static bool
begin_session(struct probe *p)
{
	enum talk_result r;

	if (p->talk.connections >= AUDIT_SESSIONS) {
		give_up(p, "it ended %u connections", p->talk.connections);
		return false;
	}
	p->transactions = 0;
	r = talk_open(&p->talk);
	if (r == TALK_REPLY) {
		if (!p->greeted)
			note_greeting(p);
		if (turns_away(p, 220, "greets"))
			return false;
		r = say_hello(p);
	}
	if (r != TALK_REPLY) {
		probe_lose(p, r);
		return false;
	}
	if (turns_away(p, 250, "answers HELO"))
		return false;
	if (!p->greeted)
		choose_names(p);
	p->greeted = true;
	return true;
}

void
probe_end(struct probe *p)
{
	if (p->talk.fd != -1)
		probe_say(p, "QUIT", "");
	talk_close(&p->talk);
}

bool
probe_has_session(struct probe *p)
{
	if (p->talk.fd != -1 && p->transactions >= AUDIT_TRANSACTIONS)
		probe_end(p);
	while (p->given_up[0] == '\0' && p->talk.fd == -1)
		if (begin_session(p))
			break;
	return p->given_up[0] == '\0';
}

void
probe_meet(struct probe *p)
{
	if (!probe_has_session(p))
		choose_names(p);
}
