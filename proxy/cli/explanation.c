/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/explanation.h"

#include "classifier/argument.h"
#include "classifier/ascii.h"
#include "classifier/mailbox.h"
#include "classifier/path.h"
#include "proxy/base/escape.h"
#include "proxy/engine/verdict_reply.h"

enum { SHOWN = 2100 };		/* the longest line of RCPT, every byte escaped */

void
explanation_judge(struct explanation *e, enum event_kind kind, struct span argument)
{
	e->kind = kind;
	e->argument = argument;
	e->readings.count = 0;
	e->readings.truncated = false;
	if (kind == EVENT_HELLO) {
		classify_hello(&e->asked, ascii_trim(argument), &e->verdict);
	} else if (kind == EVENT_SENDER) {
		classify_sender(&e->asked, argument, &e->verdict);
	} else {
		classify_recipient(&e->asked, argument, &e->verdict);
		readings_find(&e->asked, e->verdict.path, &e->readings);
	}
}

static bool
refuses(const struct verdict *v)
{
	return v->action == ACTION_REFUSE || v->action == ACTION_DROP;
}

/* The reply that the client sees from us, or none: the host answers. */
static bool
reply_of(const struct explanation *e, const struct verdict *v, char reply[VERDICT_REPLY_OCTETS])
{
	if (refuses(v))
		verdict_reply(v, e->id, reply);
	else if (v->action == ACTION_REWRITE)
		verdict_reply_redirected(v->path, 250, reply);
	else
		return false;
	return true;
}

static void
print_line(FILE *out, const char *label, struct span bytes, const char *rest)
{
	char shown[SHOWN];

	escape_write(bytes, shown, sizeof(shown));
	fprintf(out, "%-10s%s%s\n", label, shown, rest);
}

void
explanation_print_who(const struct explanation *e, FILE *out)
{
	const struct policy_host *host = e->asked.host;
	const struct rules *rules = &host->rules[e->asked.network];
	struct span network = e->policy->network_names[e->asked.network];

	fprintf(out, "%-10s%s: network %.*s%s\n", "client", e->client_text, (int)network.len, (const char *)network.at,
	    e->asked.network == POLICY_UNTRUSTED ? " (no named network holds it)" : " (longest prefix)");
	fprintf(out, "%-10s%s: \"%.*s\", %.*s\n", "host", e->host_text, (int)host->name.len, (const char *)host->name.at,
	    (int)host->hostname.len, (const char *)host->hostname.at);
	fprintf(out, "%-10s", "rules");
	for (enum rule r = RULE_SYNTAX + 1; r < RULE_COUNT; r++)
		fprintf(out, "%s%s = %s", r == RULE_SYNTAX + 1 ? "" : ", ", rule_name(r), mode_name(rules->mode[r]));
	fprintf(out, "\n");
}

/* What the host's own list says of a name that may be one of its mailboxes, in this domain of its own. */
static void
print_mailbox(const struct explanation *e, const struct path *p, struct span domain, FILE *out)
{
	const struct policy_host *host = e->asked.host;
	struct span local = path_local(p);

	if (e->kind != EVENT_RECIPIENT || host->recipients.entries.count == 0 || mailbox_fault(local, p->quoted, host->profile, host->max_local) != REASON_LOCAL)
		return;
	fprintf(out, "%-10s%s\n", "mailbox", recipients_know(&host->recipients, local, domain) ? "known" :
	    "unknown: it is not in the host's recipients-file");
}

static void
print_domain(const struct explanation *e, const struct path *p, FILE *out)
{
	const struct policy_host *host = e->asked.host;
	uint8_t lower[DOMAIN_MAX];
	struct span domain;
	bool own;

	if (p->host.literal) {
		own = classify_is_local(&e->asked, p->host.text);
		print_line(out, "domain", p->host.text, own ? ": the host's own literal" : ": a literal that is not the host's own");
		if (own)
			print_mailbox(e, p, host->hostname, out);
		return;
	}
	domain = domain_lower(p->host.text, lower);
	own = domain_table_has(&host->local, domain);
	print_line(out, "domain", domain, own ? ": local domain" : domain_table_has(&host->relay, domain) ? ": relay domain" :
	    ": in no table of this host");
	if (own)
		print_mailbox(e, p, domain, out);
}

static void
print_parse(const struct explanation *e, FILE *out)
{
	struct argument a;
	struct path p;

	if (argument_parse(e->argument, e->kind == EVENT_SENDER ? SPAN("FROM") : SPAN("TO"), &a) != ARGUMENT_OK || path_parse(a.path, &p) != PATH_OK) {
		print_line(out, "parse", e->verdict.path, ": not a path of RFC 5321, so it has no canonical form");
		return;
	}
	if (p.form == PATH_NULL) {
		fprintf(out, "%-10s%s\n", "parse", "<>: the null path");
		return;
	}
	if (p.route.len > 0)
		print_line(out, "route", p.route, "");
	print_line(out, "local", path_local(&p), p.quoted ? " (was quoted)" : "");
	if (p.form == PATH_MAILBOX) {
		print_domain(e, &p, out);
		return;
	}
	fprintf(out, "%-10s%s\n", "domain", "none");
	print_mailbox(e, &p, e->asked.host->hostname, out);
}

static void
print_readings(const struct explanation *e, FILE *out)
{
	for (size_t i = 0; i < e->readings.count; i++) {
		const struct reading *r = &e->readings.list[i];
		const char *via = reading_via(r->via);
		char shown[SHOWN];

		escape_write(r->target, shown, sizeof(shown));
		fprintf(out, "%-10s%s -> %s (%s)%s%s, read so by: %s\n", i == 0 ? "readings" : "", reading_name(r->kind),
		    shown[0] == '\0' ? "nowhere" : shown, r->local ? "local" : "foreign", via == NULL ? "" : ", ",
		    via == NULL ? "" : via, reading_servers(r->kind));
	}
	if (e->readings.truncated)
		fprintf(out, "%-10s%s\n", "", "and more than can be listed");
}

static void
print_verdict(const struct explanation *e, const char *label, const struct verdict *v, FILE *out)
{
	char reply[VERDICT_REPLY_OCTETS];

	fprintf(out, "%-10s%s, rule %s (%s%s), reason %s\n", label, action_name(v->action), rule_name(v->rule),
	    mode_name(v->mode), v->mode == MODE_COUNT ? ": enforced, it would be refused" : "", reason_name(v->reason));
	if (reply_of(e, v, reply))
		fprintf(out, "%-10s%s\n", "reply", reply);
	if (refuses(v))
		fprintf(out, "%-10s%s\n", "sent", "nothing");
	else if (v->sent.len > 0)
		print_line(out, "sent", sent_span(&v->sent), "");
}

void
explanation_print_reasons(const struct explanation *e, FILE *out)
{
	print_line(out, "argument", e->argument, "");
	if (e->kind != EVENT_HELLO)
		print_parse(e, out);
	print_readings(e, out);
	print_verdict(e, "verdict", &e->verdict, out);
}

void
explanation_print(const struct explanation *e, FILE *out)
{
	explanation_print_who(e, out);
	if (e->has_sender)
		print_verdict(e, "sender", &e->sender, out);
	explanation_print_reasons(e, out);
}

/* An object being made. */
struct part {
	json_t *object;
	bool failed;		/* no memory for something of it: what is left would be another answer */
};

/* Takes value; NULL: there was no memory for it. */
static void
put(struct part *p, const char *key, json_t *value)
{
	if (json_object_set_new(p->object, key, value) == -1)
		p->failed = true;
}

static void
put_text(struct part *p, const char *key, const char *text)
{
	put(p, key, text == NULL ? json_null() : json_string(text));
}

/* A JSON string is UTF-8 and a peer's bytes are anything: they go escaped. */
static void
put_bytes(struct part *p, const char *key, struct span bytes)
{
	char shown[SHOWN];

	put(p, key, json_stringn(shown, escape_write(bytes, shown, sizeof(shown))));
}

/* The whole of it, or NULL. */
static json_t *
done(struct part *p)
{
	if (!p->failed)
		return p->object;
	json_decref(p->object);
	return NULL;
}

static void
put_verdict(struct part *p, const struct explanation *e, const struct verdict *v)
{
	char reply[VERDICT_REPLY_OCTETS];

	put_text(p, "verdict", action_name(v->action));
	put_text(p, "rule", rule_name(v->rule));
	put_text(p, "mode", mode_name(v->mode));
	put_text(p, "reason", reason_name(v->reason));
	put_text(p, "reply", reply_of(e, v, reply) ? reply : NULL);
	if (refuses(v))
		put_text(p, "sent", NULL);
	else
		put_bytes(p, "sent", sent_span(&v->sent));
	if (v->target.len == 0)
		put_text(p, "target", NULL);
	else
		put_bytes(p, "target", v->target);
}

static json_t *
json_reading(const struct reading *r)
{
	struct part p = { .object = json_object() };

	put_text(&p, "reading", reading_name(r->kind));
	put_bytes(&p, "target", r->target);
	put(&p, "local", json_boolean(r->local));
	put_text(&p, "via", reading_via(r->via));
	put_text(&p, "servers", reading_servers(r->kind));
	return done(&p);
}

static json_t *
json_readings(const struct readings *readings)
{
	json_t *list = json_array();

	for (size_t i = 0; i < readings->count; i++) {
		if (json_array_append_new(list, json_reading(&readings->list[i])) == 0)
			continue;
		json_decref(list);
		return NULL;
	}
	return list;
}

static json_t *
json_sender(const struct explanation *e)
{
	struct part p = { .object = json_object() };

	put_verdict(&p, e, &e->sender);
	return done(&p);
}

json_t *
explanation_json(const struct explanation *e)
{
	struct part p = { .object = json_object() };

	put_verdict(&p, e, &e->verdict);
	put_bytes(&p, "argument", e->argument);
	put_text(&p, "client", e->client_text);
	put_bytes(&p, "network", e->policy->network_names[e->asked.network]);
	put_text(&p, "address", e->host_text);
	put_bytes(&p, "host", e->asked.host->name);
	if (e->kind == EVENT_RECIPIENT)
		put(&p, "readings", json_readings(&e->readings));
	if (e->has_sender)
		put(&p, "sender", json_sender(e));
	return done(&p);
}
