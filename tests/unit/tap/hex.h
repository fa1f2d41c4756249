/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hex.h - octets as hex digits.
 */
#ifndef TESTS_UNIT_TAP_HEX_H
#define TESTS_UNIT_TAP_HEX_H

#include "classifier/span.h"

enum { HEX_MAX = 4096 };

/* The octets of hex digits, blanks between them ignored. Valid until the next call but three. */
struct span hex(const char *digits);

#endif
