/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sandbox.h - what a child of the keeper, or a tap, gives up before it reads an octet of somebody else.
 *
 * For good, and in this order: new privileges, processes and files of its own, the file system, its user, its
 * capabilities (the hand keeps one), core dumps (they would hold mail), and all system calls but those that its work needs. What is refused
 * fails with EPERM, and opening a file with EACCES, so that a library's harmless try harms nobody. What only an
 * intruder wants (execve, ptrace, mount, bpf, ...; calls of another architecture) ends the process with SIGSYS, and
 * the kernel's audit log tells.
 *
 * What the child works with it has before: memory that it shares, listeners, its loop, its resolver, the time zone
 * (tzset()). Later descriptors come over a socket that it has; a new connection to a system log is such a one, since
 * no path leads out of the empty folder. Single-threaded: a second thread would keep its privileges, and none can be
 * started afterwards.
 */
#ifndef PROXY_KEEPER_PROCESS_SANDBOX_H
#define PROXY_KEEPER_PROCESS_SANDBOX_H

#include <sys/types.h>

/* All have a loop, clocks, memory, and read and write what they hold. */
enum sandbox_profile {
	SANDBOX_WORKER = 0,	/* accepts and connects, TCP and UDP */
	SANDBOX_GATE,		/* connects, TCP and UDP */
	SANDBOX_HAND,		/* keeps CAP_NET_ADMIN: sends verdicts to a queue that it holds, makes TCP sockets with a mark */
	SANDBOX_SCRIBE,		/* writes files that it was handed, reads their ends, and sends on sockets; makes none */
	SANDBOX_BOARD,		/* accepts at listeners that it has; makes no socket */
	SANDBOX_DESK,		/* the same, and makes memory that goes by a descriptor, and writes files that it was handed */
	SANDBOX_TAP,		/* reads packets from a socket that it has; writes files that it has, and writes them anew */
	SANDBOX_PROFILES
};

struct sandbox_conf {
	enum sandbox_profile profile;
	uid_t uid;			/* neither is root's */
	gid_t gid;
	const char *empty_folder;	/* all that it can see of the file system: root's, writable for nobody else, empty */
};

/*
 * Give it all up. Wants CAP_SETUID, CAP_SETGID, CAP_SETPCAP and CAP_SYS_CHROOT, and what it keeps. PR_SET_PDEATHSIG, which a change of
 * user takes away, holds on. No descriptor of a folder may be open: it would lead out of the empty one.
 * 0, or -1 with errno, and *what names the step, static: then some is given up and some is not, and the process
 * shall end.
 */
int sandbox_enter(const struct sandbox_conf *conf, const char **what);

/*
 * The same for a process that is not root's, which keeps its user and the sight of the file system, of which it can open nothing: no new
 * privileges, no capabilities, no core dump, and the system calls of the profile alone.
 */
int sandbox_enter_as_it_is(enum sandbox_profile profile, const char **what);

/*
 * A user by name or number, and his group; one who is only a number has the group of that number. 0, or -1 with
 * errno: ENOENT if there is no such name, EINVAL for a number that no user can have, or why nobody knows.
 */
int sandbox_user(const char *name, uid_t *uid, gid_t *gid);

#endif
