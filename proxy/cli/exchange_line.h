/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exchange_line.h - what client and host said to each other, one exchange a line, as JSON: relaywall-tap(8) has the fields.
 */
#ifndef PROXY_CLI_EXCHANGE_LINE_H
#define PROXY_CLI_EXCHANGE_LINE_H

#include "proxy/driver/tap/exchange.h"

enum { EXCHANGE_LINE = 16384 };		/* octets of one at most, with its line feed */

/* The line, in memory[EXCHANGE_LINE]; of the judgements that of the first policy, if it is known. */
struct span exchange_line(char *memory, const struct exchange_session *s, const struct exchange *e);

#endif
