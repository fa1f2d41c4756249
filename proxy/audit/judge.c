/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/judge.h"

#include "proxy/audit/row.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name, *title;
} statuses[] = {
	[STATUS_NOT_REVIEWED] = { "not-reviewed", "Not reviewed" },
	[STATUS_NOT_A_FINDING] = { "not-a-finding", "Not a finding" },
	[STATUS_FINDING] = { "finding", "Finding" },
};

const char *
status_name(enum status s)
{
	return statuses[s].name;
}

const char *
status_title(enum status s)
{
	return statuses[s].title;
}

/* Does the host refuse a mailbox at its own domain that does not exist? */
static bool
knows_its_mailboxes(const json_t *host)
{
	return row_outcome_of(row_find(json_object_get(host, "control"), "unknown")) == OUTCOME_REFUSED;
}

enum worth
judge_row(const json_t *host, const json_t *row)
{
	enum outcome o = row_outcome_of(row);

	if (o == OUTCOME_UNTESTED)
		return WORTH_UNTESTED;
	if (!outcome_is_decided(o))
		return WORTH_UNDECIDED;
	if (!outcome_is_yes(o))
		return WORTH_REFUSED;
	if (json_is_true(json_object_get(host, "may_relay")))
		return WORTH_ALLOWED;
	if (o == OUTCOME_ARRIVED || strcmp(row_text(row, "kind"), "plain") == 0 || knows_its_mailboxes(host))
		return WORTH_RELAYED;
	return WORTH_DOUBTFUL;
}

static void
count(struct judgement *j, const json_t *host, const json_t *row)
{
	enum worth worth = judge_row(host, row);

	j->forms++;
	switch (worth) {
	case WORTH_UNTESTED:
		j->untested++;
		return;
	case WORTH_UNDECIDED:
		j->undecided++;
		return;
	case WORTH_ALLOWED:
		j->allowed++;
		return;
	case WORTH_REFUSED:
		j->refused++;
		return;
	case WORTH_DOUBTFUL:
		if (j->doubtful++ == 0 && j->relayed == 0)
			j->first = row_text(row, "id");
		return;
	case WORTH_RELAYED:
		if (j->relayed++ == 0)
			j->first = row_text(row, "id");
		j->plain = j->plain || strcmp(row_text(row, "kind"), "plain") == 0;
		j->arrived = j->arrived || row_outcome_of(row) == OUTCOME_ARRIVED;
		return;
	}
}

static void
say_finding(struct judgement *j)
{
	snprintf(j->why, sizeof(j->why), "The host took mail for another host from a client that it had not authenticated: %zu of %zu forms of address, "
	    "%.60s first. %s%s", j->relayed, j->forms, j->first,
	    j->plain ? "Some of them name the other host plainly, so it relays for anybody."
	    : "All of them hide the other host in an address of its own, while it refuses an ordinary mailbox there that does not exist.",
	    j->arrived ? " A message of this test has arrived." : "");
}

/* The first cause of these, in the order in which somebody would do something about them. */
static void
say_not_reviewed(struct judgement *j, const json_t *host)
{
	const char *given_up = row_text(host, "given_up");

	if (j->allowed > 0)
		snprintf(j->why, sizeof(j->why), "%zu of %zu forms were accepted from a client of the network %.60s, which may relay by the policy. "
		    "That says nothing about others: test from an address that may not.", j->allowed, j->forms, row_text(host, "network"));
	else if (j->doubtful > 0)
		snprintf(j->why, sizeof(j->why), "%zu of %zu forms were accepted, %.60s first, but the host also takes a mailbox of its own that does not exist, so it may "
		    "have taken them for such names. Whether it sends them on is shown by messages (--deliver, --arrived).", j->doubtful, j->forms, j->first);
	else if (given_up[0] != '\0')
		snprintf(j->why, sizeof(j->why), "%zu of %zu forms were not tested: %.300s.", j->untested, j->forms, given_up);
	else
		snprintf(j->why, sizeof(j->why), "%zu of %zu forms were neither accepted nor refused: no answer, an answer that is none, or one for the time being. "
		    "All others were refused.", j->undecided + j->untested, j->forms);
}

void
judge_host(const json_t *host, struct judgement *out)
{
	const json_t *rows = json_object_get(host, "relay");

	*out = (struct judgement){ 0 };
	for (size_t i = 0; i < json_array_size(rows); i++)
		count(out, host, json_array_get(rows, i));
	if (out->relayed > 0) {
		out->status = STATUS_FINDING;
		say_finding(out);
	} else if (out->forms == 0 || out->refused < out->forms) {
		say_not_reviewed(out, host);
	} else {
		out->status = STATUS_NOT_A_FINDING;
		snprintf(out->why, sizeof(out->why), "All %zu forms of address that lead to another host were refused, to a client that had not authenticated.", out->forms);
	}
}

int
judge_note(json_t *host)
{
	struct judgement j;
	json_t *counts;

	judge_host(host, &j);
	counts = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "forms", (json_int_t)j.forms, "relayed", (json_int_t)j.relayed,
	    "doubtful", (json_int_t)j.doubtful, "allowed", (json_int_t)j.allowed, "refused", (json_int_t)j.refused,
	    "undecided", (json_int_t)j.undecided, "untested", (json_int_t)j.untested);
	if (json_object_set_new(host, "status", json_string(status_name(j.status))) == -1 ||
	    json_object_set_new(host, "why", json_string(j.why)) == -1)
		goto fail;
	return json_object_set_new(host, "counts", counts);

fail:
	json_decref(counts);
	return -1;
}
