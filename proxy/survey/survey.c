/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/survey_inside.h"

#include "classifier/ascii.h"

#include <stdlib.h>

struct survey_session *
survey_began(struct inventory *v, const struct exchange_session *s)
{
	struct survey_session *m = calloc(1, sizeof(*m));

	(void)s;
	if (m == NULL) {
		v->no_memory++;
		return NULL;
	}
	m->host = m->client = INVENTORY_NONE;
	return m;
}

void
survey_forget(struct survey_session *m)
{
	if (m == NULL)
		return;
	vec_done(&m->recipients);
	free(m->hello_text);
	free(m);
}

/* A word is said for the first time: only now host and client are known. Connections in silence are anybody's. */
static void
count_session(struct inventory *v, struct survey_session *m, const struct exchange_session *s, uint64_t time_us)
{
	m->counted = true;
	v->sessions++;
	if (v->first_us == 0 || time_us < v->first_us)
		v->first_us = time_us;
	m->host = inventory_host(v, &s->ends.host, s->ends.port);
	if (m->host == INVENTORY_NONE) {
		v->hosts_left_out++;
		return;
	}
	inventory_host_at(v, m->host)->sessions++;
	inventory_host_at(v, m->host)->midstream += !s->from_start;
	m->client = inventory_client(v, m->host, &s->ends.client);
	if (m->client != INVENTORY_NONE)
		inventory_client_at(v, m->client)->sessions++;
}

static void
seen(uint64_t *first_us, uint64_t *last_us, uint64_t time_us)
{
	if (*first_us == 0 || time_us < *first_us)
		*first_us = time_us;
	if (time_us > *last_us)
		*last_us = time_us;
}

static void
on_auth(struct survey_turn *t)
{
	struct inventory_word *w = inventory_word(t->host->mechanisms, &t->host->mechanism_count, ascii_trim(t->e->argument));

	if (t->client != NULL)
		t->client->auths++;
	if (w == NULL) {
		t->host->mechanisms_left_out++;
		return;
	}
	w->tries.tried++;
	w->tries.accepted += t->e->code == 235;
}

/* Which of several mechanisms of a session it was is not asked: the last one that was tried. */
static void
on_secret(struct survey_turn *t)
{
	if (t->e->code == 235 && t->host->mechanism_count == 1)
		t->host->mechanisms[0].tries.accepted++;
	else if (t->e->code == 235)
		t->host->mechanisms_left_out++;
}

static void
on_probe(struct survey_turn *t, uint64_t *asked, uint64_t *answered)
{
	++*asked;
	*answered += t->e->code == 250 || t->e->code == 251;
	if (t->client != NULL)
		t->client->probes++;
}

static void
on_command(struct survey_turn *t)
{
	switch (t->e->verb) {
	case VERB_HELO:
	case VERB_EHLO:
		survey_hello(t);
		break;
	case VERB_MAIL:
		survey_mail(t);
		break;
	case VERB_RCPT:
		survey_recipient(t);
		break;
	case VERB_RSET:
		survey_no_message(t);
		survey_reply(t);
		break;
	case VERB_VRFY:
		on_probe(t, &t->host->vrfy, &t->host->vrfy_answered);
		break;
	case VERB_EXPN:
		on_probe(t, &t->host->expn, &t->host->expn_answered);
		break;
	case VERB_HELP:
		survey_help(t);
		break;
	case VERB_AUTH:
		on_auth(t);
		break;
	default:
		break;
	}
}

/* Stray line ends and the like, of a message or a command. */
static void
count_faults(struct survey_turn *t)
{
	for (unsigned i = 0; i < TEXT_FAULTS; i++)
		t->host->faults[i] += (t->e->faults & 1u << i) != 0;
	if (t->e->faults != 0 && t->client != NULL)
		t->client->stray++;
}

static void
on_opaque(struct survey_turn *t)
{
	t->host->tls += t->e->code == 220;
	t->host->unreadable += t->e->code != 220;
	if (t->e->code == 220 && t->client != NULL)
		t->client->tls++;
}

static void
take_turn(struct survey_turn *t)
{
	const struct exchange *e = t->e;

	seen(&t->host->first_us, &t->host->last_us, e->time_us);
	if (t->client != NULL)
		seen(&t->client->first_us, &t->client->last_us, e->time_us);
	count_faults(t);
	switch (e->kind) {
	case EXCHANGE_BANNER:
		survey_banner(t);
		break;
	case EXCHANGE_COMMAND:
		on_command(t);
		break;
	case EXCHANGE_MESSAGE:
		survey_message(t);
		break;
	case EXCHANGE_SECRET:
		on_secret(t);
		break;
	case EXCHANGE_OPAQUE:
		on_opaque(t);
		break;
	case EXCHANGE_MISSING:
		t->host->missing++;
		t->host->missing_octets += e->octets;
		break;
	case EXCHANGE_DIFFERS:
		t->host->differs++;
		t->host->differs_octets += e->octets;
		break;
	default:
		break;
	}
}

void
survey_exchange(struct inventory *v, struct survey_session *m, const struct exchange_session *s, const struct exchange *e)
{
	struct survey_turn t = { .v = v, .m = m, .e = e };

	if (m == NULL)
		return;
	if (e->kind == EXCHANGE_CLOSED) {
		survey_forget(m);
		return;
	}
	if (!m->counted)
		count_session(v, m, s, e->time_us);
	seen(&v->first_us, &v->last_us, e->time_us);
	if (m->host == INVENTORY_NONE)
		return;
	t.host = inventory_host_at(v, m->host);
	t.client = m->client == INVENTORY_NONE ? NULL : inventory_client_at(v, m->client);
	take_turn(&t);
}
