/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/recipients.h"

#include "classifier/domain.h"
#include "classifier/path.h"

/* "user@domain" with its "@" at a fixed place, so that users of any length can be put before the one domain. */
struct mailbox {
	uint8_t text[PATH_LOCAL_MAX + 1 + DOMAIN_MAX];
	struct span at_domain;		/* "@domain" in text */
};

static bool
is_listed(const struct recipients *r, struct mailbox *m, struct span local)
{
	uint8_t *begin = m->text + PATH_LOCAL_MAX - local.len;
	struct span user = domain_lower(local, begin);

	return span_eq(user, SPAN("postmaster")) || name_set_has(&r->entries, user) ||
	    name_set_has(&r->entries, span_of(begin, user.len + m->at_domain.len));
}

bool
recipients_know(const struct recipients *r, struct span local, struct span domain)
{
	struct mailbox m;

	/* An "@" within a name would make another entry of it. */
	if (local.len > PATH_LOCAL_MAX || domain.len > DOMAIN_MAX || span_find(local, 0, '@') < local.len)
		return false;
	m.text[PATH_LOCAL_MAX] = '@';
	if (domain.len > 0)
		memcpy(m.text + PATH_LOCAL_MAX + 1, domain.at, domain.len);
	m.at_domain = span_of(m.text + PATH_LOCAL_MAX, 1 + domain.len);
	if (name_set_has(&r->entries, m.at_domain) || is_listed(r, &m, local))
		return true;
	for (size_t i = 1; i < local.len; i++)
		if (span_find(r->delimiters, 0, local.at[i]) < r->delimiters.len && is_listed(r, &m, span_cut(local, 0, i)))
			return true;
	return false;
}
