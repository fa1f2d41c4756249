/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/base/ring.h"

#include <assert.h>

size_t
ring_octets(size_t size)
{
	return sizeof(struct ring_shared) + size;
}

void
ring_init(struct ring *r, void *memory, size_t size)
{
	assert(size > 0 && (size & (size - 1)) == 0);
	*r = (struct ring){ .shared = memory, .size = size };
}

/* Where a count of octets stands in the ring. Whatever the count, it is inside. */
static size_t
place(const struct ring *r, uint64_t count)
{
	return (size_t)(count & (r->size - 1));
}

size_t
ring_room(const struct ring *r)
{
	uint64_t put = __atomic_load_n(&r->shared->put, __ATOMIC_RELAXED);
	uint64_t used = put - __atomic_load_n(&r->shared->dropped, __ATOMIC_ACQUIRE);

	return used > r->size ? 0 : r->size - (size_t)used;
}

int
ring_put(const struct ring *r, struct span line)
{
	uint64_t put = __atomic_load_n(&r->shared->put, __ATOMIC_RELAXED);
	size_t at = place(r, put), first = r->size - at;

	if (line.len > ring_room(r))
		return -1;
	if (line.len <= first) {
		memcpy(r->shared->octets + at, line.at, line.len);
	} else {
		memcpy(r->shared->octets + at, line.at, first);
		memcpy(r->shared->octets, line.at + first, line.len - first);
	}
	__atomic_store_n(&r->shared->put, put + line.len, __ATOMIC_RELEASE);	/* now it is there, as a whole */
	return 0;
}

size_t
ring_used(const struct ring *r)
{
	uint64_t put = __atomic_load_n(&r->shared->put, __ATOMIC_ACQUIRE);
	uint64_t used = put - __atomic_load_n(&r->shared->dropped, __ATOMIC_RELAXED);

	if (used <= r->size)
		return (size_t)used;
	__atomic_store_n(&r->shared->dropped, put, __ATOMIC_RELEASE);	/* else the next, honest writer never found room */
	return 0;
}

void
ring_peek(const struct ring *r, size_t skip, struct span pieces[2])
{
	size_t used = ring_used(r);
	size_t len = skip < used ? used - skip : 0;
	size_t at = place(r, __atomic_load_n(&r->shared->dropped, __ATOMIC_RELAXED) + skip);
	size_t first = len < r->size - at ? len : r->size - at;

	pieces[0] = span_of(r->shared->octets + at, first);
	pieces[1] = span_of(r->shared->octets, len - first);
}

void
ring_drop(const struct ring *r, size_t n)
{
	uint64_t dropped = __atomic_load_n(&r->shared->dropped, __ATOMIC_RELAXED);

	assert(n <= r->size);
	__atomic_store_n(&r->shared->dropped, dropped + n, __ATOMIC_RELEASE);
}
