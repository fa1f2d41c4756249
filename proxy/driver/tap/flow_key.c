/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/tap/flow_key.h"

#include "proxy/base/siphash.h"
#include "proxy/base/octets.h"

unsigned
flow_key_of(const struct segment *s, struct flow_key *key)
{
	int order = memcmp(&s->source, &s->destination, sizeof(s->source));
	unsigned from = order > 0 || (order == 0 && s->source_port > s->destination_port);

	key->address[from] = s->source;
	key->address[1 - from] = s->destination;
	key->port[from] = s->source_port;
	key->port[1 - from] = s->destination_port;
	return from;
}

/* IPv4 fits two words, which takes half of the time. The families cannot be mistaken for each other: the other way has another length. */
uint64_t
flow_key_hash(const struct flow_key *key, const uint64_t seed[2])
{
	const struct ip *a = &key->address[0], *b = &key->address[1];

	if (ip_is_v4(a) && ip_is_v4(b))
		return siphash_pair(seed, (uint64_t)octets_32(a->bytes + 12) << 32 | octets_32(b->bytes + 12),
		    (uint64_t)key->port[0] << 16 | key->port[1]);
	return siphash_octets(seed, span_of(key, sizeof(*key)));
}
