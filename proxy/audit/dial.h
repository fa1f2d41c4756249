/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dial.h - a TCP connection to an address, without waiting for it.
 */
#ifndef PROXY_AUDIT_DIAL_H
#define PROXY_AUDIT_DIAL_H

#include "classifier/ip.h"

/*
 * A socket that begins to connect, from an address or (NULL) from any; not blocking, and the caller's. It can be written to when that is
 * over, well or not. -1 with errno.
 */
int dial_begin(const struct ip *to, uint16_t port, const struct ip *from);

/* It can be written to: is it connected? 0, and the address of this end in own; or -1 with errno. The socket stays the caller's. */
int dial_end(int fd, struct ip *own);

#endif
