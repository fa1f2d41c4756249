/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/stream/session.h"

#include <inttypes.h>
#include <stdio.h>

/* Ids do not repeat within 2^32 sessions of all streams, and neighbours do not look alike. */
static void
next_id(struct sessions *shared, char id[9])
{
	uint32_t n = shared->next_id * UINT32_C(0x9e3779b1);	/* odd, so no two give the same */

	shared->next_id += shared->conf.id_step == 0 ? 1 : shared->conf.id_step;
	snprintf(id, 9, "%08" PRIx32, n);
}

void
session_describe(struct sessions *shared, const struct tproxy_ends *ends, const struct policy_host *host,
    struct session *out)
{
	const struct policy *policy = shared->conf.policy;

	*out = (struct session){
		.client = ends->client,
		.address = ends->address,
		.client_port = ends->client_port,
		.port = ends->port,
		.policy = policy,
		.host = host,
		.network = policy_network(policy, &ends->client),
	};
	next_id(shared, out->id);
}

struct rates_who
session_rates_who(const struct session *who)
{
	return (struct rates_who){ .client = who->client, .host = who->host->key,
		.network = who->policy->network_keys[who->network] };
}

static void
report_to_nobody(void *cookie, const struct session *who, const struct event *e)
{
	(void)cookie, (void)who, (void)e;
}

void
session_describe_dialogue(const struct stream_session *s, const struct session *who, struct dialogue_conf *out)
{
	static const struct event_hooks silent = { .report = report_to_nobody };
	const struct stream_conf *conf = &s->shared->conf;

	*out = (struct dialogue_conf){ .session = *who, .limits = conf->limits, .hooks = &silent, .who = session_rates_who(who),
		.unrecorded = conf->unrecorded, .tls_ready = s->creds != NULL };
	if (s->drill)
		return;
	out->hooks = s->witness == NULL ? &conf->hooks : witness_hooks(s->witness);
	out->tarpit = conf->tarpit;
	out->rates = conf->rates;
}
