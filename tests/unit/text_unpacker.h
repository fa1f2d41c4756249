/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text_unpacker.h - octets as a file that unpacker.h reads.
 */
#ifndef TESTS_UNIT_TEXT_UNPACKER_H
#define TESTS_UNIT_TEXT_UNPACKER_H

#include "proxy/driver/tap/unpacker.h"
#include "tests/unit/suite.h"

#include <unistd.h>

/* To be closed by the caller. */
static inline struct unpacker *
text_unpacker(const char *text, size_t len)
{
	FILE *f = tmpfile();
	char path[32], why[UNPACKER_ERROR];
	struct unpacker *s;

	CU_ASSERT_FATAL(f != NULL && fwrite(text, 1, len, f) == len && fflush(f) == 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(f));
	s = unpacker_open(path, why);
	fclose(f);
	CU_ASSERT_FATAL(s != NULL);
	return s;
}

#endif
