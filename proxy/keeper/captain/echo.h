/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * echo.h - what is said on stderr, remembered for who asked for what is done here.
 *
 * A captain that cannot begin tells why on stderr; who wrote "relaywall reload" is to
 * read the same words.
 */
#ifndef PROXY_KEEPER_CAPTAIN_ECHO_H
#define PROXY_KEEPER_CAPTAIN_ECHO_H

#include <stdio.h>

enum { ECHO_OCTETS = 6144 };

struct echo {
	FILE *stream;		/* to say it */
	size_t len;
	char said[ECHO_OCTETS];	/* with a NUL; what does not fit is only on stderr */
};

/* 0, or -1 with errno. e stays where it is. */
int echo_open(struct echo *e);

/* Forget what was said so far. */
void echo_forget(struct echo *e);

void echo_close(struct echo *e);

#endif
