/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * caller.h - one client session: a talk over a socket in an epoll set.
 *
 * Made of memory that is used again for the next session. The socket is closed
 * in caller_close() alone.
 */
#ifndef TESTS_BENCH_LOAD_CALLER_H
#define TESTS_BENCH_LOAD_CALLER_H

#include "tests/bench/load/talk.h"

enum caller_result {
	CALLER_GOES_ON = 0,
	CALLER_HOLDS,
	CALLER_ENDED,	/* as planned: 221, then the end of the connection */
	CALLER_FAILED,	/* caller_fault() says why */
};

struct caller {
	int fd;			/* -1: no session */
	struct talk talk;
	uint64_t due_ns;	/* when this session should have begun */
	struct buf out;		/* commands */
	struct span text;	/* what is left of the message, behind them */
	bool wants_room;	/* EPOLLOUT is asked for */
	const char *fault;
	int error;		/* errno of it, or 0 */
	uint8_t memory[TALK_ROOM];
};

/*
 * Connect from this address, and watch the socket with the caller as its data.
 * The plan is constant and outlives the session.
 */
enum caller_result caller_begin(struct caller *c, int epoll, const struct plan *plan, struct in_addr from,
    uint64_t due_ns);

/* After EPOLLIN, EPOLLOUT or an error. letter: the text and the final dot; outlives the session. */
enum caller_result caller_step(struct caller *c, int epoll, struct span letter);

/* Where and why a session failed, to standard error. */
void caller_tell(const struct caller *c);

void caller_close(struct caller *c);

#endif
