/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/keeper/report.h"

#include <stdio.h>

static unsigned passed, failed;

void
report(bool ok, const char *where, const char *name, const char *got, const char *wanted)
{
	if (ok) {
		passed++;
		printf("ok   %s: %s: %s\n", where, name, got);
		return;
	}
	failed++;
	printf("FAIL %s: %s: \"%s\", wanted \"%s\"\n", where, name, got, wanted);
}

int
report_end(void)
{
	printf("%u passed, %u failed\n", passed, failed);
	return passed > 0 && failed == 0 ? 0 : 1;
}
