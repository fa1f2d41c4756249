/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/rates_store.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/random.h>

int
rates_store_open(struct rates *rates, struct store *store, const struct site *site, unsigned workers, FILE *errors)
{
	size_t octets = rates_octets(site->clients_max);
	(void)store;
	for (unsigned i = 0; i < workers; i++) {
		uint64_t seed[2];
		void *memory = mmap(NULL, octets, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

		if (memory == MAP_FAILED || getrandom(seed, sizeof(seed), 0) == -1) {
			fprintf(errors, "relaywall: memory for %zu clients: %s\n", site->clients_max, strerror(errno));
			return -1;
		}
		rates_init(&rates[i], memory, octets, seed);
	}
	return 0;
}
