/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * careless.h - GnuTLS and what it stands upon, as far as they can do without memory.
 *
 * libtasn1 writes through the null pointer that it got. gmp calls abort(), and so do
 * the functions that GnuTLS lends to it. GnuTLS itself (3.7) fails as it should, but
 * loses memory in doing so. None of it is ours to mend: a process that has no memory
 * for TLS may end. So allocations of the first two do not fail, and what GnuTLS loses
 * is not told.
 */
#ifndef TESTS_UNIT_TLS_CARELESS_H
#define TESTS_UNIT_TLS_CARELESS_H

/* Around runs of scarce.h. */
void careless_begin(void);
void careless_end(void);

#endif
