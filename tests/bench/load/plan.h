/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan.h - what the load generator is to do: its command line as values.
 *
 * Every plan has an end: so many sessions, begun within so many seconds.
 */
#ifndef TESTS_BENCH_LOAD_PLAN_H
#define TESTS_BENCH_LOAD_PLAN_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	PLAN_RECIPIENTS_MAX = 50,	/* a message */
	PLAN_OCTETS_MIN = 80, PLAN_OCTETS_MAX = 64 << 20,
	PLAN_SESSIONS_MAX = 1000000,
	PLAN_AT_ONCE_MAX = 100000,
};

/* Where a session stops and waits, without a word, until the load ends. */
enum plan_hold { PLAN_HOLD_NOWHERE = 0, PLAN_HOLD_GREETING, PLAN_HOLD_TRANSACTION };

struct plan {
	struct sockaddr_in to;
	struct in_addr from;		/* clients have this address and those that follow */
	unsigned clients;
	unsigned sessions, at_once;
	unsigned per_second;		/* sessions; 0: the next one begins as soon as one of at_once has ended */
	unsigned seconds;		/* none begins later */
	unsigned messages, recipients;	/* in each session; for each message */
	unsigned refused;		/* of the recipients, the last ones: hosts and box refuse their domain */
	unsigned octets;		/* of a message's text, without the final dot */
	bool pipelined;			/* MAIL, all RCPT and DATA in one segment, RFC 2920 */
	bool chunked;			/* BDAT, the message as one chunk, RFC 3030 */
	enum plan_hold hold;
};

/* 0, or -1: the fault was told to standard error, with how it should read. */
int plan_read(struct plan *plan, int argc, char **argv);

#endif
