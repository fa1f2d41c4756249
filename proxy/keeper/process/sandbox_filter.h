/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sandbox_filter.h - which system calls a profile leaves a process: the last step of sandbox.h. */
#ifndef PROXY_KEEPER_PROCESS_SANDBOX_FILTER_H
#define PROXY_KEEPER_PROCESS_SANDBOX_FILTER_H

#include "proxy/keeper/process/sandbox.h"

/* For this process, for good; it has PR_SET_NO_NEW_PRIVS. 0, or -1 with errno. */
int sandbox_filter_load(enum sandbox_profile profile);

#endif
