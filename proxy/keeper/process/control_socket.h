/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * control_socket.h - the socket in the file system at which commands ask.
 *
 * Who may write to its file may command: mode 0660, root's, and of the group of its
 * folder where that has the set-group-ID bit.
 */
#ifndef PROXY_KEEPER_PROCESS_CONTROL_SOCKET_H
#define PROXY_KEEPER_PROCESS_CONTROL_SOCKET_H

#include <stdbool.h>

/*
 * Listen there, non-blocking; the folder is made if only it is missing. What a
 * process that is gone has left there is removed. -1 with errno; EADDRINUSE: somebody
 * listens there; EEXIST: it is no socket.
 */
int control_socket_open(const char *path);

/* Is the file at this path the socket that this listener is bound to? */
bool control_socket_is(const char *path, int fd);

/* Connect to it, blocking. -1 with errno; ENOENT, ECONNREFUSED: nobody is there. */
int control_socket_connect(const char *path);

#endif
