/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/probe.h"

#include "proxy/audit/letter.h"
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
	p->names = (struct form_names){
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

static void
keep(struct probe *p, int result)
{
	p->no_memory = p->no_memory || result == -1;
}

/* A session ended that should not have. */
static void
lose(struct probe *p, enum talk_result why)
{
	static const char *const what[] = {
		[TALK_CLOSED] = "it ended the connection", [TALK_SILENT] = "it did not answer", [TALK_GARBAGE] = "it gave an answer that is none",
		[TALK_UNREACHED] = "it could not be reached",
	};

	if (why == TALK_STOPPED) {
		give_up(p, "%s", p->conf->stop != NULL && *p->conf->stop != 0 ? "the test was interrupted" : "the time for this host was over");
		return;
	}
	p->lost++;
	if (why == TALK_UNREACHED && p->talk.connections == 0)
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

	if (p->conf->software == NULL || !p->conf->software(span_str(p->talk.text), &s))
		return;
	keep(p, json_object_set_new(p->host, "software", json_pack("{s:s, s:s, s:b}", "name", s.name, "notes", s.notes, "old", s.old)));
}

static void
note_greeting(struct probe *p)
{
	char text[IP_TEXT];

	ip_text(&p->talk.own, text);
	snprintf(p->helo, sizeof(p->helo), ip_is_v4(&p->talk.own) ? "[%s]" : "[IPv6:%s]", text);
	if (p->conf->helo != NULL)
		snprintf(p->helo, sizeof(p->helo), "%s", p->conf->helo);
	keep(p, json_object_set_new(p->host, "client", json_string(text)));
	keep(p, json_object_set_new(p->host, "banner", row_string(span_str(p->talk.text))));
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
		keep(p, json_array_append_new(list, row_string(line)));
		tls = tls || span_eq(line, SPAN("STARTTLS"));
	}
	keep(p, json_object_set_new(p->host, "ehlo", list));
	keep(p, json_object_set_new(p->host, "starttls", json_boolean(tls)));
}

static enum talk_result
say(struct probe *p, const char *verb, const char *argument)
{
	char line[FORM_OCTETS + 16];
	int n = snprintf(line, sizeof(line), "%s%s", verb, argument);

	return n < 0 || (size_t)n >= sizeof(line) ? TALK_FORBIDDEN : talk_say(&p->talk, span_of(line, (size_t)n));
}

/* EHLO, or HELO to who does not know it, RFC 5321 3.2. */
static enum talk_result
say_hello(struct probe *p)
{
	enum talk_result r = say(p, "EHLO ", p->helo);

	if (r != TALK_REPLY)
		return r;
	if (p->talk.code == 250 && !p->greeted)
		note_keywords(p);
	if (p->talk.code >= 500)
		r = say(p, "HELO ", p->helo);
	return r;
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
	if (r == TALK_REPLY && !p->greeted)
		note_greeting(p);
	if (r == TALK_REPLY && p->talk.code != 220) {
		give_up(p, "it greets with %u %.120s", p->talk.code, p->talk.text);
		return false;
	}
	if (r == TALK_REPLY)
		r = say_hello(p);
	if (r != TALK_REPLY) {
		lose(p, r);
		return false;
	}
	if (p->talk.code != 250) {
		give_up(p, "it answers HELO with %u %.120s", p->talk.code, p->talk.text);
		return false;
	}
	if (!p->greeted)
		choose_names(p);
	p->greeted = true;
	return true;
}

void
probe_end(struct probe *p)
{
	if (p->talk.fd != -1)
		say(p, "QUIT", "");
	talk_close(&p->talk);
}

/* A session, this one or another. */
static bool
has_session(struct probe *p)
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
	if (!has_session(p))
		choose_names(p);
}

static enum outcome
outcome_of_loss(enum talk_result r)
{
	switch (r) {
	case TALK_CLOSED:
	case TALK_UNREACHED:
		return OUTCOME_CLOSED;
	case TALK_SILENT:
		return OUTCOME_SILENT;
	case TALK_GARBAGE:
		return OUTCOME_GARBAGE;
	default:
		return OUTCOME_UNTESTED;
	}
}

/* A command of a transaction, noted. */
static enum talk_result
ask(struct probe *p, const char *stage, const char *verb, const char *argument, json_t *row)
{
	enum talk_result r = say(p, verb, argument);

	keep(p, row_reply(row, stage, p->talk.code, r == TALK_FORBIDDEN ? "not sent: it is no command" : p->talk.text));
	return r;
}

/* The message of a form that was accepted. */
static enum talk_result
send_message(struct probe *p, const struct form *form, json_t *row, enum outcome *o)
{
	struct letter m = {
		.form = form, .run = p->conf->run, .serial = ++p->messages, .helo = p->helo, .literal = p->literal,
		.from = p->conf->sender, .user = p->conf->user, .domain = p->conf->domain,
	};
	enum talk_result r = ask(p, "data", "DATA", "", row);

	if (r != TALK_REPLY || p->talk.code != 354) {
		*o = r == TALK_REPLY ? outcome_of_reply(p->talk.code, p->talk.text) : *o;
		return r;
	}
	letter_write(&m);
	keep(p, json_object_set_new(row, "message", json_string(m.id)));
	r = talk_message(&p->talk, span_of(m.text, m.len));
	keep(p, row_reply(row, "message", p->talk.code, p->talk.text));
	if (r == TALK_REPLY)
		*o = outcome_of_reply(p->talk.code, p->talk.text);
	if (*o == OUTCOME_ACCEPTED)
		*o = OUTCOME_TAKEN;
	return r;
}

/* MAIL, RCPT, perhaps a message. Anything but TALK_REPLY: there is no outcome. */
static enum talk_result
transact(struct probe *p, const struct form *form, const char *sender, const char *recipient, bool delivers, json_t *row, enum outcome *o)
{
	enum talk_result r = ask(p, "mail", "MAIL FROM:", sender, row);
	char first[FORM_OCTETS];

	if (r == TALK_REPLY)
		*o = outcome_of_reply(p->talk.code, p->talk.text);
	if (r != TALK_REPLY || *o != OUTCOME_ACCEPTED)
		return r;
	if (form->kind == FORM_SECOND && form_expand("<postmaster@{local}>", &p->names, first) != -1) {
		r = ask(p, "rcpt", "RCPT TO:", first, row);
		if (r != TALK_REPLY)
			return r;
	}
	r = ask(p, "rcpt", "RCPT TO:", recipient, row);
	if (r == TALK_REPLY)
		*o = outcome_of_reply(p->talk.code, p->talk.text);
	if (r == TALK_REPLY && delivers && *o == OUTCOME_ACCEPTED && form->kind != FORM_SECOND)	/* whose postmaster need not hear of it */
		r = send_message(p, form, row, o);
	return r;
}

void
probe_form(struct probe *p, const struct form *form, bool delivers, json_t *row)
{
	char sender[FORM_OCTETS], recipient[FORM_OCTETS];
	enum outcome o = OUTCOME_UNTESTED;
	enum talk_result r = TALK_CLOSED;

	if (form_expand(form->sender, &p->names, sender) == -1 || form_expand(form->recipient, &p->names, recipient) == -1) {
		keep(p, row_reply(row, "", 0, "not sent: these names make it too long for a command"));
		return;
	}
	for (unsigned tries = 0; tries < 2 && r != TALK_REPLY && r != TALK_FORBIDDEN && has_session(p); tries++) {
		p->transactions++;
		r = transact(p, form, sender, recipient, delivers, row, &o);
		if (r != TALK_REPLY && r != TALK_FORBIDDEN) {
			o = outcome_of_loss(r);
			lose(p, r);
		}
	}
	if (r == TALK_REPLY) {
		p->lost = 0;
		r = say(p, "RSET", "");
		if (r == TALK_STOPPED)
			lose(p, r);
	}
	keep(p, row_outcome(row, r == TALK_FORBIDDEN ? OUTCOME_UNTESTED : o));
}

void
probe_command(struct probe *p, const char *command, json_t *row)
{
	enum outcome o = OUTCOME_UNTESTED;

	if (has_session(p)) {
		enum talk_result r = ask(p, "command", command, "", row);

		o = r == TALK_REPLY ? outcome_of_reply(p->talk.code, p->talk.text) : outcome_of_loss(r);
		if (r == TALK_REPLY)
			p->lost = 0;
		else
			lose(p, r);
	}
	keep(p, row_outcome(row, o));
}
