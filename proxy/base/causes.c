/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/base/causes.h"

#include "proxy/base/siphash.h"

enum { CAUSE_BITS = 16 };

void
causes_init(struct causes *c, void *memory, const uint64_t seed[2])
{
	memset(memory, 0, CAUSES_OCTETS);
	*c = (struct causes){ .places = memory, .seed = { seed[0], seed[1] } };
}

static uint64_t
hash(const struct causes *c, const struct causes_who *who)
{
	uint64_t words[4], h = who->client_port;

	memcpy(words, who->client.bytes, 16);
	memcpy(words + 2, who->host.bytes, 16);
	for (size_t i = 0; i < 4; i += 2)
		h = siphash_pair(c->seed, h ^ words[i], words[i + 1]);
	return h;
}

void
causes_tell(struct causes *c, const struct causes_who *who, uint16_t cause)
{
	uint64_t h = hash(c, who);

	__atomic_store_n(&c->places[h % CAUSES_PLACES], h >> CAUSE_BITS << CAUSE_BITS | cause, __ATOMIC_RELAXED);
}

uint16_t
causes_ask(const struct causes *c, const struct causes_who *who)
{
	uint64_t h = hash(c, who), word = __atomic_load_n(&c->places[h % CAUSES_PLACES], __ATOMIC_RELAXED);

	return word >> CAUSE_BITS == h >> CAUSE_BITS ? (uint16_t)word : 0;
}
