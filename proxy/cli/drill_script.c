/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/drill_script.h"

#include "classifier/classify.h"
#include "proxy/cli/shown.h"
#include "proxy/engine/verdict_reply.h"
#include "proxy/site/drill.h"

#include <stdarg.h>

/* A message as it is sent, up to its final dot; a line begins with a dot, which both sides have to see twice. */
static const char text[] = "Subject: relaywall health\r\n\r\n..to nobody\r\n.";

__attribute__((format(printf, 3, 4))) static struct script_step *
add(struct script *s, unsigned code, const char *format, ...)
{
	struct script_step *step = &s->steps[s->count++];
	va_list ap;

	*step = (struct script_step){ .code = code };
	va_start(ap, format);
	vsnprintf(step->command, sizeof(step->command), format, ap);
	va_end(ap);
	return step;
}

static void
overhear(struct script_step *step, struct span line)
{
	step->overheard = true;
	if (line.len > 0)
		snprintf(step->heard, sizeof(step->heard), "%.*s\r\n", (int)line.len, (const char *)line.at);
}

/* A recipient, and what this policy says of it. */
static enum action
add_recipient(struct script *s, const struct drill *as_if, const char *mailbox)
{
	const struct asked asked = { .host = as_if->host, .address = &as_if->host->addresses[0], .network = as_if->network,
		.listing = LISTING_NONE };
	struct script_step *step = add(s, 250, "RCPT TO:<%s>", mailbox);
	struct verdict v;

	classify_recipient(&asked, span_str(step->command + strlen("RCPT ")), &v);
	overhear(step, sent_span(&v.sent));
	s->recipients += v.sent.len > 0;
	if (verdict_reply_code(&v) != 0)
		step->code = verdict_reply_code(&v);
	step->ends = v.action == ACTION_DROP;
	return v.action;
}

/* A local domain of the host; all below one: a name in it. Empty: it has none. */
static void
name_local_domain(const struct site_host *host, char *out, size_t size)
{
	struct span name = host->local.count > 0 ? host->local.list[0].name : (struct span){ 0 };
	bool below = name.len > 0 && name.at[0] == '*';

	snprintf(out, size, "%s%.*s", below ? "health" : "", (int)(name.len - below), (const char *)name.at + below);
}

static void
add_message(struct script *s, const struct drill *as_if, const char *domain, FILE *faults)
{
	char mailbox[SENT_MAX];

	snprintf(mailbox, sizeof(mailbox), "postmaster%s%.255s", domain[0] == '\0' ? "" : "@", domain);
	add(s, 250, "MAIL FROM:<>");
	if (add_recipient(s, as_if, mailbox) != ACTION_PASS)
		fprintf(faults, "the policy refuses mail to %s\n", shown(mailbox));
	add(s, 354, "DATA");
	overhear(add(s, 250, "%s", text), span_str(text));
}

/* The plain one, and the one that looks local. */
static void
add_relaying(struct script *s, const struct drill *as_if, const char *domain, FILE *faults)
{
	static const char *const forms[] = { "nobody@" SCRIPT_FOREIGN, "nobody%" SCRIPT_FOREIGN "@" };

	add(s, 250, "MAIL FROM:<>");
	for (size_t i = 0; i < (domain[0] == '\0' ? 1 : 2) && !s->steps[s->count - 1].ends; i++) {
		char mailbox[SENT_MAX];

		snprintf(mailbox, sizeof(mailbox), "%s%.255s", forms[i], i == 0 ? "" : domain);
		if (add_recipient(s, as_if, mailbox) == ACTION_PASS && as_if->refuses)
			fprintf(faults, "the policy lets mail to %s pass\n", shown(mailbox));
	}
}

void
script_write(struct script *s, const struct site *site, FILE *faults)
{
	struct drill as_if = drill_choose(&site->policy);
	char domain[DOMAIN_MAX + sizeof("health")];

	name_local_domain(&site->hosts[as_if.host - site->policy.hosts], domain, sizeof(domain));
	*s = (struct script){ .refuses = as_if.refuses };
	add(s, 220, "%s", "");
	add(s, 250, "EHLO " SCRIPT_FOREIGN);
	add_message(s, &as_if, domain, faults);
	add_relaying(s, &as_if, domain, faults);
	if (!s->steps[s->count - 1].ends)
		add(s, 221, "QUIT")->ends = true;
}
