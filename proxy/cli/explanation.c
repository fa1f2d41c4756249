/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/explanation.h"

#include "classifier/argument.h"
#include "classifier/mailbox.h"
#include "classifier/path.h"
#include "proxy/base/escape.h"
#include "proxy/engine/verdict_reply.h"

enum { SHOWN = 2100 };		/* the longest line of RCPT, every byte escaped */

void
explanation_judge(struct explanation *e, struct span argument)
{
	e->argument = argument;
	classify_recipient(&e->asked, argument, &e->recipient);
	readings_find(&e->asked, e->recipient.path, &e->readings);
}

static bool
refuses(const struct verdict *v)
{
	return v->action == ACTION_REFUSE || v->action == ACTION_DROP;
}

/* The reply that the client sees from us, or none: the host answers. */
static bool
reply_of(const struct verdict *v, char reply[VERDICT_REPLY_OCTETS])
{
	if (refuses(v))
		verdict_reply(v, "explain", reply);
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

static void
print_who(const struct explanation *e, FILE *out)
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
print_mailbox(const struct policy_host *host, const struct path *p, struct span domain, FILE *out)
{
	struct span local = path_local(p);

	if (host->recipients.entries.count == 0 || mailbox_fault(local, p->quoted, host->profile, host->max_local) != REASON_LOCAL)
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
			print_mailbox(host, p, host->hostname, out);
		return;
	}
	domain = domain_lower(p->host.text, lower);
	own = domain_table_has(&host->local, domain);
	print_line(out, "domain", domain, own ? ": local domain" : domain_table_has(&host->relay, domain) ? ": relay domain" :
	    ": in no table of this host");
	if (own)
		print_mailbox(host, p, domain, out);
}

static void
print_parse(const struct explanation *e, FILE *out)
{
	struct argument a;
	struct path p;

	print_line(out, "argument", e->argument, "");
	if (argument_parse(e->argument, SPAN("TO"), &a) != ARGUMENT_OK || path_parse(a.path, &p) != PATH_OK) {
		print_line(out, "parse", e->recipient.path, ": not a path of RFC 5321, so it has no canonical form");
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
	print_mailbox(e->asked.host, &p, e->asked.host->hostname, out);
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
print_verdict(const char *label, const struct verdict *v, FILE *out)
{
	char reply[VERDICT_REPLY_OCTETS];

	fprintf(out, "%-10s%s, rule %s (%s%s), reason %s\n", label, action_name(v->action), rule_name(v->rule),
	    mode_name(v->mode), v->mode == MODE_COUNT ? ": enforced, it would be refused" : "", reason_name(v->reason));
	if (reply_of(v, reply))
		fprintf(out, "%-10s%s\n", "reply", reply);
	if (refuses(v))
		fprintf(out, "%-10s%s\n", "sent", "nothing");
	else
		print_line(out, "sent", sent_span(&v->sent), "");
}

void
explanation_print(const struct explanation *e, FILE *out)
{
	print_who(e, out);
	if (e->has_sender)
		print_verdict("sender", &e->sender, out);
	print_parse(e, out);
	print_readings(e, out);
	print_verdict("verdict", &e->recipient, out);
}

/* A JSON string is UTF-8 and a peer's bytes are anything: they go escaped. */
static json_t *
json_bytes(struct span bytes)
{
	char shown[SHOWN];

	return json_stringn(shown, escape_write(bytes, shown, sizeof(shown)));
}

static void
put_verdict(json_t *object, const struct verdict *v)
{
	char reply[VERDICT_REPLY_OCTETS];

	json_object_set_new(object, "verdict", json_string(action_name(v->action)));
	json_object_set_new(object, "rule", json_string(rule_name(v->rule)));
	json_object_set_new(object, "mode", json_string(mode_name(v->mode)));
	json_object_set_new(object, "reason", json_string(reason_name(v->reason)));
	json_object_set_new(object, "reply", reply_of(v, reply) ? json_string(reply) : json_null());
	json_object_set_new(object, "sent", refuses(v) ? json_null() : json_bytes(sent_span(&v->sent)));
	json_object_set_new(object, "target", v->target.len == 0 ? json_null() : json_bytes(v->target));
}

static json_t *
json_readings(const struct readings *readings)
{
	json_t *list = json_array();

	for (size_t i = 0; i < readings->count; i++) {
		const struct reading *r = &readings->list[i];
		const char *via = reading_via(r->via);
		json_t *one = json_object();

		json_object_set_new(one, "reading", json_string(reading_name(r->kind)));
		json_object_set_new(one, "target", json_bytes(r->target));
		json_object_set_new(one, "local", json_boolean(r->local));
		json_object_set_new(one, "via", via == NULL ? json_null() : json_string(via));
		json_object_set_new(one, "servers", json_string(reading_servers(r->kind)));
		json_array_append_new(list, one);
	}
	return list;
}

json_t *
explanation_json(const struct explanation *e)
{
	json_t *object = json_object();
	struct span network = e->policy->network_names[e->asked.network];

	if (object == NULL)
		return NULL;
	put_verdict(object, &e->recipient);
	json_object_set_new(object, "argument", json_bytes(e->argument));
	json_object_set_new(object, "client", json_string(e->client_text));
	json_object_set_new(object, "network", json_stringn((const char *)network.at, network.len));
	json_object_set_new(object, "address", json_string(e->host_text));
	json_object_set_new(object, "host", json_stringn((const char *)e->asked.host->name.at, e->asked.host->name.len));
	json_object_set_new(object, "readings", json_readings(&e->readings));
	if (e->has_sender) {
		json_t *sender = json_object();

		put_verdict(sender, &e->sender);
		json_object_set_new(object, "sender", sender);
	}
	return object;
}
