/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * channel.h - what the gate and its hand say to each other, over two socket pairs.
 *
 * The gate reads what strangers send and holds no capability; the hand has the
 * queue and one capability, reads nothing of what strangers send, and believes
 * nothing that the gate says (hand.h).
 *
 * Packets: to the gate, messages of the kernel as it made them, a row of them in a
 * datagram; to the hand, rows of struct channel_record. Sockets: see sockets.h.
 */
#ifndef PROXY_DRIVER_GATE_CHANNEL_H
#define PROXY_DRIVER_GATE_CHANNEL_H

#include <stdint.h>

enum {
	CHANNEL_MESSAGE = 1024,		/* octets of a message of the kernel: a packet's head and some 150 about it */
	CHANNEL_MESSAGES_MAX = 32,	/* in a datagram to the gate */
	CHANNEL_RECORDS_MAX = 64,	/* in a datagram to the hand */
};

enum channel_verdict {
	CHANNEL_DROP = 1,
	CHANNEL_MARK,		/* goes on, with the mark of the record */
	CHANNEL_PASS,		/* goes on, with the mark that it has */
};

struct channel_record {
	uint32_t id;		/* of the packet, as the kernel numbers them */
	uint32_t what;		/* enum channel_verdict */
	uint32_t mark;
};

enum channel { CHANNEL_PACKETS = 0, CHANNEL_SOCKETS, CHANNELS };

/* Descriptors, -1: none. */
struct channels {
	int gate[CHANNELS], hand[CHANNELS];
};

/* Both pairs, non-blocking and close-on-exec. 0, or -1 with errno and none of them. */
int channels_open(struct channels *c);

/* Close what is open of them. */
void channels_close(struct channels *c);

#endif
