/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/replay_line_sessions.h"

#include <stdlib.h>

/* Ids are made at random, so that they spread by themselves. */
static struct line_session *
set_of(struct replay_line_sessions *t, const char *id, const struct ip *client)
{
	unsigned long n = strtoul(id, NULL, 16) ^ client->bytes[15];

	return t->sets[n % LINE_SESSION_SETS];
}

struct line_session *
line_session_find(struct replay_line_sessions *t, const char *id, const struct ip *client, bool *is_new, struct line_session *evicted)
{
	struct line_session *set = set_of(t, id, client), *oldest = set;

	evicted->seen = 0;
	t->looks++;
	for (struct line_session *s = set; s < set + LINE_SESSION_WAYS; s++) {
		if (s->seen != 0 && strcmp(s->s.id, id) == 0 && ip_eq(&s->s.client, client)) {
			*is_new = false;
			s->seen = t->looks;
			return s;
		}
		if (s->seen < oldest->seen)
			oldest = s;
	}
	if (oldest->seen != 0)
		*evicted = *oldest;
	*is_new = true;
	*oldest = (struct line_session){ .seen = t->looks, .s.client = *client };
	memcpy(oldest->s.id, id, strnlen(id, sizeof(oldest->s.id) - 1));
	return oldest;
}
