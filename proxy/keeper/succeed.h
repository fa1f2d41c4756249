/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * succeed.h - another program runs in this process's place, as its keeper.
 *
 * The process stays: its number, its children, its environment, the descriptors that
 * are handed over, and signals that came meanwhile, if they are blocked. All else is the
 * new program's to make anew.
 */
#ifndef PROXY_KEEPER_SUCCEED_H
#define PROXY_KEEPER_SUCCEED_H

#include "proxy/keeper/process/handover.h"

#include <signal.h>

/* The signals that a keeper obeys, and that of a child's end. To be blocked until the next program can take them. */
void succeed_signals(sigset_t *out);

/*
 * Run the program as "relaywall keeper-resume STATE" with the descriptors of h, and with
 * state, see handover_save(). Returns only if that failed, with errno; all is as before then.
 */
void succeed(const char *program, const struct handover *h, int state);

/*
 * The absolute path by which the program of this process was called, links in it left as
 * they are: after an upgrade of the package another file stands there. "" if it cannot be
 * known: it is too long, or the working directory is gone.
 */
void succeed_find_program(char path[static PATH_MAX]);

#endif
