/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keeper.h - the process that is always there: it holds what outlives everything
 * else, and sees that one captain serves.
 *
 * It knows no configuration, no rules and no mail. A captain (captain.h) does all of
 * that for one configuration; when it dies another one is started, for a reload another
 * one takes over, and meanwhile the listeners, which the keeper holds, collect who
 * comes. SIGTERM and SIGINT: an orderly end, a second one: at once. SIGHUP: reload.
 * SIGUSR1: open the journal anew, and tell the counters.
 */
#ifndef PROXY_KEEPER_KEEPER_H
#define PROXY_KEEPER_KEEPER_H

/* Serve the configuration in this file until a signal ends it. The exit status of the process. */
int keeper_run(const char *file);

#endif
