/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* RTLD_DEFAULT */
#include "tests/unit/tls/careless.h"

#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"

#include <dlfcn.h>

void
careless_begin(void)
{
	static const char *const spared[] = { "libtasn1.so", "libgmp.so", NULL }, *const forgiven[] = { "libgnutls.so", NULL };
	void (*set)(void *, void *, void *) = NULL;

	*(void **)&set = dlsym(RTLD_DEFAULT, "__gmp_set_memory_functions");	/* a library of GnuTLS's, whose header need not be here */
	CU_ASSERT_FATAL(set != NULL);
	set(NULL, NULL, NULL);	/* its own again, which are spared */
	scarce_spare(spared);
	scarce_forgive(forgiven);
}

void
careless_end(void)
{
	scarce_spare(NULL);
	scarce_forgive(NULL);
}
