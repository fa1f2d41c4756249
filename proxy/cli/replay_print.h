/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay_print.h - what a replay came to, as a person reads it: what costs mail first. */
#ifndef PROXY_CLI_REPLAY_PRINT_H
#define PROXY_CLI_REPLAY_PRINT_H

#include "proxy/survey/replay_report.h"

/* Sorts the groups. With colours if out has them. */
void replay_print(const struct replay_report *r, FILE *out);

#endif
