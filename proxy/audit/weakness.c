/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/weakness.h"

#include "proxy/audit/judge.h"
#include "proxy/audit/row.h"

#include <string.h>

static const char *const plain_only[] = { "plain", NULL };
static const char *const imcea[] = { "imcea", "imcea-host", NULL };
static const char *const quoted_list[] = { "quoted-list", NULL };
static const char *const percent[] = { "percent-local", "percent-host", NULL };
static const char *const no_senders[] = { NULL };
static const char *const aix_senders[] = { "unqualified", "unresolvable", NULL };

const struct weakness weaknesses[] = {
	{ "CVE-1999-0512", "a mail server that relays for anybody", NULL, no_senders },
	{ "VU#814617, CVE-2003-0285", "sendmail as AIX shipped it: it relays for anybody, and takes senders without a domain, or of one that does not exist",
	    plain_only, aix_senders },
	{ "CVE-2002-1278", "relays by the percent hack behind a domain of its own", percent, no_senders },
	{ "CVE-1999-0682, MS99-027", "Exchange that relays for addresses in its own encapsulation", imcea, no_senders },
	{ "VU#176972", "Domino that takes a quoted name for a list of addresses", quoted_list, no_senders },
};
const size_t weakness_count = sizeof(weaknesses) / sizeof(weaknesses[0]);

static bool
is_form_of(const struct weakness *w, const json_t *row)
{
	if (w->forms == NULL)
		return strcmp(row_text(row, "kind"), "plain") == 0;
	for (const char *const *id = w->forms; *id != NULL; id++)
		if (strcmp(row_text(row, "id"), *id) == 0)
			return true;
	return false;
}

/* One form is enough to see it; all that there are, and one at least, to see that it is not there. */
static enum seen
any_relayed(const json_t *host, const struct weakness *w)
{
	const json_t *rows = json_object_get(host, "relay");
	size_t refused = 0, all = 0;

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		enum worth worth = judge_row(host, row);

		if (!is_form_of(w, row))
			continue;
		if (worth == WORTH_RELAYED)
			return SEEN_YES;
		refused += worth == WORTH_REFUSED;
		all++;
	}
	return all > 0 && refused == all ? SEEN_NO : SEEN_UNDECIDED;
}

enum seen
weakness_seen(const json_t *host, const struct weakness *w)
{
	enum seen seen = any_relayed(host, w);

	for (const char *const *id = w->senders; *id != NULL; id++) {
		enum outcome o = row_outcome_of(row_find(json_object_get(host, "sender"), *id));

		if (outcome_is_decided(o) && !outcome_is_yes(o))
			return SEEN_NO;
		if (!outcome_is_yes(o) && seen == SEEN_YES)
			seen = SEEN_UNDECIDED;
	}
	return seen;
}
