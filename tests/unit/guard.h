/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guard.h - bytes beside a page that cannot be touched.
 *
 * A parser that looks one byte beyond its span dies at once, with any compiler
 * and without a sanitizer.
 */
#ifndef TESTS_UNIT_GUARD_H
#define TESTS_UNIT_GUARD_H

#include "classifier/span.h"

enum { GUARD_MAX = 1 << 16 };

/* A copy of s, at most GUARD_MAX octets, that ends before such a page. Valid until the next call. */
struct span guard_end(struct span s);

/* The same, but the page lies before its first byte. Valid until the next call. */
struct span guard_front(struct span s);

/* len bytes to be written to, that end before such a page. Valid until the next call. */
uint8_t *guard_room(size_t len);

#endif
