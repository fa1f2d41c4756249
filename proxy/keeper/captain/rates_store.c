/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* memfd_create() */
#include "proxy/keeper/captain/rates_store.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

static const char prefix[] = "rates:";

/* Behind the tables. */
struct seed {
	uint64_t words[2];
};

static int
fail(const struct site *site, FILE *errors)
{
	fprintf(errors, "relaywall: memory for %zu clients: %s\n", site->clients_max, strerror(errno));
	return -1;
}

/* New memory, all zeros but for its seed. The descriptor, or -1 with errno. */
static int
create(size_t octets)
{
	int fd = memfd_create("relaywall-rates", MFD_CLOEXEC), error;
	struct seed seed;

	if (fd == -1)
		return -1;
	if (ftruncate(fd, (off_t)(octets + sizeof(seed))) == 0 && getrandom(&seed, sizeof(seed), 0) == sizeof(seed) &&
	    pwrite(fd, &seed, sizeof(seed), (off_t)octets) == sizeof(seed))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static void
name_of(size_t octets, unsigned tables, char name[STORE_NAME])
{
	snprintf(name, STORE_NAME, "%s%zu:%u", prefix, octets, tables);
}

bool
rates_store_unused(const struct site *site, unsigned tables, const struct store_item *item)
{
	char name[STORE_NAME];

	name_of(rates_octets(site->clients_max, tables), tables, name);
	return strncmp(item->name, prefix, sizeof(prefix) - 1) == 0 && strcmp(item->name, name) != 0;
}

int
rates_store_open(struct rates *rates, struct store *store, const struct site *site, unsigned tables, FILE *errors)
{
	size_t octets = rates_octets(site->clients_max, tables);
	char name[STORE_NAME];
	struct seed seed;
	void *memory;
	int fd;

	name_of(octets, tables, name);
	fd = store_find(store, name);
	if (fd == -1 && ((fd = create(octets)) == -1 || store_put(store, name, fd) == -1))
		return fail(site, errors);
	if (pread(fd, &seed, sizeof(seed), (off_t)octets) != sizeof(seed))
		return fail(site, errors);
	memory = mmap(NULL, octets, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);	/* taken page by page, as it is used */
	if (memory == MAP_FAILED)
		return fail(site, errors);
	rates_init(rates, memory, octets, tables, seed.words);
	return 0;
}
