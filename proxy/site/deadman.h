/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * deadman.h - tell the kernel, again and again, that connections are served.
 *
 * The rules divert new connections only while the port 25 is in a set of our
 * table. What is in that set dies after a few seconds, and with it the diversion:
 * then the guard holds, as each host's on-failure says. So nobody has to do
 * anything when the daemon hangs; somebody has to do something while it does not.
 *
 * Running sessions do not ask the set.
 */
#ifndef PROXY_SITE_DEADMAN_H
#define PROXY_SITE_DEADMAN_H

/* The set, for who writes rules. A rule that asks it says "tcp dport @" DEADMAN_SET instead of "tcp dport 25". */
#define DEADMAN_SET "serving"

enum {
	DEADMAN_MS = 3000,		/* life of what is in it, in whole seconds: what a loaded box may be late with no harm done */
	DEADMAN_REFRESH_MS = 500,	/* between refreshes: four may fail in a row */
};

struct deadman;

/*
 * A socket to the kernel, in the network namespace of the caller, and what is to be said there, written once. NULL with
 * errno; EPERM comes only with the first refresh. Freed by deadman_close().
 */
struct deadman *deadman_open(void);

/* NULL does nothing. What is in the set stays there until it dies. */
void deadman_close(struct deadman *d);

/* Its socket: for who keeps a list of his descriptors. There is never anything to be read from it. */
int deadman_fd(const struct deadman *d);

/*
 * Connections are served for DEADMAN_MS from now. Some tens of microseconds and no memory; as long as somebody else's
 * change of the rules takes if the kernel is busy with one. 0, or -1 with errno: ENOENT, the table or its set is not there;
 * EPERM, the right to change rules is not.
 */
int deadman_refresh(struct deadman *d);

/* Connections are not served from now on. 0, also if they were not before; or -1 as above. */
int deadman_end(struct deadman *d);

#endif
