/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * notify.h - tell the service manager how this process is.
 *
 * It is the protocol of sd_notify(3): lines of NAME=value in one datagram to the
 * socket that the environment names. Where it names none, nobody is told and
 * nothing fails. No call waits: a manager that hangs does not make the caller hang.
 *
 * The environment is left as it is, for a program that is executed in this one's place.
 */
#ifndef PROXY_KEEPER_NOTIFY_H
#define PROXY_KEEPER_NOTIFY_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

enum { NOTIFY_STATUS_MAX = 200 };	/* octets of a status; the rest is left out */

struct notify {
	int fd;				/* -1: nobody is told */
	uint64_t watchdog_ms;		/* killed when nothing was heard for so long; 0: nobody waits for signs of life */
};

/*
 * Read $NOTIFY_SOCKET (a path from the root, or "@" and an abstract name),
 * $WATCHDOG_USEC and $WATCHDOG_PID. 0, or -1 and told on errors: a socket that is
 * named but cannot be used, or a time that is no number; then nobody is told.
 */
int notify_open(struct notify *n, FILE *errors);

void notify_close(struct notify *n);

/*
 * Each of these sends one datagram. 0, also where nobody is told; -1 with errno if
 * it was not taken, EAGAIN if the manager has not read those before: try again later.
 */

/* Start or reload is done. status: one line for `systemctl status`; NULL leaves the old one. */
int notify_ready(const struct notify *n, const char *status);

/* A reload begins; notify_ready() ends it. */
int notify_reloading(const struct notify *n);

/* The end has begun. */
int notify_stopping(const struct notify *n);

/* What `systemctl status` shows. Line ends in it become blanks: each line would be a message of its own. */
int notify_status(const struct notify *n, const char *status);

/* A sign of life, to be sent every watchdog_ms / 2 or more often. */
int notify_alive(const struct notify *n);

/*
 * pid takes over as the main process. The manager then listens to pid alone, and pid,
 * if it is another one, must have its number in $WATCHDOG_PID before notify_open().
 */
int notify_main_pid(const struct notify *n, pid_t pid);

#endif
