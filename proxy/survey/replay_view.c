/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/replay_view.h"

bool
replay_is_relay(enum reason reason)
{
	switch (reason) {
	case REASON_FOREIGN:
	case REASON_FOREIGN_LITERAL:
	case REASON_SOURCE_ROUTE:
	case REASON_PERCENT_HACK:
	case REASON_BANG_PATH:
	case REASON_DOUBLE_AT:
	case REASON_QUOTED_ROUTING:
	case REASON_ENCAPSULATION:
	case REASON_COLON_ROUTE:
		return true;
	default:	/* john.doe of REASON_HOST_DOT_USER has mostly a mailbox */
		return false;
	}
}

/* Causes of the rules that count by default, rules_default(): there is legitimate mail among what they find. */
static bool
only_counts(enum mode mode, enum reason reason)
{
	return mode == MODE_COUNT && (reason == REASON_FORGED_LOCAL || reason == REASON_FORGED_HELLO || reason == REASON_HELLO_NAME);
}

static enum replay_verdict
verdict_of(enum action action, enum mode mode)
{
	switch (action) {
	case ACTION_PASS:
		return mode == MODE_COUNT ? REPLAY_COUNTED : REPLAY_PASSED;
	case ACTION_REWRITE:
		return REPLAY_REWRITTEN;
	case ACTION_REFUSE:
		return REPLAY_REFUSED;
	case ACTION_DROP:
		break;
	}
	return REPLAY_DROPPED;
}

struct replay_view
replay_view_verdict(enum action action, enum mode mode, enum reason reason)
{
	return (struct replay_view){ verdict_of(action, mode), reason_name(reason), replay_is_relay(reason), .judged = true,
		.only_counts = only_counts(mode, reason) };
}

struct replay_view
replay_view_judgement(const struct judgement *j)
{
	if (!j->known)
		return (struct replay_view){ .verdict = REPLAY_UNKNOWN, .reason = "octets-missing" };
	if (j->judged)
		return replay_view_verdict(j->action, j->mode, j->reason);
	return (struct replay_view){ .verdict = verdict_of(j->action, MODE_ENFORCE), .reason = j->what == NULL ? "" : j->what };
}

struct replay_view
replay_view_host(unsigned code)
{
	if (code == 0)
		return (struct replay_view){ .verdict = REPLAY_UNKNOWN, .reason = "no-reply" };
	return (struct replay_view){ .verdict = code < 400 ? REPLAY_ACCEPTED : REPLAY_DECLINED, .reason = "", .fact = true };
}

bool
replay_view_unread(const struct policy_host *host, uint32_t network, struct replay_view *v)
{
	if (host == NULL) {
		*v = (struct replay_view){ .verdict = REPLAY_PASSED, .reason = "not-protected" };
		return true;
	}
	switch (host->rules[network].admit) {
	case ADMIT_SHIELD:
		return false;
	case ADMIT_PASS:
		*v = (struct replay_view){ .verdict = REPLAY_PASSED, .reason = "admit-pass" };
		break;
	default:
		*v = (struct replay_view){ .verdict = REPLAY_REFUSED, .reason = "admit" };
		break;
	}
	return true;
}

bool
replay_view_takes_away(const struct replay_view *v, bool as_written)
{
	switch (v->verdict) {
	case REPLAY_COUNTED:
		return !as_written && !v->fact && !v->only_counts;
	case REPLAY_REWRITTEN:
	case REPLAY_REFUSED:
	case REPLAY_DROPPED:
		return true;
	default:
		return false;
	}
}

const char *
replay_verdict_name(enum replay_verdict v)
{
	static const char *const names[REPLAY_VERDICTS] = {
		[REPLAY_UNKNOWN] = "unknown", [REPLAY_ACCEPTED] = "accepted", [REPLAY_DECLINED] = "declined", [REPLAY_PASSED] = "pass",
		[REPLAY_COUNTED] = "count", [REPLAY_REWRITTEN] = "rewrite", [REPLAY_REFUSED] = "refuse", [REPLAY_DROPPED] = "drop",
	};

	return names[v];
}
