/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * paper.h - a stream into memory, that is whole or none.
 *
 * open_memstream() does not tell when it found no memory for a piece: the text goes on
 * behind it.
 */
#ifndef PROXY_KEEPER_BOARD_PAPER_H
#define PROXY_KEEPER_BOARD_PAPER_H

#include <stdbool.h>
#include <stdio.h>

struct paper {
	FILE *out;
	char *text;		/* malloced */
	size_t len, room;
	bool torn;		/* something is missing */
};

/* 0, or -1: no memory. p stays where it is until paper_end(). */
int paper_begin(struct paper *p);

/* What was written, p->len octets and a NUL, malloced and the caller's; NULL: not all of it, or nothing. */
char *paper_end(struct paper *p);

#endif
