/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/audit.h"

#include "proxy/audit/judge.h"
#include "proxy/audit/probe.h"
#include "proxy/audit/report.h"
#include "proxy/audit/row.h"
#include "proxy/base/ip_text.h"

/* What a server need not tell strangers, RFC 2505 2.11. The last is of a mailbox that there is not: who says yes to it says nothing. */
static const struct disclosure {
	const char *id, *command;
} disclosures[] = {
	{ "vrfy-root", "VRFY root" },
	{ "vrfy-postmaster", "VRFY postmaster" },
	{ "vrfy-unknown", "VRFY relaywall-no-such-mailbox" },
	{ "expn-root", "EXPN root" },
	{ "expn-postmaster", "EXPN postmaster" },
};

enum { DISCLOSURES = sizeof(disclosures) / sizeof(disclosures[0]) };

static json_t *
new_host(const struct target *target)
{
	char address[IP_TEXT];

	ip_text(&target->ip, address);
	return json_pack("{s:s#, s:o, s:s, s:i, s:n, s:n, s:b, s:o, s:n, s:[], s:b, s:n, s:n}",
	    "host", target->host != NULL ? (const char *)target->host->name.at : "", target->host != NULL ? target->host->name.len : 0,
	    "asked", row_string(span_str(target->name)), "address", address, "port", (int)target->port, "client", "network", "may_relay", 0,
	    "started", report_now(), "banner", "ehlo", "starttls", 0, "software", "given_up");
}

/* A row for a form; NULL: no memory. */
static json_t *
row_of(const struct probe *p, const struct trial *trial)
{
	char sender[TRIAL_OCTETS], recipient[TRIAL_OCTETS];

	if (trial_expand(trial->sender, &p->names, sender) == -1)
		sender[0] = '\0';
	if (trial_expand(trial->recipient, &p->names, recipient) == -1)
		recipient[0] = '\0';
	return row_new(trial, sender, recipient);
}

static void
tell_progress(const struct probe *p, size_t *done)
{
	size_t all = trials_relay.count + trials_control.count + trials_sender.count + DISCLOSURES;

	if (p->conf->progress != NULL)
		p->conf->progress(p->conf->cookie, p->target, *done, all);
	(*done)++;
}

static int
test_trials(struct probe *p, const char *key, const struct trials *trials, bool delivers, size_t *done)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < trials->count; i++) {
		json_t *row = row_of(p, &trials->at[i]);

		if (row == NULL || json_array_append_new(rows, row) == -1)
			break;
		tell_progress(p, done);
		probe_trial(p, &trials->at[i], delivers, row);
	}
	if (json_array_size(rows) == trials->count)
		return json_object_set_new(p->host, key, rows);
	json_decref(rows);
	return -1;
}

static int
test_disclosures(struct probe *p, size_t *done)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < DISCLOSURES; i++) {
		json_t *row = json_pack("{s:s, s:s, s:s, s:n, s:s, s:s}", "id", disclosures[i].id, "command", disclosures[i].command,
		    "stage", "", "code", "reply", "", "result", outcome_name(OUTCOME_UNTESTED));

		if (row == NULL || json_array_append_new(rows, row) == -1)
			break;
		tell_progress(p, done);
		probe_command(p, disclosures[i].command, row);
	}
	if (json_array_size(rows) == DISCLOSURES)
		return json_object_set_new(p->host, "disclosure", rows);
	json_decref(rows);
	return -1;
}

/* Who asked, as the policy sees it. */
static int
note_client(struct probe *p)
{
	const struct policy *policy = p->conf->policy;
	uint32_t network;

	if (policy == NULL || p->target->host == NULL || !p->greeted)
		return 0;
	network = policy_network(policy, &p->talk.own);
	if (json_object_set_new(p->host, "network", row_string(policy->network_names[network])) == -1)
		return -1;
	return json_object_set_new(p->host, "may_relay", json_boolean(p->target->host->rules[network].mode[RULE_RELAY] == MODE_OFF));
}

static int
note_end(struct probe *p)
{
	json_t *about = json_pack("{s:o, s:o, s:o, s:o, s:I, s:I, s:I}", "name", row_string(span_str(p->names.host)), "local", row_string(span_str(p->names.local)),
	    "helo", row_string(span_str(p->helo)), "ended", report_now(), "connections", (json_int_t)p->talk.connections,
	    "commands", (json_int_t)p->talk.commands, "messages", (json_int_t)p->messages);
	int result = about == NULL ? -1 : json_object_update(p->host, about);

	json_decref(about);
	if (result == 0 && p->given_up[0] != '\0')
		result = json_object_set_new(p->host, "given_up", row_string(span_str(p->given_up)));
	return result == -1 || note_client(p) == -1 ? -1 : judge_note(p->host);
}

json_t *
audit_host(const struct audit_conf *conf, const struct target *target)
{
	json_t *host = new_host(target);
	struct probe p;
	size_t done = 0;
	int result;

	if (host == NULL)
		return NULL;
	probe_init(&p, conf, target, host);
	probe_meet(&p);
	result = test_trials(&p, "relay", &trials_relay, conf->delivers, &done);
	if (result == 0)
		result = test_trials(&p, "control", &trials_control, false, &done);
	if (result == 0)
		result = test_trials(&p, "sender", &trials_sender, false, &done);
	if (result == 0)
		result = test_disclosures(&p, &done);
	probe_end(&p);
	if (result == -1 || p.no_memory || note_end(&p) == -1) {
		json_decref(host);
		return NULL;
	}
	return host;
}
