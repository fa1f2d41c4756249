/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * drill_play.h - play a script at both ends of a session: the client, and a host that takes everything.
 */
#ifndef PROXY_CLI_DRILL_PLAY_H
#define PROXY_CLI_DRILL_PLAY_H

#include "proxy/cli/drill_script.h"

/*
 * client, host: sockets, whose other ends are the session's; they stay the caller's. ms: for all of it. True: all came as it should. False: the
 * first thing that did not is a line on faults, behind who and ": ".
 */
bool drill_play(const struct script *s, int client, int host, unsigned ms, const char *who, FILE *faults);

#endif
