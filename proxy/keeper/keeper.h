/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keeper.h - the process that is always there: it holds what outlives everything
 * else, and sees that one captain serves.
 *
 * It knows no configuration, no rules and no mail. A captain (captain.h) does all of
 * that for one configuration; when it dies another one is started, for a reload another
 * one takes over, and meanwhile the listeners, which the keeper holds, collect who
 * comes. SIGTERM and SIGINT: an orderly end, a second one: at once. SIGHUP: reload.
 * SIGUSR1: open the journal anew, and tell the counters. SIGUSR2: an upgrade, that is a
 * reload by the program that stands now where this one was started from, which then runs
 * in this process, too.
 */
#ifndef PROXY_KEEPER_KEEPER_H
#define PROXY_KEEPER_KEEPER_H

/* Serve the configuration in this file until a signal ends it. The exit status of the process. */
int keeper_run(const char *file);

/*
 * Be the keeper in the place of another program, which ran as this process and left this
 * (handover.h); the descriptor is closed. As keeper_run(). If it cannot be done the process
 * ends at once, so that the captains drain, and whoever started it starts it again; the
 * captain of an upgrade has tried before that its program can.
 */
int keeper_resume(int state);

#endif
