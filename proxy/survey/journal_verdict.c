/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* strptime(), timegm() */
#include "proxy/survey/journal_verdict.h"

#include "proxy/base/escape.h"
#include "proxy/base/json_line.h"
#include "proxy/site/record.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <stdlib.h>
#include <time.h>

/* A line being read. */
struct reading_line {
	const json_t *o;
	uint8_t *memory;	/* what is free of it: no text is longer than where it stands in the line */
	bool bad;		/* a field is missing, or not what it should be */
};

/* A text without escapes of its own, with its NUL; NULL: none, or null. */
static const char *
text_of(const struct reading_line *l, const char *key)
{
	return json_string_value(json_object_get(l->o, key));
}

static struct span
take(struct reading_line *l, struct span text)
{
	struct span taken = span_of(l->memory, text.len);

	if (text.len > 0)
		memcpy(l->memory, text.at, text.len);
	l->memory += text.len;
	return taken;
}

/* A word of ours that has to be there. */
static struct span
take_word(struct reading_line *l, const char *key)
{
	const char *text = text_of(l, key);

	l->bad |= text == NULL || text[0] == '\0';
	return take(l, span_str(text));
}

/* A text in escapes; null, and one that is not there, are empty. */
static struct span
take_bytes(struct reading_line *l, const char *key)
{
	const json_t *value = json_object_get(l->o, key);
	const char *text = json_string_value(value);
	struct span taken = span_of(l->memory, 0);
	ptrdiff_t n;

	l->bad |= value != NULL && text == NULL && !json_is_null(value);
	if (text == NULL)
		return taken;
	n = escape_read(span_str(text), l->memory);
	if (n == -1) {
		l->bad = true;
		return taken;
	}
	taken.len = (size_t)n;
	l->memory += n;
	return taken;
}

static struct span
take_needed_bytes(struct reading_line *l, const char *key)
{
	l->bad |= text_of(l, key) == NULL;
	return take_bytes(l, key);
}

static void
read_ip(struct reading_line *l, const char *key, bool is_needed, struct ip *ip)
{
	const char *text = text_of(l, key);
	uint8_t v4[4];

	if (text == NULL)
		l->bad |= is_needed;
	else if (inet_pton(AF_INET, text, v4) == 1)
		*ip = ip_from_v4(v4);
	else
		l->bad |= inet_pton(AF_INET6, text, ip->bytes) != 1;
}

/* null and none are 0. */
static uint64_t
number(struct reading_line *l, const char *key, uint64_t most)
{
	const json_t *value = json_object_get(l->o, key);
	json_int_t n = json_integer_value(value);

	l->bad |= (value != NULL && !json_is_integer(value) && !json_is_null(value)) || n < 0 || (uint64_t)n > most;
	return l->bad ? 0 : (uint64_t)n;
}

/* Digits where these have some, and the rest alike. */
static bool
is_like(const char *text, const char *form)
{
	for (; *form != '\0'; form++, text++)
		if (*form >= '0' && *form <= '9' ? *text < '0' || *text > '9' : *text != *form)
			return false;
	return *text == '\0';
}

/* In milliseconds since 1970. */
static int64_t
read_time(struct reading_line *l)
{
	const char *text = text_of(l, "time");
	struct tm tm = { 0 };

	if (text == NULL || !is_like(text, "2026-11-26T06:44:58.579Z") || strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) == NULL) {
		l->bad = true;
		return 0;
	}
	return (int64_t)timegm(&tm) * 1000 + strtol(strchr(text, '.') + 1, NULL, 10);
}

static bool
is_hex(const char *text, size_t digits)
{
	return strlen(text) == digits && strspn(text, "0123456789abcdef") == digits;
}

static void
read_session(struct reading_line *l, struct journal_verdict *v, bool is_needed)
{
	const char *id = text_of(l, "session"), *policy = text_of(l, "policy");

	if (id == NULL)
		l->bad |= is_needed;
	else if (is_hex(id, sizeof(v->session) - 1) || (!is_needed && strcmp(id, "kernel") == 0))
		memcpy(v->session, id, strlen(id) + 1);
	else
		l->bad = true;
	if (policy != NULL && (is_hex(policy, RECORD_POLICY) || is_hex(policy, BUNDLE_DIGEST)))
		memcpy(v->policy, policy, strlen(policy) + 1);
	else
		l->bad |= policy != NULL;
	read_ip(l, "client", is_needed, &v->client);
	read_ip(l, "address", is_needed, &v->address);
	v->client_port = (uint16_t)number(l, "client_port", UINT16_MAX);
	v->host = take_bytes(l, "host");
	v->network = take_bytes(l, "network");
}

/* The position of a word among these names, or count. */
static unsigned
find(struct span word, const char *(*name)(unsigned i), unsigned count)
{
	unsigned i = 0;

	while (i < count && !span_eq(word, span_str(name(i))))
		i++;
	return i;
}

static const char *
name_of_event(unsigned i)
{
	return event_name((enum event_kind)i);
}

static const char *
name_of_action(unsigned i)
{
	return action_name((enum action)i);
}

static const char *
name_of_rule(unsigned i)
{
	return rule_name((enum rule)i);
}

static const char *
name_of_mode(unsigned i)
{
	return mode_name((enum mode)i);
}

static const char *
name_of_reason(unsigned i)
{
	return reason_name((enum reason)i);
}

static void
understand(struct journal_verdict *v)
{
	enum { ACTIONS = ACTION_DROP + 1, MODES = MODE_ENFORCE + 1 };
	unsigned action = find(v->verdict, name_of_action, ACTIONS), rule = find(v->rule, name_of_rule, RULE_COUNT);
	unsigned mode = find(v->mode, name_of_mode, MODES), reason = find(v->reason, name_of_reason, REASON_COUNT);

	v->understood = action < ACTIONS && rule < RULE_COUNT && mode < MODES && reason < REASON_COUNT;
	if (!v->understood)
		return;
	v->as_action = (enum action)action;
	v->as_rule = (enum rule)rule;
	v->as_mode = (enum mode)mode;
	v->as_reason = (enum reason)reason;
}

/* escape_write() cuts between two escapes, so up to three characters short of the most. */
static bool
is_cut(const char *text)
{
	size_t len = text == NULL ? 0 : strlen(text);

	return len >= JSON_LINE_TEXT - 3 && strcmp(text + len - 3, "...") == 0;
}

static void
read_verdict(struct reading_line *l, struct journal_verdict *v)
{
	v->argument = take_needed_bytes(l, "argument");
	v->argument_cut = is_cut(text_of(l, "argument"));
	v->verdict = take_word(l, "verdict");
	v->rule = take_word(l, "rule");
	v->mode = take_word(l, "mode");
	v->reason = take_word(l, "reason");
	v->target = take_bytes(l, "target");
	v->list = take_bytes(l, "list");
	v->sent = take_bytes(l, "sent");
	understand(v);
}

static enum journal_read
read_fields(struct reading_line *l, struct journal_verdict *v)
{
	bool judged;

	v->event = take_word(l, "event");
	v->kind = (enum event_kind)find(v->event, name_of_event, EVENT_COUNT);
	judged = v->kind == EVENT_HELLO || v->kind == EVENT_SENDER || v->kind == EVENT_RECIPIENT;
	v->time_ms = read_time(l);
	v->time = take_word(l, "time");
	read_session(l, v, judged);
	v->code = (unsigned)number(l, "code", 999);
	v->sender = v->kind == EVENT_RECIPIENT ? take_needed_bytes(l, "sender") : take_bytes(l, "sender");
	if (judged) {
		read_verdict(l, v);
	} else {
		v->what = take_bytes(l, "what");
		v->text = take_bytes(l, "text");
		v->recipients = number(l, "recipients", UINT64_MAX);
		v->octets = number(l, "octets", UINT64_MAX);
	}
	return l->bad ? JOURNAL_READ_BAD : judged ? JOURNAL_READ_VERDICT : JOURNAL_READ_OTHER;
}

static bool denied;	/* there was no memory for something of the line */

static void *
noting_malloc(size_t octets)
{
	void *p = malloc(octets);

	denied = denied || p == NULL;
	return p;
}

/* The object of a line, whole, or NULL. jansson's lexer passes over octets of a text that it has no memory for, and goes on. */
static json_t *
parse(struct span line)
{
	json_malloc_t usual_malloc;
	json_free_t usual_free;
	json_t *o;

	if (line.len > RECORD_OCTETS)
		return NULL;
	denied = false;
	json_get_alloc_funcs(&usual_malloc, &usual_free);
	json_set_alloc_funcs(noting_malloc, free);
	o = json_loadb((const char *)line.at, line.len, JSON_REJECT_DUPLICATES, NULL);
	json_set_alloc_funcs(usual_malloc, usual_free);
	if (!denied)
		return o;
	json_decref(o);
	return NULL;
}

enum journal_read
journal_verdict_read(struct span line, struct journal_verdict *v, uint8_t *memory)
{
	json_t *o = parse(line);
	const json_t *version = json_object_get(o, "v");
	enum journal_read result;

	*v = (struct journal_verdict){ 0 };
	if (!json_is_integer(version))
		result = JOURNAL_READ_BAD;
	else if (json_integer_value(version) != RECORD_VERSION)
		result = JOURNAL_READ_VERSION;
	else
		result = read_fields(&(struct reading_line){ .o = o, .memory = memory }, v);
	json_decref(o);
	return result;
}

bool
journal_verdict_refuses(const struct journal_verdict *v)
{
	return v->understood && (v->as_action == ACTION_REFUSE || v->as_action == ACTION_DROP);
}
