/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/rights.h"

#include <cap-ng.h>
#include <errno.h>
#include <sys/prctl.h>

int
rights_keep(int capability)
{
	capng_select_t sets = CAPNG_SELECT_CAPS;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return -1;
	errno = EPERM;		/* the library does not say why, but where the kernel did */
	if (capng_get_caps_process() != 0)
		return -1;
	if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) == 1)
		sets = CAPNG_SELECT_BOTH;
	capng_clear(CAPNG_SELECT_ALL);
	if (capability != RIGHTS_NONE && capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, (unsigned)capability) != 0)
		return -1;
	return capng_apply(sets) == 0 ? 0 : -1;
}
