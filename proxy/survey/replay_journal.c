/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/replay_journal.h"

#include "classifier/classify.h"
#include "classifier/param.h"
#include "proxy/site/record.h"
#include "proxy/survey/journal_verdict.h"
#include "proxy/survey/replay_line_sessions.h"

#include <stdlib.h>

enum { OFFER_ALL = OFFER_SIZE | OFFER_8BITMIME | OFFER_DSN | OFFER_SMTPUTF8 };

int
replay_journal_begin(struct replay_journal *j)
{
	j->sessions = calloc(1, sizeof(*j->sessions));
	return j->sessions == NULL ? -1 : 0;
}

/* May a message of it have been on its way? */
static bool
is_open(const struct replay_journal *j, const struct line_session *s)
{
	return s->s.accepted > 0 && j->last_ms - s->last_ms < REPLAY_SILENT_MS;
}

static void
forget(struct replay_journal *j, struct line_session *s)
{
	if (s->seen != 0)
		replay_end(j->replay, &s->s, is_open(j, s) ? REPLAY_PERHAPS : REPLAY_UNDELIVERED);
}

void
replay_journal_end(struct replay_journal *j)
{
	for (size_t i = 0; j->sessions != NULL && i < LINE_SESSION_SETS; i++)
		for (size_t way = 0; way < LINE_SESSION_WAYS; way++)
			forget(j, &j->sessions->sets[i][way]);
	free(j->sessions);
	j->sessions = NULL;
}

/* The name of the host is the policies': the line is gone with the next one. */
static struct span
host_name(const struct replay_journal *j, const struct ip *address)
{
	for (size_t i = 0; i < j->policy_count; i++) {
		const struct policy_host *host = policy_host(j->policies[i], address);

		if (host != NULL)
			return host->name;
	}
	return SPAN("not protected");
}

static struct line_session *
session_of(struct replay_journal *j, const struct journal_verdict *line)
{
	struct line_session evicted, *s;
	bool is_new;

	s = line_session_find(j->sessions, line->session, &line->client, &is_new, &evicted);
	j->lines.forgotten += evicted.seen != 0 && is_open(j, &evicted);
	forget(j, &evicted);
	if (is_new)
		s->s.host = host_name(j, &line->address);
	s->last_ms = line->time_ms;
	j->last_ms = line->time_ms > j->last_ms ? line->time_ms : j->last_ms;
	return s;
}

/* What the DNS said, if it was the reason. */
static enum domain_truth
truth_of(const struct journal_verdict *line)
{
	switch (line->as_reason) {
	case REASON_UNRESOLVABLE:
		return DOMAIN_UNKNOWN;
	case REASON_NULL_MX:
		return DOMAIN_NULL_MX;
	case REASON_LOOKUP_FAILED:
		return DOMAIN_UNSURE;
	default:
		return DOMAIN_UNASKED;
	}
}

/* What lists said is true for all of the session. */
static void
note_list(struct line_session *s, const struct journal_verdict *line)
{
	size_t len = line->list.len < sizeof(s->list) - 1 ? line->list.len : sizeof(s->list) - 1;

	if (line->as_reason != REASON_BLOCK_LIST || s->listed)
		return;
	s->listed = true;
	memcpy(s->list, line->list.at, len);
	s->list[len] = '\0';
}

static struct asked
asked_of(const struct policy_host *host, uint32_t network, const struct line_session *s, const struct journal_verdict *line)
{
	/* Whether the host knows SMTPUTF8 is not written: only that a parameter was let pass, or not. */
	bool has_parameters = line->as_reason != REASON_PARAMETER;

	return (struct asked){
		.host = host, .address = &line->address, .network = network, .offered = has_parameters ? OFFER_ALL : 0,
		.authenticated = s->s.authenticated, .listing = s->listed ? LISTING_REFUSE : LISTING_UNASKED, .listed_by = span_str(s->list),
		.sender_domain = truth_of(line),
	};
}

/* The verdict of a policy about a command that can be judged. */
static struct replay_view
view_of_policy(struct replay_journal *j, const struct policy *policy, const struct line_session *s, const struct journal_verdict *line)
{
	const struct policy_host *host = policy_host(policy, &line->address);
	uint32_t network = policy_network(policy, &line->client);
	struct replay_view view;
	struct asked asked;
	struct verdict v;

	if (host == NULL && line->kind == EVENT_RECIPIENT)
		replay_note(&j->replay->doubts, "not-protected");
	if (replay_view_unread(host, network, &view))
		return view;
	asked = asked_of(host, network, s, line);
	if (line->kind == EVENT_HELLO)
		classify_hello(&asked, line->argument, &v);
	else if (line->kind == EVENT_SENDER)
		classify_sender(&asked, line->argument, &v);
	else
		classify_recipient(&asked, line->argument, &v);
	if (v.unasked.len > 0)
		replay_note(&j->replay->doubts, "dns-not-asked");
	if (v.unlisted)
		replay_note(&j->replay->doubts, "lists-not-asked");
	return replay_view_verdict(v.action, v.mode, v.reason);
}

static struct replay_view
view_of_line(const struct journal_verdict *line)
{
	struct replay_view v;

	if (!line->understood)
		return (struct replay_view){ .verdict = REPLAY_UNKNOWN, .reason = "word-not-known" };
	v = replay_view_verdict(line->as_action, line->as_mode, line->as_reason);
	v.fact = true;
	return v;
}

static struct replay_view
view(struct replay_journal *j, size_t policy, const struct line_session *s, const struct journal_verdict *line)
{
	if (line->argument_cut)
		return (struct replay_view){ .verdict = REPLAY_UNKNOWN, .reason = "argument-cut" };
	return view_of_policy(j, j->policies[policy], s, line);
}

static void
on_verdict(struct replay_journal *j, struct line_session *s, const struct journal_verdict *line)
{
	static const enum replay_subject subjects[] = { [EVENT_HELLO] = REPLAY_HELLO, [EVENT_SENDER] = REPLAY_SENDER,
		[EVENT_RECIPIENT] = REPLAY_RECIPIENT };
	struct replay_case c = { .subject = subjects[line->kind], .time_us = (uint64_t)line->time_ms * 1000, .argument = line->argument,
		.sender = line->sender };

	j->lines.verdicts++;
	if (line->understood)
		note_list(s, line);
	c.accepted = line->understood && line->as_action == ACTION_PASS;
	c.was = j->policy_count == 1 ? view_of_line(line) : view(j, 0, s, line);
	c.would = view(j, j->policy_count - 1, s, line);
	if (c.accepted && line->kind != EVENT_RECIPIENT)
		s->declined = 0;
	replay_judged(j->replay, &s->s, &c);
}

static void
on_message(struct replay_journal *j, struct line_session *s, const struct journal_verdict *line)
{
	bool is_taken = line->what.len == 0 && line->code >= 200 && line->code < 300;

	replay_message(j->replay, &s->s, is_taken ? REPLAY_DELIVERED : REPLAY_UNDELIVERED, s->declined);
	s->declined = 0;
}

/* The host refused what had been let pass. */
static void
on_reply(struct replay_journal *j, struct line_session *s, const struct journal_verdict *line)
{
	if (span_eq(line->what, SPAN("RCPT")))
		s->declined++;
	else if (span_eq(line->what, SPAN("MAIL")))
		replay_abandon(j->replay, &s->s);
}

static void
on_other(struct replay_journal *j, const struct journal_verdict *line)
{
	switch (line->kind) {
	case EVENT_MESSAGE:
		on_message(j, session_of(j, line), line);
		break;
	case EVENT_REPLY:
		on_reply(j, session_of(j, line), line);
		break;
	case EVENT_AUTH:
		session_of(j, line)->s.authenticated |= line->code == 235;
		break;
	case EVENT_COUNT:
		j->lines.events += !span_eq(line->event, SPAN("service")) && !span_eq(line->event, SPAN("evidence"));
		break;
	default:	/* about connections, and commands that no rule of a policy decides */
		break;
	}
}

void
replay_journal_line(struct replay_journal *j, struct span line)
{
	static uint8_t memory[RECORD_OCTETS];
	struct journal_verdict v;

	j->lines.seen++;
	switch (line.len > sizeof(memory) ? JOURNAL_READ_BAD : journal_verdict_read(line, &v, memory)) {
	case JOURNAL_READ_VERDICT:
		on_verdict(j, session_of(j, &v), &v);
		break;
	case JOURNAL_READ_OTHER:
		on_other(j, &v);
		break;
	case JOURNAL_READ_VERSION:
		j->lines.version++;
		break;
	case JOURNAL_READ_BAD:
		j->lines.bad++;
		break;
	}
}
