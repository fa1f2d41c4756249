/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * party.h - the two ends of a session: a client that sends one message, and a host
 * that takes it. They move when they are asked to, never wait, and allocate nothing.
 */
#ifndef TESTS_UNIT_STREAM_PARTY_H
#define TESTS_UNIT_STREAM_PARTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PARTY_MESSAGE = 100 * 1000 };	/* octets of the message, which wants big buffers */

struct party {
	int fd;			/* -1: not there, or over */
	char got[PARTY_MESSAGE + 10000];	/* all that came, with a NUL behind it */
	size_t len, read;	/* octets that came; of these, looked at */
	const char *out;	/* what is still to be sent */
	size_t out_len;
	unsigned step;		/* client: of its script; host: 1 in a message */
	unsigned replies;	/* client: that it got */
	unsigned code;		/* client: the last one; 0: none */
	bool failed;		/* client: one of them was a refusal */
	bool kept;		/* client: its message was taken; host: it took one */
	bool is_over;		/* the other side has closed, or never was there */
};

/* A listener on every address of this machine, its port in *port. Ends the program if it cannot be, as all of these do. */
int party_listen_anywhere(uint16_t *port);

/* A client that connects to this port of 127.0.0.2. */
void party_call(struct party *client, uint16_t port);

/* A listener for the host, on 127.0.0.2 alone: from now on who connects to it there is its, and not the other listener's. */
int party_listen(uint16_t port);

/* Whoever waits there is the host's; false: nobody does. */
bool party_answer(struct party *host, int listener);

/* Do what can be done without waiting; true: something was. */
bool party_client_moves(struct party *client);
bool party_host_moves(struct party *host);

void party_end(struct party *p);

#endif
