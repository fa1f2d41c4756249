/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/past_json.h"

#include "proxy/base/escape.h"
#include "proxy/base/json_line.h"

/* The escapes of the journal, so that what stands here can be looked for there. */
static json_t *
bytes(struct span s)
{
	char shown[JSON_LINE_TEXT + 1];

	return json_stringn(shown, escape_write(s, shown, sizeof(shown)));
}

static json_t *
bytes_or_null(struct span s)
{
	return s.len == 0 ? json_null() : bytes(s);
}

/* Takes value; NULL: no memory for it. */
static bool
put(json_t *o, const char *key, json_t *value)
{
	return json_object_set_new(o, key, value) == 0;
}

/* The object, or NULL if something of it is missing. */
static json_t *
whole(json_t *o, bool is_whole)
{
	if (is_whole)
		return o;
	json_decref(o);
	return NULL;
}

static json_t *
journaled(const struct journal_verdict *v)
{
	json_t *o = json_object();

	return whole(o, put(o, "verdict", bytes(v->verdict)) && put(o, "rule", bytes(v->rule)) && put(o, "mode", bytes(v->mode)) &&
	    put(o, "reason", bytes(v->reason)) && put(o, "list", bytes_or_null(v->list)) && put(o, "target", bytes(v->target)) &&
	    put(o, "sent", bytes_or_null(v->sent)) && put(o, "code", v->code == 0 ? json_null() : json_integer(v->code)));
}

/* What a policy says: the explanation, or that it protects nobody there. */
static json_t *
judged(const struct hindsight *h)
{
	json_t *o = h->is_protected ? explanation_json(&h->e) : json_object();

	return whole(o, put(o, "same", json_boolean(h->same)) && put(o, "protected", json_boolean(h->is_protected)) &&
	    put(o, "filtered", json_boolean(h->is_protected && !h->not_shielded)) &&
	    put(o, "if_domain_resolves", json_boolean(h->hangs_on_dns)) && put(o, "if_not_listed", json_boolean(h->hangs_on_lists)));
}

static json_t *
object_of(const struct past_answer *a)
{
	const struct journal_verdict *v = a->line;
	char client[IP_TEXT], address[IP_TEXT];
	json_t *o = json_object();

	ip_text(&v->client, client);
	ip_text(&v->address, address);
	return whole(o, put(o, "time", bytes(v->time)) && put(o, "event", bytes(v->event)) && put(o, "session", json_string(v->session)) &&
	    put(o, "client", json_string(client)) && put(o, "client_port", json_integer(v->client_port)) && put(o, "host", bytes(v->host)) &&
	    put(o, "address", json_string(address)) && put(o, "network", bytes(v->network)) &&
	    put(o, "policy", v->policy[0] == '\0' ? json_null() : json_string(v->policy)) && put(o, "argument", bytes(v->argument)) &&
	    put(o, "cut", json_boolean(v->argument_cut)) && put(o, "sender", v->kind == EVENT_RECIPIENT ? bytes(v->sender) : json_null()) &&
	    put(o, "journal", journaled(v)) && put(o, "then", a->then == NULL ? json_null() : judged(a->then)) &&
	    put(o, "why", a->why == NULL ? json_null() : bytes(span_str(a->why))) && put(o, "today", a->today == NULL ? json_null() : judged(a->today)));
}

int
past_json_print(const struct past_answer *a, FILE *out)
{
	json_t *o = object_of(a);
	int result = o == NULL || json_dumpf(o, out, JSON_COMPACT) == -1 || fputc('\n', out) == EOF ? -1 : 0;

	json_decref(o);
	return result;
}
