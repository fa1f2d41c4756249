/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * socket_stage.h - a client and a host in their network namespaces, the box between them.
 */
#ifndef TESTS_SCENARIO_SOCKETS_SOCKET_STAGE_H
#define TESTS_SCENARIO_SOCKETS_SOCKET_STAGE_H

#include "tests/scenario/stage.h"
#include "tests/scenario/tape.h"

struct socket_stage {
	struct stage stage;
	int listeners[2];	/* of the host, IPv4 and IPv6 */
	int ends[2];		/* by side; -1: not connected yet, or closed */
	struct tape out[2];	/* not sent yet */
	bool shut[2], whole[2];	/* sends no more, and that was told; closes when all is sent */
	bool shut_told[2];
	uint16_t port;		/* of the client, by which the box's connection is known */
	double patience_s;	/* how long a thing that must come may take */
	double slower;		/* than the clock of a scenario: 0.01 plays 100 s in one */
};

struct socket_call {
	bool ipv6;
	struct span syn_data;	/* goes with the first segment; may be empty */
};

/* The host listens. Ends the program if that cannot be. */
void socket_stage_init(struct socket_stage *s);

/* A client connects. False: it was refused. */
bool socket_stage_begin(struct socket_stage *s, const struct socket_call *call, const struct stage_listener *listener);

/* Close what is open, so that the next one can begin. */
void socket_stage_end(struct socket_stage *s);

#endif
